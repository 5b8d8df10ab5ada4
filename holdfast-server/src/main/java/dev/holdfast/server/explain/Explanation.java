package dev.holdfast.server.explain;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.policy.Finding;
import dev.holdfast.server.composition.OfflineJudge.Judged;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.StatementEffects;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Why a statement is decided as it is, for a person and for a program. Literals of the statement do not
/// appear.
///
/// @param withCatalog whether the database's catalog was asked
public record Explanation(Principal principal, Judged judged, boolean withCatalog) {
    /// What cannot be known from the text alone.
    static final List<String> WITHOUT_CATALOG =
            List.of(
                    "which relation an unqualified name means",
                    "what views, functions, triggers, rules and foreign keys reach",
                    "which columns stand behind *",
                    "whether a function or operator is PostgreSQL's own or shadowed");

    /// `allow`, `deny` or `hold`.
    public String decision() {
        return switch (judged.decision()) {
            case Decision.Allow _ -> "allow";
            case Decision.Deny _ -> "deny";
            case Decision.Hold _ -> "hold";
        };
    }

    /// The text for a person.
    public String text() {
        StringBuilder out = new StringBuilder();
        Table head = new Table();
        head.row("agent", principal.agent());
        head.row("database", principal.database());
        head.row("policy", principal.policy());
        head.row("decision", decision());
        Refusal refusal = judged.decision().refusal();
        if (refusal == null) {
            head.row("rule", rule());
            appendObligations(head);
        } else {
            head.row("rule", refusal.rule());
            head.row("SQLSTATE", refusal.code().sqlState());
            head.row("message", refusal.message());
            head.row("detail", refusal.detail());
            head.row("hint", refusal.hint());
        }
        head.appendTo(out, "");
        switch (judged.analysis()) {
            case Analysis.Understood understood -> appendStatements(out, understood);
            case Analysis.Malformed malformed ->
                    out.append("\nNot PostgreSQL's SQL: ").append(malformed.message()).append('\n');
            case Analysis.Unreadable unreadable ->
                    out.append("\nNot judged: ").append(unreadable.reason()).append('\n');
        }
        appendFindings(out);
        if (!withCatalog) {
            out.append("\nJudged by the text alone. Not known without the catalog:\n");
            WITHOUT_CATALOG.forEach(each -> out.append("  ").append(each).append('\n'));
            out.append(
                    "A running gateway refuses every statement until it has read the catalog.\n");
        }
        return out.toString();
    }

    private String rule() {
        return judged.decision() instanceof Decision.Allow allow ? allow.rule() : "";
    }

    private void appendObligations(Table head) {
        if (judged.decision() instanceof Decision.Allow allow) {
            obligations(allow.obligations()).forEach((name, value) -> head.row(name, value));
        }
    }

    private static Map<String, String> obligations(Obligations owed) {
        Map<String, String> words = new LinkedHashMap<>();
        if (owed.guarded()) {
            words.put("guarded", "runs measured, with before-images");
        }
        if (owed.resultRowsMax() > 0) {
            words.put("result-rows", "at most " + owed.resultRowsMax());
        }
        if (owed.resultBytesMax() > 0) {
            words.put("result-bytes", "at most " + owed.resultBytesMax());
        }
        if (owed.statementMillisMax() > 0) {
            words.put("statement-time", "at most " + owed.statementMillisMax() + " ms");
        }
        return words;
    }

    private void appendStatements(StringBuilder out, Analysis.Understood understood) {
        out.append("\nstatement  ").append(understood.normalized()).append('\n');
        int number = 0;
        for (StatementEffects statement : understood.statements()) {
            number++;
            String which = understood.statements().size() == 1 ? "" : " of statement " + number;
            out.append("\neffects").append(which).append('\n');
            Table effects = new Table();
            for (Effect effect : statement.effects()) {
                effects.row(
                        effect.kind().toString().toLowerCase(Locale.ROOT).replace('_', '-'),
                        effect.operation(),
                        effect.object(),
                        effect.because());
            }
            effects.appendTo(out, "  ");
            Table relations = new Table();
            for (RelationEffect effect : statement.relationEffects()) {
                relations.row(
                        effect.operation().toString().toLowerCase(Locale.ROOT),
                        effect.relation(),
                        columns(effect),
                        bound(effect),
                        effect.direct() ? "named" : "by " + effect.via());
            }
            if (!relations.empty()) {
                out.append("relations").append(which).append('\n');
                relations.appendTo(out, "  ");
            }
            if (!statement.unforeseeable().isEmpty()) {
                out.append("cannot be foreseen").append(which).append('\n');
                statement
                        .unforeseeable()
                        .forEach(each -> out.append("  ").append(each).append('\n'));
            }
        }
    }

    private static String columns(RelationEffect effect) {
        if (effect.allColumns()) {
            return "all columns";
        }
        return effect.columns().isEmpty() ? "" : String.join(", ", new TreeSet<>(effect.columns()));
    }

    private static String bound(RelationEffect effect) {
        return switch (effect.bound()) {
            case BOUNDED -> "bounded";
            case UNBOUNDED -> "unbounded";
            case NOT_APPLICABLE -> "";
        };
    }

    private void appendFindings(StringBuilder out) {
        if (judged.findings().isEmpty()) {
            return;
        }
        out.append("\nrules that apply\n");
        Table table = new Table();
        for (Finding finding : judged.findings()) {
            table.row(
                    finding.outcome().toString().toLowerCase(Locale.ROOT).replace('_', ' '),
                    finding.rule(),
                    finding.because());
        }
        table.appendTo(out, "  ");
    }

    /// The same for a program: maps, lists, strings, numbers and booleans.
    public Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("agent", principal.agent());
        json.put("database", principal.database());
        json.put("policy", principal.policy());
        json.put("catalog", withCatalog);
        json.put("decision", decision());
        Refusal refusal = judged.decision().refusal();
        json.put("rule", refusal == null ? rule() : refusal.rule());
        if (refusal != null) {
            json.put("sqlstate", refusal.code().sqlState());
            json.put("message", refusal.message());
            json.put("detail", refusal.detail());
            json.put("hint", refusal.hint());
        } else if (judged.decision() instanceof Decision.Allow allow) {
            Obligations owed = allow.obligations();
            Map<String, Object> obligations = new LinkedHashMap<>();
            obligations.put("guarded", owed.guarded());
            obligations.put("result-rows-max", owed.resultRowsMax());
            obligations.put("result-bytes-max", owed.resultBytesMax());
            obligations.put("statement-millis-max", owed.statementMillisMax());
            json.put("obligations", obligations);
        }
        json.put("statements", statements());
        json.put("rules", judged.findings().stream().map(Explanation::json).toList());
        return json;
    }

    private List<Map<String, Object>> statements() {
        List<Map<String, Object>> statements = new ArrayList<>();
        if (judged.analysis() instanceof Analysis.Understood understood) {
            for (StatementEffects statement : understood.statements()) {
                Map<String, Object> json = new LinkedHashMap<>();
                json.put("command", statement.command());
                json.put("kind", statement.kind().toString());
                json.put("effects", statement.effects().stream().map(Explanation::json).toList());
                json.put(
                        "relations",
                        statement.relationEffects().stream().map(Explanation::json).toList());
                json.put("functions", new ArrayList<>(new TreeSet<>(statement.functions())));
                json.put("unforeseeable", statement.unforeseeable());
                statements.add(json);
            }
        }
        return statements;
    }

    private static Map<String, Object> json(Effect effect) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("kind", effect.kind().toString());
        json.put("operation", effect.operation());
        json.put("object", effect.object());
        json.put("because", effect.because());
        return json;
    }

    private static Map<String, Object> json(RelationEffect effect) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("relation", effect.relation());
        json.put("operation", effect.operation().toString());
        json.put("columns", new ArrayList<>(new TreeSet<>(effect.columns())));
        json.put("all-columns", effect.allColumns());
        json.put("bound", effect.bound().toString());
        json.put("via", effect.via());
        return json;
    }

    private static Map<String, Object> json(Finding finding) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("outcome", finding.outcome().toString());
        json.put("rule", finding.rule());
        json.put("statement", finding.statement());
        json.put("because", finding.because());
        @Nullable Refusal refusal = finding.refusal();
        if (refusal != null) {
            json.put("message", refusal.message());
        }
        return json;
    }
}
