package dev.holdfast.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.OldestAndNewestPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What the database's own objects make of harmless texts. Each text is first run past Holdfast, as an
/// ordinary role in a read-only session: the database itself must show that it does more than reading.
/// Only then does it count that it is refused.
@SideBySide
@OldestAndNewestPostgres
class CatalogHazardsIT {
    private static final String SCHEMA =
            """
            CREATE SCHEMA app;
            CREATE FUNCTION app.audit() RETURNS int LANGUAGE sql VOLATILE AS
              'SELECT 1 FROM pg_catalog.pg_advisory_lock(42)';
            CREATE FUNCTION app.sneaky(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
              'BEGIN PERFORM pg_catalog.pg_advisory_lock(42); RETURN true; END';
            CREATE TABLE public.customer (id int, name text, at timestamptz DEFAULT now());
            INSERT INTO public.customer SELECT n, 'customer ' || n FROM generate_series(1, 3) n;

            -- views
            CREATE VIEW public.v_lock AS SELECT 1 AS one, pg_advisory_lock(42)::text AS l;
            CREATE VIEW public.v_user AS SELECT app.audit() AS a, c.* FROM public.customer c;
            CREATE VIEW public.v_where AS SELECT * FROM public.customer WHERE app.sneaky(id);
            CREATE VIEW public.v_over AS SELECT count(*) AS n FROM public.v_where;
            CREATE VIEW app.v_over_over AS SELECT n + 1 AS n FROM public.v_over;
            CREATE VIEW public.v_cte AS
              WITH x AS (SELECT pg_try_advisory_lock(42) AS l) SELECT l FROM x;
            CREATE VIEW public.v_from AS SELECT f::text FROM pg_advisory_lock(42) AS f;
            CREATE VIEW public.v_lateral AS
              SELECT c.id FROM public.customer c, LATERAL (SELECT app.sneaky(c.id)) s WHERE s IS NOT NULL;
            CREATE VIEW public.v_order AS SELECT id FROM public.customer ORDER BY app.sneaky(id);
            CREATE AGGREGATE app.gather(int) (SFUNC = int4pl, STYPE = int, FINALFUNC = abs);
            CREATE VIEW public.v_filter AS
              SELECT count(*) FILTER (WHERE app.sneaky(id)) AS n FROM public.customer;

            -- shadowing through search_path
            CREATE FUNCTION public.lower(int) RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky($1)';
            CREATE FUNCTION public.now(int) RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky($1)';
            CREATE FUNCTION public.abs(text) RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.upper(a int, b int DEFAULT 1) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky($1)';
            CREATE FUNCTION public.concat(VARIADIC int[]) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.set_config(text, text, text) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.equals(int, text) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky($1)';
            CREATE OPERATOR public.= (LEFTARG = int, RIGHTARG = text, FUNCTION = public.equals);
            CREATE OPERATOR public.<-> (LEFTARG = int, RIGHTARG = text, FUNCTION = public.equals);
            CREATE OPERATOR public.@@@ (RIGHTARG = int, FUNCTION = public.lower);

            -- attributes
            CREATE FUNCTION public.archive(int) RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky($1)';
            CREATE FUNCTION public.purge(public.customer) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.tidy(anyelement) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';

            -- types
            CREATE DOMAIN public.positive AS int CHECK (app.sneaky(VALUE));
            CREATE DOMAIN public.tight AS public.positive;
            CREATE TYPE public.pair AS (a public.positive, b text);
            CREATE TYPE app.color AS ENUM ('red', 'green');
            CREATE FUNCTION app.to_color(int) RETURNS app.color LANGUAGE sql
              AS $$SELECT 'red'::app.color WHERE app.sneaky($1)$$;
            CREATE CAST (int AS app.color) WITH FUNCTION app.to_color(int);
            CREATE TABLE public.paint (id int, color app.color, p public.positive);
            INSERT INTO public.paint VALUES (1, 'red', 1), (2, 'green', 2);
            CREATE TABLE public.box (id int, size app.color);
            INSERT INTO public.box VALUES (1, 'red');

            -- an operator and a cast that only values of the user's own type reach
            CREATE TYPE app.shape AS ENUM ('round', 'square');
            CREATE FUNCTION app.same(app.shape, app.shape) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE OPERATOR public.= (LEFTARG = app.shape, RIGHTARG = app.shape, FUNCTION = app.same);
            CREATE FUNCTION app.shape_number(app.shape) RETURNS int LANGUAGE sql
              AS 'SELECT 1 WHERE app.sneaky(1)';
            CREATE CAST (app.shape AS int) WITH FUNCTION app.shape_number(app.shape) AS IMPLICIT;
            CREATE TABLE public.thing (id int, shape app.shape);
            INSERT INTO public.thing VALUES (1, 'round');
            CREATE VIEW public.v_thing AS SELECT shape FROM public.thing;

            -- row security
            CREATE TABLE public.secret (id int);
            INSERT INTO public.secret VALUES (1), (2);
            ALTER TABLE public.secret ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON public.secret USING (app.sneaky(id));
            CREATE VIEW public.v_secret WITH (security_invoker = true) AS SELECT * FROM public.secret;

            -- what reading does not run
            CREATE TABLE public.quiet (
              id int DEFAULT app.audit(), g boolean GENERATED ALWAYS AS (app.sneaky(1)) STORED,
              p public.positive, CHECK (app.sneaky(id)));
            CREATE FUNCTION app.on_change() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM app.audit(); RETURN NEW; END';
            CREATE TRIGGER t BEFORE UPDATE ON public.quiet FOR EACH ROW EXECUTE FUNCTION app.on_change();
            CREATE VIEW public.v_plain AS SELECT id, upper(name) AS name FROM public.customer;
            CREATE RULE also AS ON UPDATE TO public.v_plain DO ALSO SELECT app.audit();
            CREATE RULE ins AS ON INSERT TO public.v_plain DO INSTEAD SELECT app.audit();
            CREATE VIEW public.v_aggregates AS
              SELECT count(*) AS n, max(id) AS m, string_agg(name, ',' ORDER BY id) AS names,
                     percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS median,
                     date_trunc('day', max(at)) AS day
                FROM public.customer GROUP BY name HAVING count(*) > 0;
            CREATE VIEW public.v_windows AS
              SELECT id, row_number() OVER (PARTITION BY name ORDER BY id) AS r FROM public.v_plain;
            CREATE MATERIALIZED VIEW public.m_lock AS SELECT app.audit() AS a;
            CREATE TABLE public.relaxed (id int);
            CREATE POLICY inert ON public.relaxed USING (app.sneaky(id));
            CREATE TABLE public.fenced (id int);
            ALTER TABLE public.fenced ENABLE ROW LEVEL SECURITY;
            CREATE POLICY p ON public.fenced FOR SELECT
              USING (current_user = 'reader' AND id < 10 AND EXISTS (SELECT 1 FROM public.relaxed));
            CREATE POLICY w ON public.fenced FOR UPDATE USING (app.sneaky(id));
            CREATE TABLE public.parted (id int, archive int) PARTITION BY RANGE (id);
            CREATE TABLE public.parted_1 PARTITION OF public.parted FOR VALUES FROM (0) TO (10);
            GRANT USAGE ON SCHEMA app TO PUBLIC;
            GRANT SELECT ON ALL TABLES IN SCHEMA public, app TO PUBLIC;
            """;

    private static final Map<String, List<String>> DANGEROUS =
            Map.ofEntries(
                    Map.entry(
                            "views over functions",
                            List.of(
                                    "SELECT * FROM v_lock",
                                    "TABLE public.v_user",
                                    "SELECT count(*) FROM \"v_where\" w",
                                    "WITH x AS (SELECT * FROM v_cte) SELECT * FROM x",
                                    "SELECT (SELECT 1 FROM v_from) IS NULL",
                                    "SELECT * FROM customer c LEFT JOIN v_lateral l ON true",
                                    "SELECT id FROM v_order",
                                    "SELECT n FROM v_filter",
                                    "SELECT 1 FROM U&\"v!005flock\" UESCAPE '!'",
                                    "EXPLAIN ANALYZE SELECT * FROM v_where")),
                    Map.entry(
                            "views over such views",
                            List.of(
                                    "SELECT * FROM v_over",
                                    "SELECT n FROM app.v_over_over",
                                    "TABLE app.v_over_over",
                                    "SELECT 1 WHERE (SELECT n FROM public.v_over) > 0",
                                    "SELECT * FROM (SELECT * FROM v_over) x, customer",
                                    "VALUES ((SELECT n FROM v_over))")),
                    Map.entry(
                            "shadowed functions",
                            List.of(
                                    "SELECT lower(1)",
                                    "SELECT now(1)",
                                    "SELECT abs('x'::text)",
                                    "SELECT upper(id) FROM customer",
                                    "SELECT concat(1, 2, 3)",
                                    "SELECT * FROM lower(7)",
                                    "SELECT \"lower\"(id) FROM customer",
                                    "SELECT id FROM customer ORDER BY lower(id)",
                                    "SELECT set_config('DateStyle', 'ISO', 'x'::text)",
                                    "SELECT * FROM \"set_config\"('DateStyle', 'ISO', 'no'::text)",
                                    "SELECT set_config('DateStyle', 'ISO', name) FROM customer",
                                    "VALUES (set_config('work_mem', '4MB', lower('ON')))",
                                    "SELECT 1 WHERE set_config('DateStyle', 'ISO', 'a'::text)")),
                    Map.entry(
                            "shadowed operators",
                            List.of(
                                    "SELECT 1 = 'x'::text",
                                    "SELECT * FROM customer WHERE id = name",
                                    "SELECT 1 <-> 'x'::text",
                                    "SELECT @@@ 1",
                                    "SELECT 1 IN ('x'::text)",
                                    "SELECT CASE 1 WHEN 'x'::text THEN 2 END",
                                    "SELECT nullif(id, name) FROM customer",
                                    "SELECT id = ANY (ARRAY[name]) FROM customer")),
                    Map.entry(
                            "functions called as attributes",
                            List.of(
                                    "SELECT (id).archive FROM customer",
                                    "SELECT c.purge FROM customer c",
                                    "SELECT customer.purge FROM customer",
                                    "SELECT (c).purge FROM customer c",
                                    "SELECT x.archive FROM generate_series(1, 2) x",
                                    "SELECT x.archive FROM abs(2) AS x",
                                    "SELECT (x).archive FROM length('ab') x",
                                    "SELECT n.\"archive\" FROM unnest(ARRAY[1, 2]) n",
                                    "SELECT y.archive FROM customer c, LATERAL abs(c.id) y",
                                    "SELECT 1 FROM generate_series(1, 2) x WHERE x.archive",
                                    "SELECT x.archive FROM ROWS FROM (abs(3)) AS x",
                                    "SELECT count(*) FROM abs(2) x GROUP BY x.archive",
                                    "SELECT (c.id).tidy FROM customer c",
                                    "SELECT c.tidy FROM customer AS c",
                                    "SELECT s.purge FROM (SELECT * FROM customer) s, customer t"
                                            + " WHERE (t).purge")),
                    Map.entry(
                            "types that check or convert",
                            List.of(
                                    "SELECT 1::positive",
                                    "SELECT CAST(id AS public.positive) FROM customer",
                                    "SELECT positive '5'",
                                    "SELECT '{1,2}'::positive[]",
                                    "SELECT 2::tight",
                                    "SELECT '(1,x)'::pair",
                                    "SELECT 1::app.color",
                                    "SELECT * FROM json_to_record('{\"a\": 1}') AS r(a positive)",
                                    "SELECT json_populate_record(NULL::pair, '{\"a\": 1}')",
                                    "SELECT json_populate_record(q, '{\"p\": 3}') FROM paint q",
                                    "SELECT ('5').positive")),
                    Map.entry(
                            "values whose type brings its own operators and casts",
                            List.of(
                                    "SELECT * FROM thing WHERE shape = 'round'",
                                    "SELECT shape::int FROM thing",
                                    "SELECT shape + 1 FROM thing",
                                    "SELECT a.id FROM thing a JOIN thing b USING (shape)",
                                    "SELECT 'round'::app.shape = 'square'::app.shape",
                                    "SELECT shape + 1 FROM v_thing")),
                    Map.entry(
                            "row-security policies",
                            List.of(
                                    "SELECT * FROM secret",
                                    "TABLE public.secret",
                                    "SELECT count(*) FROM v_secret",
                                    "SELECT 1 FROM customer WHERE id IN (SELECT id FROM secret)",
                                    "WITH s AS (SELECT id FROM ONLY secret) SELECT * FROM s")));

    private static final List<String> HARMLESS =
            List.of(
                    "SELECT * FROM customer",
                    "SELECT c.name FROM customer c WHERE c.id > 1",
                    "SELECT * FROM v_plain",
                    "SELECT * FROM v_aggregates",
                    "SELECT * FROM v_windows",
                    "SELECT * FROM m_lock",
                    "SELECT * FROM quiet",
                    "SELECT q.p, q.g FROM quiet q",
                    "SELECT * FROM relaxed",
                    "SELECT * FROM fenced",
                    "SELECT * FROM parted",
                    "SELECT p.archive FROM parted p",
                    "SELECT parted.archive FROM public.parted",
                    "SELECT * FROM paint",
                    "SELECT color FROM paint ORDER BY color",
                    "SELECT size FROM box",
                    "SELECT 'red'::text",
                    "SELECT pg_catalog.lower('A'), pg_catalog.now()",
                    "WITH x AS (SELECT 1 AS n) SELECT n FROM x",
                    "SELECT * FROM information_schema.tables",
                    "SELECT * FROM information_schema.columns",
                    "SELECT * FROM information_schema.table_constraints",
                    "SELECT * FROM pg_stat_activity",
                    "SELECT * FROM pg_catalog.pg_tables",
                    "SELECT * FROM pg_views",
                    "SELECT * FROM pg_indexes",
                    "SELECT * FROM pg_settings",
                    "SELECT * FROM pg_locks",
                    "SELECT * FROM pg_stat_user_tables",
                    "SELECT * FROM pg_roles");

    /// Views of PostgreSQL's own that read the server's files: rightly refused.
    private static final Set<String> READ_FILES =
            Set.of("pg_file_settings", "pg_hba_file_rules", "pg_ident_file_mappings");

    private final PostgresVersion version;
    private @Nullable DisposablePostgres postgres;
    private @Nullable Judged judged;

    CatalogHazardsIT(PostgresVersion version) {
        this.version = version;
    }

    @BeforeEach
    void start() throws SQLException {
        DisposablePostgres started = DisposablePostgres.start(version);
        postgres = started;
        String schema =
                version.major() < 15
                        ? SCHEMA.replace("WITH (security_invoker = true)", "")
                        : SCHEMA;
        judged = new Judged(started, schema);
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
    void refusesWhatTheDatabaseShowsToDoMoreThanReading() {
        List<String> wrong = new ArrayList<>();
        DANGEROUS.forEach((group, texts) -> {
            assertThat(texts).as(group).hasSizeGreaterThanOrEqualTo(5);
            for (String text : texts) {
                try {
                    if (!shop().takesALock(text)) {
                        wrong.add("does nothing, so it proves nothing: " + text);
                    }
                } catch (SQLException e) {
                    wrong.add("does not run: " + text + ": " + e.getMessage());
                }
                if (shop().decide(text) instanceof Decision.Allow) {
                    wrong.add("allowed (" + group + "): " + text);
                }
            }
        });

        assertThat(wrong).isEmpty();
    }

    @Test
    void refusesViewsOverFunctionsThatLeaveNoLock() {
        for (String function :
                List.of(
                        "pg_notify('a', 'b')",
                        "nextval('s')",
                        "pg_logical_emit_message(false, 'a', 'b')",
                        "lo_create(0)",
                        "set_config('search_path', 'app', false)",
                        "pg_read_file('/etc/passwd')",
                        "query_to_xml('SELECT 1', true, true, '')",
                        "pg_terminate_backend(1)")) {
            shop().postgres
                    .sqlIn(
                            Judged.DATABASE,
                            "CREATE SEQUENCE IF NOT EXISTS s; DROP VIEW IF EXISTS late; CREATE VIEW"
                                    + " late AS SELECT "
                                    + function
                                    + "::text AS f");
            assertThat(reread("SELECT * FROM late")).as(function).isInstanceOf(Decision.Deny.class);
        }
    }

    @Test
    void needsTheCatalogToSeeIt() {
        for (String text :
                List.of("SELECT * FROM v_lock", "SELECT lower(1)", "SELECT 1::positive")) {
            assertThat(shop().decideWithoutCatalog(text)).isInstanceOf(Decision.Allow.class);
        }
    }

    @Test
    void namesWhatStandsBehindAName() {
        assertThat(detail("SELECT * FROM app.v_over_over"))
                .contains("reads public.v_where, which calls app.sneaky()");
        assertThat(detail("SELECT * FROM v_lock")).contains("calls pg_advisory_lock()");
        assertThat(detail("SELECT * FROM secret"))
                .contains("row-security policy p, which calls app.sneaky()");
        assertThat(detail("SELECT 1::positive")).contains("calls app.sneaky()");
    }

    @Test
    void leavesAloneWhatOnlyReads() throws SQLException {
        List<String> wrong = new ArrayList<>();
        for (String text : HARMLESS) {
            if (!text.contains("no_such_table") && shop().takesALock(text)) {
                wrong.add("not harmless: " + text);
            }
            if (shop().decide(text) instanceof Decision.Deny(var refusal)) {
                wrong.add(text + ": " + refusal);
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void leavesPostgresqlsOwnViewsReadable() {
        List<String> refused = new ArrayList<>();
        for (String view :
                shop().names(
                                "SELECT c.oid::regclass FROM pg_class c WHERE relkind = 'v' AND"
                                        + " relnamespace IN ('pg_catalog'::regnamespace,"
                                        + " 'information_schema'::regnamespace) ORDER BY 1")) {
            boolean readsFiles = READ_FILES.contains(view);
            if (!readsFiles
                    && shop().decide("SELECT * FROM " + view)
                            instanceof Decision.Deny(var refusal)) {
                refused.add(view + ": " + refusal.detail());
            }
        }

        assertThat(refused).isEmpty();
    }

    @Test
    void allowsAViewWhoseFunctionsPolicyNames() {
        assertThat(shop().decide("SELECT * FROM v_over", Set.of("app.sneaky")))
                .isInstanceOf(Decision.Allow.class);
        assertThat(shop().decide("SELECT * FROM v_over", Set.of("sneaky")))
                .isInstanceOf(Decision.Deny.class);
    }

    private Decision reread(String sql) {
        try (Judged again = shop().reread()) {
            return again.decide(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private String detail(String sql) {
        if (shop().decide(sql) instanceof Decision.Deny(var refusal)) {
            return refusal.detail();
        }
        throw new AssertionError("allowed: " + sql);
    }
}
