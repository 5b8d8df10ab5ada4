package dev.holdfast.server.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Makes plain reads over `reading.sql` from the patterns of `reads.txt`, each in turn.
final class PlainReads {
    private static final Pattern PLACE = Pattern.compile("\\{([nsdietwcax])}");

    private static final List<String> NUMBERS =
            List.of(
                    "x.v * 2 + 1",
                    "abs(x.v - {n})",
                    "mod(x.v, 3)",
                    "x.v % {n} = 0",
                    "sqrt(x.v::float8)",
                    "power(x.v, 2)",
                    "round(x.v / 3.0, 2)",
                    "ceil(x.v / 2.0) + floor(1.5)",
                    "x.v::text || '!'",
                    "x.v BETWEEN 1 AND {n}",
                    "ln(x.v + 1) + exp(1)",
                    "trunc(x.v / 7.0)",
                    "x.v & 3 | 4",
                    "(x.v > {n})::int",
                    "sign(x.v - 2)",
                    "div(x.v, 2)",
                    "gcd(x.v, 6)");

    private static final List<String> TEXTS =
            List.of(
                    "upper(x.t)",
                    "length(x.t) + char_length(x.t)",
                    "left(x.t, {n}) || right(x.t, 2)",
                    "trim(both ' ' from x.t)",
                    "replace(x.t, 'b', 'c')",
                    "starts_with(x.t, 'b')",
                    "repeat(x.t, 2)",
                    "substr(x.t, 2)",
                    "strpos(x.t, 'u')",
                    "x.t || ' (' || {n} || ')'",
                    "x.t LIKE 'b%'",
                    "ascii(x.t)",
                    "chr(65)",
                    "btrim(x.t, 'x')",
                    "string_to_array(x.t, ' ')",
                    "regexp_split_to_array(x.t, '\\s')",
                    "coalesce(x.t, 'none')",
                    "lower(x.t) COLLATE \"C\"");

    private static final List<String> TIMES =
            List.of(
                    "p.at + interval '1 {i}'",
                    "date_trunc('{i}', p.at)",
                    "p.at - timestamp '2024-01-01'",
                    "extract(epoch FROM p.at)",
                    "to_timestamp(1700000000 + p.id)",
                    "date_bin('15 minutes', p.at, timestamp '2024-01-01')",
                    "(p.at, p.at + interval '1 day') OVERLAPS (timestamp '2024-01-05', timestamp '2024-02-01')",
                    "p.at::date - {d}",
                    "to_date('2024-01-0{n}', 'YYYY-MM-DD')");

    private static final List<String> CONDITIONS =
            List.of(
                    "p.quantity > {n}",
                    "p.status = '{s}'",
                    "p.status IN ('{s}', '{s}')",
                    "p.at > {d}",
                    "p.id BETWEEN {n} AND 90",
                    "p.quantity IS NOT NULL",
                    "p.buyer_id = ANY (ARRAY[1, 2, {n}])",
                    "NOT (p.status = '{s}' AND p.quantity < {n})",
                    "(p.id % 2 = 0 OR p.quantity <> {n})",
                    "p.status LIKE '%e%'",
                    "p.product_id IN (SELECT id FROM product WHERE price > {n})",
                    "p.at::date <> {d}",
                    "p.quantity = (SELECT max(quantity) FROM purchase)");

    private static final List<String> AGGREGATES =
            List.of(
                    "count(*)",
                    "count(DISTINCT p.buyer_id)",
                    "sum(p.quantity)",
                    "avg(p.quantity)",
                    "min(p.at)",
                    "max(p.quantity)",
                    "sum(p.quantity * {n})",
                    "count(p.id)");

    private static final List<String> CATALOG =
            List.of(
                    "pg_class",
                    "pg_catalog.pg_attribute",
                    "pg_tables",
                    "pg_views",
                    "pg_indexes",
                    "pg_roles",
                    "pg_type",
                    "pg_proc",
                    "pg_namespace",
                    "pg_settings",
                    "pg_stat_database",
                    "pg_stat_user_indexes",
                    "pg_locks",
                    "pg_extension",
                    "pg_sequences",
                    "pg_matviews",
                    "pg_description",
                    "pg_depend",
                    "pg_trigger",
                    "pg_am",
                    "pg_collation",
                    "pg_database",
                    "pg_stats",
                    "pg_policies",
                    "pg_rules",
                    "pg_timezone_names",
                    "pg_available_extensions",
                    "information_schema.tables",
                    "information_schema.views",
                    "information_schema.routines",
                    "information_schema.schemata",
                    "information_schema.referential_constraints",
                    "information_schema.triggers");

    private final RandomGenerator random;
    private final List<String> patterns = new ArrayList<>();
    private int next;

    PlainReads(RandomGenerator random) {
        this.random = random;
        for (String line : OracleDatabase.resource("reads.txt").split("\n", -1)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                patterns.add(line);
            }
        }
    }

    Trial next() {
        String text = patterns.get(next);
        next = (next + 1) % patterns.size();
        return Trial.of("read", filled(text));
    }

    private String filled(String text) {
        return PLACE.matcher(text)
                .replaceAll(place -> Matcher.quoteReplacement(filling(place.group(1))));
    }

    private String filling(String place) {
        return switch (place) {
            case "n" -> Integer.toString(1 + random.nextInt(9));
            case "s" -> one(List.of("new", "paid", "sent"));
            case "d" -> one(List.of("date '2024-01-15'", "date '2024-02-01'", "date '2023-12-31'"));
            case "i" -> one(List.of("hour", "day", "week", "month", "year"));
            case "e" -> filled(one(NUMBERS));
            case "t" -> filled(one(TEXTS));
            case "w" -> filled(one(TIMES));
            case "c" -> filled(one(CONDITIONS));
            case "a" -> filled(one(AGGREGATES));
            case "x" -> one(CATALOG);
            default -> throw new IllegalArgumentException(place);
        };
    }

    private String one(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
