package dev.holdfast.server.init;

import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.apache.commons.validator.routines.CreditCardValidator;
import org.apache.commons.validator.routines.EmailValidator;
import org.apache.commons.validator.routines.IBANValidator;
import org.apache.commons.validator.routines.InetAddressValidator;

/// What the values of personal data and secrets look like.
final class ValueShapes {
    /// One form of values.
    ///
    /// @param test whether a value has it
    /// @param share of the values that must have it, above 0 up to 1: low where nothing else looks so,
    ///     high where chance alone makes some
    record Shape(Category category, Predicate<String> test, double share) {}

    private static final EmailValidator EMAIL = EmailValidator.getInstance(true, false);
    private static final CreditCardValidator CARD =
            new CreditCardValidator(
                    CreditCardValidator.AMEX
                            + CreditCardValidator.VISA
                            + CreditCardValidator.MASTERCARD
                            + CreditCardValidator.DISCOVER
                            + CreditCardValidator.DINERS);

    private static final Pattern EMAIL_IN_TEXT =
            Pattern.compile(
                    "(?<![\\w.+-])[\\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\\.){1,4}[A-Za-z]{2,24}(?![\\w-])");
    private static final Pattern PASSWORD_HASH =
            Pattern.compile(
                    "\\$2[abxy]\\$\\d\\d\\$[./A-Za-z0-9]{53}"
                            + "|\\$argon2(?:id|i|d)\\$.+"
                            + "|SCRAM-SHA-(?:1|256|512)\\$\\d+:.+"
                            + "|md5[0-9a-f]{32}"
                            + "|\\$(?:1|5|6|7|y|gy|sha1|scrypt|pbkdf2[-a-z0-9]*)\\$.{8,}"
                            + "|\\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2)[^}]*}.{8,}"
                            + "|(?:pbkdf2_sha(?:1|256|512)|bcrypt(?:_sha256)?|argon2|scrypt)[$:].+");
    private static final Pattern KNOWN_TOKEN =
            Pattern.compile(
                    "eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]*"
                            + "|-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----"
                            + "|\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b"
                            + "|\\bgh[opsur]_[A-Za-z0-9]{20,}"
                            + "|\\bgithub_pat_\\w{20,}"
                            + "|\\bglpat-[\\w-]{16,}"
                            + "|\\bxox[abeprs]-[\\w-]{10,}"
                            + "|\\b[sr]k_(?:live|test)_\\w{10,}"
                            + "|\\bwhsec_\\w{10,}"
                            + "|\\bsk-[A-Za-z0-9_-]{20,}"
                            + "|\\bAIza[\\w-]{30,}"
                            + "|\\bSG\\.[\\w-]{16,}\\.[\\w-]{16,}"
                            + "|\\bnpm_[A-Za-z0-9]{30,}"
                            + "|\\bhf_[A-Za-z0-9]{30,}"
                            + "|\\bBearer [\\w.=+/-]{16,}"
                            + "|\\b[a-z][a-z0-9+]{2,20}://[^\\s:/@]{1,64}:[^\\s/@]{1,128}@[\\w.-]+"
                            + "|\\botpauth://");
    private static final Pattern SSN =
            Pattern.compile("(?<![\\d-])(?!000|666|9)\\d{3}-(?!00)\\d{2}-(?!0000)\\d{4}(?![\\d-])");
    private static final Pattern IBAN_IN_TEXT =
            Pattern.compile("\\b[A-Z]{2}\\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\\b");
    private static final Pattern CARD_IN_TEXT =
            Pattern.compile("(?<![\\d-])\\d{4}([ -]?)\\d{4}\\1\\d{4}\\1\\d{4}(?![\\d-])");
    private static final Pattern STREET =
            Pattern.compile(
                    "(?iu)\\d{1,5}[a-z]? [\\p{L} .'-]{2,40} (?:street|st|avenue|ave|road|rd|lane|ln|drive|dr"
                            + "|boulevard|blvd|way|court|ct|square|place|terrace|crescent|close)\\b\\.?.*"
                            + "|[\\p{L} .-]{2,40}(?:stra(?:ß|ss)e|str\\.|weg|platz|allee|gasse|ring|ufer) ?"
                            + "\\d{1,4} ?[a-z]?\\b.*"
                            + "|\\d{1,4}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|impasse|quai) .+"
                            + "|(?:calle|avenida|plaza|via|viale|piazza|rua|ulica|ul\\.) [\\p{L} .'-]+,? ?"
                            + "(?:n\\.? ?º? ?)?\\d{1,4}.*");
    private static final Pattern POSITION =
            Pattern.compile(
                    "[(\\[]?-?(?:[1-8]?\\d|90)\\.\\d{3,}[, ] ?-?(?:1[0-7]\\d|\\d{1,2}|180)\\.\\d{3,}[)\\]]?"
                            + "|POINT ?\\(-?\\d+\\.?\\d* -?\\d+\\.?\\d*\\)");
    private static final Pattern OPAQUE = Pattern.compile("[A-Za-z0-9_+/=-]{24,256}");
    private static final double OPAQUE_BITS_MIN = 3.8;

    /// What a whole value may be.
    static final List<Shape> WHOLE =
            List.of(
                    new Shape(Category.EMAIL, ValueShapes::email, 0.05),
                    new Shape(Category.PASSWORD, full(PASSWORD_HASH), 0.05),
                    new Shape(Category.TOKEN, found(KNOWN_TOKEN), 0.03),
                    new Shape(Category.BANK_ACCOUNT, ValueShapes::iban, 0.05),
                    new Shape(Category.PAYMENT_CARD, ValueShapes::card, 0.3),
                    new Shape(Category.NATIONAL_ID, full(SSN), 0.3),
                    new Shape(Category.NATIONAL_ID, NationalIds::britishNumber, 0.6),
                    new Shape(Category.NATIONAL_ID, NationalIds::spanishNumber, 0.6),
                    new Shape(Category.NATIONAL_ID, NationalIds::italianCode, 0.4),
                    new Shape(Category.NATIONAL_ID, NationalIds::frenchNumber, 0.6),
                    new Shape(Category.NATIONAL_ID, NationalIds::swissNumber, 0.6),
                    new Shape(Category.NATIONAL_ID, NationalIds::dutchNumber, 0.9),
                    new Shape(Category.NATIONAL_ID, NationalIds::brazilianNumber, 0.8),
                    new Shape(Category.NATIONAL_ID, NationalIds::polishNumber, 0.8),
                    new Shape(Category.NATIONAL_ID, NationalIds::swedishNumber, 0.8),
                    new Shape(Category.NATIONAL_ID, NationalIds::indianNumber, 0.8),
                    new Shape(Category.IP_ADDRESS, ValueShapes::ip, 0.6),
                    new Shape(Category.STREET_ADDRESS, full(STREET), 0.3),
                    new Shape(Category.POSITION, full(POSITION), 0.6),
                    new Shape(Category.TOKEN, ValueShapes::opaque, 0.8));

    /// What may stand inside of a longer text.
    static final List<Shape> INSIDE =
            List.of(
                    new Shape(Category.EMAIL, ValueShapes::emailInText, 0.02),
                    new Shape(Category.TOKEN, found(KNOWN_TOKEN), 0.02),
                    new Shape(Category.NATIONAL_ID, found(SSN), 0.03),
                    new Shape(Category.BANK_ACCOUNT, ValueShapes::ibanInText, 0.03),
                    new Shape(Category.PAYMENT_CARD, ValueShapes::cardInText, 0.03),
                    new Shape(Category.PHONE, PhoneShapes::inText, 0.03));

    private ValueShapes() {}

    private static Predicate<String> full(Pattern pattern) {
        return value -> pattern.matcher(value).matches();
    }

    private static Predicate<String> found(Pattern pattern) {
        return value -> pattern.matcher(value).find();
    }

    private static boolean email(String value) {
        return value.indexOf('@') > 0 && EMAIL.isValid(value);
    }

    private static boolean emailInText(String value) {
        return value.indexOf('@') > 0 && EMAIL_IN_TEXT.matcher(value).find();
    }

    private static boolean iban(String value) {
        String plain = value.replace(" ", "");
        return plain.length() >= 15
                && plain.length() <= 34
                && IBANValidator.DEFAULT_IBAN_VALIDATOR.isValid(plain);
    }

    private static boolean ibanInText(String value) {
        return IBAN_IN_TEXT.matcher(value).results().anyMatch(found -> iban(found.group()));
    }

    private static boolean card(String value) {
        String digits = value.replaceAll("[ -]", "");
        return digits.length() >= 13 && digits.length() <= 19 && CARD.isValid(digits);
    }

    private static boolean cardInText(String value) {
        return CARD_IN_TEXT.matcher(value).results().anyMatch(found -> card(found.group()));
    }

    private static boolean ip(String value) {
        String address = value.replaceFirst("/\\d{1,3}$", "");
        return address.length() >= 3 && InetAddressValidator.getInstance().isValid(address);
    }

    /// Letters of both cases and digits, without order: made by a generator, not by a person.
    private static boolean opaque(String value) {
        if (!OPAQUE.matcher(value).matches()
                || value.chars().filter(Character::isDigit).count() < 2
                || value.chars().noneMatch(Character::isLowerCase)
                || value.chars().noneMatch(Character::isUpperCase)) {
            return false;
        }
        int[] counts = new int[128];
        value.chars().forEach(c -> counts[c]++);
        double bits = 0;
        for (int count : counts) {
            if (count > 0) {
                double share = (double) count / value.length();
                bits -= share * Math.log(share) / Math.log(2);
            }
        }
        return bits >= OPAQUE_BITS_MIN;
    }
}
