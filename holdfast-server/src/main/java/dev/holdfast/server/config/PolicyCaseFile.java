package dev.holdfast.server.config;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/// Reads the cases of `holdfast policy test`.
public final class PolicyCaseFile {
    private static final int CASES_MAX = 10_000;
    private static final int REACHES_MAX = 1_000;

    private static final Field<String> NAME =
            Field.required(
                    "name",
                    text("a name"),
                    "What the case shows, for the line that tells about it.");
    private static final Field<String> AS =
            Field.required("as", text("an agent's name"), "The agent that sends the statement.");
    private static final Field<String> DATABASE =
            Field.optional(
                    "database",
                    text("a database's name"),
                    "The database that it is sent to; may be left out where the agent has one only.");
    private static final Field<String> SQL =
            Field.required("sql", text("SQL"), "The statement, as the agent sends it.");
    private static final Field<PolicyCase.Expectation> EXPECT =
            Field.required(
                    "expect",
                    ChoiceShape.of(PolicyCase.Expectation.class),
                    "What should become of it.");
    private static final Field<String> RULE =
            Field.optional(
                    "rule", text("a rule's name"), "A rule that must be among those that apply.");
    private static final Field<List<String>> REACHES =
            Field.of(
                    "reaches",
                    new ListShape<>(text("schema.name"), 0, REACHES_MAX),
                    List.of(),
                    "Relations that it must be found to reach, by whatever way.");
    private static final ObjectShape<PolicyCase> CASE =
            new ObjectShape<>(
                    "A case",
                    v ->
                            new PolicyCase(
                                    v.of(NAME),
                                    v.of(AS),
                                    v.orNull(DATABASE),
                                    v.of(SQL),
                                    v.of(EXPECT),
                                    v.orNull(RULE),
                                    v.of(REACHES)),
                    List.of(NAME, AS, DATABASE, SQL, EXPECT, RULE, REACHES));
    private static final Field<List<PolicyCase>> CASES =
            Field.required(
                    "cases", new ListShape<>(CASE, 1, CASES_MAX), "The cases, run in their order.");
    private static final ObjectShape<List<PolicyCase>> DOCUMENT =
            new ObjectShape<>("Cases of a policy", v -> v.of(CASES), List.of(CASES));

    private PolicyCaseFile() {}

    /// Reads a file.
    ///
    /// @throws ConfigurationException with every problem found
    public static List<PolicyCase> read(Path file) throws ConfigurationException {
        return YamlFile.read(
                file, DOCUMENT, Reading.Environment.PROCESS, PolicyCaseFile::uniqueNames);
    }

    private static void uniqueNames(List<PolicyCase> cases, Reading reading) {
        Set<String> names = new HashSet<>();
        for (int i = 0; i < cases.size(); i++) {
            if (!names.add(cases.get(i).name())) {
                reading.problem("cases[" + i + "].name", cases.get(i).name() + " is there twice");
            }
        }
    }

    private static Shape<String> text(String expectation) {
        return new ParsedShape<>(Function.identity(), expectation);
    }
}
