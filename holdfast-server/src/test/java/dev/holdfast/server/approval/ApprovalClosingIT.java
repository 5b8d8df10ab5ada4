package dev.holdfast.server.approval;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStores;

/// The same where both gateways share a store in PostgreSQL.
class ApprovalClosingIT extends ApprovalClosingTest {
    @Override
    ControlStore openStore() {
        return PostgresStores.fresh();
    }
}
