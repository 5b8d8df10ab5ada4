package dev.holdfast.server.console;

import dev.holdfast.server.web.Exchange;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/// What comes with a form, and what goes into an address.
final class Fields {
    private Fields() {}

    /// A field; empty where it is missing.
    static String text(Exchange exchange, String name) {
        String value = exchange.form(name);
        return value == null ? "" : value;
    }

    /// A whole number that is not negative; -1 where it is none.
    static long number(String text) {
        String digits = text.strip();
        return digits.length() <= 18
                        && !digits.isEmpty()
                        && digits.chars().allMatch(Fields::isDigit)
                ? Long.parseLong(digits)
                : -1;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /// A name as a segment of a path.
    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
