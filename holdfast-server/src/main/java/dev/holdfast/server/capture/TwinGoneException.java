package dev.holdfast.server.capture;

import dev.holdfast.guard.change.ChangeRefusedException;
import java.io.Serial;

/// A session of the capture role did not answer its first question.
final class TwinGoneException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final ChangeRefusedException refused;

    TwinGoneException(ChangeRefusedException refused) {
        super(refused);
        this.refused = refused;
    }

    ChangeRefusedException refused() {
        return refused;
    }
}
