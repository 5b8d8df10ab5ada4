package dev.holdfast.server.init;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.apache.commons.validator.routines.checkdigit.CheckDigitException;
import org.apache.commons.validator.routines.checkdigit.EAN13CheckDigit;
import org.apache.commons.validator.routines.checkdigit.IBANCheckDigit;
import org.apache.commons.validator.routines.checkdigit.LuhnCheckDigit;
import org.jspecify.annotations.Nullable;

/// Values as they stand in real tables, made up from a seed. Nobody has these numbers and addresses.
final class FixtureValues {
    private static final LocalDate TODAY = LocalDate.of(2025, 11, 25);
    private static final List<String> FIRST =
            List.of(
                    "Ada", "Bruno", "Clara", "Deniz", "Emil", "Farah", "Greta", "Hugo", "Ines",
                    "Jonas");
    private static final List<String> LAST =
            List.of(
                    "Abendroth",
                    "Barker",
                    "Castillo",
                    "Dubois",
                    "Eriksen",
                    "Fontaine",
                    "Gruber",
                    "Hale");
    private static final List<String> WORDS =
            List.of(
                    ("amber basalt copper delta ember fjord granite harbor indigo jasper kelp lagoon"
                                    + " meadow nectar opal pebble quartz ridge slate tundra umber violet"
                                    + " willow yarrow zephyr")
                            .split(" "));
    private static final List<String> STREETS =
            List.of("Maple Street", "Oak Avenue", "Mill Lane", "Station Road", "Harbour Drive");
    private static final String LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ";
    private static final String ALPHANUMERIC =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final RandomGenerator random;

    FixtureValues(RandomGenerator random) {
        this.random = random;
    }

    /// A value as COPY's text format has it; null for NULL.
    ///
    /// @param kind as `three-hundred-tables.txt` names it
    /// @param row from 0
    @Nullable String next(String kind, int row) {
        return switch (kind) {
            case "seq" -> Integer.toString(row + 1);
            case "int" -> Integer.toString(1 + random.nextInt(100_000));
            case "small" -> Integer.toString(1 + random.nextInt(9));
            case "year" -> Integer.toString(1900 + random.nextInt(120));
            case "money", "rate", "percent" -> decimal(0, 100, 2);
            case "float" -> decimal(-20, 40, 3);
            case "lat" -> decimal(-60, 60, 6);
            case "lon" -> decimal(-170, 170, 6);
            case "latlon" -> decimal(-60, 60, 5) + "," + decimal(-170, 170, 5);
            case "point" -> "(" + decimal(-170, 170, 5) + "," + decimal(-60, 60, 5) + ")";
            case "bool" -> random.nextBoolean() ? "t" : "f";
            case "uuid" -> hex(8) + "-" + hex(4) + "-4" + hex(3) + "-a" + hex(3) + "-" + hex(12);
            case "ts" ->
                    Instant.parse("2023-01-01T00:00:00Z")
                            .plusSeconds(random.nextInt(90_000_000))
                            .toString();
            case "recent" -> TODAY.minusDays(random.nextInt(1500)).toString();
            case "future" -> TODAY.plusDays(random.nextInt(700)).toString();
            case "published" -> TODAY.minusDays(random.nextInt(5000)).toString();
            case "birth" -> TODAY.minusDays(20L * 365 + random.nextInt(60 * 365)).toString();
            case "month" -> LocalDate.of(2025, 1 + row % 12, 1 + random.nextInt(28)).toString();
            default -> text(kind, row);
        };
    }

    private @Nullable String text(String kind, int row) {
        return switch (kind) {
            case "word" -> word();
            case "words" -> "{" + word() + "," + word() + "}";
            case "maybe-word" -> random.nextInt(10) == 0 ? "c/o " + word() : null;
            case "enum" -> List.of("alpha", "beta", "gamma", "delta").get(random.nextInt(4));
            case "sentence" -> sentence();
            case "code" -> letters(2) + "-" + digits(5);
            case "account-code" -> digits(4) + "." + digits(2);
            case "order-number" -> "2025" + digits(12);
            case "tracking" -> digits(12);
            case "digits4" -> digits(4);
            case "digits18" -> digits(18);
            case "gift-code" -> letters(4) + digits(12);
            case "last4" -> digits(4);
            case "expiry" -> "0" + (1 + random.nextInt(9)) + "/2" + random.nextInt(6, 10);
            case "zip" -> digits(5);
            case "city" ->
                    List.of("Springfield", "Lakeview", "Rivertown", "Hillcrest")
                            .get(random.nextInt(4));
            case "country" -> List.of("DE", "US", "FR", "GB", "JP").get(random.nextInt(5));
            case "currency" -> List.of("EUR", "USD", "GBP").get(random.nextInt(3));
            case "company" ->
                    capital(word())
                            + " "
                            + capital(word())
                            + List.of(" GmbH", " Ltd", " Inc").get(random.nextInt(3));
            case "firstname" -> pick(FIRST);
            case "lastname" -> pick(LAST);
            case "fullname" -> pick(FIRST) + " " + pick(LAST);
            case "username" -> pick(FIRST).toLowerCase(Locale.ROOT) + random.nextInt(1000);
            case "street" -> street();
            case "url" ->
                    "https://www." + word() + ".example/" + word() + "/" + random.nextInt(1000);
            case "file" -> word() + "/" + word() + "_" + random.nextInt(1000) + ".pdf";
            case "hostname" -> word() + "-" + random.nextInt(100) + ".internal.example";
            case "version" ->
                    random.nextInt(1, 9)
                            + "."
                            + random.nextInt(20)
                            + "."
                            + random.nextInt(20)
                            + "."
                            + random.nextInt(200);
            case "cidr" -> "10." + random.nextInt(250) + "." + random.nextInt(250) + ".0/24";
            case "mac" ->
                    "02:" + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2) + ":" + hex(2);
            case "md5hex" -> hex(32);
            case "sha256" -> hex(64);
            case "nanoid" -> alphanumeric(21);
            case "bic" -> letters(4) + "DEFFXXX";
            case "isbn" -> checked("978" + digits(9), EAN13CheckDigit.EAN13_CHECK_DIGIT::calculate);
            case "ean" -> checked("40" + digits(10), EAN13CheckDigit.EAN13_CHECK_DIGIT::calculate);
            case "json-plain" ->
                    "{\"kind\": \"" + word() + "\", \"count\": " + random.nextInt(100) + "}";
            case "text-with-fixed-email" -> sentence();
            default -> personal(kind, row);
        };
    }

    private @Nullable String personal(String kind, int row) {
        return switch (kind) {
            case "email" -> email();
            case "emails" -> "{" + email() + "," + email() + "}";
            case "email-or-phone" -> random.nextBoolean() ? email() : phone("+49 151 ", 8);
            case "phone-intl" ->
                    random.nextBoolean() ? phone("+44 7911 1", 5) : phone("+1 415 555 0", 3);
            case "phone-de" -> phone("+49 171 ", 7);
            case "phone-uk" -> phone("07911 1", 5);
            case "phone-us" -> "(415) 555-0" + digits(3);
            case "phone-national" -> "0171 / 2" + digits(6);
            case "card" -> checked("4" + digits(14), LuhnCheckDigit.LUHN_CHECK_DIGIT::calculate);
            case "iban" -> iban();
            case "ssn" -> ssn();
            case "pesel" -> pesel();
            case "bsn" -> bsn();
            case "bcrypt" -> "$2b$12$" + alphanumeric(53);
            case "argon2" ->
                    "$argon2id$v=19$m=65536,t=3,p=4$" + alphanumeric(22) + "$" + alphanumeric(43);
            case "scram" ->
                    "SCRAM-SHA-256$4096:"
                            + alphanumeric(22)
                            + "==$"
                            + alphanumeric(43)
                            + "=:"
                            + alphanumeric(43)
                            + "=";
            case "md5crypt" -> "md5" + hex(32);
            case "jwt" ->
                    "eyJ" + alphanumeric(20) + ".eyJ" + alphanumeric(60) + "." + alphanumeric(43);
            case "apikey" -> "sk_live_" + alphanumeric(24);
            case "opaque" -> alphanumeric(40);
            case "config-value" -> row % 8 == 3 ? "AKIA" + letters(16) : word();
            case "private-key" ->
                    "-----BEGIN PRIVATE KEY-----"
                            + Base64.getEncoder()
                                    .encodeToString(
                                            alphanumeric(60)
                                                    .getBytes(
                                                            java.nio.charset.StandardCharsets
                                                                    .US_ASCII));
            case "url-with-password" ->
                    row % 5 == 0
                            ? "https://hook:" + alphanumeric(12) + "@hooks.example/" + word()
                            : "https://hooks.example/" + word();
            case "ipv4", "inet" -> "203.0." + random.nextInt(256) + "." + random.nextInt(1, 255);
            case "text-with-email" ->
                    row % 6 == 0 ? sentence() + ", write to " + email() + " again" : sentence();
            case "text-with-phone" ->
                    row % 6 == 0 ? sentence() + ", call " + phone("+44 7911 1", 5) : sentence();
            case "text-with-card" ->
                    row % 9 == 0
                            ? "my card "
                                    + checked(
                                            "4" + digits(14),
                                            LuhnCheckDigit.LUHN_CHECK_DIGIT::calculate)
                                    + " was charged twice"
                            : sentence();
            case "text-with-iban" -> row % 6 == 0 ? "refund to " + iban() + " please" : sentence();
            case "json-personal" ->
                    "{\"source\": \"" + word() + "\", \"who\": {\"c\": \"" + email() + "\"}}";
            case "json-form" ->
                    "{\"topic\": \"" + word() + "\", \"phone\": \"" + phone("+49 171 ", 7) + "\"}";
            default -> throw new IllegalArgumentException("values: " + kind);
        };
    }

    private String sentence() {
        return capital(word()) + " " + word() + " " + word() + " " + word() + " " + word();
    }

    private String street() {
        return random.nextInt(3) == 0
                ? capital(word()) + "straße " + random.nextInt(1, 200)
                : random.nextInt(1, 999) + " " + pick(STREETS);
    }

    private String email() {
        return pick(FIRST).toLowerCase(Locale.ROOT)
                + "."
                + pick(LAST).toLowerCase(Locale.ROOT)
                + random.nextInt(100)
                + "@"
                + word()
                + ".com";
    }

    private String phone(String prefix, int digits) {
        return prefix + digits(digits);
    }

    private String ssn() {
        return (100 + random.nextInt(500))
                + "-"
                + (10 + random.nextInt(80))
                + "-"
                + (1000 + random.nextInt(8000));
    }

    private String iban() {
        String account = "37040044" + digits(10);
        return checked(account, _ -> "DE" + ibanDigits("DE00" + account) + account)
                .substring(account.length());
    }

    private static String ibanDigits(String unchecked) {
        try {
            return IBANCheckDigit.IBAN_CHECK_DIGIT.calculate(unchecked);
        } catch (CheckDigitException e) {
            throw new IllegalStateException(e);
        }
    }

    private String pesel() {
        String date =
                "%02d%02d%02d"
                        .formatted(
                                random.nextInt(50, 100),
                                1 + random.nextInt(12),
                                1 + random.nextInt(28));
        String body = date + digits(4);
        int[] weights = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3};
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += (body.charAt(i) - '0') * weights[i];
        }
        return body + (10 - sum % 10) % 10;
    }

    private String bsn() {
        while (true) {
            String body = "1" + digits(7);
            int sum = 0;
            for (int i = 0; i < 8; i++) {
                sum += (body.charAt(i) - '0') * (9 - i);
            }
            if (sum % 11 < 10) {
                return body + sum % 11;
            }
        }
    }

    private interface Check {
        String of(String body) throws CheckDigitException;
    }

    private static String checked(String body, Check check) {
        try {
            return body + check.of(body);
        } catch (CheckDigitException e) {
            throw new IllegalStateException(e);
        }
    }

    private String decimal(int from, int to, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", random.nextDouble(from, to));
    }

    private String word() {
        return pick(WORDS);
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static String capital(String word) {
        return Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }

    private String digits(int count) {
        return from("0123456789", count);
    }

    private String letters(int count) {
        return from(LETTERS, count);
    }

    private String alphanumeric(int count) {
        return from(ALPHANUMERIC, count);
    }

    private String hex(int count) {
        return HexFormat.of()
                .toHexDigits(random.nextLong())
                .concat(HexFormat.of().toHexDigits(random.nextLong()))
                .repeat(count / 32 + 1)
                .substring(0, count);
    }

    private String from(String characters, int count) {
        StringBuilder out = new StringBuilder(count);
        for (int i = 0; i < count; i++) {
            out.append(characters.charAt(random.nextInt(characters.length())));
        }
        return out.toString();
    }
}
