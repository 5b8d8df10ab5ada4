package dev.holdfast.server.console;

import dev.holdfast.guard.change.MeasuredEffect;
import dev.holdfast.guard.change.TableEffect;
import dev.holdfast.guard.change.TableLink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a rehearsal measured: the tables as a tree, each under the one whose change led to its own, and who
/// has to wait.
///
/// The tree is a list in lists, which every reader, with eyes or without, can walk. A table that several ways
/// lead to stands once, under the nearest; the others are named there.
final class EffectView {
    private static final int TABLES_SHOWN_MAX = 100;

    /// What it means for others that a lock is held, the gravest first.
    private enum Lock {
        ACCESS_EXCLUSIVE("AccessExclusiveLock", "nobody else can even read it"),
        EXCLUSIVE("ExclusiveLock", "others can read it, and nothing else"),
        SHARE_ROW_EXCLUSIVE("ShareRowExclusiveLock", "others can read it, but not write"),
        SHARE("ShareLock", "others can read it, but not write"),
        SHARE_UPDATE_EXCLUSIVE(
                "ShareUpdateExclusiveLock", "others go on reading and writing; maintenance waits"),
        ROW_EXCLUSIVE(
                "RowExclusiveLock",
                "others go on reading and writing; who wants to change the same rows waits"),
        ROW_SHARE(
                "RowShareLock",
                "others go on reading and writing; who wants to change the same rows may wait"),
        UNKNOWN("", "held by a lock that is not known here");

        private final String mode;
        private final String meaning;

        Lock(String mode, String meaning) {
            this.mode = mode;
            this.meaning = meaning;
        }

        static Lock of(String mode) {
            for (Lock lock : values()) {
                if (lock.mode.equals(mode)) {
                    return lock;
                }
            }
            return UNKNOWN;
        }
    }

    private final Map<String, TableEffect> tables = new LinkedHashMap<>();
    private final List<TableLink> links;

    /// The table under which one stands, and those that stand under one.
    private final Map<String, String> parents = new LinkedHashMap<>();

    private final Map<String, List<String>> children = new LinkedHashMap<>();

    private EffectView(List<TableEffect> shown, List<TableLink> links) {
        shown.forEach(table -> tables.put(table.relation(), table));
        this.links =
                links.stream()
                        .filter(link ->
                                tables.containsKey(link.from()) && tables.containsKey(link.to()))
                        .toList();
    }

    /// What would change.
    static Html changes(MeasuredEffect effect) {
        return Html.all(List.of(onCopy(effect), counted(effect)));
    }

    private static Html onCopy(MeasuredEffect effect) {
        return effect.copy().isEmpty()
                ? Html.NONE
                : Html.of(
                        """
                        <p class="problem"><strong>Measured on the staging copy {}, not on the database
                        itself.</strong> The figures, rows, locks and the time are the copy's. If it would do more on
                        the database it is rolled back there.</p>
                        """,
                        effect.copy());
    }

    private static Html counted(MeasuredEffect effect) {
        Html things =
                effect.things().isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<p>Gone as a whole:</p><ul>{}</ul>",
                                effect.things().stream()
                                        .map(thing ->
                                                Html.of("<li><strong>{}</strong></li>", thing))
                                        .collect(Html.joined()));
        if (effect.tables().isEmpty()) {
            return effect.things().isEmpty() ? Html.of("<p>No row of any table.</p>") : things;
        }
        List<TableEffect> ordered =
                effect.tables().stream()
                        .sorted(Comparator.comparingLong(TableEffect::rows).reversed())
                        .limit(TABLES_SHOWN_MAX)
                        .toList();
        int hidden = effect.tables().size() - TABLES_SHOWN_MAX;
        return Html.of(
                """
                {}<ul class="reach">{}</ul>{}<p class="dim">Counted by the database while the statement was rehearsed
                and rolled back; cascades, triggers and partitions included. If more rows than these would change when
                it runs, it is rolled back.</p>
                """,
                things,
                new EffectView(ordered, effect.links()).tree(),
                hidden > 0
                        ? Html.of("<p class=\"problem\">And {} more tables.</p>", hidden)
                        : Html.NONE);
    }

    private Html tree() {
        List<String> roots = new ArrayList<>();
        for (String table : tables.keySet()) {
            boolean led = links.stream().anyMatch(link -> link.to().equals(table) && !own(link));
            if (!led) {
                roots.add(table);
            }
        }
        place(roots);
        for (String table : tables.keySet()) {
            // Only a circle of keys or triggers leaves any: it is opened at its largest table.
            if (!roots.contains(table) && !parents.containsKey(table)) {
                roots.add(table);
                place(List.of(table));
            }
        }
        return roots.stream().map(this::node).collect(Html.joined());
    }

    private static boolean own(TableLink link) {
        return link.from().equals(link.to());
    }

    private void place(List<String> roots) {
        Deque<String> open = new ArrayDeque<>(roots);
        while (!open.isEmpty()) {
            String from = open.poll();
            for (TableLink link : links) {
                String to = link.to();
                if (link.from().equals(from)
                        && !own(link)
                        && !roots.contains(to)
                        && !parents.containsKey(to)
                        && !leads(to, from)) {
                    parents.put(to, from);
                    children.computeIfAbsent(from, _ -> new ArrayList<>()).add(to);
                    open.add(to);
                }
            }
        }
    }

    /// Whether one stands somewhere above the other already.
    private boolean leads(String above, String below) {
        for (@Nullable String at = below; at != null; at = parents.get(at)) {
            if (at.equals(above)) {
                return true;
            }
        }
        return false;
    }

    private Html node(String table) {
        List<String> under = children.getOrDefault(table, List.of());
        return Html.of(
                "<li>{}{}</li>",
                card(Objects.requireNonNull(tables.get(table)), ways(table)),
                under.isEmpty()
                        ? Html.NONE
                        : Html.of(
                                "<ul>{}</ul>",
                                under.stream().map(this::node).collect(Html.joined())));
    }

    /// Why its rows change: by the table above it, by its own rows, and by others.
    private Html ways(String table) {
        String parent = parents.get(table);
        List<Html> ways = new ArrayList<>();
        for (TableLink link : links) {
            if (!link.to().equals(table)) {
                continue;
            }
            if (link.from().equals(parent)) {
                ways.add(way(link, ""));
            } else if (own(link)) {
                ways.add(way(link, "some of them: "));
            } else {
                ways.add(way(link, "also from " + link.from() + ": "));
            }
        }
        return Html.all(ways);
    }

    private static Html way(TableLink link, String before) {
        String what =
                switch (link.how()) {
                    case DELETE -> "go with the rows that they refer to";
                    case SET_NULL -> "refer to nothing afterwards";
                    case SET_DEFAULT -> "refer to the default afterwards";
                    case UPDATE -> "follow the key that changes";
                    case TRIGGER -> "a trigger writes them";
                };
        return Html.of(
                "<span class=\"way\">{}{} <code>{}</code></span>", before, what, link.name());
    }

    /// How many rows of one table, without what there is none of.
    static Html counts(long deleted, long updated, long inserted) {
        return Html.all(
                List.of(
                        count(deleted, "lost", '−', "deleted"),
                        count(updated, "edit", '~', "changed"),
                        count(inserted, "more", '+', "added")));
    }

    private static Html count(long rows, String kind, char sign, String word) {
        return rows == 0
                ? Html.NONE
                : Html.of("<b class=\"{}\">{}{}</b> {} ", kind, sign, Figures.count(rows), word);
    }

    private static Html card(TableEffect table, Html ways) {
        long touched = table.deleted() + table.updated();
        boolean known = table.rowsBefore() >= 0;
        return Html.of(
                """
                <div class="node"><span class="name">{}</span><span class="counts">{}</span>{}
                <svg class="share" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
                <rect class="whole" width="1000" height="10"/>{}</svg>
                <span class="dim">{}</span></div>
                """,
                table.relation(),
                counts(table.deleted(), table.updated(), table.inserted()),
                ways,
                known && touched > 0
                        ? Html.of(
                                "<rect class=\"{}\" width=\"{}\" height=\"10\"/>",
                                table.deleted() > 0 ? "lost" : "edit",
                                Math.max(6, Figures.tenths(touched, table.rowsBefore())))
                        : Html.NONE,
                known
                        ? "%s of %s"
                                .formatted(
                                        touched == 0
                                                ? "none"
                                                : Figures.share(touched, table.rowsBefore()),
                                        Figures.rows(table.rowsBefore()))
                        : "its size is not known");
    }

    /// How long it takes, and whom it keeps waiting.
    static Html waiting(MeasuredEffect effect) {
        Map<Lock, List<String>> locks = new TreeMap<>();
        Map<String, Lock> gravest = new LinkedHashMap<>();
        for (String text : effect.locks()) {
            int space = text.lastIndexOf(' ');
            String table = space < 0 ? text : text.substring(0, space);
            gravest.merge(
                    table,
                    Lock.of(text.substring(space + 1)),
                    (one, other) -> one.compareTo(other) <= 0 ? one : other);
        }
        gravest.forEach(
                (table, lock) -> locks.computeIfAbsent(lock, _ -> new ArrayList<>()).add(table));
        Html duration =
                effect.durationMicros() == 0
                        ? Html.of("<dt>Takes</dt><dd><span class=\"dim\">not measured</span></dd>")
                        : Html.of(
                                "<dt>Takes</dt><dd>about {} <span class=\"dim\">as long as it took when it"
                                        + " was tried; what it locks stays locked until its transaction"
                                        + " ends</span></dd>",
                                Figures.duration(effect.durationMicros()));
        Html waits =
                locks.isEmpty()
                        ? Html.of(
                                "<dt>Locks</dt><dd><span class=\"dim\">none that are known</span></dd>")
                        : locks.entrySet().stream()
                                .map(each ->
                                        Html.of(
                                                "<dt>{}</dt><dd>{} <span class=\"dim\">{}</span></dd>",
                                                String.join(", ", each.getValue()),
                                                each.getKey().meaning,
                                                each.getKey().mode))
                                .collect(Html.joined());
        return Html.of("<dl class=\"facts\">{}{}</dl>", duration, waits);
    }

    /// By which ways PostgreSQL finds the rows, folded.
    static Html plan(MeasuredEffect effect) {
        return effect.plan().isEmpty()
                ? Html.NONE
                : Html.of(
                        """
                        <details><summary>PostgreSQL's plan</summary>
                        <p class="dim">By which ways it found the rows when it was tried; each constant is a question
                        mark. It is not what is approved: PostgreSQL chooses anew each time.</p>
                        <pre class="sql" tabindex="0">{}</pre></details>
                        """,
                        String.join("\n", effect.plan()));
    }
}
