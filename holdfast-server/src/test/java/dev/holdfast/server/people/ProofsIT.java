package dev.holdfast.server.people;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;
import dev.holdfast.testkit.SideBySide;

/// The same on a store in PostgreSQL.
@SideBySide
class ProofsIT extends ProofsTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }
}
