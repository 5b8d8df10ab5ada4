package dev.holdfast.sql.analysis;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which functions a reading statement may call, by name, from `functions-allowed.txt` and
/// `functions-refused.txt`.
final class FunctionLists {
    static final FunctionLists CURATED =
            new FunctionLists(
                    TextTable.rows("functions-allowed.txt"),
                    TextTable.rows("functions-refused.txt"));

    /// The reason that stands with functions which no SQL can usefully call. Their names are ordinary
    /// words (`system`), so they must not be taken for calls where a column may be meant.
    private static final String INTERNAL =
            "it is a part of the server that no statement calls by name";

    private static final int ARGUMENTS_LISTED_MAX = 9;

    /// @param kind what calling it counts as
    /// @param because why
    record Refused(StatementKind kind, String because) {}

    private final Set<String> allowed = new HashSet<>();
    private final Map<String, Refused> refused = new HashMap<>();

    private FunctionLists(List<String[]> allowedRows, List<String[]> refusedRows) {
        allowedRows.forEach(row -> allowed.add(row[0]));
        for (String[] row : refusedRows) {
            Refused reason = new Refused(StatementKind.valueOf(row[1]), row[2]);
            if (refused.put(row[0], reason) != null || allowed.contains(row[0])) {
                throw new IllegalStateException("listed twice: " + Arrays.toString(row));
            }
        }
    }

    /// Whether the curated list allows a function, by its name alone.
    ///
    /// @param name plain for one of `pg_catalog`, otherwise `schema.name`
    boolean allows(String name) {
        return allowed.contains(name);
    }

    /// Why a function is refused; null where the list of refused functions does not name it.
    ///
    /// @param arguments how many it is called with; -1 where the text does not tell
    @Nullable Refused refusal(String name, int arguments) {
        Refused whole = refused.get(name);
        if (whole != null) {
            return whole;
        }
        if (arguments >= 0) {
            return refused.get(name + "/" + arguments);
        }
        for (int count = 0; count <= ARGUMENTS_LISTED_MAX; count++) {
            Refused form = refused.get(name + "/" + count);
            if (form != null) {
                return form;
            }
        }
        return null;
    }

    /// Why a function is refused that `(expression).name` would call; null where it calls none.
    @Nullable Refused refusalAsAttribute(String name) {
        Refused refusal = refused.get(name);
        return refusal == null || refusal.because().equals(INTERNAL) ? null : refusal;
    }

    Set<String> allowedNames() {
        return Set.copyOf(allowed);
    }

    Set<String> refusedNames() {
        return Set.copyOf(refused.keySet());
    }
}
