package dev.holdfast.sql.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/// Gathers statements and SQL from the JSON of a PL/pgSQL function.
final class PlpgsqlReader {
    private static final String STATEMENT_PREFIX = "PLpgSQL_stmt_";

    private PlpgsqlReader() {}

    static PlpgsqlOutcome.Parsed read(byte[] utf8) {
        TreeSet<String> statementTypes = new TreeSet<>();
        List<String> queries = new ArrayList<>();
        boolean dynamic = false;
        try (JsonParser json = SyntaxTreeReader.open(utf8)) {
            while (json.nextToken() != null) {
                if (json.currentToken() != JsonToken.PROPERTY_NAME) {
                    continue;
                }
                String name = json.currentName();
                if (name.startsWith(STATEMENT_PREFIX)) {
                    statementTypes.add(name);
                    dynamic |= name.startsWith(STATEMENT_PREFIX + "dyn");
                } else if (name.equals("dynquery")) {
                    // RETURN QUERY EXECUTE and OPEN … FOR EXECUTE.
                    dynamic = true;
                } else if (name.equals("query") && json.nextToken() == JsonToken.VALUE_STRING) {
                    // In some statements "query" is an object, whose own "query" is the text.
                    queries.add(json.getString());
                }
            }
        } catch (JacksonException e) {
            throw new ParseAbandoned(
                    UnreadableReason.PARSER_FAILED, "JSON: " + e.getClass().getSimpleName());
        }
        return new PlpgsqlOutcome.Parsed(statementTypes, dynamic, queries);
    }
}
