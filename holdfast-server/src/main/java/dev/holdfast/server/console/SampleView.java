package dev.holdfast.server.console;

import dev.holdfast.guard.change.RowSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Some of the rows that would change, as they are and as they would be: a table for each table and each kind of
/// change, a line for each row.
final class SampleView {
    private SampleView() {}

    private enum Kind {
        DELETED("deleted"),
        ADDED("added"),
        CHANGED("before → after");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        private static Kind of(RowSample sample) {
            return sample.after().isEmpty() ? DELETED : sample.before().isEmpty() ? ADDED : CHANGED;
        }
    }

    private record Group(String relation, Kind kind) {}

    static Html samples(List<RowSample> samples) {
        if (samples.isEmpty()) {
            return Html.of("<p class=\"dim\">The rehearsal kept none.</p>");
        }
        Map<Group, List<RowSample>> groups = new LinkedHashMap<>();
        for (RowSample sample : samples) {
            groups.computeIfAbsent(
                            new Group(sample.relation(), Kind.of(sample)), _ -> new ArrayList<>())
                    .add(sample);
        }
        return groups.entrySet().stream()
                .map(group -> table(group.getKey(), group.getValue()))
                .collect(Html.joined());
    }

    private static Html table(Group group, List<RowSample> rows) {
        return Html.of(
                """
                <div class="scroll" tabindex="0" role="group" aria-label="Rows of {}, {}">
                <table><caption>{}, {}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>
                """,
                group.relation(),
                group.kind().words,
                group.relation(),
                group.kind().words,
                rows.getFirst().columns().stream()
                        .map(column -> Html.of("<th scope=\"col\">{}</th>", column))
                        .collect(Html.joined()),
                rows.stream()
                        .map(row -> Html.of("<tr>{}</tr>", cells(group.kind(), row)))
                        .collect(Html.joined()));
    }

    private static Html cells(Kind kind, RowSample row) {
        return IntStream.range(0, row.columns().size())
                .mapToObj(at ->
                        switch (kind) {
                            case DELETED -> cell("lost", row.before().get(at));
                            case ADDED -> cell("more", row.after().get(at));
                            case CHANGED -> changed(row.before().get(at), row.after().get(at));
                        })
                .collect(Html.joined());
    }

    private static Html cell(String kind, @Nullable String value) {
        return Html.of("<td class=\"{}\">{}</td>", kind, shown(value));
    }

    private static Html changed(@Nullable String before, @Nullable String after) {
        return Objects.equals(before, after)
                ? cell("same", before)
                : Html.of(
                        "<td><del class=\"lost\">{}</del> → <ins class=\"more\">{}</ins></td>",
                        shown(before),
                        shown(after));
    }

    private static Html shown(@Nullable String value) {
        return value == null ? Html.of("<em>NULL</em>") : Html.text(value);
    }
}
