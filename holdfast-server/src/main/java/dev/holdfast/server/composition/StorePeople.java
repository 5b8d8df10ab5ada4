package dev.holdfast.server.composition;

import dev.holdfast.server.audit.JsonLinesAuditLog;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.Console;
import dev.holdfast.server.people.People;
import dev.holdfast.server.people.Site;
import dev.holdfast.server.store.ControlStore;
import java.io.IOException;
import java.time.InstantSource;

/// The people, for whoever may read and write the store itself; a gateway may run meanwhile. It is how the
/// first person gets in: whoever has the store and its key has everything that people guard. What is done so
/// is recorded beside the gateway's own record, in `people`.
public final class StorePeople implements AutoCloseable {
    private static final String RECORD = "people";

    private final Unwinding opened;
    private final People people;

    private StorePeople(Unwinding opened, People people) {
        this.opened = opened;
        this.people = people;
    }

    /// Opens them.
    ///
    /// @throws IOException if there is no console that people could come to, or the store, its key or the
    ///     record cannot be used
    public static StorePeople open(HoldfastConfiguration configuration) throws IOException {
        Console console = configuration.console();
        if (console == null) {
            throw new IOException(
                    "the configuration has no console: nobody could come; add the section console");
        }
        if (console.url().isEmpty() && console.port() == 0) {
            throw new IOException(
                    "console.url: where people open the console cannot be known while console.port is 0");
        }
        Site site = Site.of(ConsoleAddress.of(console));
        Unwinding opened = new Unwinding();
        try {
            HoldfastConfiguration.Audit audit = configuration.audit();
            JsonLinesAuditLog record =
                    opened.add(
                            JsonLinesAuditLog.open(
                                    new JsonLinesAuditLog.Settings(
                                            audit.directory().resolve(RECORD),
                                            audit.fileSizeMaxBytes(),
                                            audit.syncInterval(),
                                            audit.queueEntriesMax()),
                                    InstantSource.system(),
                                    _ -> {}));
            ControlStore store = opened.add(ConfiguredAccess.store(configuration));
            return new StorePeople(
                    opened, ConfiguredPeople.of(configuration, store, record, () -> site));
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /// Them.
    public People people() {
        return people;
    }

    @Override
    public void close() {
        opened.close();
    }
}
