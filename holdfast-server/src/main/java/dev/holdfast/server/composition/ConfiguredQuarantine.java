package dev.holdfast.server.composition;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.change.CommitNotice;
import dev.holdfast.server.catalog.CatalogSource;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.config.HoldfastConfiguration.AgentDatabase;
import dev.holdfast.server.config.HoldfastConfiguration.Database;
import dev.holdfast.server.config.HoldfastConfiguration.ServiceRole;
import dev.holdfast.server.quarantine.Quarantine;
import dev.holdfast.server.quarantine.RestoreRole;
import dev.holdfast.server.quarantine.ScheduledPurge;
import dev.holdfast.sql.parser.ParseOutcome;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/// The quarantine that a configuration describes.
public final class ConfiguredQuarantine {
    /// Others wait behind whoever waits for such a lock.
    private static final Duration LOCK_TIME = Duration.ofSeconds(5);

    private static final Duration STATEMENT_TIME = Duration.ofMinutes(30);

    private ConfiguredQuarantine() {}

    /// Makes it ready to look at, to try out and to put back.
    ///
    /// @param parser parses statements that are tried out
    /// @throws IOException if its directory cannot be made
    public static Quarantine of(
            HoldfastConfiguration configuration, Function<byte[], ParseOutcome> parser)
            throws IOException {
        return of(configuration, parser, CommitNotice.OF_NOTHING_APPROVED);
    }

    /// Makes it ready for use.
    ///
    /// @param parser parses statements that are carried out
    /// @param notice is told before a transaction commits that uses people's word
    static Quarantine of(
            HoldfastConfiguration configuration,
            Function<byte[], ParseOutcome> parser,
            CommitNotice notice)
            throws IOException {
        Map<String, RestoreRole> roles = new HashMap<>();
        for (Database database : configuration.databases()) {
            ServiceRole restore = database.restore();
            if (restore != null) {
                roles.put(database.name(), role(database, restore));
            }
        }
        HoldfastConfiguration.Undo undo = configuration.undo();
        return new Quarantine(
                new Quarantine.Settings(
                        undo.directory().resolve("quarantine"),
                        undo.transactionSizeMaxBytes(),
                        undo.retention(),
                        undo.encryptTo()),
                roles,
                parser,
                notice,
                InstantSource.system(),
                new SecureRandom());
    }

    /// Removes what was kept long enough, on record.
    static ScheduledPurge purging(Quarantine quarantine, AuditLog audit, InstantSource clock) {
        return ScheduledPurge.start(
                quarantine,
                (entry, step) ->
                        audit.recordDurably(
                                new AuditEntry(
                                        clock.millis() * 1_000,
                                        0,
                                        "system:quarantine",
                                        entry.database(),
                                        "purge " + entry.id(),
                                        "allow",
                                        "quarantine.retention",
                                        switch (step) {
                                            case BEGINS -> "committing";
                                            case DONE -> "ok";
                                            case FAILED -> "error";
                                        },
                                        "",
                                        -1,
                                        0,
                                        1)),
                clock);
    }

    private static RestoreRole role(Database database, ServiceRole restore) {
        CatalogSource address =
                CatalogAnalyst.source(
                        database,
                        new AgentDatabase(database.name(), restore.role(), restore.password()));
        return new RestoreRole(
                address.server(),
                address.database(),
                address.properties(),
                restore.role(),
                restore.password()::reveal,
                LOCK_TIME,
                STATEMENT_TIME);
    }
}
