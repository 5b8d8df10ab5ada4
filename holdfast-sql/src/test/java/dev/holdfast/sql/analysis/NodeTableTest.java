package dev.holdfast.sql.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.parser.GrammarSchema;
import dev.holdfast.sql.parser.Node;
import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.SqlParser;
import dev.holdfast.testkit.StatementCorpus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class NodeTableTest {
    private static final List<String> CORPORA =
            List.of(
                    "reads-psql.sql",
                    "reads-drivers.sql",
                    "reads-tools.sql",
                    "reads-everyday.sql",
                    "refused-classifiers.sql",
                    "refused-transactions.sql",
                    "refused-writes.sql");

    @Test
    void mapsEveryNodeTypeOfTheGrammarAndNoOther() {
        assertThat(NodeTable.POSTGRESQL_18.nodeTypes())
                .containsExactlyElementsOf(GrammarSchema.nodeTypes());
    }

    @Test
    void meetsInTheCorpusEveryNodeTypeThatAParserMakes() {
        Set<String> expected = new TreeSet<>();
        for (String type : NodeTable.POSTGRESQL_18.nodeTypes()) {
            if (role(type) != NodeTable.Role.NEVER) {
                expected.add(type);
            }
        }

        assertThat(metInTheCorpus()).containsAll(expected);
    }

    @Test
    void neverMeetsWhatNoParserMakes() {
        assertThat(metInTheCorpus()).noneMatch(type -> role(type) == NodeTable.Role.NEVER);
    }

    @Test
    void namesAKindACommandAndAReasonForEveryStatement() {
        List<String> incomplete = new ArrayList<>();
        for (String type : NodeTable.POSTGRESQL_18.nodeTypes()) {
            NodeTable.Entry entry = NodeTable.POSTGRESQL_18.entry(type);
            if (entry != null
                    && entry.role() == NodeTable.Role.STATEMENT
                    && (entry.command().isEmpty() || entry.because().isEmpty())) {
                incomplete.add(type);
            }
        }

        assertThat(incomplete).isEmpty();
    }

    private static NodeTable.Role role(String type) {
        NodeTable.Entry entry = NodeTable.POSTGRESQL_18.entry(type);
        assertThat(entry).as(type).isNotNull();
        return entry.role();
    }

    private static Set<String> metInTheCorpus() {
        Set<String> met = new TreeSet<>();
        try (SqlParser parser = new SqlParser(Analyses.patient())) {
            for (String file : CORPORA) {
                for (StatementCorpus.Block block : StatementCorpus.read(file)) {
                    byte[] utf8 = block.text().getBytes(StandardCharsets.UTF_8);
                    if (parser.parse(utf8) instanceof ParseOutcome.Parsed parsed) {
                        for (ParseOutcome.Statement statement : parsed.statements()) {
                            statement.tree().walk((Node node) -> met.add(node.type()));
                        }
                    }
                }
            }
        }
        return met;
    }
}
