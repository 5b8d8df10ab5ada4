package dev.holdfast.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.policy.ApprovalRules;
import dev.holdfast.guard.policy.CatalogView;
import dev.holdfast.guard.policy.ColumnPattern;
import dev.holdfast.guard.policy.DefinedPolicy;
import dev.holdfast.guard.policy.PolicyDefinition;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.Limits;
import dev.holdfast.guard.policy.PolicyDefinition.Mode;
import dev.holdfast.guard.policy.PolicyDefinition.Restriction;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import dev.holdfast.guard.policy.RelationPattern;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.SideBySide;
import dev.holdfast.testkit.StatementCorpus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A policy that opens everything but one column and one schema, against every way to read them that
/// came to mind. Each text is first run past Holdfast: only what shows the closed value counts.
@SideBySide
class ClosedDataIT {
    private static final String CLOSED = "SECRET";
    private static final String OWNER = "unbounded";
    private static final String SCHEMA =
            """
            CREATE ROLE unbounded LOGIN SUPERUSER PASSWORD 'unbounded';
            CREATE SCHEMA vault;
            CREATE TABLE vault.secrets (id int, s text) PARTITION BY RANGE (id);
            CREATE TABLE vault.secrets_1 PARTITION OF vault.secrets FOR VALUES FROM (0) TO (9);
            INSERT INTO vault.secrets VALUES (1, 'SECRET');
            CREATE TABLE public.students (id int, name text, email text) PARTITION BY RANGE (id);
            CREATE TABLE public.students_1 PARTITION OF public.students FOR VALUES FROM (0) TO (1000);
            INSERT INTO public.students SELECT g, 'n' || g, 'SECRET@x' FROM generate_series(1, 100) g;
            CREATE TABLE public.courses (id int PRIMARY KEY, title text, student int);
            INSERT INTO public.courses SELECT g, 't' || g, g FROM generate_series(1, 100) g;
            CREATE VIEW public.v_students AS SELECT id, name, email AS contact FROM public.students;
            CREATE VIEW public.v_over AS SELECT * FROM public.v_students;
            CREATE VIEW public.v_open AS SELECT id, name FROM public.students_1;
            CREATE VIEW public.v_vault AS SELECT s FROM vault.secrets_1;
            CREATE MATERIALIZED VIEW public.m_students AS SELECT * FROM public.students;
            CREATE MATERIALIZED VIEW public.m_vault AS SELECT * FROM vault.secrets;
            ANALYZE;
            """;

    private static final List<String> OPEN =
            List.of(
                    "SELECT id, name FROM students",
                    "SELECT s.id FROM students_1 s WHERE s.name = 'n1'",
                    "SELECT count(*) FROM students",
                    "SELECT c.title FROM courses c JOIN students s ON s.id = c.student",
                    "SELECT * FROM courses",
                    "SELECT * FROM v_open",
                    "SELECT relname FROM pg_class");

    private static PolicyDefinition policy() {
        return new PolicyDefinition(
                "open",
                Mode.ENFORCE,
                List.of(RelationPattern.of("*.*")),
                List.of(
                        new WriteGrant(
                                List.of(RelationPattern.of("*.*")),
                                EnumSet.allOf(WriteGrant.Operation.class))),
                List.of(ColumnPattern.of("public.students.email")),
                List.of(
                        new Restriction(
                                List.of(RelationPattern.of("vault.secrets")),
                                Restriction.Access.DENY)),
                Holds.NONE,
                Limits.NONE,
                Set.of(),
                Set.of(),
                List.of(),
                ApprovalRules.DEFAULT);
    }

    /// What a text shows, in rows or in its error.
    private static String shown(Connection owner, String sql) throws SQLException {
        StringBuilder shown = new StringBuilder();
        try (Statement statement = owner.createStatement()) {
            if (statement.execute(sql)) {
                try (ResultSet rows = statement.getResultSet()) {
                    int columns = rows.getMetaData().getColumnCount();
                    while (rows.next()) {
                        for (int column = 1; column <= columns; column++) {
                            shown.append(rows.getString(column)).append('\n');
                        }
                    }
                }
            }
        } catch (SQLException e) {
            shown.append(e.getMessage());
        } finally {
            owner.rollback();
        }
        return shown.toString();
    }

    @Test
    void noSpellingShowsWhatThePolicyCloses() throws SQLException {
        List<String> wrong = new ArrayList<>();
        try (DisposablePostgres postgres = DisposablePostgres.start();
                Judged shop = new Judged(postgres, SCHEMA);
                Connection owner = postgres.connect(Judged.DATABASE, OWNER, OWNER)) {
            owner.setAutoCommit(false);
            DefinedPolicy policy = new DefinedPolicy(policy(), CatalogView.UNKNOWN);
            for (StatementCorpus.Block block : StatementCorpus.read("closed-data.sql")) {
                String sql = block.text();
                if (!shown(owner, sql).contains(CLOSED)) {
                    wrong.add("shows nothing, so it proves nothing: " + sql);
                }
                if (shop.decide(sql, policy) instanceof Decision.Allow) {
                    wrong.add("allowed: " + sql);
                }
            }
            for (String sql : OPEN) {
                if (shop.decide(sql, policy) instanceof Decision.Deny(var refusal)) {
                    wrong.add(sql + ": " + refusal);
                }
            }
        }

        assertThat(wrong).isEmpty();
    }
}
