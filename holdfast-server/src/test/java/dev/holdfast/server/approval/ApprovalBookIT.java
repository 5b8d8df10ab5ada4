package dev.holdfast.server.approval;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;
import dev.holdfast.testkit.SideBySide;

/// The same on a store in PostgreSQL.
@SideBySide
class ApprovalBookIT extends ApprovalBookTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }
}
