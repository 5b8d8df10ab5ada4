package dev.holdfast.server.capture;

import java.io.Serial;

/// Others changed rows while they were read, so that what was found may not be the transaction's: to be
/// read again.
final class ConcurrentChangeException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final String relation;

    ConcurrentChangeException(String relation) {
        super(relation);
        this.relation = relation;
    }

    String relation() {
        return relation;
    }
}
