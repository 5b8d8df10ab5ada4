package dev.holdfast.sql.parser;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One node type of the grammar and the fields that a node of it may have.
final class NodeType {

    /// What a field holds, and how JSON shows it.
    enum Kind {
        /// A node of any type, wrapped: `{"ColumnRef": {…}}`.
        NODE,
        /// A list of such.
        NODES,
        /// A node whose type the field determines, without a wrapper: `{…}`.
        TYPED_NODE,
        TEXT,
        NUMBER,
        /// A set of numbers. Only the planner fills it: no syntax tree has one.
        NUMBERS,
        BOOLEAN,
        /// The name of one of an enumeration's values.
        CHOICE
    }

    /// @param index its place among the fields of its type
    /// @param nodeType the name of the type of a [Kind#TYPED_NODE]; empty for other kinds
    record Field(String name, Kind kind, int index, String nodeType) {}

    private final String name;
    private final List<Field> fields;
    private final Map<String, Field> byName = new HashMap<>();

    NodeType(String name, List<Field> fields) {
        this.name = name;
        this.fields = List.copyOf(fields);
        fields.forEach(field -> byName.put(field.name(), field));
    }

    String name() {
        return name;
    }

    List<Field> fields() {
        return fields;
    }

    @Nullable Field field(String fieldName) {
        return byName.get(fieldName);
    }
}
