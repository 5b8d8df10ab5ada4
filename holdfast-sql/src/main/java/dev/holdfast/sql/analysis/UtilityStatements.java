package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.List;

/// Statements other than queries whose kind depends on how they are written.
final class UtilityStatements {
    /// The block with which asyncpg gives a connection back to its pool, white space reduced.
    private static final String ASYNCPG_RESET =
            "BEGIN PERFORM * FROM pg_listening_channels() LIMIT 1;"
                    + " IF FOUND THEN UNLISTEN *; END IF; END;";

    private UtilityStatements() {}

    static void inspect(
            Node node, NodeTable.Entry entry, StatementVisitor visitor, SessionSettings settings) {
        switch (node.type()) {
            case "CopyStmt" -> copy(node, visitor);
            case "DoStmt" -> block(node, visitor);
            case "GrantStmt", "GrantRoleStmt" -> {
                String operation = node.flag("is_grant") ? "GRANT" : "REVOKE";
                root(
                        node,
                        visitor,
                        StatementKind.PRIVILEGE,
                        operation,
                        Names.at(node, entry.object()),
                        "it changes who may do what");
            }
            case "VacuumStmt" -> {
                String operation = node.flag("is_vacuumcmd") ? "VACUUM" : "ANALYZE";
                root(
                        node,
                        visitor,
                        StatementKind.WRITE,
                        operation,
                        Names.at(node, entry.object()),
                        "it rewrites or measures tables");
            }
            case "TransactionStmt" -> transaction(node, visitor);
            case "VariableSetStmt" -> {
                // Elsewhere it belongs to a statement that has an effect of its own: ALTER ROLE …
                // SET.
                if (visitor.isRoot(node)) {
                    set(node, visitor, settings);
                }
            }
            default ->
                    visitor.add(
                            StatementKind.UNKNOWN, node.type(), "", "nothing inspects this node");
        }
    }

    private static void root(
            Node node,
            StatementVisitor visitor,
            StatementKind kind,
            String operation,
            String object,
            String because) {
        if (visitor.isRoot(node)) {
            visitor.addRoot(kind, operation, object, because);
        } else {
            visitor.add(kind, operation, object, because);
        }
    }

    private static void copy(Node node, StatementVisitor visitor) {
        String object = Names.of(node.node("relation"));
        boolean from = node.flag("is_from");
        String operation = from ? "COPY FROM" : "COPY TO";
        if (from) {
            visitor.addRoot(StatementKind.WRITE, operation, object, "it inserts rows");
        } else if (!node.has("filename") && !node.flag("is_program")) {
            visitor.addRoot(StatementKind.EXPORT, operation, object, "it sends rows to the client");
        }
        if (node.flag("is_program")) {
            visitor.addRoot(
                    StatementKind.UNSAFE_IO,
                    operation + " PROGRAM",
                    object,
                    "it runs a program on the server");
        } else if (node.has("filename")) {
            visitor.addRoot(
                    StatementKind.UNSAFE_IO,
                    operation + " FILE",
                    object,
                    from ? "it reads a file of the server" : "it writes a file on the server");
        }
    }

    private static void block(Node node, StatementVisitor visitor) {
        String body = "";
        String language = "plpgsql";
        for (Node option : node.nodes("args")) {
            Node value = option.is("DefElem") ? option.node("arg") : null;
            String text = value != null && value.is("String") ? value.text("sval") : "";
            switch (option.is("DefElem") ? option.text("defname") : "") {
                case "as" -> body = text;
                case "language" -> language = text;
                default -> language = "";
            }
        }
        boolean asyncpgReset =
                language.equals("plpgsql")
                        && body.strip().replaceAll("\\s+", " ").equals(ASYNCPG_RESET);
        if (asyncpgReset) {
            visitor.addRoot(
                    StatementKind.SESSION,
                    "DO",
                    "",
                    "it is the block with which asyncpg resets a connection");
        } else {
            root(
                    node,
                    visitor,
                    StatementKind.PROCEDURAL,
                    "DO",
                    "",
                    "what its code does cannot be told");
        }
    }

    private static void transaction(Node node, StatementVisitor visitor) {
        String kind = node.choice("kind");
        TransactionControl control =
                switch (kind) {
                    case "TRANS_STMT_BEGIN", "TRANS_STMT_START" -> TransactionControl.BEGIN;
                    case "TRANS_STMT_COMMIT" -> TransactionControl.COMMIT;
                    case "TRANS_STMT_ROLLBACK" -> TransactionControl.ROLLBACK;
                    case "TRANS_STMT_SAVEPOINT", "TRANS_STMT_RELEASE", "TRANS_STMT_ROLLBACK_TO" ->
                            TransactionControl.SAVEPOINT;
                    default -> TransactionControl.TWO_PHASE;
                };
        if (node.flag("chain")) {
            control = TransactionControl.CHAIN;
        }
        String operation =
                switch (kind) {
                    case "TRANS_STMT_BEGIN" -> "BEGIN";
                    case "TRANS_STMT_START" -> "START TRANSACTION";
                    case "TRANS_STMT_COMMIT" -> "COMMIT";
                    case "TRANS_STMT_ROLLBACK" -> "ROLLBACK";
                    case "TRANS_STMT_SAVEPOINT" -> "SAVEPOINT";
                    case "TRANS_STMT_RELEASE" -> "RELEASE SAVEPOINT";
                    case "TRANS_STMT_ROLLBACK_TO" -> "ROLLBACK TO SAVEPOINT";
                    case "TRANS_STMT_PREPARE" -> "PREPARE TRANSACTION";
                    case "TRANS_STMT_COMMIT_PREPARED" -> "COMMIT PREPARED";
                    case "TRANS_STMT_ROLLBACK_PREPARED" -> "ROLLBACK PREPARED";
                    default -> kind;
                };
        if (control == TransactionControl.TWO_PHASE) {
            root(
                    node,
                    visitor,
                    StatementKind.WRITE,
                    operation,
                    "",
                    "a prepared transaction outlives its session and keeps its locks");
        } else {
            root(
                    node,
                    visitor,
                    StatementKind.TRANSACTION,
                    operation,
                    "",
                    "it begins, ends or marks a transaction");
        }
        if (visitor.isRoot(node)) {
            visitor.control(control);
        }
        modes(operation, node.nodes("options"), visitor);
    }

    /// The modes of a transaction; only READ WRITE, and what is not known, is an effect.
    private static void modes(String operation, List<Node> modes, StatementVisitor visitor) {
        for (Node mode : modes) {
            String name = mode.is("DefElem") ? mode.text("defname") : "";
            switch (name) {
                case "transaction_isolation", "transaction_deferrable" -> {}
                case "transaction_read_only" -> {
                    String value = SessionSettings.constant(mode.node("arg"));
                    if (value == null || value.equals("0")) {
                        visitor.add(
                                StatementKind.SAFEGUARD,
                                operation + " READ WRITE",
                                "",
                                "it lifts the read-only mode");
                    }
                }
                default ->
                        visitor.add(
                                StatementKind.SAFEGUARD,
                                operation,
                                "",
                                "this transaction mode is not known");
            }
        }
    }

    private static void set(Node node, StatementVisitor visitor, SessionSettings settings) {
        String setting = node.text("name");
        switch (node.choice("kind")) {
            case "VAR_SET_MULTI" -> multi(setting, node, visitor);
            case "VAR_RESET_ALL" ->
                    visitor.addRoot(
                            StatementKind.SESSION,
                            "RESET ALL",
                            "",
                            "settings return to what the session started with");
            case "VAR_RESET" -> setting(visitor, "RESET", setting, settings.judgeReset(setting));
            case "VAR_SET_DEFAULT" ->
                    setting(visitor, "SET", setting, settings.judgeReset(setting));
            case "VAR_SET_CURRENT" ->
                    setting(visitor, "SET", setting, settings.judgeUnseen(setting));
            default ->
                    setting(visitor, "SET", setting, settings.judge(setting, node.nodes("args")));
        }
    }

    private static void setting(
            StatementVisitor visitor,
            String operation,
            String setting,
            SessionSettings.Verdict verdict) {
        visitor.addRoot(
                verdict.allowed() ? StatementKind.SESSION : StatementKind.SAFEGUARD,
                operation,
                Names.quoted(setting),
                verdict.because());
    }

    private static void multi(String what, Node node, StatementVisitor visitor) {
        switch (what) {
            case "TRANSACTION" -> {
                visitor.control(TransactionControl.CHARACTERISTICS);
                visitor.addRoot(
                        StatementKind.TRANSACTION,
                        "SET TRANSACTION",
                        "",
                        "it sets the modes of the transaction");
                modes("SET TRANSACTION", node.nodes("args"), visitor);
            }
            case "SESSION CHARACTERISTICS" -> {
                visitor.addRoot(
                        StatementKind.SESSION,
                        "SET SESSION CHARACTERISTICS",
                        "",
                        "it sets the modes of later transactions");
                modes("SET SESSION CHARACTERISTICS", node.nodes("args"), visitor);
            }
            case "TRANSACTION SNAPSHOT" -> {
                visitor.control(TransactionControl.CHARACTERISTICS);
                visitor.addRoot(
                        StatementKind.TRANSACTION,
                        "SET TRANSACTION SNAPSHOT",
                        "",
                        "it reads as of another session's snapshot");
            }
            default ->
                    visitor.addRoot(
                            StatementKind.SAFEGUARD, "SET", "", "this form of SET is not known");
        }
    }
}
