package dev.holdfast.sql.parser;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Every node type of PostgreSQL 18's grammar with the kind of each of its fields.
///
/// The parser's JSON writes a node in two ways: wrapped in an object that names its type, where the
/// field may hold any node, and bare where the field's type is fixed. Only the schema tells them apart,
/// so that every node, bare ones included, can be met with its type.
public final class GrammarSchema {
    private static final String RESOURCE = "postgresql-18.schema";

    static final GrammarSchema POSTGRESQL_18 = load();

    private final Map<String, NodeType> types;

    private GrammarSchema(Map<String, NodeType> types) {
        this.types = types;
    }

    /// The names of all node types that a syntax tree may hold, sorted.
    public static SortedSet<String> nodeTypes() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(POSTGRESQL_18.types.keySet()));
    }

    @Nullable NodeType type(String name) {
        return types.get(name);
    }

    private static GrammarSchema load() {
        Map<String, NodeType> types = new TreeMap<>();
        try (InputStream in = GrammarSchema.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing");
            }
            BufferedReader lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    NodeType type = parse(line);
                    types.put(type.name(), type);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (NodeType type : types.values()) {
            for (NodeType.Field field : type.fields()) {
                if (field.kind() == NodeType.Kind.TYPED_NODE
                        && !types.containsKey(field.nodeType())) {
                    throw new IllegalStateException(type.name() + ": " + field);
                }
            }
        }
        return new GrammarSchema(types);
    }

    private static NodeType parse(String line) {
        String[] words = line.split(" ", -1);
        List<NodeType.Field> fields = new ArrayList<>();
        for (int i = 1; i < words.length; i++) {
            int colon = words[i].indexOf(':');
            String name = words[i].substring(0, colon);
            String kindName = words[i].substring(colon + 1);
            NodeType.Kind kind = kind(kindName);
            fields.add(
                    new NodeType.Field(
                            name, kind, i - 1, kind == NodeType.Kind.TYPED_NODE ? kindName : ""));
        }
        return new NodeType(words[0], fields);
    }

    private static NodeType.Kind kind(String name) {
        return switch (name) {
            case "Node" -> NodeType.Kind.NODE;
            case "Node[]" -> NodeType.Kind.NODES;
            case "text" -> NodeType.Kind.TEXT;
            case "number" -> NodeType.Kind.NUMBER;
            case "number[]" -> NodeType.Kind.NUMBERS;
            case "boolean" -> NodeType.Kind.BOOLEAN;
            case "enum" -> NodeType.Kind.CHOICE;
            default -> NodeType.Kind.TYPED_NODE;
        };
    }
}
