package dev.holdfast.sql.parser;

import static dev.holdfast.sql.parser.Corpus.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/// Proves that the schema is the grammar's, from three sides: the package's own type definitions, the
/// names in the module itself, and what comes of parsing.
class GrammarSchemaTest {
    private static final Path PACKAGES = Path.of("target/npm/node_modules");

    /// Types of libpg_query's other answers, which no syntax tree has.
    private static final Set<String> NOT_IN_TREES =
            Set.of(
                    "FilterColumn",
                    "Function",
                    "ParseResult",
                    "ScanResult",
                    "ScanToken",
                    "SummaryResult",
                    "Table");

    private static final Pattern IMPORT = Pattern.compile("import \\{(.*?)\\}");
    private static final Pattern INTERFACE =
            Pattern.compile("export interface (\\w+) \\{(.*?)\\}", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("(\\w+)\\?: ([\\w\\[\\]]+);");
    private static final Pattern NAME_IN_JSON = Pattern.compile("\"(\\w+)\":");

    private static final SqlParser PARSER = new SqlParser(ParserLimits.defaults());

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @Test
    void agreesWithTheTypeDefinitionsOfThePackage() throws IOException {
        assertThat(schema()).isEqualTo(typeDefinitions());
    }

    @Test
    void agreesWithTheNamesInTheModule() throws IOException {
        Set<String> inModule = namesInModule();
        Set<String> inSchema = new TreeSet<>();
        for (String type : GrammarSchema.nodeTypes()) {
            inSchema.add(type);
            Objects.requireNonNull(GrammarSchema.POSTGRESQL_18.type(type))
                    .fields()
                    .forEach(field -> inSchema.add(field.name()));
        }

        assertThat(inModule).containsAll(inSchema);
        // What else the module writes are PL/pgSQL's trees and the scanner's tokens.
        Set<String> others = new HashSet<>(inModule);
        others.removeAll(inSchema);
        assertThat(others)
                .filteredOn(name -> Character.isUpperCase(name.charAt(0)))
                .allMatch(name -> name.startsWith("PLpgSQL_"));
    }

    @Test
    void knowsEverythingThatTheCorpusMakesTheGrammarSay() {
        List<String> unknown =
                Corpus.statements().stream()
                        .filter(statement ->
                                PARSER.parse(utf8(statement)) instanceof ParseOutcome.Unreadable)
                        .toList();

        assertThat(unknown).isEmpty();
    }

    @Test
    void meetsTypedNodesWithTheirTypes() {
        Set<String> met = new TreeSet<>();
        ParseOutcome.Parsed parsed =
                (ParseOutcome.Parsed)
                        PARSER.parse(
                                utf8("WITH x AS (DELETE FROM t AS a) INSERT INTO u VALUES (1)"));
        parsed.statements().getFirst().tree().walk(node -> met.add(node.type()));

        // WithClause, RangeVar and Alias stand in the JSON without a wrapper.
        assertThat(met)
                .containsExactly(
                        "A_Const",
                        "Alias",
                        "CommonTableExpr",
                        "DeleteStmt",
                        "InsertStmt",
                        "Integer",
                        "List",
                        "RangeVar",
                        "SelectStmt",
                        "WithClause");
    }

    @Test
    void readsEveryTypeOfStatement() {
        Set<String> met = new TreeSet<>();
        for (String statement : Corpus.statements()) {
            if (PARSER.parse(utf8(statement)) instanceof ParseOutcome.Parsed parsed) {
                parsed.statements().forEach(s -> s.tree().walk(node -> met.add(node.type())));
            }
        }
        Set<String> notMet = new TreeSet<>(GrammarSchema.nodeTypes());
        notMet.removeIf(type -> !type.endsWith("Stmt") || met.contains(type));

        // The first is PL/pgSQL's, the second is what a statement stands in, the third the
        // planner's.
        assertThat(notMet).containsExactly("PLAssignStmt", "RawStmt", "SetOperationStmt");
    }

    private static SortedMap<String, String> schema() {
        SortedMap<String, String> types = new TreeMap<>();
        for (String name : GrammarSchema.nodeTypes()) {
            StringBuilder fields = new StringBuilder();
            for (NodeType.Field field :
                    Objects.requireNonNull(GrammarSchema.POSTGRESQL_18.type(name)).fields()) {
                String kind =
                        switch (field.kind()) {
                            case NODE -> "Node";
                            case NODES -> "Node[]";
                            case TYPED_NODE -> field.nodeType();
                            case TEXT -> "string";
                            case NUMBER -> "number";
                            case NUMBERS -> "number[]";
                            case BOOLEAN -> "boolean";
                            case CHOICE -> "enum";
                        };
                fields.append(field.name()).append(':').append(kind).append(' ');
            }
            types.put(name, fields.toString());
        }
        return types;
    }

    /// The same from TypeScript: `export interface A_Star { … name?: type; … }`.
    private static SortedMap<String, String> typeDefinitions() throws IOException {
        String source = Files.readString(PACKAGES.resolve("@pgsql/types/types.d.ts"));
        Matcher imported = IMPORT.matcher(source);
        assertThat(imported.find()).isTrue();
        Set<String> enums = Set.copyOf(Arrays.asList(imported.group(1).strip().split(", ")));
        SortedMap<String, String> types = new TreeMap<>();
        Matcher type = INTERFACE.matcher(source);
        while (type.find()) {
            if (NOT_IN_TREES.contains(type.group(1))) {
                continue;
            }
            StringBuilder fields = new StringBuilder();
            Matcher field = FIELD.matcher(type.group(2));
            while (field.find()) {
                String name = field.group(1);
                if (name.equals("xpr")) {
                    continue; // the C structs' first member, which the JSON does not write
                }
                String kind = field.group(2).replace("bigint", "number");
                fields.append(name)
                        .append(':')
                        .append(enums.contains(kind) ? "enum" : kind)
                        .append(' ');
            }
            types.put(type.group(1), fields.toString());
        }
        return types;
    }

    /// Every `"name":` among the module's constants.
    private static Set<String> namesInModule() throws IOException {
        byte[] module = Files.readAllBytes(PACKAGES.resolve("libpg-query/wasm/libpg-query.wasm"));
        Matcher names = NAME_IN_JSON.matcher(new String(module, StandardCharsets.ISO_8859_1));
        Set<String> found = new TreeSet<>();
        while (names.find()) {
            found.add(names.group(1));
        }
        return found;
    }

    @Test
    void refusesWhatItDoesNotKnow() {
        for (String json :
                List.of(
                        "{\"stmts\":[{\"stmt\":{\"NewStmt\":{}}}]}",
                        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":{\"newClause\":{}}}}]}",
                        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":{\"op\":{}}}}]}",
                        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":{\"all\":1}}}]}",
                        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":{}, \"DropStmt\":{}}}]}",
                        "{\"stmts\":[{}]}",
                        "{\"stmts\":[{\"stmt\":{\"SelectStmt\":{}}}]",
                        "{\"other\":[]}",
                        "[]",
                        "")) {
            assertThatThrownBy(() -> SyntaxTreeReader.read(utf8(json), 1))
                    .describedAs(json)
                    .isInstanceOf(ParseAbandoned.class);
        }
    }
}
