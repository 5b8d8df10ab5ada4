package dev.holdfast.server.store;

import dev.holdfast.testkit.SideBySide;
import java.util.List;

/// The same on a store in PostgreSQL.
@SideBySide
class StoredRowLedgerIT extends StoredRowLedgerTest {
    private final PostgresStore settings = PostgresStores.freshSettings();

    @Override
    List<String> place() {
        return List.of(
                settings.host(),
                Integer.toString(settings.port()),
                settings.database(),
                settings.role(),
                settings.password().get());
    }
}
