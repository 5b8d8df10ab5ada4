package dev.holdfast.server.people;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;

/// The same on a store in PostgreSQL.
class ProviderLoginsIT extends ProviderLoginsTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }
}
