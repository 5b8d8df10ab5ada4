package dev.holdfast.server.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.testkit.DisposablePostgres;
import dev.holdfast.testkit.EveryPostgres;
import dev.holdfast.testkit.PostgresVersion;
import dev.holdfast.testkit.SideBySide;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Functions that no text names: those behind types that only a value names, behind literals that take
/// the type of a column, and behind names that an earlier version of PostgreSQL takes for calls. Each
/// text first shows, past Holdfast, that it runs the function; only then does it count that it is refused.
@SideBySide
@EveryPostgres
class CatalogValuesIT {
    private static final String SCHEMA =
            """
            CREATE SCHEMA app;
            CREATE FUNCTION app.sneaky(int) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS
              'BEGIN PERFORM pg_catalog.pg_advisory_lock(42); RETURN true; END';
            CREATE DOMAIN public.positive AS int CHECK (app.sneaky(VALUE));
            CREATE DOMAIN public.code AS text CHECK (app.sneaky(length(VALUE)));
            CREATE TYPE public.pair AS (a public.positive, b text);
            CREATE TYPE public.span AS RANGE (subtype = public.positive);
            CREATE TABLE public.item (
              id int, name text, n positive, numbers positive[], pair pair, span span, codes code[]);
            INSERT INTO public.item VALUES (1, 'one', 1, '{1}', '(1,x)', '[1,2]', '{a}');
            CREATE VIEW public.v_item AS SELECT id, numbers AS renamed FROM public.item;

            CREATE VIEW public.v_table AS SELECT * FROM
              xmltable('/r' PASSING ('<r>5</r>'::xml) COLUMNS x positive PATH '.');
            CREATE VIEW public.v_record AS SELECT * FROM json_to_record('{"a": 1}') AS r(a positive);
            CREATE VIEW public.v_set AS
              SELECT * FROM jsonb_to_recordset('[{"a": 1}]') AS r(a positive, b text);
            CREATE VIEW public.v_populated AS SELECT (json_populate_record(NULL::pair, '{"a": 1}')).b;
            CREATE VIEW public.v_cast AS SELECT id::text::positive AS n FROM public.item;

            CREATE FUNCTION public.json_value(text, text) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.json_query(text, text) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.json_exists(text, text) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.json_scalar(text) RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.json_serialize(text) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.merge_action() RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.json_array(text) RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.json_object() RETURNS boolean LANGUAGE sql AS 'SELECT app.sneaky(1)';
            CREATE FUNCTION public.json_arrayagg(int) RETURNS boolean LANGUAGE sql
              AS 'SELECT app.sneaky(1)';
            CREATE TYPE public.mood AS ENUM ('good');
            CREATE VIEW public.v_plain AS SELECT id, 'good'::mood AS mood FROM public.item;
            GRANT USAGE ON SCHEMA app TO PUBLIC;
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;
            """;

    private static final List<String> NAMED_BY_A_VALUE =
            List.of(
                    "SELECT array_in('{5}', 'public.positive'::regtype, -1)",
                    "SELECT record_in('(5,x)', 'pair'::regtype, -1)",
                    "SELECT range_in('[1,5]', 'public.span'::regtype, -1)",
                    "SELECT domain_in('5', 'positive'::regtype, -1) IS NULL",
                    "SELECT pg_catalog.domain_in('5', t.oid, -1) IS NULL FROM pg_type t"
                            + " WHERE typname = 'positive'",
                    "SELECT multirange_in('{[1,5]}', (SELECT rngmultitypid FROM pg_range"
                            + " WHERE rngtypid = 'span'::regtype), -1)");

    private static final List<String> NAMED_BY_A_VALUE_SINCE_16 =
            List.of(
                    "SELECT pg_input_is_valid('5', 'positive')",
                    "SELECT * FROM pg_input_error_info('5', 'public.positive')",
                    "SELECT pg_catalog.pg_input_is_valid('5', 'posi' || 'tive')",
                    "SELECT pg_input_is_valid('{5}', 'public.positive[]')",
                    "SELECT pg_input_is_valid('5', t) FROM (VALUES ('positive')) v(t)");

    private static final List<String> LITERALS_OF_A_COLUMNS_TYPE =
            List.of(
                    "SELECT * FROM item WHERE numbers = '{7}'",
                    "SELECT id FROM item WHERE codes @> '{b}'",
                    "SELECT id FROM item WHERE span = '[3,4]'",
                    "SELECT lag(n, 1, '9') OVER () FROM item",
                    "SELECT lead(n, 1, NULL) OVER () FROM item",
                    "SELECT array_position(numbers, '9') FROM item",
                    "SELECT array_append(numbers, '9') FROM item",
                    "SELECT width_bucket('5', numbers) FROM item",
                    "SELECT nullif(numbers, '{4}') FROM item",
                    "SELECT greatest(numbers, '{3}') FROM item",
                    "SELECT ARRAY[pair, '(5,x)'] FROM item",
                    "SELECT CASE numbers WHEN '{5}' THEN 1 END FROM item",
                    "SELECT 1 FROM item WHERE numbers IN ('{4}', '{5}')",
                    "SELECT 1 FROM item WHERE numbers BETWEEN '{4}' AND '{5}'",
                    "SELECT 1 WHERE '{8}' IN (SELECT numbers FROM item)",
                    "SELECT pair FROM item UNION SELECT '(5,x)'",
                    "TABLE v_item UNION SELECT 1, '{5}'",
                    "SELECT renamed FROM v_item WHERE renamed = '{5}'",
                    "SELECT x FROM item AS i(x, y, z, f) WHERE f = '{6}'",
                    "WITH w(a, b) AS (SELECT id, numbers FROM item) SELECT a FROM w WHERE b = '{8}'",
                    "SELECT 1 FROM (SELECT * FROM item) q WHERE q.numbers = '{8}'");

    private static final List<String> VIEWS_THAT_MAKE_VALUES =
            List.of(
                    "SELECT * FROM v_table",
                    "TABLE v_record",
                    "SELECT a FROM public.v_set",
                    "SELECT count(b) FROM v_populated",
                    "SELECT n FROM v_cast");

    private static final List<String> CALLS_BEFORE_17 =
            List.of(
                    "SELECT JSON_VALUE('a', 'b')",
                    "SELECT json_query('a', 'b') FROM item",
                    "SELECT 1 WHERE Json_Exists('a', 'b')",
                    "SELECT json_scalar('a')",
                    "SELECT json_serialize('a')",
                    "SELECT merge_action()");

    private static final List<String> CALLS_BEFORE_16 =
            List.of(
                    "SELECT JSON_ARRAY('a')",
                    "SELECT json_object()",
                    "SELECT json_arrayagg(id) FROM item");

    private static final List<String> HARMLESS =
            List.of(
                    "SELECT * FROM item WHERE name = 'one'",
                    "SELECT n FROM item WHERE name LIKE 'o%' AND id = 1 ORDER BY 1",
                    "SELECT id, n + 1 FROM item WHERE n = '5'",
                    "SELECT max(n), count(*) FROM item WHERE name IN ('one', 'two')",
                    "SELECT coalesce(n, '9') FROM item",
                    "SELECT numbers, pair, span FROM item WHERE id = 1",
                    "SELECT i.* FROM item i WHERE i.name = 'one'",
                    "SELECT lag(id, 1, '0') OVER () FROM item",
                    "SELECT id FROM v_item WHERE id = '1'");

    private static final List<String> HARMLESS_SINCE_16 =
            List.of(
                    "SELECT pg_input_is_valid('x', 'integer')",
                    "SELECT pg_input_is_valid(name, 'numeric(10, 2)') FROM item",
                    "SELECT pg_input_is_valid('x', 'Timestamp With Time Zone')",
                    "SELECT message FROM pg_input_error_info('x', 'uuid')");

    private final PostgresVersion version;

    CatalogValuesIT(PostgresVersion version) {
        this.version = version;
    }

    @Test
    void refusesFunctionsThatNoTextNames() throws SQLException {
        List<String> dangerous = new ArrayList<>(NAMED_BY_A_VALUE);
        dangerous.addAll(LITERALS_OF_A_COLUMNS_TYPE);
        dangerous.addAll(VIEWS_THAT_MAKE_VALUES);
        if (version.major() >= 16) {
            dangerous.addAll(NAMED_BY_A_VALUE_SINCE_16);
        }
        if (version.major() < 17) {
            dangerous.addAll(CALLS_BEFORE_17);
        }
        if (version.major() < 16) {
            dangerous.addAll(CALLS_BEFORE_16);
        }
        List<String> wrong = new ArrayList<>();
        try (DisposablePostgres postgres = DisposablePostgres.start(version);
                Judged shop = new Judged(postgres, SCHEMA)) {
            for (String text : dangerous) {
                if (!shop.takesALock(text)) {
                    wrong.add("does nothing, so it proves nothing: " + text);
                }
                if (shop.decide(text) instanceof Decision.Allow) {
                    wrong.add("allowed: " + text);
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void leavesAloneWhatRunsNoneOfThem() throws SQLException {
        List<String> harmless = new ArrayList<>(HARMLESS);
        if (version.major() >= 16) {
            harmless.addAll(HARMLESS_SINCE_16);
        }
        List<String> wrong = new ArrayList<>();
        try (DisposablePostgres postgres = DisposablePostgres.start(version);
                Judged shop = new Judged(postgres, SCHEMA)) {
            for (String text : harmless) {
                if (shop.takesALock(text)) {
                    wrong.add("not harmless: " + text);
                }
                if (shop.decide(text) instanceof Decision.Deny(var refusal)) {
                    wrong.add(text + ": " + refusal);
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void knowsTypesByTheirNumbers() throws SQLException {
        try (DisposablePostgres postgres = DisposablePostgres.start(version);
                Judged shop = new Judged(postgres, SCHEMA)) {
            for (String type :
                    List.of("positive", "code", "pair", "span", "positive[]", "item", "item[]")) {
                assertThat(shop.typeHazard(type)).as(type).contains("app.sneaky");
            }
            for (String type : List.of("integer", "text[]", "record", "v_plain", "mood")) {
                assertThat(shop.typeHazard(type)).as(type).isNull();
            }
            postgres.sqlIn(Judged.DATABASE, "CREATE TYPE late AS ENUM ('x')");
            assertThat(shop.typeHazard("late")).isEqualTo("is not in the catalog");
        }
    }
}
