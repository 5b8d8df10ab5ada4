package dev.holdfast.server.init;

import dev.holdfast.sql.catalog.Relation;
import dev.holdfast.sql.catalog.RewriteRule;
import dev.holdfast.sql.catalog.StoredUse;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an agent should be allowed to read of a database.
///
/// @param closedSchemas schemas that are closed as a whole, and why
/// @param relations all others, by schema and name; partitions are left out, they go with the whole
record Proposal(Map<String, String> closedSchemas, List<Proposed> relations) {

    /// What becomes of a relation.
    enum Standing {
        /// May be named for reading.
        GRANTED,
        /// Closed, by whatever way it is reached.
        RESTRICTED,
        /// Not granted: somebody has to look at it first.
        WITHHELD
    }

    /// One relation.
    ///
    /// @param because why it is not granted; empty where it is
    /// @param denied the columns that should not be seen, and why
    /// @param open the other columns, in their order
    /// @param partitions how many partitions it has, at all levels
    record Proposed(
            Relation relation,
            Standing standing,
            String because,
            Map<String, Finding> denied,
            List<String> open,
            int partitions) {

        /// `schema.name` as a policy writes it.
        String pattern() {
            return ClosedNames.pattern(relation);
        }
    }

    Proposal {
        closedSchemas = Map.copyOf(closedSchemas);
        relations = List.copyOf(relations);
    }

    List<Proposed> of(Standing standing) {
        return relations.stream().filter(each -> each.standing() == standing).toList();
    }

    /// Makes the proposal.
    static Proposal of(Inspection.Seen seen) {
        return new Builder(seen).build();
    }

    private static final class Builder {
        private static final int VIEW_DEPTH_MAX = 100;
        private static final int WHOLE_ROW = 0;

        private final Inspection.Seen seen;
        private final Map<Long, Set<Long>> families = new HashMap<>();
        private final Map<Long, Map<String, Finding>> denied = new HashMap<>();
        private final Map<Long, String> closed = new HashMap<>();

        private Builder(Inspection.Seen seen) {
            this.seen = seen;
        }

        private Proposal build() {
            Map<String, String> closedSchemas = new TreeMap<>();
            for (Relation relation : relations()) {
                String schema = RelationNames.closedSchema(relation.schema());
                if (schema != null) {
                    closedSchemas.put(relation.schema(), schema);
                }
                String name = ClosedNames.because(relation);
                if (name != null) {
                    family(relation.oid()).forEach(member -> closed.putIfAbsent(member, name));
                }
                Inspection.LookedAt looked =
                        seen.relations().getOrDefault(relation.oid(), Inspection.LookedAt.NOT);
                // What one partition shows is true of the whole and of every other part.
                for (Long member : family(relation.oid())) {
                    denied.computeIfAbsent(member, _ -> new TreeMap<>()).putAll(looked.findings());
                }
            }
            List<Proposed> proposed = new ArrayList<>();
            for (Relation relation : relations()) {
                RelationFacts facts = facts(relation);
                if (!facts.partition() && !closedSchemas.containsKey(relation.schema())) {
                    proposed.add(proposed(relation));
                }
            }
            proposed.sort(
                    Comparator.comparing((Proposed each) -> each.relation().schema())
                            .thenComparing(each -> each.relation().name()));
            return new Proposal(closedSchemas, proposed);
        }

        private List<Relation> relations() {
            List<Relation> relations = new ArrayList<>();
            for (Relation relation : seen.catalog().relations()) {
                if (seen.facts().containsKey(relation.oid())) {
                    relations.add(relation);
                }
            }
            return relations;
        }

        private RelationFacts facts(Relation relation) {
            RelationFacts facts = seen.facts().get(relation.oid());
            if (facts == null) {
                throw new IllegalArgumentException("no facts about " + relation.qualified());
            }
            return facts;
        }

        /// A relation and everything that shares rows with it by inheritance or partitioning.
        private Set<Long> family(long oid) {
            if (families.isEmpty()) {
                for (Relation relation : relations()) {
                    for (Long child : seen.catalog().childrenOf(relation.oid())) {
                        Set<Long> one = new HashSet<>(own(relation.oid()));
                        one.addAll(own(child));
                        one.forEach(member -> families.put(member, one));
                    }
                }
                families.putIfAbsent(0L, Set.of());
            }
            return own(oid);
        }

        private Set<Long> own(long oid) {
            return families.getOrDefault(oid, Set.of(oid));
        }

        private Proposed proposed(Relation relation) {
            Map<String, Finding> hidden = new TreeMap<>();
            denied.getOrDefault(relation.oid(), Map.of())
                    .forEach((column, finding) -> {
                        if (relation.hasColumn(column)) {
                            hidden.put(column, finding);
                        }
                    });
            List<String> open =
                    relation.columns().stream()
                            .map(Relation.Column::name)
                            .filter(column -> !hidden.containsKey(column))
                            .toList();
            String restricted = closed.get(relation.oid());
            String withheld = restricted == null ? withheld(relation, open) : null;
            Standing standing =
                    restricted != null
                            ? Standing.RESTRICTED
                            : withheld != null ? Standing.WITHHELD : Standing.GRANTED;
            String because = restricted != null ? restricted : withheld != null ? withheld : "";
            return new Proposed(
                    relation, standing, because, hidden, open, partitions(relation.oid()));
        }

        private int partitions(long oid) {
            int count = 0;
            for (Long child : seen.catalog().childrenOf(oid)) {
                RelationFacts facts = seen.facts().get(child);
                if (facts != null && facts.partition()) {
                    count += 1 + partitions(child);
                }
            }
            return count;
        }

        private @Nullable String withheld(Relation relation, List<String> open) {
            RelationFacts facts = facts(relation);
            Inspection.LookedAt looked =
                    seen.relations().getOrDefault(relation.oid(), Inspection.LookedAt.NOT);
            if (!facts.extension().isEmpty()) {
                return "belongs to the extension " + facts.extension();
            }
            if (relation.kind() == Relation.Kind.FOREIGN_TABLE) {
                return "a foreign table: reading it asks another server";
            }
            if (!facts.readable() && facts.storesRows()) {
                return "could not be looked at: no SELECT privilege";
            }
            if (looked.failure() != null) {
                return looked.failure();
            }
            for (Long member : family(relation.oid())) {
                Inspection.LookedAt other = seen.relations().get(member);
                if (other != null && other.failure() != null) {
                    return "of one of its parts: " + other.failure();
                }
            }
            if (open.isEmpty()) {
                return "every column of it should not be seen";
            }
            return throughViews(relation.oid(), 0);
        }

        /// What a view reads that its readers should not see; null where nothing.
        private @Nullable String throughViews(long view, int depth) {
            if (depth > VIEW_DEPTH_MAX) {
                return "views over views, too deep to be followed";
            }
            for (StoredUse used : uses(view)) {
                Relation base = seen.catalog().relation(used.relation());
                if (base == null || !seen.facts().containsKey(base.oid())) {
                    continue;
                }
                if (closed.containsKey(base.oid())) {
                    return "reads " + base.qualified() + ", which is restricted";
                }
                Map<String, Finding> hidden = denied.getOrDefault(base.oid(), Map.of());
                for (Relation.Column column : base.columns()) {
                    boolean reads =
                            used.read().contains(column.number())
                                    || used.read().contains(WHOLE_ROW);
                    if (reads && hidden.containsKey(column.name())) {
                        return "reads %s.%s, which is denied"
                                .formatted(base.qualified(), column.name());
                    }
                }
                String below = throughViews(base.oid(), depth + 1);
                if (below != null) {
                    return below;
                }
            }
            return null;
        }

        private List<StoredUse> uses(long view) {
            List<StoredUse> uses = new ArrayList<>();
            for (RewriteRule rule : seen.catalog().rulesOf(view)) {
                if (rule.event() == RewriteRule.Event.SELECT) {
                    uses.addAll(rule.references().uses());
                }
            }
            // In one order, so that the same database gives the same words.
            uses.sort(Comparator.comparingLong(StoredUse::relation));
            return uses;
        }
    }
}
