package dev.holdfast.sql.parser;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One node of a syntax tree, with the names of PostgreSQL's own parse tree (`parsenodes.h`).
///
/// A field that the text did not set has its default: no node, no text, 0, false. The accessors check
/// field names and kinds against the grammar's schema: asking for a field that the type does not have
/// is a bug and throws, it never looks like a default.
///
/// Immutable. Trees may be 100,000 nodes deep: [#walk] needs no stack for that, hand-written recursion
/// belongs on the parser's threads ([SqlParser#submit]).
public final class Node {
    /// The type of [#NONE]; it is none of [GrammarSchema#nodeTypes].
    public static final String NONE_TYPE = "";

    /// Stands in a list where PostgreSQL has an empty place, as in the list of `SELECT DISTINCT` without
    /// `ON`. Has no fields, and [#walk] passes over it.
    public static final Node NONE = new Node(new NodeType(NONE_TYPE, List.of()), new Object[0]);

    private final NodeType type;
    private final @Nullable Object[] values;

    /// @param values by index of the type's fields; null where the text did not set the field
    Node(NodeType type, @Nullable Object[] values) {
        this.type = type;
        this.values = values;
    }

    /// The node type's name, such as `SelectStmt`.
    public String type() {
        return type.name();
    }

    /// Whether the node is of this type.
    public boolean is(String typeName) {
        return type.name().equals(typeName);
    }

    /// Whether the text set this field to something other than its default.
    public boolean has(String field) {
        return values[index(field)] != null;
    }

    /// The node in this field, null where there is none.
    public @Nullable Node node(String field) {
        NodeType.Field described = describe(field);
        if (described.kind() != NodeType.Kind.NODE
                && described.kind() != NodeType.Kind.TYPED_NODE) {
            throw wrongKind(described, "a node");
        }
        return (Node) values[described.index()];
    }

    /// The nodes in this field, in their order; may hold [#NONE].
    public List<Node> nodes(String field) {
        Object value = value(field, NodeType.Kind.NODES);
        return value == null ? List.of() : list(value);
    }

    /// The text in this field, empty where there is none.
    public String text(String field) {
        Object value = value(field, NodeType.Kind.TEXT);
        return value == null ? "" : (String) value;
    }

    /// The number in this field, 0 where there is none.
    public long number(String field) {
        Object value = value(field, NodeType.Kind.NUMBER);
        return value == null ? 0 : (Long) value;
    }

    /// Whether this field is set to true.
    public boolean flag(String field) {
        return value(field, NodeType.Kind.BOOLEAN) != null;
    }

    /// The name of the enumeration value in this field, such as `OBJECT_TABLE`; empty where there is
    /// none.
    public String choice(String field) {
        Object value = value(field, NodeType.Kind.CHOICE);
        return value == null ? "" : (String) value;
    }

    /// Meets every node directly below this one, in the order of the schema's fields.
    public void forEachChild(Consumer<Node> visitor) {
        for (Object value : values) {
            if (value instanceof Node child) {
                visitor.accept(child);
            } else if (value instanceof List<?>) {
                for (Node child : list(value)) {
                    if (child != NONE) {
                        visitor.accept(child);
                    }
                }
            }
        }
    }

    /// Meets this node and every node below it, each before those below it.
    public void walk(Consumer<Node> visitor) {
        Deque<Node> open = new ArrayDeque<>();
        open.push(this);
        while (!open.isEmpty()) {
            Node node = open.pop();
            visitor.accept(node);
            // Pushed last to first, so that the first is met first.
            for (int i = node.values.length - 1; i >= 0; i--) {
                Object value = node.values[i];
                if (value instanceof Node child) {
                    open.push(child);
                } else if (value instanceof List<?>) {
                    List<Node> children = list(value);
                    for (int k = children.size() - 1; k >= 0; k--) {
                        if (children.get(k) != NONE) {
                            open.push(children.get(k));
                        }
                    }
                }
            }
        }
    }

    /// The type's name only: a node may hold literals, which do not belong in a log.
    @Override
    public String toString() {
        return type.name();
    }

    // The reader puts nothing but lists of nodes into a field of kind NODES.
    @SuppressWarnings("unchecked")
    private static List<Node> list(Object value) {
        return (List<Node>) value;
    }

    private int index(String field) {
        return describe(field).index();
    }

    private @Nullable Object value(String field, NodeType.Kind kind) {
        NodeType.Field described = describe(field);
        if (described.kind() != kind) {
            throw wrongKind(described, kind.name());
        }
        return values[described.index()];
    }

    private NodeType.Field describe(String field) {
        NodeType.Field described = type.field(field);
        if (described == null) {
            throw new IllegalArgumentException(type.name() + " has no field " + field);
        }
        return described;
    }

    private IllegalArgumentException wrongKind(NodeType.Field field, String wanted) {
        return new IllegalArgumentException(
                type.name()
                        + "."
                        + field.name()
                        + ": "
                        + field.kind()
                        + " (expected: "
                        + wanted
                        + ")");
    }
}
