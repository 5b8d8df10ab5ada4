package dev.holdfast.guard.change;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What decides what a statement means in one session, beside its text: to be carried over to a session
/// on a staging copy, so that it means the same there.
///
/// @param server tells this database of this running server from every other: when the server was
///     started, to the microsecond, and the database's OID. Copies of files share the rest
/// @param settings by name, lower case
/// @param types names of types that a user of the database made, by their OIDs here
public record SessionMeaning(
        String server, Map<String, String> settings, Map<Integer, String> types) {

    /// Types below are PostgreSQL's own, the same everywhere.
    private static final int OWN_TYPES_END = 16_384;

    /// Each decides how a text is read, or what a name stands for.
    private static final List<String> SETTINGS =
            List.of(
                    "search_path",
                    "datestyle",
                    "intervalstyle",
                    "timezone",
                    "timezone_abbreviations",
                    "array_nulls",
                    "backslash_quote",
                    "bytea_output",
                    "default_text_search_config",
                    "extra_float_digits",
                    "lc_monetary",
                    "lc_numeric",
                    "lc_time",
                    "quote_all_identifiers",
                    "row_security",
                    "standard_conforming_strings",
                    "transform_null_equals",
                    "xmlbinary",
                    "xmloption");

    private static final String SERVER =
            """
            SELECT pg_catalog.concat(pg_catalog.to_char(pg_catalog.timezone('UTC',
                pg_catalog.pg_postmaster_start_time()), 'YYYY-MM-DD HH24:MI:SS.US'), ' ', d.oid)
            FROM pg_catalog.pg_database d
            WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()\
            """;

    /// Those that are asked for, and those with a dot in their name that the role or the database brings
    /// along: PostgreSQL lists no others of these.
    private static final String VALUES =
            """
            SELECT s.name, pg_catalog.current_setting(s.name, true)
            FROM (SELECT pg_catalog.unnest($1::pg_catalog.text[]) AS name
              UNION
              SELECT pg_catalog.lower(pg_catalog.split_part(c.entry, '=', 1))
              FROM pg_catalog.pg_db_role_setting r
              LEFT JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) r.setdatabase
              LEFT JOIN pg_catalog.pg_roles o ON o.oid OPERATOR(pg_catalog.=) r.setrole,
              pg_catalog.unnest(r.setconfig) AS c(entry)
              WHERE (d.datname IS NULL
                  OR d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
                AND (o.rolname IS NULL OR o.rolname OPERATOR(pg_catalog.=) CURRENT_USER)
                AND pg_catalog.strpos(pg_catalog.split_part(c.entry, '=', 1), '.')
                  OPERATOR(pg_catalog.>) 0) s
            LEFT JOIN pg_catalog.pg_settings g
              ON pg_catalog.lower(g.name) OPERATOR(pg_catalog.=) s.name
            WHERE pg_catalog.current_setting(s.name, true) IS NOT NULL
              AND (g.name IS NULL OR g.context OPERATOR(pg_catalog.=) 'user'::pg_catalog.text)\
            """;

    private static final String APPLY =
            """
            SELECT pg_catalog.set_config(n.name, n.value, true)
            FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]),
              pg_catalog.unnest($2::pg_catalog.text[])) AS n(name, value)
            WHERE pg_catalog.current_setting(n.name, true) IS NULL
              OR pg_catalog.current_setting(n.name, true) OPERATOR(pg_catalog.<>) n.value\
            """;

    private static final String TYPE_NAMES =
            """
            SELECT t.oid, pg_catalog.concat(pg_catalog.quote_ident(n.nspname::pg_catalog.text), '.',
              pg_catalog.quote_ident(t.typname::pg_catalog.text))
            FROM pg_catalog.pg_type t
            JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
            WHERE t.oid OPERATOR(pg_catalog.=) ANY ($1::pg_catalog.oid[])\
            """;

    private static final String TYPE_OIDS =
            """
            SELECT pg_catalog.to_regtype(n.name)::pg_catalog.oid, n.name
            FROM pg_catalog.unnest($1::pg_catalog.text[]) AS n(name)\
            """;

    public SessionMeaning {
        settings = Map.copyOf(settings);
        types = Map.copyOf(types);
    }

    /// Reads it, within a transaction that is open.
    ///
    /// @param more settings that matter besides: those with a dot in their name
    /// @param types OIDs of the types that were declared for parameters
    public static SessionMeaning read(
            WritingSession session, Collection<String> more, List<Integer> types)
            throws ChangeRefusedException {
        List<String> wanted = new ArrayList<>(SETTINGS);
        more.stream().filter(name -> name.indexOf('.') > 0).forEach(wanted::add);
        Map<String, String> settings = new LinkedHashMap<>();
        for (List<@Nullable String> row : session.query(VALUES, List.of(array(wanted)))) {
            settings.put(String.valueOf(row.getFirst()), String.valueOf(row.getLast()));
        }
        List<String> made =
                types.stream()
                        .filter(oid -> Integer.compareUnsigned(oid, OWN_TYPES_END) >= 0)
                        .map(Integer::toUnsignedString)
                        .toList();
        Map<Integer, String> names = new HashMap<>();
        if (!made.isEmpty()) {
            for (List<@Nullable String> row :
                    session.query(TYPE_NAMES, List.of("{" + String.join(",", made) + "}"))) {
                names.put(
                        Integer.parseUnsignedInt(String.valueOf(row.getFirst())),
                        String.valueOf(row.getLast()));
            }
        }
        return new SessionMeaning(server(session), settings, names);
    }

    /// Which database of which running server it is, as [#server] has it.
    private static String server(WritingSession session) throws ChangeRefusedException {
        return String.valueOf(session.query(SERVER, List.of()).getFirst().getFirst());
    }

    /// Whether another session is on the very same database, by whatever address.
    public boolean isAlso(WritingSession other) throws ChangeRefusedException {
        return server.equals(server(other));
    }

    /// Makes the settings hold in another session until its transaction ends.
    ///
    /// @throws ChangeRefusedException if it does not take one of them
    public void apply(WritingSession other) throws ChangeRefusedException {
        List<String> names = List.copyOf(new TreeSet<>(settings.keySet()));
        other.query(
                APPLY, List.of(array(names), array(names.stream().map(settings::get).toList())));
    }

    /// The types' OIDs in another session; those that it does not have are missing.
    public Map<Integer, Integer> typesIn(WritingSession other) throws ChangeRefusedException {
        Map<Integer, Integer> found = new HashMap<>();
        if (types.isEmpty()) {
            return found;
        }
        Map<String, Integer> there = new HashMap<>();
        for (List<@Nullable String> row :
                other.query(TYPE_OIDS, List.of(array(List.copyOf(types.values()))))) {
            String oid = row.getFirst();
            if (oid != null) {
                there.put(String.valueOf(row.getLast()), Integer.parseUnsignedInt(oid));
            }
        }
        types.forEach((oid, name) -> {
            Integer elsewhere = there.get(name);
            if (elsewhere != null) {
                found.put(oid, elsewhere);
            }
        });
        return found;
    }

    private static String array(List<String> texts) {
        List<String> quoted = new ArrayList<>(texts.size());
        for (String text : texts) {
            quoted.add('"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"');
        }
        return "{" + String.join(",", quoted) + "}";
    }
}
