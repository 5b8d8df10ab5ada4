package dev.holdfast.gateway.guarded;

import java.io.Serial;

/// PostgreSQL answered a question of the gateway's with an error.
public final class PostgresErrorException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final String sqlState;
    private final transient byte[] message;
    private final int question;

    PostgresErrorException(String sqlState, byte[] message, int question) {
        super("SQLSTATE " + sqlState);
        this.sqlState = sqlState;
        this.message = message;
        this.question = question;
    }

    public String sqlState() {
        return sqlState;
    }

    /// The whole ErrorResponse, as the client may be given it.
    public byte[] message() {
        return message.clone();
    }

    /// Which of the questions it was, from 0.
    int question() {
        return question;
    }
}
