package dev.holdfast.server.people;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;
import dev.holdfast.testkit.SideBySide;

/// The same on a store in PostgreSQL.
@SideBySide
class PeopleIT extends PeopleTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }

    @Override
    String stored() {
        return PostgresStores.contents();
    }
}
