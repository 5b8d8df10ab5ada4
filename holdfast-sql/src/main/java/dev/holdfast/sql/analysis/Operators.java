package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.List;

/// The operators that a node uses.
final class Operators {
    private static final List<String> EQUALS = List.of("=");

    private Operators() {}

    /// The qualified names of the operators of a node.
    ///
    /// @param implied whether to name those too that the syntax implies (`USING`, `IN`, `BETWEEN`);
    ///     they are always looked up without a schema
    static List<List<String>> of(Node node, boolean implied) {
        List<List<String>> operators = new ArrayList<>();
        switch (node.type()) {
            case "A_Expr" -> expression(node, operators, implied);
            case "SortBy" -> addNamed(node.nodes("useOp"), operators);
            case "SubLink" -> {
                addNamed(node.nodes("operName"), operators);
                if (implied && operators.isEmpty() && node.has("testexpr")) {
                    operators.add(EQUALS);
                }
            }
            case "CaseExpr" -> {
                if (implied && node.has("arg")) {
                    operators.add(EQUALS);
                }
            }
            case "JoinExpr" -> {
                if (implied && (node.flag("isNatural") || !node.nodes("usingClause").isEmpty())) {
                    operators.add(EQUALS);
                }
            }
            default -> throw new IllegalArgumentException(node.type());
        }
        return operators;
    }

    private static void expression(Node node, List<List<String>> operators, boolean implied) {
        String kind = node.choice("kind");
        if (!kind.contains("BETWEEN")) {
            addNamed(node.nodes("name"), operators);
        } else if (implied) {
            // Here the name is a word, such as NOT BETWEEN.
            operators.add(List.of("<="));
            operators.add(List.of(">="));
            operators.add(List.of("<"));
            operators.add(List.of(">"));
        }
    }

    private static void addNamed(List<Node> name, List<List<String>> operators) {
        if (!name.isEmpty()) {
            operators.add(Names.parts(name));
        }
    }
}
