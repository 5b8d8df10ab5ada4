package dev.holdfast.server.quarantine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is being destroyed, collected while it happens: each change with what undoes it.
final class Plan {
    private final Deque<Step> restore = new ArrayDeque<>();
    private final List<String> things = new ArrayList<>();
    private final List<String> schemas = new ArrayList<>();
    private final List<Dump> dumps = new ArrayList<>();
    private final Map<Long, String> names = new LinkedHashMap<>();
    private List<String> facts = List.of();
    private List<Long> relations = List.of();
    private boolean stays;

    /// What undoes the latest change: it comes before what undoes the earlier ones.
    void undoneBy(Step step) {
        restore.addFirst(step);
    }

    /// What undoes the latest change, in several steps in their order.
    void undoneBy(List<Step> steps) {
        steps.reversed().forEach(this::undoneBy);
    }

    void thing(String described) {
        things.add(described);
    }

    void schema(String name) {
        schemas.add(name);
    }

    void dump(Dump dump) {
        dumps.add(dump);
    }

    /// What the catalog says of the relations before anything is changed; to be the same again once
    /// they were put back.
    void before(Collection<Relations.Found> found, List<String> catalogFacts) {
        found.forEach(relation -> names.put(relation.oid(), relation.sql()));
        relations = List.copyOf(names.keySet());
        facts = List.copyOf(catalogFacts);
    }

    /// What a relation was called before anything was changed, quoted where SQL needs it.
    String nameBefore(long oid) {
        return names.getOrDefault(oid, Long.toString(oid));
    }

    /// The relations stay in use, so that they may have changed by the time that this is put back.
    void staysInUse() {
        stays = true;
    }

    List<Step> restore() {
        return List.copyOf(restore);
    }

    List<String> things() {
        return List.copyOf(things);
    }

    List<String> schemas() {
        return List.copyOf(schemas);
    }

    List<Dump> dumps() {
        return List.copyOf(dumps);
    }

    List<Long> relations() {
        return relations;
    }

    List<String> facts() {
        return facts;
    }

    /// The facts that must hold whenever it is put back; empty where others may have changed them.
    List<String> lastingFacts() {
        return stays ? List.of() : facts;
    }
}
