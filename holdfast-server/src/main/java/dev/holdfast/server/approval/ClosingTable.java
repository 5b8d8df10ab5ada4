package dev.holdfast.server.approval;

import dev.holdfast.guard.change.CommitPoint;
import dev.holdfast.server.approval.Held.State;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/// What the store remembers of transactions that use approvals, of the gateways that run them, and of those
/// that people closed.
final class ClosingTable {
    /// In the place of a transaction's id, while its gateway has not said that it is about to commit.
    static final String NOT_YET = "none";

    private static final int GATEWAYS_MAX = 1_000;

    private ClosingTable() {}

    /// The transaction that uses an approval.
    ///
    /// @param followed whether whoever took it says when it is about to commit; an earlier version did not
    /// @param point where it is about to commit, or has; null before
    record Use(boolean followed, @Nullable CommitPoint point) {}

    /// A transaction is about to commit, if it may still.
    ///
    /// @return whether it may: the approval is being used by this gateway, and nobody is closing it
    static boolean committing(Handle handle, String id, String gateway, CommitPoint point) {
        return handle.createUpdate(
                                """
                                UPDATE approval SET commit_transaction = :transaction,
                                  commit_system = :system, commit_timeline = :timeline
                                WHERE id = :id AND state = :state AND gateway = :gateway AND barred = 0
                                """)
                        .bind("transaction", point.transactionId())
                        .bind("system", point.system())
                        .bind("timeline", point.timeline())
                        .bind("id", id)
                        .bind("state", State.AMBIGUOUS.text())
                        .bind("gateway", gateway)
                        .execute()
                == 1;
    }

    static Use use(Handle handle, String id) {
        return handle.createQuery(
                        "SELECT commit_transaction, commit_system, commit_timeline FROM approval"
                                + " WHERE id = :id")
                .bind("id", id)
                .map((row, _) -> {
                    String transaction = row.getString("commit_transaction");
                    return transaction.isEmpty() || transaction.equals(NOT_YET)
                            ? new Use(!transaction.isEmpty(), null)
                            : new Use(
                                    true,
                                    new CommitPoint(
                                            transaction,
                                            row.getString("commit_system"),
                                            row.getString("commit_timeline")));
                })
                .findOne()
                .orElse(new Use(false, null));
    }

    /// From now on the gateway that took it may not commit.
    ///
    /// @return what it said before; null where the approval is not in doubt any more
    static @Nullable Use bar(Handle handle, Held held) {
        boolean barred =
                handle.createUpdate(
                                        """
                                        UPDATE approval SET barred = 1
                                        WHERE id = :id AND state = :state AND gateway = :gateway
                                        """)
                                .bind("id", held.id())
                                .bind("state", State.AMBIGUOUS.text())
                                .bind("gateway", held.gateway())
                                .execute()
                        == 1;
        return barred ? use(handle, held.id()) : null;
    }

    /// Ends it, if nothing has happened to it since it was barred.
    ///
    /// @return whether nothing has
    static boolean close(Handle handle, Held held, State becomes, String note, Held.Word word) {
        boolean closed =
                handle.createUpdate(
                                        """
                                        UPDATE approval SET state = :to, note = :note
                                        WHERE id = :id AND state = :state AND gateway = :gateway AND barred = 1
                                        """)
                                .bind("to", becomes.text())
                                .bind("note", note)
                                .bind("id", held.id())
                                .bind("state", State.AMBIGUOUS.text())
                                .bind("gateway", held.gateway())
                                .execute()
                        == 1;
        if (closed) {
            handle.createUpdate(
                            """
                            INSERT INTO approval_closing (approval, person, said, words, proof_kind,
                              credential, evidence, said_at)
                            VALUES (:id, :person, :said, :words, :kind, :credential, :evidence, :at)
                            """)
                    .bind("id", held.id())
                    .bindMap(ApprovalTable.values(word))
                    .execute();
        }
        return closed;
    }

    /// A gateway runs still.
    static void beat(Handle handle, String gateway) {
        handle.createUpdate(
                        "INSERT INTO gateway_beat (gateway, beats) VALUES (:gateway, 1)"
                                + " ON CONFLICT (gateway) DO UPDATE SET beats = gateway_beat.beats + 1")
                .bind("gateway", gateway)
                .execute();
    }

    /// How far a gateway has counted.
    ///
    /// @param beats -1 where it never did
    record Beat(String gateway, long beats) {}

    /// Of the other gateways that have something in doubt.
    static List<Beat> others(Handle handle, String gateway) {
        return handle.createQuery(
                        """
                        SELECT DISTINCT approval.gateway AS gateway, coalesce(beats, -1) AS beats
                        FROM approval LEFT JOIN gateway_beat ON gateway_beat.gateway = approval.gateway
                        WHERE state = :state AND approval.gateway <> :gateway
                        ORDER BY gateway LIMIT :max
                        """)
                .bind("state", State.AMBIGUOUS.text())
                .bind("gateway", gateway)
                .bind("max", GATEWAYS_MAX)
                .map((row, _) -> new Beat(row.getString("gateway"), row.getLong("beats")))
                .list();
    }
}
