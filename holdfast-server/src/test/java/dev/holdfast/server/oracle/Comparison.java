package dev.holdfast.server.oracle;

import dev.holdfast.server.oracle.Observed.Lock;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.analysis.StatementKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Whether everything that happened was predicted.
///
/// Where the analysis says that anything may happen (code that it cannot read), nothing is a surprise.
/// Everywhere else rows, definitions and strong locks must have been predicted for exactly the relation,
/// and everything that belongs to no relation by a kind of effect that policy can refuse.
final class Comparison {
    /// What changes alone when relations are rebuilt, and no definition with them.
    private static final Set<String> PHYSICAL =
            Set.of(
                    "pg_class",
                    "pg_index",
                    "pg_attribute",
                    "pg_type",
                    "pg_statistic",
                    "pg_statistic_ext_data",
                    "pg_constraint",
                    // The session's schema for temporary relations, made when first needed.
                    "pg_namespace");

    /// Where it is written who may do what, and as what sessions start.
    private static final Set<String> PRIVILEGES =
            Set.of(
                    "pg_authid",
                    "pg_auth_members",
                    "pg_db_role_setting",
                    "pg_default_acl",
                    "pg_parameter_acl",
                    "pg_policy",
                    "pg_seclabel",
                    "pg_shseclabel",
                    "pg_user_mapping");

    /// Settings that change how a text is read, what is enforced, or who acts: D5 of the architecture.
    private static final Set<String> PINNED =
            Set.of(
                    "client_encoding",
                    "default_transaction_read_only",
                    "role",
                    "row_security",
                    "session_replication_role",
                    "standard_conforming_strings",
                    "transaction_read_only");

    private final Prediction predicted;
    private final Observed observed;
    private final Set<String> partitions;
    private final List<String> surprises = new ArrayList<>();

    private Comparison(Prediction predicted, Observed observed, Set<String> partitions) {
        this.predicted = predicted;
        this.observed = observed;
        this.partitions = partitions;
    }

    /// What happened and was not predicted; one line each.
    ///
    /// @param partitions the relations that are partitions: there, moving a row is an UPDATE
    static List<String> surprises(Prediction predicted, Observed observed, Set<String> partitions) {
        Comparison comparison = new Comparison(predicted, observed, partitions);
        if (predicted.anything().isEmpty()) {
            comparison.rows();
            comparison.definitions();
            comparison.catalogs();
            comparison.session();
            comparison.locks();
        }
        return comparison.surprises;
    }

    private void rows() {
        observed.rows()
                .forEach((relation, rows) -> {
                    // A row that moves between partitions is inserted in one and deleted in
                    // another.
                    boolean moves =
                            partitions.contains(relation) && does(relation, Operation.UPDATE);
                    if (rows.inserted() > 0 && !moves) {
                        boolean created = does(relation, Operation.DEFINE);
                        expect(created || does(relation, Operation.INSERT), "INSERT", relation);
                    }
                    if (rows.updated() > 0) {
                        expect(does(relation, Operation.UPDATE), "UPDATE", relation);
                    }
                    if (rows.deleted() > 0 && !moves) {
                        expect(does(relation, Operation.DELETE), "DELETE", relation);
                    }
                });
        for (String relation : observed.emptied()) {
            boolean known =
                    predicted.does(relation, Operation.TRUNCATE, Operation.DELETE, Operation.DROP);
            expect(known, "TRUNCATE", relation);
        }
    }

    private void definitions() {
        for (String relation : observed.defined()) {
            expect(predicted.does(relation, Operation.DEFINE), "DEFINE", relation);
        }
        for (String relation : observed.dropped()) {
            expect(predicted.does(relation, Operation.DROP), "DROP", relation);
        }
        for (String relation : observed.altered()) {
            boolean known =
                    predicted.does(relation, Operation.ALTER, Operation.DEFINE, Operation.DROP);
            expect(known, "ALTER", relation);
        }
    }

    private void catalogs() {
        boolean defines =
                predicted.hasKind(
                        StatementKind.DEFINE,
                        StatementKind.DESTROY,
                        StatementKind.PRIVILEGE,
                        StatementKind.UNSAFE_IO);
        boolean maintains =
                predicted.hasCommand("REINDEX")
                        || predicted.hasCommand("CLUSTER")
                        || predicted.hasCommand("ANALYZE")
                        || predicted.hasCommand("REFRESH MATERIALIZED VIEW");
        boolean privileges = predicted.hasKind(StatementKind.PRIVILEGE, StatementKind.DESTROY);
        for (String catalog : observed.catalogs()) {
            if (PRIVILEGES.contains(catalog)) {
                expect(privileges, "change of privileges", catalog);
            } else {
                boolean rebuilds = maintains && PHYSICAL.contains(catalog);
                expect(defines || rebuilds, "change of definitions", catalog);
            }
        }
        if (observed.privileges()) {
            expect(privileges, "change of privileges", "owners or access lists");
        }
    }

    private void session() {
        for (String sequence : observed.sequences()) {
            expect(predicted.atLeast(StatementKind.WRITE), "advance of sequence", sequence);
        }
        observed.settings()
                .forEach((setting, value) -> {
                    boolean stricter =
                            setting.endsWith("transaction_read_only") && value.equals("on");
                    boolean known =
                            predicted.hasKind(StatementKind.SAFEGUARD)
                                    || (predicted.hasKind(StatementKind.SESSION)
                                            && (stricter || !PINNED.contains(setting)))
                                    || (predicted.hasKind(StatementKind.TRANSACTION)
                                            && setting.startsWith("transaction_")
                                            && (stricter || !PINNED.contains(setting)));
                    expect(known, "change of setting", setting);
                });
        for (String held : observed.held()) {
            expect(predicted.hasKind(StatementKind.SESSION), "holding", held);
        }
        if (observed.advisoryLocks() > 0) {
            expect(predicted.atLeast(StatementKind.LOCK), "advisory lock", "");
        }
        if (observed.ended()) {
            expect(predicted.endsTransaction(), "end of the transaction", "");
        }
    }

    private void locks() {
        boolean defines =
                predicted.hasKind(
                        StatementKind.DEFINE,
                        StatementKind.DESTROY,
                        StatementKind.PRIVILEGE,
                        StatementKind.UNSAFE_IO);
        observed.locks()
                .forEach((relation, lock) -> {
                    if (lock.compareTo(Lock.ROW_EXCLUSIVE) <= 0) {
                        // Planning a write takes the lock of one. It holds up nobody who reads or
                        // writes.
                        boolean planned = predicted.hasCommand("EXPLAIN");
                        expect(
                                planned || predicted.atLeast(StatementKind.LOCK),
                                lock.name(),
                                relation);
                    } else if (!defines) {
                        boolean known =
                                predicted.does(
                                        relation,
                                        Operation.LOCK,
                                        Operation.INSERT,
                                        Operation.UPDATE,
                                        Operation.DELETE,
                                        Operation.ALTER,
                                        Operation.TRUNCATE);
                        expect(known, lock.name(), relation);
                    }
                });
    }

    private boolean does(String relation, Operation operation) {
        return predicted.does(relation, operation);
    }

    private void expect(boolean known, String what, String object) {
        if (!known) {
            surprises.add((what + " " + object).strip());
        }
    }
}
