package dev.holdfast.server.console;

import dev.holdfast.guard.change.RowSample;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Some of the rows that would change, as they are and as they would be.
final class SampleView {
    private SampleView() {}

    static Html samples(List<RowSample> samples) {
        if (samples.isEmpty()) {
            return Html.of("<p class=\"dim\">The rehearsal kept none.</p>");
        }
        Map<String, List<RowSample>> alike = new LinkedHashMap<>();
        for (RowSample sample : samples) {
            String kind = sample.after().isEmpty() ? "-" : sample.before().isEmpty() ? "+" : "";
            alike.computeIfAbsent(kind + sample.relation(), _ -> new ArrayList<>()).add(sample);
        }
        return alike.values().stream()
                .map(group ->
                        group.getFirst().before().isEmpty() || group.getFirst().after().isEmpty()
                                ? wholeRows(group)
                                : group.stream().map(SampleView::sample).collect(Html.joined()))
                .collect(Html.joined());
    }

    /// Rows that are added, or that are deleted, of one table.
    private static Html wholeRows(List<RowSample> rows) {
        RowSample first = rows.getFirst();
        boolean added = first.before().isEmpty();
        Html head =
                first.columns().stream()
                        .map(column -> Html.of("<th scope=\"col\">{}</th>", column))
                        .collect(Html.joined());
        Html lines =
                rows.stream()
                        .map(row -> {
                            List<@Nullable String> values = added ? row.after() : row.before();
                            Html cells =
                                    IntStream.range(0, values.size())
                                            .mapToObj(at ->
                                                    value(values.get(at), added ? "more" : "lost"))
                                            .collect(Html.joined());
                            return Html.of("<tr>{}</tr>", cells);
                        })
                        .collect(Html.joined());
        return Html.of(
                """
                <div class="scroll" tabindex="0" role="group" aria-label="Rows of {}"><table><caption>{}{}</caption>
                <thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>
                """,
                first.relation(),
                first.relation(),
                added ? ", added" : ", deleted",
                head,
                lines);
    }

    private static Html sample(RowSample sample) {
        boolean before = !sample.before().isEmpty();
        boolean after = !sample.after().isEmpty();
        Html lines =
                IntStream.range(0, sample.columns().size())
                        .mapToObj(at ->
                                Html.of(
                                        "<tr><th scope=\"row\">{}</th>{}{}</tr>",
                                        sample.columns().get(at),
                                        Html.when(
                                                before,
                                                before
                                                        ? value(sample.before().get(at), "lost")
                                                        : Html.NONE),
                                        Html.when(
                                                after,
                                                after
                                                        ? value(sample.after().get(at), "more")
                                                        : Html.NONE)))
                        .collect(Html.joined());
        return Html.of(
                """
                <div class="scroll" tabindex="0" role="group" aria-label="A row of {}"><table><caption>{}{}</caption>
                <thead><tr><th scope="col">column</th>{}{}</tr></thead><tbody>{}</tbody></table></div>
                """,
                sample.relation(),
                sample.relation(),
                before && after ? "" : before ? ", deleted" : ", added",
                Html.when(before, Html.of("<th scope=\"col\">before</th>")),
                Html.when(after, Html.of("<th scope=\"col\">after</th>")),
                lines);
    }

    private static Html value(@Nullable String value, String kind) {
        return value == null
                ? Html.of("<td><em>NULL</em></td>")
                : Html.of("<td class=\"{}\">{}</td>", kind, value);
    }
}
