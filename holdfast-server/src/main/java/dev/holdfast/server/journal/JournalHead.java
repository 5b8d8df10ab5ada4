package dev.holdfast.server.journal;

import dev.holdfast.guard.change.Measurement;
import dev.holdfast.guard.change.TableChange;
import dev.holdfast.guard.change.WriteTransaction;
import dev.holdfast.guard.decision.Principal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// What stands in clear at the beginning of a file: all that listing and finding out the outcome need.
/// No literal value of a statement is in it.
record JournalHead(
        String id,
        long keptAtEpochMicros,
        Principal principal,
        long session,
        long startedAtEpochMicros,
        Measurement measured,
        ClusterFacts cluster,
        boolean encrypted,
        int statementCount,
        List<JournalEntry.Statement> statements,
        List<String> approvals) {

    private static final int STATEMENTS_MAX = 50;
    private static final int STATEMENT_CHARACTERS_MAX = 500;

    JournalHead {
        statements = List.copyOf(statements);
        approvals = List.copyOf(approvals);
    }

    static List<JournalEntry.Statement> first(List<WriteTransaction.Run> runs) {
        return runs.stream()
                .limit(STATEMENTS_MAX)
                .map(run -> new JournalEntry.Statement(shortened(run.redacted()), run.rule()))
                .toList();
    }

    private static String shortened(String text) {
        return text.length() <= STATEMENT_CHARACTERS_MAX
                ? text
                : text.substring(0, STATEMENT_CHARACTERS_MAX) + "…";
    }

    byte[] encoded() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        text(out, id);
        out.writeLong(keptAtEpochMicros);
        text(out, principal.agent());
        text(out, principal.database());
        text(out, principal.policy());
        out.writeLong(session);
        out.writeLong(startedAtEpochMicros);
        text(out, measured.transactionId());
        out.writeInt(measured.tables().size());
        for (TableChange table : measured.tables()) {
            out.writeLong(table.oid());
            text(out, table.relation());
            out.writeLong(table.inserted());
            out.writeLong(table.updated());
            out.writeLong(table.deleted());
        }
        text(out, cluster.system());
        text(out, cluster.timeline());
        out.writeBoolean(encrypted);
        out.writeInt(statementCount);
        out.writeInt(statements.size());
        for (JournalEntry.Statement statement : statements) {
            text(out, statement.redacted());
            text(out, statement.rule());
        }
        out.writeInt(approvals.size());
        for (String approval : approvals) {
            text(out, approval);
        }
        return bytes.toByteArray();
    }

    /// @throws IOException if the bytes are no head
    static JournalHead decoded(byte[] bytes) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
        String id = text(in);
        long keptAt = in.readLong();
        Principal principal = new Principal(text(in), text(in), text(in));
        long session = in.readLong();
        long startedAt = in.readLong();
        String transactionId = text(in);
        int tableCount = count(in);
        List<TableChange> tables = new ArrayList<>();
        for (int i = 0; i < tableCount; i++) {
            tables.add(
                    new TableChange(
                            in.readLong(), text(in), in.readLong(), in.readLong(), in.readLong()));
        }
        ClusterFacts cluster = new ClusterFacts(text(in), text(in));
        boolean encrypted = in.readBoolean();
        int statementCount = in.readInt();
        int listed = count(in);
        List<JournalEntry.Statement> statements = new ArrayList<>();
        for (int i = 0; i < listed; i++) {
            statements.add(new JournalEntry.Statement(text(in), text(in)));
        }
        List<String> approvals = new ArrayList<>();
        // The files of earlier versions end here.
        int taken = in.available() == 0 ? 0 : count(in);
        for (int i = 0; i < taken; i++) {
            approvals.add(text(in));
        }
        return new JournalHead(
                id,
                keptAt,
                principal,
                session,
                startedAt,
                new Measurement(transactionId, tables),
                cluster,
                encrypted,
                statementCount,
                statements,
                approvals);
    }

    static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static String text(DataInputStream in) throws IOException {
        return new String(in.readNBytes(count(in)), StandardCharsets.UTF_8);
    }

    /// A number of things that are still to come: never more than there are bytes.
    private static int count(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count < 0 || count > in.available()) {
            throw new IOException("count: " + count + " (expected: 0 to " + in.available() + ")");
        }
        return count;
    }
}
