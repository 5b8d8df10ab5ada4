package dev.holdfast.server.cli;

import dev.holdfast.server.api.ApiParts;
import dev.holdfast.server.composition.ConsoleParts;
import java.util.List;

/// What the console of this program serves.
final class Served {
    static final ConsoleParts PARTS = new ApiParts(_ -> List.of(), ConsoleParts.NONE.errorPage());

    private Served() {}
}
