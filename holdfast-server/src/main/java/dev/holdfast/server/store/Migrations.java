package dev.holdfast.server.store;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/// The store's tables, version by version.
final class Migrations {
    private Migrations() {}

    /// Brings the tables to this version's form; refuses those of a later version.
    static void bring(DataSource source) {
        Flyway.configure(ControlStore.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:dev/holdfast/server/store/migrations")
                .ignoreMigrationPatterns(new String[0])
                .load()
                .migrate();
    }
}
