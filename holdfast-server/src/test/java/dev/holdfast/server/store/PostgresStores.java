package dev.holdfast.server.store;

import dev.holdfast.testkit.DisposablePostgres;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Control stores in PostgreSQL, for what is tested on both engines: one server for all classes of a run, and
/// for each test a database of its own, copied from one that has the tables already.
public final class PostgresStores {
    private static final String ROLE = "keeper";
    private static final String PASSWORD = "a long test password";
    private static final String TEMPLATE = "store_template";

    private static @Nullable PostgresStores shared;

    private final DisposablePostgres postgres;
    private int count;

    private PostgresStores() {
        // It ends with this process.
        postgres = DisposablePostgres.start();
        postgres.createRole(ROLE, PASSWORD, "NOSUPERUSER");
        postgres.createDatabase(TEMPLATE);
        postgres.sql("ALTER DATABASE " + TEMPLATE + " OWNER TO " + ROLE);
        try (ControlStore store = new ControlStore(settings(TEMPLATE))) {
            store.open();
        } catch (StoreException e) {
            throw new IllegalStateException("the template cannot be made", e);
        }
    }

    /// An empty store, and the only one: the one before is gone.
    public static synchronized ControlStore fresh() {
        return new ControlStore(freshSettings());
    }

    /// Where an empty store is, and the only one.
    public static synchronized PostgresStore freshSettings() {
        PostgresStores stores = shared;
        if (stores == null) {
            stores = new PostgresStores();
            shared = stores;
        }
        return stores.next();
    }

    /// Everything that the latest store holds, as text.
    public static synchronized String contents() {
        PostgresStores stores = shared;
        if (stores == null) {
            throw new IllegalStateException("no store was asked for yet (expected: fresh() first)");
        }
        return stores.postgres.value(
                "store_" + stores.count, "SELECT database_to_xml(true, false, '')");
    }

    private PostgresStore next() {
        postgres.sql("DROP DATABASE IF EXISTS store_%d WITH (FORCE)".formatted(count));
        count++;
        String name = "store_" + count;
        postgres.sql("CREATE DATABASE %s TEMPLATE %s OWNER %s".formatted(name, TEMPLATE, ROLE));
        return settings(name);
    }

    private PostgresStore settings(String database) {
        return new PostgresStore(
                postgres.host(),
                postgres.port(),
                database,
                ROLE,
                () -> PASSWORD,
                Map.of("sslmode", "disable"));
    }
}
