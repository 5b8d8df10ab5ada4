package dev.holdfast.server.init;

import dev.holdfast.server.init.Proposal.Proposed;
import dev.holdfast.server.init.Proposal.Standing;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A proposal as `policy.yaml`, each line with why it is there.
final class PolicyText {
    private PolicyText() {}

    static String of(Proposal proposal, String policy, DatabaseAddress address, LocalDate day) {
        YamlText out = new YamlText();
        out.comment(
                "",
                "Proposed by `holdfast init` on "
                        + day
                        + ", by looking at "
                        + address.description()
                        + ".");
        out.comment("", "Read it before you use it: names and samples show much, not everything.");
        out.comment(
                "",
                "What is not granted here is denied. `holdfast policy check` tells what matches nothing.");
        out.line("policies:");
        out.line("  - name: " + policy);
        out.line("    mode: enforce");
        reads(out, proposal.of(Standing.GRANTED));
        withheld(out, proposal.of(Standing.WITHHELD));
        denied(out, proposal.relations());
        restricted(out, proposal);
        return out.toString();
    }

    private static void reads(YamlText out, List<Proposed> granted) {
        if (granted.isEmpty()) {
            out.line("    read: []");
            return;
        }
        out.line("    read:");
        for (Proposed each : granted) {
            out.line("      - " + YamlText.quoted(each.pattern()), about(each));
        }
    }

    private static String about(Proposed each) {
        String columns =
                switch (each.denied().size()) {
                    case 0 -> "";
                    case 1 -> "1 column denied below";
                    default -> each.denied().size() + " columns denied below";
                };
        String parts =
                each.partitions() == 0
                        ? ""
                        : "its " + each.partitions() + " partitions are read through it";
        return columns.isEmpty() || parts.isEmpty() ? columns + parts : columns + "; " + parts;
    }

    private static void withheld(YamlText out, List<Proposed> withheld) {
        if (withheld.isEmpty()) {
            return;
        }
        out.comment("      ", "Not granted. Take the mark away where you know better:");
        for (Proposed each : withheld) {
            out.line("      # - " + YamlText.quoted(each.pattern()), each.because());
        }
    }

    private static void denied(YamlText out, List<Proposed> relations) {
        boolean any = relations.stream().anyMatch(each -> listed(each) && !each.denied().isEmpty());
        if (!any) {
            return;
        }
        out.line("    deny-columns:");
        for (Proposed each : relations) {
            if (listed(each)) {
                each.denied()
                        .forEach((column, finding) ->
                                out.line(
                                        "      - "
                                                + YamlText.quoted(
                                                        each.pattern()
                                                                + "."
                                                                + Identifiers.inPattern(column)),
                                        finding.because()));
            }
        }
    }

    /// Restricted relations are closed as a whole; withheld ones may be granted later by hand.
    private static boolean listed(Proposed each) {
        return each.standing() != Standing.RESTRICTED;
    }

    private static void restricted(YamlText out, Proposal proposal) {
        Map<String, String> patterns = new TreeMap<>();
        proposal.closedSchemas()
                .forEach((schema, because) ->
                        patterns.put(Identifiers.inPattern(schema) + ".*", because));
        proposal.of(Standing.RESTRICTED)
                .forEach(each -> patterns.put(each.pattern(), each.because()));
        if (patterns.isEmpty()) {
            return;
        }
        out.line("    restricted:");
        out.line("      - access: deny");
        out.line("        relations:");
        patterns.forEach(
                (pattern, because) -> out.line("          - " + YamlText.quoted(pattern), because));
    }
}
