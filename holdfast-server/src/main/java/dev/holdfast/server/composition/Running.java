package dev.holdfast.server.composition;

import dev.holdfast.gateway.client.AgentDirectory;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.access.AccessBook;
import dev.holdfast.server.approval.ApprovalBook;
import dev.holdfast.server.audit.Traffic;
import dev.holdfast.server.config.HoldfastConfiguration;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.sql.parser.SqlParser;
import java.time.InstantSource;

/// What runs before the console starts.
record Running(
        HoldfastConfiguration configuration,
        InstantSource clock,
        AuditLog audit,
        Traffic traffic,
        ControlStore store,
        ApprovalBook approvals,
        AgentDirectory agents,
        AccessBook access,
        SessionRegistry sessions,
        SqlParser parser,
        CatalogAnalyst analyst) {}
