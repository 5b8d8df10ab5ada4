package dev.holdfast.server.init;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnContentsTest {
    private static final LocalDate TODAY = LocalDate.of(2025, 11, 25);

    @ParameterizedTest
    @CsvSource({
        "email, TEXT, EMAIL",
        "emails, TEXT_ARRAY, EMAIL",
        "email-or-phone, TEXT, EMAIL",
        "text-with-email, TEXT, EMAIL",
        "json-personal, DOCUMENT, EMAIL",
        "phone-intl, TEXT, PHONE",
        "phone-us, TEXT, PHONE",
        "phone-national, TEXT, PHONE",
        "text-with-phone, TEXT, PHONE",
        "json-form, DOCUMENT, PHONE",
        "card, TEXT, PAYMENT_CARD",
        "card, WHOLE_NUMBER, PAYMENT_CARD",
        "text-with-card, TEXT, PAYMENT_CARD",
        "iban, TEXT, BANK_ACCOUNT",
        "text-with-iban, TEXT, BANK_ACCOUNT",
        "ssn, TEXT, NATIONAL_ID",
        "bsn, TEXT, NATIONAL_ID",
        "bsn, WHOLE_NUMBER, NATIONAL_ID",
        "pesel, TEXT, NATIONAL_ID",
        "birth, DATE, BIRTH_DATE",
        "bcrypt, TEXT, PASSWORD",
        "argon2, TEXT, PASSWORD",
        "scram, TEXT, PASSWORD",
        "md5crypt, TEXT, PASSWORD",
        "jwt, TEXT, TOKEN",
        "apikey, TEXT, TOKEN",
        "opaque, TEXT, TOKEN",
        "private-key, TEXT, TOKEN",
        "config-value, TEXT, TOKEN",
        "url-with-password, TEXT, TOKEN",
        "ipv4, TEXT, IP_ADDRESS",
        "street, TEXT, STREET_ADDRESS",
        "latlon, TEXT, POSITION"
    })
    void recognisesValuesWhateverTheColumnIsCalled(
            String values, ColumnType type, Category expected) {
        Finding finding = finding(type, "x", sample(values, type));
        assertThat(finding).isNotNull();
        assertThat(finding.category()).isEqualTo(expected);
        assertThat(finding.because()).matches(".*: [0-9]+ of [0-9]+ sampled values");
    }

    @ParameterizedTest
    @CsvSource({
        "word, TEXT",
        "sentence, TEXT",
        "code, TEXT",
        "order-number, TEXT",
        "order-number, WHOLE_NUMBER",
        "tracking, TEXT",
        "digits18, TEXT",
        "ean, TEXT",
        "ean, WHOLE_NUMBER",
        "isbn, TEXT",
        "md5hex, TEXT",
        "sha256, TEXT",
        "uuid, TEXT",
        "nanoid, TEXT",
        "url, TEXT",
        "file, TEXT",
        "hostname, TEXT",
        "zip, TEXT",
        "city, TEXT",
        "company, TEXT",
        "account-code, TEXT",
        "last4, TEXT",
        "expiry, TEXT",
        "bic, TEXT",
        "json-plain, DOCUMENT",
        "int, WHOLE_NUMBER",
        "seq, WHOLE_NUMBER",
        "recent, DATE",
        "published, DATE",
        "future, DATE",
        "ts, TEXT"
    })
    void doesNotSeeWhatIsNotThere(String values, ColumnType type) {
        assertThat(finding(type, "x", sample(values, type))).isNull();
    }

    @Test
    void takesVersionsForVersionsWhereTheNameSaysSo() {
        List<String> versions = sample("version", ColumnType.TEXT);
        assertThat(finding(ColumnType.TEXT, "firmware_version", versions)).isNull();
        assertThat(finding(ColumnType.TEXT, "x", versions)).isNotNull();
    }

    @Test
    void neverRepeatsAValue() {
        for (String kind :
                List.of("email", "ssn", "card", "iban", "text-with-email", "json-personal")) {
            List<String> values = sample(kind, ColumnType.TEXT);
            Finding finding = finding(ColumnType.TEXT, "x", values);
            assertThat(finding).isNotNull();
            assertThat(values).noneMatch(value -> finding.because().contains(value));
        }
    }

    @Test
    void doesNotTakeOneRepeatedAddressInALabelForPersonalData() {
        List<String> values = new ArrayList<>(sample("word", ColumnType.TEXT));
        for (int i = 0; i < 40; i++) {
            values.set(i, "help@example.com");
        }
        assertThat(finding(ColumnType.TEXT, "x", values)).isNull();
    }

    private static @Nullable Finding finding(ColumnType type, String column, List<String> values) {
        return ColumnContents.finding(type, column, values, TODAY);
    }

    private static List<String> sample(String kind, ColumnType type) {
        FixtureValues values = new FixtureValues(new SplittableRandom(7));
        List<String> sample = new ArrayList<>();
        for (int row = 0; row < 100; row++) {
            String value = values.next(kind, row);
            if (value != null) {
                sample.add(type == ColumnType.TEXT_ARRAY ? elements(value) : value);
            }
        }
        return sample;
    }

    /// As `array_to_string` gives them.
    private static String elements(String array) {
        return array.substring(1, array.length() - 1).replace(',', '\n');
    }
}
