package dev.holdfast.server.init;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnNamesTest {
    @ParameterizedTest
    @CsvSource({
        "orders, email, TEXT, EMAIL",
        "orders, customerEmail, TEXT, EMAIL",
        "orders, CUSTOMER_E_MAIL_2, TEXT, EMAIL",
        "orders, email_address, TEXT, EMAIL",
        "orders, emails, TEXT_ARRAY, EMAIL",
        "orders, home_phone, TEXT, PHONE",
        "orders, phone_old, TEXT, PHONE",
        "orders, mobileNo, TEXT, PHONE",
        "orders, msisdn, WHOLE_NUMBER, PHONE",
        "orders, cc_number, TEXT, PAYMENT_CARD",
        "orders, card_no, WHOLE_NUMBER, PAYMENT_CARD",
        "orders, iban, TEXT, BANK_ACCOUNT",
        "orders, SSN, TEXT, NATIONAL_ID",
        "orders, passport_no, TEXT, NATIONAL_ID",
        "orders, date_of_birth, DATE, BIRTH_DATE",
        "orders, dob, DATE, BIRTH_DATE",
        "orders, birth_year, WHOLE_NUMBER, BIRTH_DATE",
        "orders, password_hash, TEXT, PASSWORD",
        "orders, pwd, BYTES, PASSWORD",
        "orders, refreshToken, TEXT, TOKEN",
        "orders, api_key, TEXT, TOKEN",
        "orders, session_id, UUID, TOKEN",
        "orders, client_ip, TEXT, IP_ADDRESS",
        "orders, ip_address, ADDRESS_IN_NETWORK, IP_ADDRESS",
        "orders, address_line_2, TEXT, STREET_ADDRESS",
        "orders, billing_address, TEXT, STREET_ADDRESS",
        "orders, first_name, TEXT, PERSON_NAME",
        "orders, surname, TEXT, PERSON_NAME",
        "orders, assignee_name, TEXT, PERSON_NAME",
        "customers, name, TEXT, PERSON_NAME",
        "orders, latitude, FRACTION, POSITION",
        "orders, religion, FLAG, SENSITIVE_TRAIT"
    })
    void knowsWhatNamesSay(String relation, String column, ColumnType type, Category expected) {
        assertThat(ColumnNames.category(relation, column, type)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "orders, email_count, WHOLE_NUMBER",
        "orders, email_verified, FLAG",
        "orders, email_template, TEXT",
        "orders, phone_model, TEXT",
        "orders, token_count, WHOLE_NUMBER",
        "orders, password_changed_at, MOMENT",
        "orders, card_type, TEXT",
        "orders, address_type, TEXT",
        "orders, mac_address, TEXT",
        "orders, ip_version, WHOLE_NUMBER",
        "orders, birth_place_id, WHOLE_NUMBER",
        "orders, session_id, WHOLE_NUMBER",
        "products, name, TEXT",
        "orders, file_name, TEXT",
        "orders, translation, TEXT",
        "orders, belonging, TEXT"
    })
    void isNotMisledByNamesThatOnlyTellAboutIt(String relation, String column, ColumnType type) {
        assertThat(ColumnNames.category(relation, column, type)).isNull();
    }
}
