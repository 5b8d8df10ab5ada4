package dev.holdfast.server.config;

import dev.holdfast.server.config.HoldfastConfiguration.PostgresStore;
import dev.holdfast.server.config.HoldfastConfiguration.Store;
import dev.holdfast.server.config.HoldfastConfiguration.Upstream;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The settings of the control store.
final class StoreDeclarations {
    private StoreDeclarations() {}

    /// @param file null for one in the record's directory
    /// @param postgres null for a file
    record WrittenStore(@Nullable Path file, @Nullable PostgresStore postgres) {
        Store within(Path recordDirectory) {
            return new Store(
                    file == null ? recordDirectory.resolve("holdfast.db") : file, postgres);
        }
    }

    private static final Field<String> POSTGRES_ROLE =
            Field.required(
                    "role",
                    Declarations.IDENTIFIER,
                    "The PostgreSQL role; it makes and owns the tables.");
    private static final Field<Secret> POSTGRES_PASSWORD =
            Field.required("password", new SecretShape(), "The role's password, by reference.");
    static final ObjectShape<PostgresStore> POSTGRES =
            new ObjectShape<>(
                    "A control store in PostgreSQL",
                    v ->
                            new PostgresStore(
                                    v.of(Declarations.UPSTREAM_HOST),
                                    v.of(Declarations.UPSTREAM_PORT),
                                    v.of(Declarations.UPSTREAM_DATABASE),
                                    v.of(POSTGRES_ROLE),
                                    v.of(POSTGRES_PASSWORD),
                                    v.of(Declarations.UPSTREAM_SSLMODE),
                                    v.orNull(Declarations.UPSTREAM_ROOT_CERTIFICATE)),
                    List.of(
                            Declarations.UPSTREAM_HOST,
                            Declarations.UPSTREAM_PORT,
                            Declarations.UPSTREAM_DATABASE,
                            POSTGRES_ROLE,
                            POSTGRES_PASSWORD,
                            Declarations.UPSTREAM_SSLMODE,
                            Declarations.UPSTREAM_ROOT_CERTIFICATE));

    static final Field<Path> FILE =
            Field.optional(
                    "file",
                    new PathShape("a file that Holdfast may write"),
                    "The SQLite database in which Holdfast keeps what must outlive it: agents, grants,"
                            + " stops, how many rows each agent changed. Default: `holdfast.db` in the"
                            + " record's directory. On a local disk.");
    static final Field<PostgresStore> POSTGRES_FIELD =
            Field.optional(
                    "postgres",
                    POSTGRES,
                    "A PostgreSQL database in place of the file, so that several gateways share one"
                            + " store: an order given on one is followed by all. A database of its"
                            + " own, which no agent can reach.");
    static final ObjectShape<WrittenStore> STORE =
            new ObjectShape<>(
                    "The control store",
                    v -> new WrittenStore(v.orNull(FILE), v.orNull(POSTGRES_FIELD)),
                    List.of(FILE, POSTGRES_FIELD));
    static final Field<WrittenStore> STORE_FIELD =
            Field.of(
                    "store",
                    STORE,
                    STORE.construct().apply(STORE.defaults()),
                    "Where Holdfast keeps its own state.");

    /// What one setting of the store demands of another.
    static void check(HoldfastConfiguration configuration, Reading reading) {
        PostgresStore postgres = configuration.store().postgres();
        if (postgres == null) {
            return;
        }
        if (postgres.sslMode().verifies() != (postgres.rootCertificate() != null)) {
            reading.problem(
                    "store.postgres.root-certificate",
                    "belongs to sslmode verify-ca and verify-full (expected: a PEM file with these,"
                            + " none with the others)");
        }
        for (HoldfastConfiguration.Database database : configuration.databases()) {
            Upstream upstream = database.upstream();
            if (upstream.host().equals(postgres.host())
                    && upstream.port() == postgres.port()
                    && upstream.database().equals(postgres.database())) {
                reading.problem(
                        "store.postgres.database",
                        "%s is the database %s that agents use (expected: one of its own)"
                                .formatted(postgres.database(), database.name()));
            }
        }
    }
}
