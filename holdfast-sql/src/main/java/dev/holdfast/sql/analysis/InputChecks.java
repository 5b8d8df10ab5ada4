package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `pg_input_is_valid('x', 'integer')`: harmless as long as the text says which type is meant, and that
/// is one of PostgreSQL's own. A domain's checks would run, whatever functions they call.
final class InputChecks {
    static final Set<String> FUNCTIONS = Set.of("pg_input_is_valid", "pg_input_error_info");

    private static final Pattern TYPE =
            Pattern.compile("([a-z][a-z0-9 ]{0,40}?) ?(?:\\( ?\\d{1,4}(?: ?, ?-?\\d{1,4})? ?\\))?");

    private static final Set<String> BUILT_IN =
            Set.of(
                    "bigint",
                    "boolean",
                    "bool",
                    "bytea",
                    "char",
                    "cidr",
                    "date",
                    "decimal",
                    "double precision",
                    "float4",
                    "float8",
                    "inet",
                    "int",
                    "int2",
                    "int4",
                    "int8",
                    "integer",
                    "interval",
                    "json",
                    "jsonb",
                    "macaddr",
                    "numeric",
                    "real",
                    "smallint",
                    "text",
                    "time",
                    "time with time zone",
                    "time without time zone",
                    "timestamp",
                    "timestamp with time zone",
                    "timestamp without time zone",
                    "timestamptz",
                    "timetz",
                    "uuid",
                    "varchar",
                    "xml");

    private InputChecks() {}

    static boolean harmless(List<Node> arguments, CatalogNames names) {
        String written = arguments.size() == 2 ? SessionSettings.constant(arguments.get(1)) : null;
        Matcher type = TYPE.matcher(written == null ? "" : written.toLowerCase(Locale.ROOT));
        return type.matches()
                && BUILT_IN.contains(type.group(1))
                && names.harmlessType(type.group(1));
    }
}
