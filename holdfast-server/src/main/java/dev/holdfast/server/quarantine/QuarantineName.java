package dev.holdfast.server.quarantine;

import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/// How entries of the quarantine, and their schemas in the database, are named.
///
/// Each entry has schemas of its own: what is moved keeps its names, those of its indexes, sequences and
/// types too, and two tables of the same name that are dropped one after the other do not meet.
final class QuarantineName {
    private static final String DIGITS = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int LENGTH = 12;
    private static final Pattern ID = Pattern.compile("qrn_[a-z0-9]{12}");
    private static final Pattern SCHEMA = Pattern.compile("holdfast_[a-z0-9]{12}_[0-9]+");

    private QuarantineName() {}

    static String random(RandomGenerator random) {
        StringBuilder id = new StringBuilder("qrn_");
        for (int i = 0; i < LENGTH; i++) {
            id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return id.toString();
    }

    static boolean isId(String text) {
        return ID.matcher(text).matches();
    }

    /// @param number from 1 on
    static String schema(String id, int number) {
        return "holdfast_" + id.substring(4) + "_" + number;
    }

    /// Whether a schema is one of the quarantine's.
    static boolean is(String schema) {
        return SCHEMA.matcher(schema).matches();
    }
}
