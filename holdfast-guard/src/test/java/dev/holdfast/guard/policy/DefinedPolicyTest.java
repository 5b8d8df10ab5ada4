package dev.holdfast.guard.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.Subject;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant.Operation;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.sql.analysis.TransactionControl;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinedPolicyTest {
    private static final Principal AGENT = new Principal("analyst", "shop", "p");

    // ---- default deny

    @Test
    void grantsNothingThatIsNotWritten() {
        Draft nothing = new Draft();

        assertThat(rule(nothing, Statements.select().reads("public.orders", "id")))
                .isEqualTo("read.not-granted");
        assertThat(rule(nothing, Statements.write("DELETE").deletes("public.orders")))
                .isEqualTo("write.not-granted");
        assertThat(rule(nothing, Statements.select().calls("public.f")))
                .isEqualTo("function.not-granted");
        assertThat(allowed(nothing, Statements.select())).isEqualTo("read.granted");
    }

    @ParameterizedTest
    @EnumSource(StatementKind.class)
    void opensNoKindByGrantsOfRelations(StatementKind kind) {
        Draft everything =
                new Draft().read("*.*").write("*.*", Operation.values()).functions("public.f");
        Set<StatementKind> open =
                Set.of(
                        StatementKind.READ,
                        StatementKind.EXPORT,
                        StatementKind.SESSION,
                        StatementKind.TRANSACTION);

        boolean runs = decide(everything, Statements.of(kind, "X")) instanceof Decision.Allow;

        assertThat(runs).isEqualTo(open.contains(kind));
    }

    @Test
    void readsWhatIsGrantedByName() {
        Draft draft = new Draft().read("public.*", "sales.orders");

        assertThat(allowed(draft, Statements.select().reads("public.a", "id")))
                .isEqualTo("read.granted");
        assertThat(allowed(draft, Statements.select().reads("sales.orders")))
                .isEqualTo("read.granted");
        assertThat(rule(draft, Statements.select().reads("sales.orders").reads("sales.other")))
                .isEqualTo("read.not-granted");
        assertThat(rule(draft, Statements.select().reads("sales.\"Orders\"")))
                .isEqualTo("read.not-granted");
        assertThat(rule(draft, Statements.select().reads("\"public.a\"")))
                .isEqualTo("read.not-granted");
    }

    @Test
    void readsUnderAGrantedViewWhatTheViewReads() {
        Draft draft = new Draft().read("public.recent");

        assertThat(
                        allowed(
                                draft,
                                Statements.select()
                                        .reads("public.recent", "id")
                                        .readsBy("view public.recent", "sales.orders", "id")))
                .isEqualTo("read.granted");
    }

    @Test
    void keepsTheCatalogsOpen() {
        assertThat(allowed(new Draft(), Statements.select().reads("pg_catalog.pg_class")))
                .isEqualTo("read.granted");
        assertThat(allowed(new Draft(), Statements.select().reads("information_schema.tables")))
                .isEqualTo("read.granted");
    }

    // ---- writes

    @Test
    void writesByGrantOfTheOperationAndInTheGuardedLaneOnly() {
        Draft draft = new Draft().read("public.*").write("public.test_*", Operation.INSERT);

        Decision inserted =
                decide(draft, Statements.write("INSERT").inserts("public.test_a", "id"));

        assertThat(inserted).isInstanceOf(Decision.Allow.class);
        assertThat(((Decision.Allow) inserted).obligations().guarded()).isTrue();
        assertThat(((Decision.Allow) inserted).rule()).isEqualTo("write.granted");
        assertThat(rule(draft, Statements.write("UPDATE").updates("public.test_a", "id")))
                .isEqualTo("write.not-granted");
        assertThat(rule(draft, Statements.write("INSERT").inserts("public.real", "id")))
                .isEqualTo("write.not-granted");
    }

    @Test
    void demandsAGrantForEverythingThatAWriteReaches() {
        Draft draft = new Draft().write("public.orders", Operation.DELETE);
        Statements cascade =
                Statements.write("DELETE")
                        .deletes("public.orders")
                        .effect(
                                RelationEffect.Operation.DELETE,
                                "public.items",
                                Bound.NOT_APPLICABLE,
                                "foreign key items_order_fkey",
                                "id");

        Refusal refusal = refusal(decide(draft, cascade));

        assertThat(refusal.rule()).isEqualTo("write.not-granted");
        assertThat(refusal.message())
                .contains("public.items")
                .contains("reached by foreign key items_order_fkey");
        assertThat(refusal.subject()).isEqualTo(new Subject("public", "items", ""));
        draft.write("public.items", Operation.DELETE);
        assertThat(allowed(draft, cascade)).isEqualTo("write.granted");
    }

    @ParameterizedTest
    @ValueSource(strings = {"INSERT", "UPDATE", "DELETE", "MERGE", "COPY FROM"})
    void refusesAWriteWhoseRelationsAreNotKnown(String command) {
        Draft draft = new Draft().read("*.*").write("*.*", Operation.values());

        assertThat(rule(draft, Statements.write(command))).isEqualTo("write.unforeseeable");
        assertThat(rule(draft, Statements.write(command).reads("public.a", "id")))
                .isEqualTo("write.unforeseeable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"VACUUM", "CLUSTER", "REINDEX", "NOTIFY", "REFRESH MATERIALIZED VIEW", "X"})
    void refusesWritesThatNoGrantByRelationCanSpeakOf(String command) {
        Draft draft = new Draft().write("*.*", Operation.values());

        assertThat(rule(draft, Statements.write(command).updates("public.a", "id")))
                .isEqualTo("write.not-grantable");
    }

    @Test
    void refusesOrHoldsWhatNothingBounds() {
        Draft draft = new Draft().write("public.*", Operation.values());
        Statements unbounded =
                Statements.write("DELETE")
                        .effect(
                                RelationEffect.Operation.DELETE,
                                "public.a",
                                Bound.UNBOUNDED,
                                "",
                                "id");

        assertThat(rule(draft, unbounded)).isEqualTo("write.unbounded");
        draft.hold = new Holds(Set.of(), true, false, 0);
        assertThat(held(draft, unbounded)).isEqualTo("hold.unbounded-write");
    }

    @Test
    void refusesAnUnboundedWriteByWhateverWay() {
        Draft draft = new Draft().write("public.*", Operation.values());
        Statements byTrigger =
                Statements.write("INSERT")
                        .inserts("public.a", "id")
                        .effect(
                                RelationEffect.Operation.UPDATE,
                                "public.b",
                                Bound.UNBOUNDED,
                                "trigger t on public.a",
                                "n");

        assertThat(rule(draft, byTrigger)).isEqualTo("write.unbounded");
    }

    @Test
    void refusesOrHoldsWritesThatCannotBeForeseen() {
        Draft draft = new Draft().write("public.*", Operation.values());
        Statements dark =
                Statements.write("INSERT")
                        .inserts("public.a", "id")
                        .unforeseeable("trigger t on public.a runs code in plpython3u");

        Refusal refusal = refusal(decide(draft, dark));
        assertThat(refusal.rule()).isEqualTo("write.unforeseeable");
        assertThat(refusal.detail()).contains("runs code in plpython3u");
        draft.hold = new Holds(Set.of(), false, true, 0);
        assertThat(held(draft, dark)).isEqualTo("hold.unforeseeable-write");
    }

    @Test
    void neverWritesToThePartsOfPostgresql() {
        Draft draft =
                new Draft()
                        .write("pg_catalog.*", Operation.values())
                        .write("*.*", Operation.values());

        assertThat(
                        rule(
                                draft,
                                Statements.write("UPDATE")
                                        .updates("pg_catalog.pg_class", "relname")))
                .isEqualTo("write.not-granted");
    }

    @Test
    void locksRowsOnlyWhereTheyMayBeChanged() {
        Statements locking =
                Statements.of(StatementKind.LOCK, "SELECT FOR UPDATE")
                        .reads("public.a", "id")
                        .effect(
                                RelationEffect.Operation.LOCK,
                                "public.a",
                                Bound.NOT_APPLICABLE,
                                "",
                                "id");
        Draft draft = new Draft().read("public.*").write("public.a", Operation.INSERT);

        assertThat(rule(draft, locking)).isEqualTo("lock.not-granted");
        draft.write("public.a", Operation.UPDATE);
        assertThat(allowed(draft, locking)).isEqualTo("read.granted, write.granted");
        assertThat(rule(draft, Statements.of(StatementKind.LOCK, "LOCK").updates("public.a")))
                .isEqualTo("lock.not-granted");
        assertThat(rule(draft, Statements.of(StatementKind.LOCK, "LISTEN")))
                .isEqualTo("lock.not-granted");
    }

    // ---- what is held

    @Test
    void holdsOrDeniesByKind() {
        Map<StatementKind, Holds.Kind> kinds =
                Map.of(
                        StatementKind.DEFINE, Holds.Kind.DEFINE,
                        StatementKind.DESTROY, Holds.Kind.DESTROY,
                        StatementKind.PRIVILEGE, Holds.Kind.PRIVILEGE);
        kinds.forEach((kind, held) -> {
            Draft draft = new Draft();
            assertThat(rule(draft, Statements.of(kind, "X"))).endsWith(".denied");
            draft.hold = new Holds(Set.of(held), false, false, 0);
            assertThat(held(draft, Statements.of(kind, "X"))).startsWith("hold.");
        });
    }

    @Test
    void holdsWhatIsDestroyedByAWayThatNoTextShows() {
        Statements truncating =
                Statements.write("INSERT")
                        .inserts("public.a", "id")
                        .effect(
                                RelationEffect.Operation.TRUNCATE,
                                "public.b",
                                Bound.NOT_APPLICABLE,
                                "trigger t on public.a");
        Draft draft = new Draft().write("public.*", Operation.values());

        assertThat(rule(draft, truncating)).isEqualTo("destroy.denied");
        draft.hold = new Holds(Set.of(Holds.Kind.DESTROY), false, false, 0);
        assertThat(held(draft, truncating)).isEqualTo("hold.destroy");
    }

    @Test
    void holdsEveryWriteWhereThePolicySaysSo() {
        Draft draft = new Draft().write("public.*", Operation.values());
        draft.hold = new Holds(Set.of(Holds.Kind.WRITE), false, false, 0);

        assertThat(held(draft, Statements.write("INSERT").inserts("public.a", "id")))
                .isEqualTo("hold.write");
        assertThat(rule(draft, Statements.write("INSERT").inserts("other.a", "id")))
                .as("what is not granted is not held but denied")
                .isEqualTo("write.not-granted");
    }

    // ---- restrictions

    @ParameterizedTest
    @EnumSource(RelationEffect.Operation.class)
    void closesARestrictedRelationByEveryWayAndForEveryOperation(
            RelationEffect.Operation operation) {
        Draft draft =
                new Draft().read("*.*").write("*.*", Operation.values()).restricted("vault.*");
        draft.hold = new Holds(Set.of(Holds.Kind.values()), true, true, 0);
        for (String via :
                new String[] {"", "view public.v", "foreign key k", "function public.f"}) {
            Statements statement =
                    Statements.select()
                            .effect(operation, "vault.cards", Bound.NOT_APPLICABLE, via, "id");

            assertThat(rule(draft, statement)).as(via).isEqualTo("relation.restricted");
        }
    }

    @Test
    void holdsAChallengedRelationByEveryWay() {
        Draft draft = new Draft().read("*.*").challenged("hr.pay");

        assertThat(held(draft, Statements.select().reads("hr.pay", "id")))
                .isEqualTo("hold.challenge");
        assertThat(
                        held(
                                draft,
                                Statements.select()
                                        .reads("public.v", "id")
                                        .readsBy("view public.v", "hr.pay", "id")))
                .isEqualTo("hold.challenge");
        assertThat(rule(draft.restricted("hr.*"), Statements.select().reads("hr.pay", "id")))
                .isEqualTo("relation.restricted");
    }

    @Test
    void takesANameOfAnUnknownSchemaForTheRestrictedRelation() {
        Draft draft = new Draft().read("*.*").restricted("vault.cards");

        assertThat(rule(draft, Statements.select().reads("cards", "id")))
                .isEqualTo("relation.restricted");
        assertThat(allowed(draft, Statements.select().reads("public.cards", "id")))
                .isEqualTo("read.granted");
    }

    // ---- columns

    @Test
    void deniesAColumnByEveryWay() {
        Draft draft =
                new Draft()
                        .read("public.*")
                        .write("public.*", Operation.values())
                        .denyColumns("public.students.email");
        for (Statements statement :
                new Statements[] {
                    Statements.select().reads("public.students", "id", "email"),
                    // `*`, a whole row, row_to_json(students): every column may be meant
                    Statements.select().reads("public.students"),
                    Statements.select()
                            .reads("public.v", "mail")
                            .readsBy("view public.v", "public.students", "email"),
                    Statements.select()
                            .reads("public.v", "x")
                            .readsBy("view public.v", "public.students"),
                    Statements.write("UPDATE").updates("public.students", "email"),
                    Statements.write("INSERT").inserts("public.students"),
                    // RETURNING email
                    Statements.write("DELETE")
                            .deletes("public.students")
                            .reads("public.students", "email"),
                    // CREATE INDEX ON students (email)
                    Statements.of(StatementKind.DEFINE, "CREATE INDEX")
                            .effect(
                                    RelationEffect.Operation.ALTER,
                                    "public.students",
                                    Bound.NOT_APPLICABLE,
                                    "",
                                    "email")
                }) {
            Decision decision = decide(draft, statement);
            assertThat(decision).isInstanceOf(Decision.Deny.class);
            assertThat(refusal(decision).rule() + refusal(decision).detail())
                    .contains("column.denied");
        }
    }

    @Test
    void withholdsWhatPostgresqlSaysOfRowsThatAreNotOpenAsAWhole() {
        Draft denying =
                new Draft()
                        .read("public.*")
                        .write("*.*", Operation.values())
                        .denyColumns("public.students.email", "*.*.password*");
        denying.columns =
                Map.of(
                        "public.students", Set.of("id", "email"),
                        "public.orders", Set.of("id"),
                        "hr.pay", Set.of("id"));
        Statements update = Statements.write("UPDATE").updates("public.students", "id");

        assertThat(obligations(denying, update).withholds()).isTrue();
        assertThat(obligations(denying, Statements.write("DELETE").deletes("hr.pay")).withholds())
                .as("what may be written and not read")
                .isTrue();
        assertThat(
                        obligations(denying, Statements.write("DELETE").deletes("public.unknown"))
                                .withholds())
                .isTrue();
        assertThat(
                        obligations(denying, Statements.write("DELETE").deletes("public.orders"))
                                .withholds())
                .isFalse();
        denying.hold = new Holds(Set.of(Holds.Kind.WRITE), false, false, 0);
        Decision held = decide(denying, update);
        assertThat(((Decision.Hold) held).obligations().withholds()).isTrue();
    }

    /// What was measured is held against this, whatever the statement was taken for.
    @Test
    void grantsChangesByTableWhateverTheStatement() {
        DefinedPolicy policy =
                new Draft()
                        .read("*.*")
                        .write("public.*", Operation.INSERT)
                        .restricted("public.vault")
                        .policy();

        assertThat(policy.mayChange(AGENT, "public.orders")).isTrue();
        assertThat(policy.mayChange(AGENT, "public.\"Odd.name\"")).isTrue();
        assertThat(policy.mayChange(AGENT, "public.vault")).isFalse();
        assertThat(policy.mayChange(AGENT, "sales.orders")).isFalse();
        assertThat(policy.mayChange(AGENT, "pg_catalog.pg_class")).isFalse();
    }

    private static Obligations obligations(Draft draft, Statements statement) {
        return ((Decision.Allow) decide(draft, statement)).obligations();
    }

    @Test
    void leavesOtherColumnsOfTheRelationOpen() {
        Draft draft = new Draft().read("public.*").denyColumns("public.students.email");

        assertThat(allowed(draft, Statements.select().reads("public.students", "id", "name")))
                .isEqualTo("read.granted");
        assertThat(allowed(draft, Statements.select().reads("public.teachers", "email")))
                .isEqualTo("read.granted");
    }

    @Test
    void readsEveryColumnOfATableThatIsKnownToHaveNoDeniedOne() {
        Draft draft = new Draft().read("public.*").denyColumns("*.*.password*");
        draft.columns =
                Map.of(
                        "public.orders",
                        Set.of("id", "total"),
                        "public.users",
                        Set.of("password_hash"));

        assertThat(allowed(draft, Statements.select().reads("public.orders")))
                .isEqualTo("read.granted");
        assertThat(rule(draft, Statements.select().reads("public.users")))
                .isEqualTo("column.denied");
        assertThat(rule(draft, Statements.select().reads("public.unknown")))
                .isEqualTo("column.denied");
        assertThat(allowed(draft, Statements.select().reads("pg_catalog.pg_class")))
                .isEqualTo("read.granted");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_catalog.pg_stats",
                "pg_catalog.pg_statistic",
                "pg_catalog.pg_stats_ext",
                "pg_catalog.pg_stats_ext_exprs",
                "pg_catalog.pg_statistic_ext_data",
                "pg_stats"
            })
    void closesStatisticsToWhoMayNotReadEverything(String relation) {
        Statements statement = Statements.select().reads(relation, "tablename");

        assertThat(rule(new Draft().read("public.*"), statement)).isIn("relation.reveals");
        assertThat(rule(new Draft().read("*.*").denyColumns("a.b.c"), statement))
                .isEqualTo("relation.reveals");
        assertThat(rule(new Draft().read("*.*").restricted("a.b"), statement))
                .isEqualTo("relation.reveals");
        assertThat(allowed(new Draft().read("*.*"), statement)).isEqualTo("read.granted");
        assertThat(
                        rule(
                                new Draft().read("public.*", "public.v"),
                                Statements.select()
                                        .reads("public.v", "a")
                                        .readsBy("view public.v", relation, "a")))
                .isEqualTo("relation.reveals");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pg_catalog.pg_authid",
                "pg_catalog.pg_shadow",
                "pg_catalog.pg_user_mapping",
                "pg_catalog.pg_user_mappings",
                "pg_catalog.pg_subscription",
                "pg_catalog.pg_largeobject",
                "pg_toast.pg_toast_16384",
                "information_schema.user_mapping_options"
            })
    void neverShowsCredentialsAndRawStorage(String relation) {
        Draft everything = new Draft().read("*.*", "pg_catalog.*", "pg_toast.*");

        assertThat(rule(everything, Statements.select().reads(relation, "x")))
                .isEqualTo("relation.reveals");
    }

    // ---- functions and settings

    @Test
    void callsFunctionsThatThePolicyNames() {
        Draft draft = new Draft().functions("public.total");

        assertThat(allowed(draft, Statements.select().calls("public.total")))
                .isEqualTo("function.granted");
        assertThat(rule(draft, Statements.select().calls("other.total")))
                .isEqualTo("function.not-granted");
        assertThat(rule(draft, Statements.select().calls("public.\"Total\"")))
                .isEqualTo("function.not-granted");
        assertThat(rule(draft, Statements.select().calls("\"public.total\"")))
                .isEqualTo("function.not-granted");
        assertThat(rule(draft, Statements.select().calls("public.total").calls("public.other")))
                .isEqualTo("function.not-granted");
    }

    @Test
    void callsAnUnqualifiedFunctionOnlyWhereEveryOneOfThatNameIsNamed() {
        Draft draft = new Draft().functions("public.total");

        assertThat(rule(draft, Statements.select().calls("total")))
                .isEqualTo("function.not-granted");
        draft.functionSchemas = Map.of("total", Set.of("public"));
        assertThat(allowed(draft, Statements.select().calls("total")))
                .isEqualTo("function.granted");
        draft.functionSchemas = Map.of("total", Set.of("public", "evil"));
        assertThat(rule(draft, Statements.select().calls("total")))
                .isEqualTo("function.not-granted");
    }

    @Test
    void neverCallsWhatReachesOutsideEvenWhereItIsNamed() {
        Draft draft = new Draft().functions("pg_catalog.pg_read_file", "public.dblink");
        for (StatementKind kind :
                new StatementKind[] {StatementKind.UNSAFE_IO, StatementKind.SAFEGUARD}) {
            assertThat(
                            rule(
                                    draft,
                                    Statements.select()
                                            .and(kind, Effect.FUNCTION_CALL, "public.dblink")))
                    .isEqualTo("unsafe-io.never");
        }
    }

    @Test
    void opensASettingThatThePolicyNamesAndNoSafeguard() {
        Draft draft = new Draft().settings("work_mem", "app.tenant", "row_security");

        assertThat(allowed(draft, sets("work_mem"))).contains("setting.granted");
        assertThat(allowed(draft, sets("\"app.tenant\""))).contains("setting.granted");
        assertThat(rule(draft, sets("row_security"))).isEqualTo("settings.pinned");
        assertThat(rule(draft, sets("search_path"))).isEqualTo("settings.pinned");
        assertThat(rule(draft, sets("app.other"))).isEqualTo("settings.pinned");
        assertThat(rule(draft, Statements.select().and(StatementKind.SAFEGUARD, "X", "work_mem")))
                .isEqualTo("settings.pinned");
    }

    private static Statements sets(String setting) {
        return Statements.select().and(StatementKind.SAFEGUARD, "SET", setting);
    }

    // ---- never open

    @ParameterizedTest
    @EnumSource(
            value = StatementKind.class,
            names = {"PROCEDURAL", "UNSAFE_IO", "SAFEGUARD", "UNKNOWN"})
    void neverOpensWhatNoPolicyMayOpen(StatementKind kind) {
        Draft draft = new Draft().read("*.*").write("*.*", Operation.values());
        draft.hold = new Holds(Set.of(Holds.Kind.values()), true, true, 0);

        assertThat(decide(draft, Statements.of(kind, "X"))).isInstanceOf(Decision.Deny.class);
        assertThat(decide(draft, Statements.select().and(kind, "X", "y")))
                .isInstanceOf(Decision.Deny.class);
    }

    @Test
    void keepsTheControlOfTransactionsApartFromStatements() {
        Draft draft = new Draft().read("*.*");
        Statements commit =
                Statements.of(StatementKind.TRANSACTION, "COMMIT")
                        .as("COMMIT", TransactionControl.COMMIT);

        assertThat(rule(draft, commit, Statements.select())).isEqualTo("transaction.mixed");
        assertThat(allowed(draft, commit)).isEqualTo("transaction.own");
        assertThat(
                        rule(
                                draft,
                                Statements.of(StatementKind.TRANSACTION, "PREPARE TRANSACTION")
                                        .as("X", TransactionControl.TWO_PHASE)))
                .isEqualTo("transaction.two-phase");
    }

    // ---- observing

    @Test
    void observingLetsRunWhatTheBaselineAllowsAndSaysWhatItWouldHaveDone() {
        Draft draft = new Draft().restricted("vault.*").challenged("hr.*");
        draft.mode = Mode.OBSERVE;

        assertThat(allowed(draft, Statements.select().reads("public.a", "id")))
                .isEqualTo("observe: would deny read.not-granted");
        assertThat(allowed(draft, Statements.select().reads("vault.a", "id")))
                .isEqualTo("observe: would deny relation.restricted");
        assertThat(allowed(draft.read("hr.*"), Statements.select().reads("hr.a", "id")))
                .isEqualTo("observe: would hold hold.challenge");
    }

    @ParameterizedTest
    @EnumSource(
            value = StatementKind.class,
            names = {
                "LOCK",
                "WRITE",
                "DEFINE",
                "DESTROY",
                "PRIVILEGE",
                "PROCEDURAL",
                "UNSAFE_IO",
                "SAFEGUARD",
                "UNKNOWN"
            })
    void observingOpensNothingThatIsClosedWithoutAPolicy(StatementKind kind) {
        Draft draft = new Draft();
        draft.mode = Mode.OBSERVE;

        assertThat(decide(draft, Statements.of(kind, "X"))).isNotInstanceOf(Decision.Allow.class);
        assertThat(decide(draft, Statements.select().and(kind, "X", "")))
                .isNotInstanceOf(Decision.Allow.class);
    }

    // ---- what is told

    @Test
    void tellsEveryRuleThatRefusesAndWhichStatementItIs() {
        Draft draft = new Draft().restricted("vault.*").denyColumns("public.a.x");

        Refusal refusal =
                refusal(
                        decide(
                                draft,
                                Statements.select(),
                                Statements.select()
                                        .reads("public.a", "x")
                                        .readsBy("view public.a", "vault.b", "y")));

        assertThat(refusal.rule()).isEqualTo("relation.restricted");
        assertThat(refusal.detail())
                .contains("It is statement 2 of 2.")
                .contains("Rules besides it: column.denied, read.not-granted.");
    }

    @Test
    void namesTheGrantedRelationOfTheSameName() {
        Draft draft = new Draft().read("sales.orders", "sales.items");

        Refusal refusal = refusal(decide(draft, Statements.select().reads("public.orders", "id")));

        assertThat(refusal.message())
                .isEqualTo("reading public.orders is not granted to agent \"analyst\"");
        assertThat(refusal.detail()).contains("grants reading of sales.orders, sales.items.");
        assertThat(refusal.hint()).startsWith("Did you mean sales.orders? ");
    }

    @Test
    void explainsWhatAllowsToo() {
        DefinedPolicy.Explanation explanation =
                new Draft()
                        .read("public.*")
                        .policy()
                        .explain(
                                AGENT,
                                Statements.analysis(Statements.select().reads("public.a", "id")));

        assertThat(explanation.decision()).isInstanceOf(Decision.Allow.class);
        assertThat(explanation.findings())
                .containsExactly(
                        new Finding(Finding.Outcome.ALLOW, "read.granted", 0, "public.*", null));
    }

    // ---- helpers

    private static Decision decide(Draft draft, Statements... statements) {
        return draft.policy().decide(AGENT, Statements.analysis(statements));
    }

    private static String rule(Draft draft, Statements... statements) {
        Decision decision = decide(draft, statements);
        assertThat(decision).isInstanceOf(Decision.Deny.class);
        return refusal(decision).rule();
    }

    private static String held(Draft draft, Statements... statements) {
        Decision decision = decide(draft, statements);
        assertThat(decision).isInstanceOf(Decision.Hold.class);
        return refusal(decision).rule();
    }

    private static String allowed(Draft draft, Statements... statements) {
        Decision decision = decide(draft, statements);
        assertThat(decision).isInstanceOf(Decision.Allow.class);
        return ((Decision.Allow) decision).rule();
    }

    private static Refusal refusal(Decision decision) {
        @Nullable Refusal refusal = decision.refusal();
        return Objects.requireNonNull(refusal);
    }
}
