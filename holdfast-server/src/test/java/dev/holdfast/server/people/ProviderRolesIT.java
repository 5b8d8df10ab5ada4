package dev.holdfast.server.people;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;
import java.nio.file.Path;

/// The same on a store in PostgreSQL.
class ProviderRolesIT extends ProviderRolesTest {
    @Override
    ControlStore openStore(Path directory) {
        return PostgresStores.fresh();
    }
}
