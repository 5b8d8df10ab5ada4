package dev.holdfast.server.cli;

import java.util.List;
import java.util.Map;

/// What is held, for a person who decides.
final class ApprovalText {
    private ApprovalText() {}

    static String of(Map<String, Object> held) {
        StringBuilder out = new StringBuilder();
        out.append(
                "%s, %s, until %s%n"
                        .formatted(
                                shown(held, "id"), shown(held, "state"), shown(held, "expires")));
        line(out, "agent", shown(held, "agent") + " in " + shown(held, "database"));
        line(out, "task", shown(held, "task"));
        line(out, "justification", shown(held, "justification"));
        line(out, "statement", shown(held, held.containsKey("text") ? "text" : "statement"));
        if (held.get("parameters") instanceof List<?> parameters && !parameters.isEmpty()) {
            line(out, "parameters", Lines.oneLine(parameters.toString()));
        }
        line(out, "held by", shown(held, "rule") + ": " + shown(held, "because"));
        String copy = shown(held, "measuredOn");
        if (!copy.isEmpty()) {
            line(out, "measured on", "staging copy " + copy + ", not on the database itself");
        }
        for (Map<?, ?> table : Lines.objects(held, "tables")) {
            line(
                    out,
                    "would change",
                    "%s: %s inserted, %s updated, %s deleted%s"
                            .formatted(
                                    shown(table, "table"),
                                    shown(table, "inserted"),
                                    shown(table, "updated"),
                                    shown(table, "deleted"),
                                    shown(table, "rowsBefore").startsWith("-")
                                            ? ""
                                            : " of " + shown(table, "rowsBefore")));
        }
        if (held.get("things") instanceof List<?> things) {
            things.forEach(
                    thing -> line(out, "would be gone", Lines.oneLine(String.valueOf(thing))));
        }
        for (Map<?, ?> sample : Lines.objects(held, "samples")) {
            line(
                    out,
                    "for example",
                    "%s: %s -> %s"
                            .formatted(
                                    shown(sample, "table"),
                                    shown(sample, "before"),
                                    shown(sample, "after")));
        }
        if (held.get("plan") instanceof List<?> plan) {
            plan.forEach(step -> line(out, "plan", Lines.oneLine(String.valueOf(step))));
        }
        for (Map<?, ?> word : Lines.objects(held, "words")) {
            line(
                    out,
                    "said",
                    "%s %s at %s %s"
                            .formatted(
                                    shown(word, "person"),
                                    shown(word, "said"),
                                    shown(word, "at"),
                                    shown(word, "words")));
        }
        line(out, "people needed", shown(held, "peopleNeeded"));
        line(out, "note", shown(held, "note"));
        line(out, "digest", shown(held, "digest"));
        return out.toString();
    }

    private static String shown(Map<?, ?> members, String name) {
        return Lines.oneLine(Lines.text(members, name));
    }

    private static void line(StringBuilder out, String name, String text) {
        if (!text.isEmpty()) {
            out.append("  %-14s %s%n".formatted(name + ":", text));
        }
    }
}
