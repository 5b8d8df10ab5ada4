package dev.holdfast.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.RelationEffect.Bound;
import dev.holdfast.sql.analysis.RelationEffect.Operation;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.StatementKind;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a statement changes beyond what it names. The database itself says what it changed; whatever it
/// says must have been foreseen.
@SideBySide
@OldestAndNewestPostgres
class WriteClosureIT {
    private static final Path SCHEMA = Path.of("src/test/resources/catalog/write-closure.sql");
    private static final Set<Operation> CHANGES =
            EnumSet.of(Operation.INSERT, Operation.UPDATE, Operation.DELETE, Operation.TRUNCATE);

    /// What is foreseen and does not happen, with the reason.
    private static final Set<String> TOO_MUCH =
            Set.of(
                    // A row may move between partitions, or not.
                    "UPDATE shop.event SET kind = 'b' WHERE id = 1",
                    "UPDATE shop.event SET at = 7 WHERE kind = 'b'",
                    "UPDATE shop.event SET at = 12 WHERE kind = 'b'",
                    "DELETE FROM shop.event WHERE kind = 'a'",
                    "INSERT INTO shop.event VALUES (3, 'b', 11)",
                    // One of two operations of an upsert.
                    "INSERT INTO shop.triggered VALUES (1, 1, 1) ON CONFLICT (id) DO UPDATE SET b = 5",
                    // Rules with a condition, and rules that replace.
                    "DELETE FROM shop.ruled",
                    "UPDATE shop.ruled SET a = 8",
                    // INSTEAD OF: the view is named, its base is written by the trigger.
                    "UPDATE shop.joined SET total = 1 WHERE id = 1",
                    // Branches of a function, and keys that find no row.
                    "DELETE FROM shop.tree WHERE id = 3",
                    "INSERT INTO shop.event_a VALUES (3, 'a', 1)",
                    "UPDATE shop.customers SET name = 'x' WHERE number = 1",
                    "DELETE FROM shop.few WHERE number = 1",
                    "TRUNCATE shop.event");

    /// Statements by what stands between them and what they change.
    private static final List<String> STATEMENTS =
            List.of(
                    "DELETE FROM shop.customer WHERE id = 1",
                    "DELETE FROM shop.customer WHERE id IN (SELECT 2)",
                    "WITH x AS (DELETE FROM shop.orders WHERE id = 1 RETURNING id) SELECT * FROM x",
                    "UPDATE shop.customer SET code = 'c' WHERE id = 1",
                    "UPDATE shop.customer SET name = 'c' WHERE id = 1",
                    "UPDATE shop.customer SET name = 'c', code = code || 'x'",
                    "DELETE FROM shop.hen WHERE id = 1",
                    "DELETE FROM shop.tree WHERE id = 1",
                    "DELETE FROM shop.tree WHERE id = 3",
                    "UPDATE shop.tree SET id = 9 WHERE id = 1",
                    "TRUNCATE shop.customer CASCADE",
                    "TRUNCATE shop.log",
                    "TRUNCATE shop.triggered",
                    "TRUNCATE shop.event",
                    "INSERT INTO shop.triggered VALUES (3, 3, 3)",
                    "UPDATE shop.triggered SET a = 1",
                    "UPDATE shop.triggered SET b = 1",
                    "DELETE FROM shop.triggered WHERE id = 1",
                    "INSERT INTO shop.triggered VALUES (1, 1, 1) ON CONFLICT (id) DO UPDATE SET b = 5",
                    "INSERT INTO shop.deferred VALUES (1)",
                    "INSERT INTO shop.silent VALUES (1)",
                    "INSERT INTO shop.defaults (id) VALUES (1)",
                    "INSERT INTO shop.by_domain (id) VALUES (1)",
                    "INSERT INTO shop.by_domain VALUES (1, DEFAULT)",
                    "UPDATE shop.by_domain SET a = DEFAULT",
                    "INSERT INTO shop.checks VALUES (1)",
                    "INSERT INTO shop.indexes VALUES (1)",
                    "INSERT INTO shop.plain VALUES (2, 2)",
                    "UPDATE shop.plain SET a = 3 WHERE id = 1",
                    "DELETE FROM shop.ruled",
                    "INSERT INTO shop.ruled VALUES (2, 2)",
                    "UPDATE shop.ruled SET a = 7",
                    "UPDATE shop.ruled SET a = 8",
                    "UPDATE shop.customers SET name = 'x' WHERE number = 1",
                    "DELETE FROM shop.few WHERE number = 1",
                    "UPDATE shop.joined SET total = 1 WHERE id = 1",
                    "INSERT INTO shop.event VALUES (3, 'b', 11)",
                    "INSERT INTO shop.event_a VALUES (3, 'a', 1)",
                    "UPDATE shop.event SET kind = 'b' WHERE id = 1",
                    "UPDATE shop.event SET at = 12 WHERE kind = 'b'",
                    "UPDATE shop.event SET at = 7 WHERE kind = 'b'",
                    "DELETE FROM shop.event WHERE kind = 'a'",
                    "UPDATE shop.parent SET id = 5",
                    "DELETE FROM shop.parent",
                    "SELECT shop.indirectly()",
                    "SELECT shop.atomically()",
                    "SELECT * FROM shop.atomically()",
                    "EXPLAIN ANALYZE DELETE FROM shop.item WHERE id = 1");

    private final PostgresVersion version;
    private @Nullable DisposablePostgres postgres;
    private @Nullable Judged judged;

    WriteClosureIT(PostgresVersion version) {
        this.version = version;
    }

    @BeforeEach
    void start() throws SQLException, IOException {
        DisposablePostgres started = DisposablePostgres.start(version);
        postgres = started;
        judged = new Judged(started, Files.readString(SCHEMA));
    }

    @AfterEach
    void stop() throws SQLException {
        if (judged != null) {
            judged.close();
        }
        Objects.requireNonNull(postgres).close();
    }

    private Judged shop() {
        return Objects.requireNonNull(judged);
    }

    @Test
    void foreseesWhateverTheDatabaseChanges() throws SQLException {
        Map<String, Set<String>> unforeseen = new LinkedHashMap<>();
        Map<String, Set<String>> tooMuch = new LinkedHashMap<>();
        int changes = 0;
        for (String sql : STATEMENTS) {
            StatementEffects effects = shop().effects(sql);
            assertThat(effects.unforeseeable()).as(sql).isEmpty();
            Set<String> foreseen = changes(effects);
            Set<String> happened = shop().changedBy(sql);
            changes += happened.size();
            Set<String> missing = new TreeSet<>(happened);
            missing.removeAll(foreseen);
            if (!missing.isEmpty()) {
                unforeseen.put(sql, missing);
            }
            Set<String> surplus = new TreeSet<>(foreseen);
            surplus.removeAll(happened);
            if (!surplus.isEmpty() && !TOO_MUCH.contains(sql)) {
                tooMuch.put(sql, surplus);
            }
        }
        assertThat(unforeseen).isEmpty();
        assertThat(tooMuch).isEmpty();
        assertThat(changes).isGreaterThan(STATEMENTS.size());
    }

    @Test
    void saysByWhichWayAndHowMuch() {
        assertThat(shop().effects("DELETE FROM shop.customer").relationEffects())
                .contains(
                        reached(
                                "shop.orders",
                                Operation.DELETE,
                                Bound.UNBOUNDED,
                                "foreign key orders_customer_fkey"),
                        new RelationEffect(
                                "shop.note",
                                Operation.UPDATE,
                                Set.of("item"),
                                false,
                                Bound.UNBOUNDED,
                                "foreign key note_item_fkey"));
        StatementEffects some = shop().effects("DELETE FROM shop.item WHERE id = 1");
        assertThat(some.relationEffects())
                .contains(
                        new RelationEffect(
                                "shop.mark",
                                Operation.UPDATE,
                                Set.of("item"),
                                false,
                                bound(some, Operation.DELETE),
                                "foreign key mark_item_fkey"));
        StatementEffects through =
                shop().effects("UPDATE shop.few SET name = 'x' WHERE number = 1");
        assertThat(through.relationEffects())
                .contains(
                        new RelationEffect(
                                "shop.customer",
                                Operation.UPDATE,
                                Set.of("name"),
                                false,
                                bound(through, Operation.UPDATE),
                                "view shop.customers"));
        assertThat(ways("INSERT INTO shop.triggered VALUES (3, 3, 3)"))
                .containsEntry("INSERT shop.audit", "trigger audit on shop.triggered")
                .containsEntry("INSERT shop.log", "function shop.indirectly");
        assertThat(ways("INSERT INTO shop.ruled VALUES (2, 2)"))
                .containsEntry("INSERT shop.log", "rule also on shop.ruled");
        assertThat(ways("DELETE FROM shop.parent"))
                .containsEntry("DELETE vault.child", "child of shop.parent");
    }

    @Test
    void readsThroughViewsWhateverTheirNamesSay() {
        List<RelationEffect> whole =
                shop().effects("SELECT id FROM shop.innocent").relationEffects();
        assertThat(whole)
                .contains(
                        new RelationEffect(
                                "vault.secret",
                                Operation.READ,
                                Set.of(),
                                true,
                                Bound.NOT_APPLICABLE,
                                "view shop.innocent"));
        assertThat(shop().effects("SELECT * FROM shop.counted").relationEffects())
                .contains(
                        new RelationEffect(
                                "vault.secret",
                                Operation.READ,
                                Set.of(),
                                false,
                                Bound.NOT_APPLICABLE,
                                "view shop.counted"));
        assertThat(shop().effects("SELECT name FROM shop.few").relationEffects())
                .contains(
                        new RelationEffect(
                                "shop.customer",
                                Operation.READ,
                                Set.of("id", "name", "email"),
                                false,
                                Bound.NOT_APPLICABLE,
                                "view shop.customers"));
        assertThat(ways("SELECT * FROM shop.kept"))
                .containsEntry("READ vault.secret", "materialized view shop.kept");
        assertThat(ways("SELECT * FROM shop.parent"))
                .containsEntry("READ vault.child", "child of shop.parent");
        assertThat(ways("SELECT * FROM shop.event"))
                .containsEntry("READ shop.event_b2", "partition of shop.event_b");
        assertThat(ways("SELECT * FROM shop.plain")).isEmpty();
    }

    @Test
    void saysWhatCannotBeForeseen() {
        shop().postgres
                .sqlIn(
                        Judged.DATABASE,
                        """
                        CREATE TABLE shop.odd (id int);
                        CREATE FUNCTION shop.names_nothing() RETURNS trigger LANGUAGE plpgsql AS
                          'BEGIN INSERT INTO nowhere VALUES (1); RETURN NULL; END';
                        CREATE TRIGGER odd AFTER INSERT ON shop.odd FOR EACH ROW
                          EXECUTE FUNCTION shop.names_nothing();
                        CREATE TABLE shop.hidden (id int);
                        CREATE FUNCTION shop.hides() RETURNS trigger LANGUAGE plpgsql
                          SET track_counts = off AS 'BEGIN RETURN NULL; END';
                        CREATE TRIGGER hidden AFTER INSERT ON shop.hidden FOR EACH ROW
                          EXECUTE FUNCTION shop.hides();
                        CREATE TABLE shop.opened (id int);
                        CREATE FUNCTION shop.opens() RETURNS trigger LANGUAGE plpgsql AS
                          'DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE ''x''; RETURN NULL; END';
                        CREATE TRIGGER opened AFTER INSERT ON shop.opened FOR EACH ROW
                          EXECUTE FUNCTION shop.opens();
                        CREATE TABLE shop.loud (id int);
                        CREATE FUNCTION shop.shouts() RETURNS trigger LANGUAGE plpgsql AS
                          'BEGIN PERFORM pg_notify(''a'', ''b''); RETURN NULL; END';
                        CREATE TRIGGER loud AFTER INSERT ON shop.loud FOR EACH ROW
                          EXECUTE FUNCTION shop.shouts();
                        CREATE FUNCTION shop.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS
                          'BEGIN INSERT INTO shop.log VALUES (tg_tag); END';
                        CREATE EVENT TRIGGER ddl ON ddl_command_end EXECUTE FUNCTION shop.on_ddl();
                        """);
        try (Judged now = shop().reread()) {
            assertThat(unforeseeable(now, "INSERT INTO shop.blind VALUES (1)"))
                    .contains("trigger blind on shop.blind", "shop.dynamic()");
            assertThat(unforeseeable(now, "INSERT INTO shop.odd VALUES (1)")).contains("nowhere");
            assertThat(unforeseeable(now, "INSERT INTO shop.hidden VALUES (1)"))
                    .contains("track_counts");
            assertThat(unforeseeable(now, "INSERT INTO shop.opened VALUES (1)"))
                    .contains("shop.opens()");
            assertThat(now.effects("INSERT INTO shop.loud VALUES (1)").effects())
                    .anyMatch(effect -> effect.because().contains("trigger loud on shop.loud"));
            assertThat(changes(now.effects("CREATE TABLE shop.made (id int)")))
                    .contains("INSERT shop.log");
            assertThat(changes(now.effects("SELECT 1"))).isEmpty();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void followsADropToWhatDependsOnIt() {
        assertThat(ways("DROP TABLE shop.customer CASCADE"))
                .containsEntry("DROP shop.customers", "dependence on shop.customer")
                .containsEntry("DROP shop.few", "dependence on shop.customers")
                .containsEntry("ALTER shop.orders", "foreign key orders_customer_fkey");
        assertThat(ways("DROP TABLE shop.event"))
                .containsEntry("DROP shop.event_b1", "partition of shop.event_b");
    }

    @Test
    void refusesNamesThatAreNotKnownAndSaysWhichAreNear() {
        Map<String, String> nearest =
                Map.of(
                        "SELECT * FROM shop.order", "(nearest: shop.orders)",
                        "SELECT * FROM orders", "(nearest: shop.orders)",
                        "SELECT * FROM sop.orders", "(nearest: shop)",
                        "DELETE FROM shop.custommer WHERE id = 1", "(nearest: shop.customer)",
                        "WITH x AS (SELECT 1) SELECT * FROM x, shop.x", "is known",
                        "SELECT 1 WHERE EXISTS (TABLE nowhere)",
                                "no relation of this name is known");
        nearest.forEach((sql, words) ->
                assertThat(shop().effects(sql).effects())
                        .as(sql)
                        .anyMatch(effect ->
                                effect.operation().startsWith("UNKNOWN ")
                                        && effect.because().contains(words)));
        for (String sql :
                List.of(
                        "WITH RECURSIVE x AS (SELECT 1 AS n UNION SELECT n FROM x) TABLE x",
                        "SELECT * FROM pg_class, information_schema.tables, pg_catalog.pg_roles",
                        "SELECT * FROM (SELECT 1) nowhere, generate_series(1, 2) elsewhere",
                        "EXPLAIN SELECT * INTO made FROM shop.orders",
                        "CREATE TABLE shop.made AS SELECT * FROM shop.orders")) {
            assertThat(shop().effects(sql).effects())
                    .as(sql)
                    .noneMatch(effect -> effect.kind() == StatementKind.UNKNOWN);
        }
    }

    private static String unforeseeable(Judged shop, String sql) {
        return String.join("; ", shop.effects(sql).unforeseeable());
    }

    private static Bound bound(StatementEffects effects, Operation operation) {
        return effects.relationEffects().stream()
                .filter(effect -> effect.direct() && effect.operation() == operation)
                .findFirst()
                .orElseThrow()
                .bound();
    }

    private static RelationEffect reached(
            String relation, Operation operation, Bound bound, String via) {
        return new RelationEffect(relation, operation, Set.of(), false, bound, via);
    }

    private Map<String, String> ways(String sql) {
        Map<String, String> ways = new LinkedHashMap<>();
        for (RelationEffect effect : shop().effects(sql).relationEffects()) {
            if (!effect.direct()) {
                ways.put(effect.operation() + " " + effect.relation(), effect.via());
            }
        }
        return ways;
    }

    /// What rows change, of tables that hold rows themselves.
    private Set<String> changes(StatementEffects effects) {
        List<String> holding =
                new ArrayList<>(
                        shop().names(
                                        "SELECT oid::regclass FROM pg_class WHERE relkind = 'r'"
                                                + " AND oid >= 16384"));
        return effects.relationEffects().stream()
                .filter(effect -> CHANGES.contains(effect.operation()))
                .filter(effect -> holding.contains(effect.relation()))
                .map(effect -> effect.operation() + " " + effect.relation())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
