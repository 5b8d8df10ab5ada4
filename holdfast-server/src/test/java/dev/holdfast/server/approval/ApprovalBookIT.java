package dev.holdfast.server.approval;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;

/// The same on a store in PostgreSQL.
class ApprovalBookIT extends ApprovalBookTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }
}
