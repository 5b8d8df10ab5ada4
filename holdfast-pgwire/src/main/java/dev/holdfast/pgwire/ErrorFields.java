package dev.holdfast.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The fields of an ErrorResponse or NoticeResponse in the order sent (PostgreSQL manual,
/// "Error and Notice Message Fields"). Fields that the manual does not know are kept: it asks clients
/// to ignore them, and a gateway must pass them on.
///
/// @param fields the fields in order
public record ErrorFields(List<Field> fields) {
    public static final char SEVERITY = 'S';
    public static final char SEVERITY_NOT_LOCALIZED = 'V';
    public static final char CODE = 'C';
    public static final char MESSAGE = 'M';
    public static final char DETAIL = 'D';
    public static final char HINT = 'H';
    public static final char POSITION = 'P';
    public static final char INTERNAL_POSITION = 'p';
    public static final char INTERNAL_QUERY = 'q';
    public static final char WHERE = 'W';
    public static final char SCHEMA = 's';
    public static final char TABLE = 't';
    public static final char COLUMN = 'c';
    public static final char DATA_TYPE = 'd';
    public static final char CONSTRAINT = 'n';
    public static final char FILE = 'F';
    public static final char LINE = 'L';
    public static final char ROUTINE = 'R';

    public ErrorFields {
        fields = List.copyOf(fields);
    }

    /// One field.
    ///
    /// @param type its type byte, 1 … 255; 0 ends the list on the wire
    /// @param value its text
    public record Field(char type, String value) {
        public Field {
            if (type == 0 || type > 0xff) {
                throw new IllegalArgumentException(
                        "error field type: " + (int) type + " (expected: 1..255)");
            }
            WireText.requireSendable("error field " + type, value);
        }
    }

    /// Begins the fields with what every error must have: severity (both forms), SQLSTATE, message.
    ///
    /// @param severity ERROR, FATAL or PANIC; in a notice WARNING, NOTICE, DEBUG, INFO or LOG
    /// @param sqlState five characters
    /// @param message the primary text, one line
    public static Builder builder(String severity, String sqlState, String message) {
        return new Builder()
                .field(SEVERITY, severity)
                .field(SEVERITY_NOT_LOCALIZED, severity)
                .field(CODE, sqlState)
                .field(MESSAGE, message);
    }

    /// The first field of a type, or null.
    public @Nullable String value(char type) {
        for (Field field : fields) {
            if (field.type == type) {
                return field.value;
            }
        }
        return null;
    }

    /// The severity that does not depend on the server's language; the localized one of servers before
    /// 9.6, which send no other; null if there is none.
    public @Nullable String severity() {
        String severity = value(SEVERITY_NOT_LOCALIZED);
        return severity != null ? severity : value(SEVERITY);
    }

    /// The SQLSTATE, or null.
    public @Nullable String sqlState() {
        return value(CODE);
    }

    /// The primary text, or null.
    public @Nullable String message() {
        return value(MESSAGE);
    }

    /// The secondary text, or null.
    public @Nullable String detail() {
        return value(DETAIL);
    }

    /// The suggestion, or null.
    public @Nullable String hint() {
        return value(HINT);
    }

    static ErrorFields read(Body body) {
        List<Field> fields = new ArrayList<>();
        while (true) {
            char type = (char) (body.int8("field type") & 0xff);
            if (type == 0) {
                return new ErrorFields(fields);
            }
            fields.add(new Field(type, body.string("field")));
        }
    }

    void write(ByteBuf out) {
        for (Field field : fields) {
            out.writeByte(field.type);
            WireText.write(out, field.value);
        }
        out.writeByte(0);
    }

    /// Collects fields in the order in which they are to be sent.
    public static final class Builder {
        private final List<Field> fields = new ArrayList<>();

        private Builder() {}

        /// Adds a field; null adds nothing.
        ///
        /// @throws IllegalArgumentException for type 0 and for text that cannot be sent
        public Builder field(char type, @Nullable String value) {
            if (value != null) {
                fields.add(new Field(type, value));
            }
            return this;
        }

        /// Adds the secondary text; null adds nothing.
        public Builder detail(@Nullable String detail) {
            return field(DETAIL, detail);
        }

        /// Adds the suggestion; null adds nothing.
        public Builder hint(@Nullable String hint) {
            return field(HINT, hint);
        }

        /// Adds the place in the query, counted in characters from 1; 0 adds nothing.
        public Builder position(int position) {
            return position == 0 ? this : field(POSITION, Integer.toString(position));
        }

        /// Adds the constraint's name, which Holdfast uses for the name of the rule; null adds nothing.
        public Builder constraint(@Nullable String constraint) {
            return field(CONSTRAINT, constraint);
        }

        /// The fields added so far.
        public ErrorFields build() {
            return new ErrorFields(fields);
        }
    }
}
