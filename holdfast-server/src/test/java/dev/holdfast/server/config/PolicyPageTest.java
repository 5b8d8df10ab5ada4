package dev.holdfast.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.policy.CatalogView;
import dev.holdfast.guard.policy.DefinedPolicy;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.guard.policy.RuleVariable;
import dev.holdfast.sql.analysis.AnalysisScope;
import dev.holdfast.sql.analysis.StatementAnalyzer;
import dev.holdfast.sql.parser.ParserLimits;
import dev.holdfast.sql.parser.SqlParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Holds the page about policies to what the program does: every example is read, and every decision
/// that it promises is taken. With `-Dholdfast.docs.write=true` the generated parts are written anew.
class PolicyPageTest {
    private static final Path DOCS = Path.of("..", "docs", "reference");
    private static final Path PAGE = DOCS.resolve("policy.md");
    private static final Path SCHEMA = DOCS.resolve("policy.schema.json");
    private static final String BEGIN = "<!-- made from RuleVariable: begin -->\n";
    private static final String END = "<!-- made from RuleVariable: end -->";
    private static final Pattern EXAMPLE =
            Pattern.compile("```yaml\n(.*?)```\n(?:```decisions\n(.*?)```\n)?", Pattern.DOTALL);
    private static final Pattern PROMISE =
            Pattern.compile("(granted|held|denied) +(\\S+) +(\\S.*)");

    private static final SqlParser PARSER =
            // A busy machine must not fail a test.
            new SqlParser(new ParserLimits(1, 16, 1 << 20, 16 << 20, Duration.ofMinutes(1)));
    private static final StatementAnalyzer ANALYZER = new StatementAnalyzer(AnalysisScope.BUILT_IN);

    @TempDir private Path directory;

    private record Example(String yaml, List<String> promises) {}

    @AfterAll
    static void close() {
        PARSER.close();
    }

    @Test
    void everyExampleIsReadAndDecidesAsThePageSays() throws Exception {
        List<String> wrong = new ArrayList<>();
        int promises = 0;
        for (Example example : examples()) {
            PolicyFile file = read(example.yaml());
            DefinedPolicy policy =
                    new DefinedPolicy(file.policies().getFirst(), CatalogView.UNKNOWN);
            for (String promise : example.promises()) {
                promises++;
                Matcher matcher = PROMISE.matcher(promise);
                assertThat(matcher.matches()).as(promise).isTrue();
                String taken = decide(policy, matcher.group(3));
                if (!taken.startsWith(matcher.group(1) + " " + matcher.group(2))) {
                    wrong.add(promise + "\n  taken: " + taken);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(promises).isGreaterThan(30);
    }

    @Test
    void everyExampleFitsThePublishedSchema() throws Exception {
        Schema schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(PolicyYaml.schema(), InputFormat.JSON);
        for (Example example : examples()) {
            assertThat(schema.validate(example.yaml(), InputFormat.YAML)).isEmpty();
        }
    }

    @Test
    void everyKeyHasAnExample() throws Exception {
        String examples = String.join("\n", examples().stream().map(Example::yaml).toList());
        for (Field<?> field : PolicyDeclarations.POLICY.fields()) {
            assertThat(examples).contains(field.name() + ":");
        }
    }

    @Test
    void publishedSchemaIsTheDeclaredOne() throws IOException {
        compareOrWrite(SCHEMA, PolicyYaml.schema());
    }

    @Test
    void pageHoldsEveryVariableOfRules() throws IOException {
        String page = Files.readString(PAGE);
        StringBuilder table =
                new StringBuilder("| variable | type | what it is |\n|---|---|---|\n");
        for (RuleVariable variable : RuleVariable.values()) {
            table.append(
                    "| `%s` | %s | %s |\n"
                            .formatted(variable.id(), variable.typeName(), variable.meaning()));
        }
        compareOrWrite(
                PAGE,
                page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
                        + table
                        + page.substring(page.indexOf(END)));
    }

    private static String decide(DefinedPolicy policy, String sql) {
        byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
        Principal principal = new Principal("analyst", "shop", policy.definition().name());
        return switch (policy.decide(principal, ANALYZER.analyze(utf8, PARSER.parse(utf8)))) {
            case Decision.Allow allow -> "granted " + allow.rule();
            case Decision.Hold hold -> "held " + hold.refusal().rule();
            case Decision.Deny deny -> "denied " + deny.refusal().rule();
        };
    }

    private PolicyFile read(String yaml) throws Exception {
        Path file = Files.writeString(directory.resolve("p.yaml"), yaml);
        Samples.mode(file, "rw-r--r--");
        return PolicyYaml.read(file);
    }

    private static List<Example> examples() throws IOException {
        Matcher matcher = EXAMPLE.matcher(Files.readString(PAGE));
        List<Example> examples = new ArrayList<>();
        while (matcher.find()) {
            String promises = matcher.group(2);
            examples.add(
                    new Example(
                            matcher.group(1),
                            promises == null ? List.of() : promises.lines().toList()));
        }
        return examples;
    }

    private static void compareOrWrite(Path file, String expected) throws IOException {
        if (Boolean.getBoolean("holdfast.docs.write")) {
            Files.writeString(file, expected);
        }
        assertThat(Files.readString(file)).isEqualTo(expected);
    }
}
