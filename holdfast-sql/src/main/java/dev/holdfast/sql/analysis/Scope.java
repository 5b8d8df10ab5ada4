package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What the names of one level of a query may mean: the things in its FROM, and the CTEs that are
/// visible there.
final class Scope {
    private final @Nullable Scope outer;
    private final @Nullable Ctes ctes;

    /// The CTEs that its own WITH defines.
    private final Map<String, Cte> ownCtes;

    private final List<Source> sources = new ArrayList<>(4);
    private final Set<String> met = new HashSet<>(4);

    /// Whether `*` means what stands in the scope around as well, as in RETURNING.
    private final boolean starReachesOut;

    /// The CTEs of one WITH, as one place sees them.
    ///
    /// @param byName all of them
    /// @param visible how many of them can be seen, in the order of their definition
    /// @param outer those of the WITH around it
    record Ctes(Map<String, Cte> byName, int visible, @Nullable Ctes outer) {}

    /// @param index its place in its WITH
    /// @param columns the names that its definition gives its columns; empty where it gives none
    /// @param scope what its query sees
    record Cte(int index, Node query, List<String> columns, Scope scope) {}

    private Scope(
            @Nullable Scope outer,
            @Nullable Ctes ctes,
            Map<String, Cte> ownCtes,
            boolean starReachesOut) {
        this.outer = outer;
        this.ctes = ctes;
        this.ownCtes = ownCtes;
        this.starReachesOut = starReachesOut;
    }

    /// A scope for a level of its own.
    static Scope within(@Nullable Scope outer) {
        return new Scope(outer, outer == null ? null : outer.ctes, Map.of(), false);
    }

    /// A scope for RETURNING, which sees everything that its statement sees, and OLD and NEW.
    static Scope returning(Scope statement) {
        return new Scope(statement, statement.ctes, Map.of(), true);
    }

    /// A scope for a statement with these CTEs. Each is given the part of them that it sees itself:
    /// those before it, with RECURSIVE all.
    static Scope with(@Nullable Scope outer, @Nullable Node withClause) {
        if (withClause == null) {
            return within(outer);
        }
        List<Node> definitions = withClause.nodes("ctes");
        boolean recursive = withClause.flag("recursive");
        Ctes around = outer == null ? null : outer.ctes;
        Map<String, Cte> byName = new HashMap<>();
        for (int i = 0; i < definitions.size(); i++) {
            Node definition = definitions.get(i);
            Node query = definition.node("ctequery");
            if (query != null) {
                int visible = recursive ? definitions.size() : i;
                Scope scope = new Scope(outer, new Ctes(byName, visible, around), Map.of(), false);
                List<String> columns = Names.parts(definition.nodes("aliascolnames"));
                byName.putIfAbsent(definition.text("ctename"), new Cte(i, query, columns, scope));
            }
        }
        return new Scope(outer, new Ctes(byName, definitions.size(), around), byName, false);
    }

    /// The scope of a sub-select in FROM that is not LATERAL: it does not see its neighbours.
    Scope blindToNeighbours() {
        return new Scope(outer, ctes, Map.of(), false);
    }

    @Nullable Scope outer() {
        return outer;
    }

    boolean starReachesOut() {
        return starReachesOut;
    }

    List<Source> sources() {
        return sources;
    }

    void add(Source source) {
        sources.add(source);
    }

    /// The CTEs that this scope's own WITH defines, by name.
    Map<String, Cte> ownCtes() {
        return ownCtes;
    }

    /// Whether a name is met here for the first time: what it means needs to be found only once.
    boolean first(String name) {
        return met.add(name);
    }

    /// The CTE of this name; null where none is visible.
    ///
    /// @param work is told of each WITH that is looked into
    @Nullable Cte cte(String name, Work work) {
        for (Ctes each = ctes; each != null; each = each.outer) {
            work.spend(1);
            Cte cte = each.byName.get(name);
            if (cte != null && cte.index < each.visible) {
                return cte;
            }
        }
        return null;
    }
}
