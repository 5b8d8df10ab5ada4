package dev.holdfast.sql.parser;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.json.JsonReadFeature;

/// Builds the typed tree from the parser's JSON.
///
/// Whatever the schema does not know is refused: a type or field that is passed over would be SQL that
/// nobody looked at.
final class SyntaxTreeReader {
    /// Levels of JSON. Each level of SQL takes three or four, and bison stops at 10,000 levels of SQL.
    private static final int DEPTH_MAX = 100_000;

    private static final TokenStreamFactory FACTORY =
            JsonFactory.builder()
                    // The scanner's JSON quotes tokens, with control characters as they are.
                    .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(DEPTH_MAX)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private final JsonParser json;
    private final int textLength;

    private SyntaxTreeReader(JsonParser json, int textLength) {
        this.json = json;
        this.textLength = textLength;
    }

    /// A reader of the grammar's JSON.
    static JsonParser open(byte[] utf8) {
        return FACTORY.createParser(ObjectReadContext.empty(), utf8);
    }

    /// The statements in the parser's JSON for a text of this many bytes.
    static List<ParseOutcome.Statement> read(byte[] utf8, int textLength) {
        try (JsonParser json = open(utf8)) {
            return new SyntaxTreeReader(json, textLength).statements();
        } catch (JacksonException e) {
            throw new ParseAbandoned(
                    UnreadableReason.PARSER_FAILED, "JSON: " + e.getClass().getSimpleName());
        }
    }

    private List<ParseOutcome.Statement> statements() {
        List<ParseOutcome.Statement> statements = new ArrayList<>();
        expect(json.nextToken(), JsonToken.START_OBJECT);
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            switch (name) {
                case "version" -> expect(json.nextToken(), JsonToken.VALUE_NUMBER_INT);
                case "stmts" -> {
                    expect(json.nextToken(), JsonToken.START_ARRAY);
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        statements.add(statement());
                    }
                    expect(json.currentToken(), JsonToken.END_ARRAY);
                }
                default -> throw unknown("ParseResult." + name);
            }
        }
        expect(json.currentToken(), JsonToken.END_OBJECT);
        return statements;
    }

    private ParseOutcome.Statement statement() {
        Node raw = fields(type("RawStmt"));
        Node tree = raw.node("stmt");
        if (tree == null) {
            throw unknown("RawStmt without stmt");
        }
        int start = Math.toIntExact(raw.number("stmt_location"));
        int length = Math.toIntExact(raw.number("stmt_len"));
        // PostgreSQL's way of saying "to the end of the text".
        int end = length == 0 ? textLength : start + length;
        return new ParseOutcome.Statement(tree, start, end);
    }

    /// A node of any type, in its wrapper; the reader stands on the wrapper's start.
    private Node wrapped() {
        String name = json.nextName();
        if (name == null) {
            expect(json.currentToken(), JsonToken.END_OBJECT);
            return Node.NONE;
        }
        NodeType type = type(name);
        expect(json.nextToken(), JsonToken.START_OBJECT);
        Node node = fields(type);
        expect(json.nextToken(), JsonToken.END_OBJECT);
        return node;
    }

    /// The fields of a node; the reader stands on the start of its object.
    private Node fields(NodeType type) {
        @Nullable Object[] values = new @Nullable Object[type.fields().size()];
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            NodeType.Field field = type.field(name);
            if (field == null) {
                throw unknown(type.name() + "." + name);
            }
            values[field.index()] = value(type, field, json.nextToken());
        }
        expect(json.currentToken(), JsonToken.END_OBJECT);
        return new Node(type, values);
    }

    private @Nullable Object value(NodeType type, NodeType.Field field, JsonToken token) {
        return switch (field.kind()) {
            case NODE -> {
                expect(token, JsonToken.START_OBJECT);
                Node node = wrapped();
                yield node == Node.NONE ? null : node;
            }
            case NODES -> {
                expect(token, JsonToken.START_ARRAY);
                yield nodes();
            }
            case TYPED_NODE -> {
                expect(token, JsonToken.START_OBJECT);
                yield fields(type(field.nodeType()));
            }
            case TEXT, CHOICE -> {
                expect(token, JsonToken.VALUE_STRING);
                yield json.getString();
            }
            case NUMBER -> {
                expect(token, JsonToken.VALUE_NUMBER_INT);
                yield json.getLongValue();
            }
            case BOOLEAN -> {
                if (token == JsonToken.VALUE_FALSE) {
                    yield null;
                }
                expect(token, JsonToken.VALUE_TRUE);
                yield true;
            }
            case NUMBERS -> throw unknown(type.name() + "." + field.name());
        };
    }

    private List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            nodes.add(wrapped());
        }
        expect(json.currentToken(), JsonToken.END_ARRAY);
        return List.copyOf(nodes);
    }

    private static NodeType type(String name) {
        NodeType type = GrammarSchema.POSTGRESQL_18.type(name);
        if (type == null) {
            throw unknown(name);
        }
        return type;
    }

    private static void expect(@Nullable JsonToken found, JsonToken expected) {
        if (found != expected) {
            throw new ParseAbandoned(
                    UnreadableReason.PARSER_FAILED,
                    "JSON: " + found + " (expected: " + expected + ")");
        }
    }

    private static ParseAbandoned unknown(String what) {
        return new ParseAbandoned(
                UnreadableReason.PARSER_FAILED, "not in the grammar's schema: " + what);
    }
}
