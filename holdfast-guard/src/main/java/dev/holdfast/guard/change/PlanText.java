package dev.holdfast.guard.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// PostgreSQL's plan as people may see it: by which ways rows are found, not which values are looked for.
///
/// A plan holds constants that the statement does not: those of views, of row security policies, and what
/// a function of the agent's choice returned when the planner tried it. No mask reaches them there, so
/// every constant is taken out; those of the statement stand in its text.
public final class PlanText {
    /// More lines than these are not asked for.
    public static final int LINES_MAX = 200;

    private static final int LINE_CHARACTERS_MAX = 400;
    private static final int CHARACTERS_MAX = 64 << 10;
    private static final String CONSTANT = "?";

    /// `Filter: (total > 100)`: what stands behind such a name is made of expressions. The lines of the
    /// nodes hold none.
    private static final Pattern PROPERTY = Pattern.compile(" *[A-Z][A-Za-z -]*: ");

    private static final String WORKERS = "Workers Planned: ";
    private static final Set<String> NUMBERED = Set.of("SubPlan", "InitPlan");

    private PlanText() {}

    /// What asks for the plan of a statement. It cannot run it, whatever it is: behind these parentheses
    /// PostgreSQL's grammar takes no ANALYZE, and nothing that is not one statement with a plan. To be sent
    /// by the extended protocol, which takes one statement only.
    public static String question(String statement) {
        return "EXPLAIN (COSTS ON, FORMAT TEXT) " + statement;
    }

    /// The plan without constants.
    ///
    /// @param lines as PostgreSQL answers, a text for each row; what is beyond 64 Ki characters or 200
    ///     lines is left out
    public static List<String> shown(List<String> lines) {
        StringBuilder all = new StringBuilder();
        boolean whole = true;
        for (String line : lines) {
            whole = all.length() + line.length() < CHARACTERS_MAX;
            if (!whole) {
                break;
            }
            all.append(line).append('\n');
        }
        List<String> shown = new ArrayList<>();
        for (String line : withoutTexts(all).lines().toList()) {
            if (shown.size() == LINES_MAX) {
                whole = false;
                break;
            }
            Matcher property = PROPERTY.matcher(line);
            String clean =
                    property.lookingAt() && !line.strip().startsWith(WORKERS)
                            ? property.group() + withoutNumbers(line, property.end())
                            : line;
            shown.add(
                    clean.length() > LINE_CHARACTERS_MAX
                            ? clean.substring(0, LINE_CHARACTERS_MAX) + "…"
                            : clean);
        }
        if (!whole || lines.size() >= LINES_MAX) {
            shown.add("…");
        }
        return shown;
    }

    /// Over all lines at once: a constant may hold line breaks.
    private static String withoutTexts(CharSequence plan) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        while (at < plan.length()) {
            char next = plan.charAt(at);
            if (next == '\'') {
                at = behindQuoted(plan, at);
                int before = out.length() - 1;
                boolean marked =
                        before > 0
                                && out.charAt(before) == 'E'
                                && !Character.isJavaIdentifierPart(out.charAt(before - 1));
                out.setLength(marked ? before : before + 1);
                out.append(CONSTANT);
            } else if (next == '"') {
                int end = behindQuoted(plan, at);
                out.append(plan.subSequence(at, end).toString().replace('\n', ' '));
                at = end;
            } else {
                out.append(next);
                at++;
            }
        }
        return out.toString();
    }

    /// Where the text or name ends that begins here; a doubled quotation mark is part of it. PostgreSQL
    /// writes no other escape before one.
    private static int behindQuoted(CharSequence plan, int begin) {
        char mark = plan.charAt(begin);
        int at = begin + 1;
        while (at < plan.length()) {
            if (plan.charAt(at) != mark) {
                at++;
            } else if (at + 1 < plan.length() && plan.charAt(at + 1) == mark) {
                at += 2;
            } else {
                return at + 1;
            }
        }
        return at;
    }

    private static String withoutNumbers(String line, int from) {
        StringBuilder out = new StringBuilder();
        String word = "";
        int at = from;
        while (at < line.length()) {
            char next = line.charAt(at);
            int end = at + 1;
            if (next == '"') {
                end = behindQuoted(line, at);
                word = "";
            } else if (Character.isLetter(next) || next == '_' || next == '$') {
                while (end < line.length() && isOfName(line.charAt(end))) {
                    end++;
                }
                word = line.substring(at, end);
            } else if (Character.isDigit(next)) {
                while (end < line.length()
                        && (isOfName(line.charAt(end)) || line.charAt(end) == '.')) {
                    end++;
                }
                out.append(NUMBERED.contains(word) ? line.substring(at, end) : CONSTANT);
                word = "";
                at = end;
                continue;
            } else if (next != ' ') {
                word = "";
            }
            out.append(line, at, end);
            at = end;
        }
        return out.toString();
    }

    private static boolean isOfName(char character) {
        return Character.isLetterOrDigit(character) || character == '_' || character == '$';
    }
}
