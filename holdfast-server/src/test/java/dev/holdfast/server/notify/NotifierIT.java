package dev.holdfast.server.notify;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;

/// The same on a store in PostgreSQL.
class NotifierIT extends NotifierTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }
}
