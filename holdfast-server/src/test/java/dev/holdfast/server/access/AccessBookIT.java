package dev.holdfast.server.access;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;

/// The same on a store in PostgreSQL.
class AccessBookIT extends AccessBookTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }
}
