package dev.holdfast.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.holdfast.guard.policy.ApprovalRules;
import dev.holdfast.guard.policy.ColumnPattern;
import dev.holdfast.guard.policy.Condition;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.CustomRule;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.Limits;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import dev.holdfast.guard.policy.PolicyFile;
import dev.holdfast.guard.policy.RelationPattern;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyYamlTest {
    private static final String EXPLICIT =
            """
            policies:
              - name: analysts
                mode: observe
                read: ["public.*", "sales.orders"]
                write:
                  - relations: ["public.test_*"]
                    operations: [insert, update, delete]
                deny-columns: ["public.students.email", "*.*.password*"]
                restricted:
                  - {relations: ["vault.*"], access: deny}
                  - {relations: ["hr.pay"], access: challenge}
                hold:
                  kinds: [define, destroy, privilege]
                  unbounded-writes: true
                  unforeseeable-writes: true
                  rows-over: 500
                limits: {rows-per-statement: 100, rows-per-transaction: 500, rows-per-hour: 5000,
                         rows-per-task: 10000, statements-per-minute: 600, result-rows: 100000,
                         result-bytes: 64MiB, statement-time: 30s}
                functions: [public.order_total, 'app."Total"']
                settings: [work_mem, app.tenant]
                rules:
                  - name: no-writes-at-night
                    when: 'effects.kind == "WRITE" && time.hour < 6'
                    decision: deny
                    message: "writes at night"
                    hint: "wait until six"
            """;

    @TempDir private Path directory;

    @Test
    void takesEveryExplicitValue() throws Exception {
        PolicyDefinition expected =
                new PolicyDefinition(
                        "analysts",
                        Mode.OBSERVE,
                        List.of(RelationPattern.of("public.*"), RelationPattern.of("sales.orders")),
                        List.of(
                                new WriteGrant(
                                        List.of(RelationPattern.of("public.test_*")),
                                        Set.of(WriteGrant.Operation.values()))),
                        List.of(
                                ColumnPattern.of("public.students.email"),
                                ColumnPattern.of("*.*.password*")),
                        List.of(
                                new Restriction(
                                        List.of(RelationPattern.of("vault.*")),
                                        Restriction.Access.DENY),
                                new Restriction(
                                        List.of(RelationPattern.of("hr.pay")),
                                        Restriction.Access.CHALLENGE)),
                        new Holds(
                                Set.of(Holds.Kind.DEFINE, Holds.Kind.DESTROY, Holds.Kind.PRIVILEGE),
                                true,
                                true,
                                500),
                        new Limits(
                                100,
                                500,
                                5_000,
                                10_000,
                                600,
                                100_000,
                                64L << 20,
                                Duration.ofSeconds(30)),
                        Set.of("public.order_total", "app.Total"),
                        Set.of("work_mem", "app.tenant"),
                        List.of(
                                new CustomRule(
                                        "no-writes-at-night",
                                        Condition.of("effects.kind == \"WRITE\" && time.hour < 6"),
                                        CustomRule.Outcome.DENY,
                                        "writes at night",
                                        "wait until six")),
                        ApprovalRules.DEFAULT);

        assertThat(read(EXPLICIT)).isEqualTo(new PolicyFile(List.of(expected)));
    }

    @Test
    void fillsInEveryDefault() throws Exception {
        assertThat(read("policies: [{name: a}]\n"))
                .isEqualTo(new PolicyFile(List.of(PolicyDefinition.named("a"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "read: [orders]                 | 1:29: policies[0].read[0]: orders: no dot",
                "read: [public.Orders]          | public.Orders: 'O' outside quotes",
                "read: [a.b.c]                  | a.b.c: 3 parts (expected: schema.name",
                "read: [public.]                | public.: an empty part",
                "read: ['public.\"x']           | a quote is not closed",
                "read: ['public.a b']           | ' ' outside quotes",
                "read: ['']                     | is empty (expected: schema.name",
                "read: public.*                 | policies[0].read: not a list",
                "raed: []                       | did you mean \"read\"?",
                "read: [], read: []             | set twice (first on line 1)",
                "mode: pretend                  | pretend (expected: enforce, observe, shadow,"
                        + " sandbox",
                "mode: observ                   | did you mean \"observe\"?",
                "deny-columns: [a.b]            | a.b: 2 parts (expected: schema.relation.column",
                "write: [{relations: [a.b]}]    | \"operations\" is missing",
                "write: [{relations: [], operations: [insert]}] | 0 items (expected",
                "write: [{relations: [a.b], operations: [truncate]}] | truncate (expected: insert",
                "restricted: [{relations: [a.b], access: allow}] | allow (expected: deny,"
                        + " challenge",
                "hold: {kinds: [read]}          | read (expected: write, define, destroy,"
                        + " privilege",
                "hold: {rows-over: 0}           | 0 (expected: a whole number from 1",
                "hold: {unbounded-writes: yes}  | is text (expected: true or false",
                "limits: {result-bytes: 64}     | is a number",
                "limits: {rows-per-day: 1}      | unknown setting",
                "functions: [f]                 | f: no dot (expected: schema.name of a function",
                "functions: ['public.*']        | a star (expected",
                "functions: ['a.\"b.c\"']       | a dot within a part",
                "settings: [search_path]        | search_path: cannot be opened",
                "settings: [row_security]       | row_security: cannot be opened",
                "settings: [standard_conforming_strings] | cannot be opened",
                "settings: [default_transaction_read_only] | cannot be opened",
                "settings: [role]               | cannot be opened",
                "settings: [Work_Mem]           | cannot be opened",
                "rules: [{name: A, when: 'true', decision: deny}] | A (expected: a name",
                "rules: [{name: a, when: 'true', decision: permit}] | permit (expected: deny, hold",
                "rules: [{name: a, when: '1 +', decision: deny}] | rules[0].when: at 1:4 of the"
                        + " condition",
                "rules: [{name: a, when: 'effects.knd == 1', decision: deny}] | undeclared"
                        + " reference",
                "rules: [{name: a, when: 'effects.kind == 3', decision: deny}] | no matching"
                        + " overload",
                "rules: [{name: a, when: 'effects.kind', decision: deny}] | expected type 'bool'",
                "rules: [{name: a, when: '[].map(x, y)', decision: deny}] | expected type 'bool'",
                "rules: [{name: a, when: true, decision: deny}] | is true or false",
                "rules: [{name: a, decision: deny}] | \"when\" is missing",
                "rules: [{name: a, when: 'true', decision: deny}, {name: a, when: 'true', decision:"
                        + " hold}] | a is there twice in this policy"
            })
    void refusesWhatDoesNotFit(String addition, String message) throws Exception {
        assertThat(problems("policies: [{name: p, " + addition + "}]\n"))
                .singleElement()
                .asString()
                .contains(message);
    }

    @Test
    void refusesTwoPoliciesOfOneNameAndTheNameOfTheBuiltInOne() throws Exception {
        assertThat(problems("policies: [{name: a}, {name: b}, {name: a}, {name: read-only}]\n"))
                .satisfiesExactly(
                        first ->
                                assertThat(first)
                                        .contains("a is there twice (first as policies[0])"),
                        second -> assertThat(second).contains("read-only is the built-in policy"));
    }

    @Test
    void refusesAFileThatEveryUserMayWrite() throws Exception {
        Path file = write("policies: []\n");
        Samples.mode(file, "rw-rw-rw-");

        assertThat(failure(file).getMessage()).contains("every user may change it");
    }

    private PolicyFile read(String yaml) throws Exception {
        return PolicyYaml.read(write(yaml));
    }

    private List<String> problems(String yaml) throws Exception {
        return failure(write(yaml)).problems().stream().map(Problem::toString).toList();
    }

    private static ConfigurationException failure(Path file) {
        return Objects.requireNonNull(
                catchThrowableOfType(ConfigurationException.class, () -> PolicyYaml.read(file)));
    }

    private Path write(String yaml) throws Exception {
        Path file = Files.writeString(directory.resolve("p.yaml"), yaml);
        Samples.mode(file, "rw-r--r--");
        return file;
    }
}
