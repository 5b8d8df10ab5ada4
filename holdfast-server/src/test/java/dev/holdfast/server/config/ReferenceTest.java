package dev.holdfast.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Keeps the published reference and schema equal to the declarations. After changing a setting,
/// run this test with `-Dholdfast.docs.write=true` to write them anew.
class ReferenceTest {
    private static final Path DOCS = Path.of("..", "docs", "reference");
    private static final Path REFERENCE = DOCS.resolve("configuration.md");
    private static final Path SCHEMA = DOCS.resolve("holdfast.schema.json");
    private static final String BEGIN = "<!-- made from the declarations: begin -->\n";
    private static final String END = "<!-- made from the declarations: end -->";

    private static final Pattern EXAMPLE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @TempDir private Path directory;

    @Test
    void referenceHoldsEverySettingAsDeclared() throws IOException {
        String page = Files.readString(REFERENCE);
        String expected =
                page.substring(0, page.indexOf(BEGIN) + BEGIN.length())
                        + "\n"
                        + Reference.tables(Declarations.DOCUMENT)
                        + page.substring(page.indexOf(END));
        compareOrWrite(REFERENCE, expected);
    }

    @Test
    void publishedSchemaIsTheDeclaredOne() throws IOException {
        compareOrWrite(SCHEMA, ConfigurationFile.schema());
    }

    @Test
    void everyDocumentedExampleIsReadAndFitsTheSchema() throws Exception {
        List<String> examples = examples(REFERENCE);
        assertThat(examples).hasSizeGreaterThanOrEqualTo(2);
        for (String example : examples) {
            Path file = Samples.write(directory, example);
            assertThat(ConfigurationFile.read(file, Samples.ENVIRONMENT).agents()).isNotEmpty();
            assertThat(schemaErrors(example)).isEmpty();
        }
    }

    /// Pages show parts of a configuration: nothing need be whole, and nothing may be wrong.
    @Test
    void everyPartThatAPageShowsFitsTheSchema() throws Exception {
        String schema = withoutRequired(ConfigurationFile.schema());
        int parts = 0;
        for (Path page : pages()) {
            for (String part : examples(page)) {
                assertThat(errors(schema, part)).as("%s:%n%s", page, part).isEmpty();
                parts++;
            }
        }
        assertThat(parts).isGreaterThanOrEqualTo(6);
        assertThat(errors(schema, "databases: [{name: shop, capture: {password: {file: x}}}]"))
                .isNotEmpty();
    }

    private static String withoutRequired(String schema) {
        JsonNode tree = JsonMapper.shared().readTree(schema);
        for (JsonNode object : tree.findParents("required")) {
            ((ObjectNode) object).remove("required");
        }
        return tree.toString();
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String folder : List.of("operating", "concepts")) {
            try (Stream<Path> files = Files.list(DOCS.resolveSibling(folder))) {
                files.sorted().forEach(pages::add);
            }
        }
        return pages;
    }

    @Test
    void schemaRefusesWhatTheReaderRefuses() throws IOException {
        for (String wrong :
                List.of(
                        Samples.MINIMAL.replace("directory:", "directroy:"),
                        Samples.MINIMAL + "admin: {port: 65536}\n",
                        Samples.MINIMAL + "admin: {port: '1'}\n",
                        Samples.MINIMAL + "shutdown: {drain-timeout: 5}\n",
                        Samples.MINIMAL + "transport: {kind: iouring}\n",
                        Samples.MINIMAL.replace("${env:SHOP_PASSWORD}", "hunter2"),
                        Samples.MINIMAL.replace(Samples.VERIFIER, "hunter2"))) {
            assertThat(schemaErrors(wrong)).as(wrong).isNotEmpty();
        }
        assertThat(schemaErrors(Samples.MINIMAL)).isEmpty();
    }

    private static List<String> schemaErrors(String yaml) {
        return errors(ConfigurationFile.schema(), yaml);
    }

    private static List<String> errors(String json, String yaml) {
        Schema schema =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                        .getSchema(json, InputFormat.JSON);
        return schema.validate(yaml, InputFormat.YAML).stream().map(Object::toString).toList();
    }

    private static List<String> examples(Path page) throws IOException {
        Matcher matcher = EXAMPLE.matcher(Files.readString(page));
        List<String> examples = new ArrayList<>();
        while (matcher.find()) {
            examples.add(matcher.group(1).stripIndent());
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
