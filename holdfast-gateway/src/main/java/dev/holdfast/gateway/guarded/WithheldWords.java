package dev.holdfast.gateway.guarded;

import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.ErrorFields;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// PostgreSQL's errors and notices without what they say of rows, for an agent to which a part of these
/// rows is closed.
///
/// DETAIL quotes keys and whole rows (`Failing row contains …`), whatever columns the statement named.
/// The message itself holds a value where one could not be converted (SQLSTATE class 22, found while
/// the statement ran), and whatever its author wrote where it comes from code of the database: that of
/// triggers, domains and functions has a context. What names the relation, the column and the
/// constraint stays, as does the SQLSTATE.
public final class WithheldWords {
    private static final String MESSAGE = "what PostgreSQL says is withheld";
    private static final String DETAIL =
            "Rule column.denied: rows that the statement changes hold what this agent may not see,"
                    + " and PostgreSQL quotes from them.";

    /// Raised by code of the database.
    private static final String RAISED_CLASS = "P0";

    private static final String DATA_CLASS = "22";

    private WithheldWords() {}

    /// Appends an ErrorResponse or NoticeResponse, without such words.
    ///
    /// @param message the whole message; stays as it is
    public static void write(ByteBuf message, ByteBuf out) {
        switch (BackendMessage.decode(message.slice())) {
            case BackendMessage.ErrorResponse(ErrorFields fields) ->
                    new BackendMessage.ErrorResponse(without(fields)).encode(out);
            case BackendMessage.NoticeResponse(ErrorFields fields) ->
                    new BackendMessage.NoticeResponse(without(fields)).encode(out);
            case BackendMessage other ->
                    throw new IllegalArgumentException("no error and no notice: " + other);
        }
    }

    /// What may be told of an error to whoever may not see the rows; null where its message may not be.
    public static @Nullable String message(ErrorFields fields) {
        return quotes(fields) ? null : fields.message();
    }

    private static ErrorFields without(ErrorFields fields) {
        boolean quotes = quotes(fields);
        ErrorFields.Builder told =
                ErrorFields.builder(
                        String.valueOf(fields.severity()),
                        String.valueOf(fields.sqlState()),
                        quotes ? MESSAGE : String.valueOf(fields.message()));
        if (quotes || fields.detail() != null) {
            told.detail(DETAIL);
        }
        return told.field(ErrorFields.POSITION, fields.value(ErrorFields.POSITION))
                .field(ErrorFields.SCHEMA, fields.value(ErrorFields.SCHEMA))
                .field(ErrorFields.TABLE, fields.value(ErrorFields.TABLE))
                .field(ErrorFields.COLUMN, fields.value(ErrorFields.COLUMN))
                .field(ErrorFields.DATA_TYPE, fields.value(ErrorFields.DATA_TYPE))
                .constraint(fields.value(ErrorFields.CONSTRAINT))
                .build();
    }

    private static boolean quotes(ErrorFields fields) {
        String state = String.valueOf(fields.sqlState());
        // What was found wrong in the text itself, before anything ran, has a place in it.
        boolean inText = fields.value(ErrorFields.POSITION) != null;
        return fields.value(ErrorFields.WHERE) != null
                || state.startsWith(RAISED_CLASS)
                || (state.startsWith(DATA_CLASS) && !inText);
    }
}
