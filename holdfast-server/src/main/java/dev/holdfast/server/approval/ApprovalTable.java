package dev.holdfast.server.approval;

import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/// The tables of approvals in the control store.
final class ApprovalTable {
    private static final ObjectMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<List<@Nullable String>> TEXTS = new TypeReference<>() {};

    private ApprovalTable() {}

    static void insert(Handle handle, Held held) {
        HeldStatement statement = held.statement();
        Principal principal = statement.principal();
        handle.createUpdate(
                        """
                        INSERT INTO approval (id, statement_key, agent, grant_id, database_name, policy,
                          task, justification, kind, statement_text, redacted, parameters, binding, rule, reason,
                          basis, effect, digest, people_needed, state, asked_at, expires_at,
                          transaction_id, note)
                        VALUES (:id, :key, :agent, :grant, :database, :policy, :task, :justification,
                          :kind, :text, :redacted, :parameters, :binding, :rule, :reason, :basis, :effect,
                          :digest, :people, :state, :asked, :expires, '', '')
                        """)
                .bind("id", held.id())
                .bind("key", statement.key())
                .bind("agent", principal.agent())
                .bind("grant", principal.grant())
                .bind("database", principal.database())
                .bind("policy", principal.policy())
                .bind("task", held.purpose().task())
                .bind("justification", held.purpose().justification())
                .bind("kind", statement.kind().name())
                .bind("text", statement.text())
                .bind("redacted", statement.redacted())
                .bind("parameters", JSON.writeValueAsString(statement.parameters()))
                .bind("binding", statement.binding())
                .bind("rule", statement.rule())
                .bind("reason", statement.reason())
                .bind("basis", statement.basis())
                .bind("effect", JSON.writeValueAsString(held.effect()))
                .bind("digest", held.digest())
                .bind("people", (long) held.peopleNeeded())
                .bind("state", held.state().text())
                .bind("asked", held.askedAtEpochMillis())
                .bind("expires", held.expiresAtEpochMillis())
                .execute();
    }

    /// Moves an approval on, if it is still where it is thought to be.
    ///
    /// @return whether it was
    static boolean move(
            Handle handle,
            String id,
            Held.State from,
            Held.State to,
            long expiresAt,
            String transaction,
            String note) {
        return handle.createUpdate(
                                """
                                UPDATE approval SET state = :to, expires_at = :expires,
                                  transaction_id = :transaction, note = :note
                                WHERE id = :id AND state = :from
                                """)
                        .bind("id", id)
                        .bind("from", from.text())
                        .bind("to", to.text())
                        .bind("expires", expiresAt)
                        .bind("transaction", transaction)
                        .bind("note", note)
                        .execute()
                == 1;
    }

    /// Takes a word to use it, if it is approved still.
    ///
    /// @return whether it was
    static boolean take(Handle handle, String id, String gateway, String note) {
        return handle.createUpdate(
                                """
                                UPDATE approval SET state = :to, gateway = :gateway, transaction_id = '',
                                  note = :note, commit_transaction = :notYet, commit_system = '',
                                  commit_timeline = '', barred = 0
                                WHERE id = :id AND state = :from
                                """)
                        .bind("id", id)
                        .bind("from", Held.State.APPROVED.text())
                        .bind("to", Held.State.AMBIGUOUS.text())
                        .bind("gateway", gateway)
                        .bind("note", note)
                        .bind("notYet", ClosingTable.NOT_YET)
                        .execute()
                == 1;
    }

    static void say(Handle handle, String id, Held.Word word) {
        handle.createUpdate(
                        """
                        INSERT INTO approval_word (approval, person, said, words, proof_kind, credential,
                          evidence, said_at)
                        VALUES (:id, :person, :said, :words, :kind, :credential, :evidence, :at)
                        """)
                .bind("id", id)
                .bindMap(values(word))
                .execute();
    }

    /// What somebody said, as both tables of words name it.
    static Map<String, Object> values(Held.Word word) {
        return Map.of(
                "person", word.person(),
                "said", word.said().name(),
                "words", word.words(),
                "kind", word.proofKind(),
                "credential", word.credential(),
                "evidence", word.evidence(),
                "at", word.atEpochMillis());
    }

    static @Nullable Held find(Handle handle, String id) {
        return handle.createQuery("SELECT * FROM approval WHERE id = :id")
                .bind("id", id)
                .map((result, _) -> held(handle, result))
                .findOne()
                .orElse(null);
    }

    /// The latest of the identical statement.
    static @Nullable Held latest(Handle handle, String key) {
        return handle.createQuery(
                        "SELECT * FROM approval WHERE statement_key = :key"
                                + " ORDER BY asked_at DESC, id DESC LIMIT 1")
                .bind("key", key)
                .map((result, _) -> held(handle, result))
                .findOne()
                .orElse(null);
    }

    static List<Held> list(Handle handle, int max) {
        return handle.createQuery(
                        "SELECT * FROM approval ORDER BY asked_at DESC, id DESC LIMIT :max")
                .bind("max", max)
                .map((result, _) -> held(handle, result))
                .list();
    }

    static List<Held> in(Handle handle, Held.State state, int max) {
        return handle.createQuery(
                        "SELECT * FROM approval WHERE state = :state"
                                + " ORDER BY asked_at, id LIMIT :max")
                .bind("state", state.text())
                .bind("max", max)
                .map((result, _) -> held(handle, result))
                .list();
    }

    /// Those that a gateway has taken, and that are in doubt still.
    static List<Held> taken(Handle handle, String gateway, int max) {
        return handle.createQuery(
                        "SELECT * FROM approval WHERE state = :state AND gateway = :gateway"
                                + " ORDER BY asked_at, id LIMIT :max")
                .bind("state", Held.State.AMBIGUOUS.text())
                .bind("gateway", gateway)
                .bind("max", max)
                .map((result, _) -> held(handle, result))
                .list();
    }

    /// How many people have approved.
    static int approvals(Handle handle, String id) {
        return handle.createQuery(
                        "SELECT count(*) FROM approval_word WHERE approval = :id AND said = 'APPROVED'")
                .bind("id", id)
                .mapTo(Integer.class)
                .one();
    }

    static int pending(Handle handle, String agent) {
        return handle.createQuery(
                        "SELECT count(*) FROM approval WHERE state = 'pending' AND agent = :agent")
                .bind("agent", agent)
                .mapTo(Integer.class)
                .one();
    }

    private static Held held(Handle handle, ResultSet row) throws SQLException {
        Principal principal =
                new Principal(
                        row.getString("agent"),
                        row.getString("database_name"),
                        row.getString("policy"),
                        row.getString("grant_id"));
        String id = row.getString("id");
        return new Held(
                id,
                new HeldStatement(
                        principal,
                        Decision.Hold.Kind.valueOf(row.getString("kind")),
                        row.getString("statement_text"),
                        row.getString("redacted"),
                        JSON.readValue(row.getString("parameters"), TEXTS),
                        row.getString("binding"),
                        row.getString("rule"),
                        row.getString("reason"),
                        row.getString("basis")),
                new Held.Purpose(row.getString("task"), row.getString("justification")),
                JSON.readValue(row.getString("effect"), MeasuredEffect.class),
                row.getString("digest"),
                row.getInt("people_needed"),
                Held.State.of(row.getString("state")),
                words(handle, id),
                row.getLong("asked_at"),
                row.getLong("expires_at"),
                row.getString("transaction_id"),
                row.getString("note"),
                row.getString("gateway"));
    }

    private static List<Held.Word> words(Handle handle, String id) {
        return new ArrayList<>(
                handle.createQuery(
                                """
                                SELECT person, said, words, proof_kind, credential, evidence, said_at
                                FROM approval_word WHERE approval = :id
                                UNION ALL
                                SELECT person, said, words, proof_kind, credential, evidence, said_at
                                FROM approval_closing WHERE approval = :id
                                ORDER BY said_at
                                """)
                        .bind("id", id)
                        .map((row, _) ->
                                new Held.Word(
                                        row.getString("person"),
                                        Held.Word.Said.valueOf(row.getString("said")),
                                        row.getString("words"),
                                        row.getString("proof_kind"),
                                        row.getString("credential"),
                                        row.getString("evidence"),
                                        row.getLong("said_at")))
                        .list());
    }
}
