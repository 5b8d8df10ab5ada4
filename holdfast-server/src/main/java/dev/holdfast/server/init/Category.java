package dev.holdfast.server.init;

/// What makes a column one that agents should not see.
enum Category {
    EMAIL("e-mail addresses"),
    PHONE("phone numbers"),
    PAYMENT_CARD("payment cards"),
    BANK_ACCOUNT("bank accounts"),
    NATIONAL_ID("personal identity numbers"),
    BIRTH_DATE("birth dates"),
    PASSWORD("passwords or their hashes"),
    TOKEN("keys or tokens"),
    IP_ADDRESS("IP addresses"),
    STREET_ADDRESS("street addresses"),
    PERSON_NAME("names of persons"),
    POSITION("geographic positions"),
    SENSITIVE_TRAIT("health, belief or origin of persons");

    private final String words;

    Category(String words) {
        this.words = words;
    }

    /// In the plural, to stand after "looks like".
    String words() {
        return words;
    }
}
