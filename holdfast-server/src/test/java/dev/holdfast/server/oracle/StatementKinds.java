package dev.holdfast.server.oracle;

import dev.holdfast.sql.parser.Node;
import dev.holdfast.sql.parser.ParseOutcome;
import java.util.Set;
import java.util.TreeSet;

/// The kinds of statement that the grammar has, by the names of their nodes: those that the analysis
/// maps to a meaning.
final class StatementKinds {
    /// What PostgreSQL runs only outside a transaction block, so that nothing can be rolled back.
    static final Set<String> OUTSIDE =
            Set.of(
                    "AlterSystemStmt",
                    "CreateTableSpaceStmt",
                    "CreatedbStmt",
                    "DropTableSpaceStmt",
                    "DropdbStmt");

    /// SECURITY LABEL needs a provider, which is always somebody's C code: PostgreSQL itself has none.
    static final Set<String> IMPOSSIBLE = Set.of("SecLabelStmt");

    private StatementKinds() {}

    /// All that the analysis knows. They are the same for PostgreSQL 15 and 18: since 15, new syntax has
    /// come inside statements only.
    static Set<String> all() {
        Set<String> kinds = new TreeSet<>();
        for (String line :
                OracleDatabase.resource("/dev/holdfast/sql/analysis/nodes.txt").split("\n", -1)) {
            String[] row = line.split("\t", -1);
            if (row[0].endsWith("Stmt") && !row[1].equals("never") && !row[1].equals("clause")) {
                kinds.add(row[0]);
            }
        }
        return kinds;
    }

    /// The statements that a text holds, at its root or inside.
    static Set<String> in(ParseOutcome outcome) {
        Set<String> kinds = new TreeSet<>();
        if (outcome instanceof ParseOutcome.Parsed parsed) {
            for (ParseOutcome.Statement statement : parsed.statements()) {
                statement.tree().walk((Node node) -> kinds.add(node.type()));
            }
        }
        kinds.removeIf(kind -> !kind.endsWith("Stmt"));
        return kinds;
    }
}
