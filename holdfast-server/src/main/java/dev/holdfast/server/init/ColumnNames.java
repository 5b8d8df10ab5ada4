package dev.holdfast.server.init;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the name of a column says about its values.
///
/// A name ends in the thing that it names: `email_count` is a count and `phone_model` a model, whatever
/// stands before. So a name is first freed of what is added to it (`email_1`, `email_old`), and then it
/// must end in words that name something personal.
final class ColumnNames {
    /// Last words that are added to the name of the thing without changing it.
    private static final Set<String> ADDED =
            Set.of(
                    ("old new previous prev current raw clean plain normalized normalised text txt str"
                                    + " value val hash hashed digest encrypted enc cipher lower upper primary"
                                    + " secondary alt alternate backup bak home work private business personal"
                                    + " line full copy masked hint blob data field col column json list")
                            .split(" "));

    /// Nouns for persons: what such a person is called, or where it lives, is personal.
    private static final Set<String> PERSONS =
            Set.of(
                    ("user customer person employee student patient contact member staff driver guest"
                                    + " teacher instructor author lead candidate applicant subscriber donor"
                                    + " citizen doctor nurse resident beneficiary holder cardholder recipient"
                                    + " sender owner participant attendee passenger client borrower"
                                    + " manager agent reviewer signatory guardian parent child spouse visitor"
                                    + " voter witness individual people worker colleague friend kin"
                                    + " requester assignee approver tutor mentor learner")
                            .split(" "));

    private record Rule(Category category, Set<ColumnType> types, List<List<String>> phrases) {}

    private static final Set<ColumnType> TEXTS =
            Set.of(ColumnType.TEXT, ColumnType.TEXT_ARRAY, ColumnType.DOCUMENT, ColumnType.OTHER);
    private static final Set<ColumnType> TEXTS_AND_NUMBERS =
            Set.of(
                    ColumnType.TEXT,
                    ColumnType.TEXT_ARRAY,
                    ColumnType.DOCUMENT,
                    ColumnType.OTHER,
                    ColumnType.WHOLE_NUMBER,
                    ColumnType.FRACTION);
    private static final Set<ColumnType> KEPT_SECRETS =
            Set.of(
                    ColumnType.TEXT,
                    ColumnType.TEXT_ARRAY,
                    ColumnType.DOCUMENT,
                    ColumnType.OTHER,
                    ColumnType.BYTES,
                    ColumnType.UUID);

    /// In their order: the first that fits decides.
    private static final List<Rule> RULES =
            List.of(
                    rule(
                            Category.EMAIL,
                            TEXTS,
                            "email",
                            "email address",
                            "mail",
                            "mail address",
                            "courriel",
                            "correo"),
                    rule(
                            Category.IP_ADDRESS,
                            Set.of(
                                    ColumnType.TEXT,
                                    ColumnType.TEXT_ARRAY,
                                    ColumnType.ADDRESS_IN_NETWORK,
                                    ColumnType.OTHER),
                            "ip",
                            "ip address",
                            "remote address",
                            "client address",
                            "peer address"),
                    rule(
                            Category.PASSWORD,
                            Set.of(
                                    ColumnType.TEXT,
                                    ColumnType.BYTES,
                                    ColumnType.DOCUMENT,
                                    ColumnType.OTHER),
                            "password",
                            "pass",
                            "pw",
                            "pin",
                            "pin code",
                            "salt",
                            "security answer"),
                    rule(
                            Category.TOKEN,
                            KEPT_SECRETS,
                            "token",
                            "secret",
                            "credential",
                            "api key",
                            "access key",
                            "private key",
                            "secret key",
                            "encryption key",
                            "signing key",
                            "session key",
                            "session id",
                            "jwt",
                            "otp",
                            "totp",
                            "totp seed",
                            "recovery code",
                            "backup code",
                            "cookie"),
                    rule(
                            Category.PAYMENT_CARD,
                            TEXTS_AND_NUMBERS,
                            "card number",
                            "cc number",
                            "credit card",
                            "debit card",
                            "pan",
                            "cvv",
                            "cvc"),
                    rule(
                            Category.BANK_ACCOUNT,
                            TEXTS_AND_NUMBERS,
                            "iban",
                            "account number",
                            "bank account",
                            "routing number",
                            "sort code"),
                    rule(
                            Category.NATIONAL_ID,
                            TEXTS_AND_NUMBERS,
                            "ssn",
                            "social security",
                            "social security number",
                            "national id",
                            "national number",
                            "identity number",
                            "id card",
                            "id card number",
                            "nino",
                            "tin",
                            "tax id",
                            "tax number",
                            "passport",
                            "passport number",
                            "driver license",
                            "driver licence",
                            "license number",
                            "licence number",
                            "insurance number",
                            "cpf",
                            "bsn",
                            "pesel",
                            "personnummer",
                            "aadhaar",
                            "dni",
                            "nie",
                            "codice fiscale"),
                    rule(
                            Category.BIRTH_DATE,
                            Set.of(
                                    ColumnType.DATE,
                                    ColumnType.MOMENT,
                                    ColumnType.TEXT,
                                    ColumnType.WHOLE_NUMBER,
                                    ColumnType.OTHER),
                            "birth date",
                            "birth year",
                            "year of birth",
                            "date of birth",
                            "dob",
                            "birth",
                            "born",
                            "born on"),
                    rule(
                            Category.PHONE,
                            TEXTS_AND_NUMBERS,
                            "phone",
                            "phone number",
                            "mobile",
                            "mobile number",
                            "cell",
                            "cell number",
                            "contact number",
                            "fax",
                            "fax number",
                            "msisdn",
                            "whatsapp"),
                    rule(
                            Category.STREET_ADDRESS,
                            TEXTS,
                            "address",
                            "street",
                            "street name",
                            "strasse",
                            "house number"),
                    rule(
                            Category.PERSON_NAME,
                            TEXTS,
                            "first name",
                            "last name",
                            "full name",
                            "given name",
                            "family name",
                            "middle name",
                            "maiden name",
                            "nick name",
                            "user name",
                            "display name",
                            "legal name",
                            "login name",
                            "person",
                            "recipient",
                            "addressee",
                            "next kin",
                            "next of kin",
                            "emergency contact"),
                    rule(
                            Category.POSITION,
                            Set.of(
                                    ColumnType.FRACTION,
                                    ColumnType.WHOLE_NUMBER,
                                    ColumnType.POINT,
                                    ColumnType.TEXT,
                                    ColumnType.DOCUMENT,
                                    ColumnType.OTHER),
                            "latitude",
                            "longitude",
                            "latitude longitude",
                            "gps",
                            "coordinate",
                            "geo point",
                            "geo location",
                            "geo position",
                            "last location",
                            "last position"),
                    rule(
                            Category.SENSITIVE_TRAIT,
                            Set.of(
                                    ColumnType.TEXT,
                                    ColumnType.TEXT_ARRAY,
                                    ColumnType.DOCUMENT,
                                    ColumnType.FLAG,
                                    ColumnType.OTHER),
                            "religion",
                            "ethnicity",
                            "sexual orientation",
                            "diagnosis",
                            "disability",
                            "blood type",
                            "medical history",
                            "political affiliation",
                            "trade union"));

    /// What an address can be that nobody lives at.
    private static final Set<String> OTHER_ADDRESSES =
            Set.of("mac web wallet contract memory site bitcoin hardware bus page".split(" "));

    private ColumnNames() {}

    private static Rule rule(Category category, Set<ColumnType> types, String... phrases) {
        List<List<String>> words = new ArrayList<>();
        for (String phrase : phrases) {
            words.add(List.of(phrase.split(" ")));
        }
        return new Rule(category, types, words);
    }

    /// What a column's name says that its values are; null where it says nothing.
    ///
    /// @param relation the name of the relation that has the column
    static @Nullable Category category(String relation, String column, ColumnType type) {
        List<String> words = thing(Words.of(column));
        if (words.isEmpty()) {
            return null;
        }
        if (words.size() > 1
                && words.getLast().equals("address")
                && OTHER_ADDRESSES.contains(words.get(words.size() - 2))) {
            return null;
        }
        for (Rule rule : RULES) {
            if (rule.types().contains(type)
                    && rule.phrases().stream().anyMatch(p -> ends(words, p))) {
                return rule.category();
            }
        }
        return TEXTS.contains(type) && namesAPerson(Words.of(relation), words)
                ? Category.PERSON_NAME
                : null;
    }

    /// `customer_name`, `assignee_name`; and plain `name` where the relation is one of persons.
    private static boolean namesAPerson(List<String> relation, List<String> words) {
        if (!words.getLast().equals("name") && !words.getLast().equals("initial")) {
            return false;
        }
        if (words.size() == 1) {
            return !relation.isEmpty() && PERSONS.contains(relation.getLast());
        }
        return PERSONS.contains(words.get(words.size() - 2));
    }

    /// The words of the thing itself, without what was added.
    private static List<String> thing(List<String> words) {
        List<String> left = new ArrayList<>(words);
        while (left.size() > 1 && ADDED.contains(left.getLast())) {
            left.removeLast();
        }
        return left;
    }

    private static boolean ends(List<String> words, List<String> phrase) {
        int from = words.size() - phrase.size();
        return from >= 0 && words.subList(from, words.size()).equals(phrase);
    }
}
