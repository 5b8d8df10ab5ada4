package dev.holdfast.server.journal;

import java.io.IOException;

/// A file of the journal is not what was written. The message says which, where and how.
public final class JournalDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    JournalDamagedException(String message) {
        super(message);
    }
}
