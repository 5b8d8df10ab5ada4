package dev.holdfast.guard.policy;

import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.Subject;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.RelationEffect;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What an agent is told by a policy from a file. No text holds a literal from the statement.
final class Wording {
    /// How many patterns a text lists; the rest is counted.
    private static final int LISTED_MAX = 8;

    private final PolicyDefinition policy;
    private final Principal principal;

    Wording(PolicyDefinition policy, Principal principal) {
        this.policy = policy;
        this.principal = principal;
    }

    Refusal notGranted(Rule rule, RelationEffect effect, RelationRules rules) {
        String message =
                doing(effect)
                        + relation(effect, rules)
                        + " is not granted to agent \""
                        + principal.agent()
                        + "\"";
        String grants = effect.operation() == RelationEffect.Operation.READ ? reads() : writes();
        String near = nearest(rules);
        String hint = near == null ? rule.hint() : "Did you mean " + near + "? " + rule.hint();
        return refusal(rule, message, grants, hint, subject(rules, ""));
    }

    Refusal restricted(Rule rule, RelationEffect effect, RelationRules rules, Object pattern) {
        String message =
                doing(effect)
                        + relation(effect, rules)
                        + (rule == Rule.RESTRICTED
                                ? " is closed to agent \""
                                : " needs a person's word for agent \"")
                        + principal.agent()
                        + "\"";
        String reason = "Policy \"" + policy.name() + "\" restricts " + pattern + ".";
        return refusal(rule, message, reason, rule.hint(), subject(rules, ""));
    }

    Refusal revealing(RelationEffect effect, RelationRules rules) {
        String message = doing(effect) + relation(effect, rules) + " is not allowed";
        String reason =
                "Policy \""
                        + policy.name()
                        + "\" does not open everything to agent \""
                        + principal.agent()
                        + "\", and this relation would show parts of what is closed.";
        return refusal(Rule.REVEALING, message, reason, Rule.REVEALING.hint(), subject(rules, ""));
    }

    Refusal column(RelationEffect effect, RelationRules rules, @Nullable String column) {
        String message =
                column == null
                        ? "some columns of " + relation(effect, rules) + " are denied"
                        : "column "
                                + quoted(column)
                                + " of "
                                + relation(effect, rules)
                                + " is denied";
        String how = effect.allColumns() ? "The statement may touch every column of it. " : "";
        return refusal(
                Rule.COLUMN_DENIED,
                message + " to agent \"" + principal.agent() + "\"",
                how
                        + "Policy \""
                        + policy.name()
                        + "\" denies "
                        + list(rules.deniedColumns())
                        + ".",
                Rule.COLUMN_DENIED.hint(),
                subject(rules, column == null ? "" : column));
    }

    Refusal unbounded(Rule rule, RelationEffect effect, RelationRules rules) {
        String message =
                doing(effect)
                        + relation(effect, rules)
                        + (rule == Rule.WRITE_UNBOUNDED
                                ? " is not allowed without a bound"
                                : " without a bound waits for a person");
        String reason = "Nothing in the statement is sure to keep rows out.";
        return refusal(rule, message, reason, rule.hint(), subject(rules, ""));
    }

    Refusal unforeseeable(Rule rule, String command, String because) {
        String message =
                command
                        + (rule == Rule.WRITE_UNFORESEEABLE
                                ? " is not allowed: more may happen than can be foreseen"
                                : " waits for a person: more may happen than can be foreseen");
        return refusal(rule, message, sentence(because), rule.hint(), Subject.NONE);
    }

    /// A thing that the policy denies or holds by its kind.
    Refusal kind(Rule rule, Effect effect, String command, boolean held) {
        if (rule == Rule.NAME_UNKNOWN || rule == Rule.SCHEMA_UNKNOWN) {
            return refusal(rule, unknown(effect), "", rule.hint(), Subject.NONE);
        }
        StringBuilder message = new StringBuilder(what(effect));
        message.append(held ? " waits for a person" : " is not allowed");
        if (!effect.operation().startsWith(command)) {
            message.append(" in ").append(command);
        }
        message.append(": agent \"").append(principal.agent()).append("\" has policy \"");
        message.append(policy.name()).append('"');
        String reason = what(effect) + ": " + sentence(effect.because());
        return refusal(rule, message.toString(), reason, rule.hint(), Subject.NONE);
    }

    /// What a relation suffers without being named by an effect of its own.
    Refusal reached(Rule rule, RelationEffect effect, RelationRules rules, boolean held) {
        String message =
                doing(effect)
                        + relation(effect, rules)
                        + (held ? " waits for a person" : " is not allowed");
        return refusal(rule, message, "", rule.hint(), subject(rules, ""));
    }

    /// A name that stands for nothing, with the nearest ones that do.
    static String unknown(Effect effect) {
        return effect.object() + ": " + effect.because();
    }

    /// A rule of the owner's own.
    Refusal own(PolicyDefinition.CustomRule rule, String command, boolean held) {
        String id = DefinedPolicy.ruleId(rule);
        String general =
                command
                        + (held ? " waits for a person" : " is not allowed")
                        + " to agent \""
                        + principal.agent()
                        + "\"";
        String detail = "Rule " + id + ": it is a rule of policy \"" + policy.name() + "\".";
        return new Refusal(
                Rule.RULE_OWN.code(),
                id,
                rule.message().isEmpty() ? general : rule.message(),
                detail,
                rule.hint().isEmpty() ? Rule.RULE_OWN.hint() : rule.hint());
    }

    Refusal failed(PolicyDefinition.CustomRule rule, String command) {
        String message = command + " is not allowed: a rule of the policy cannot be evaluated";
        String reason = "It is rule " + rule.name() + " of policy \"" + policy.name() + "\".";
        return refusal(Rule.RULE_FAILED, message, reason, Rule.RULE_FAILED.hint(), Subject.NONE);
    }

    Refusal mixed(int statements, String control) {
        String message =
                "a query string with " + statements + " statements must not hold " + control;
        return refusal(Rule.MIXED, message, "", Rule.MIXED.hint(), Subject.NONE);
    }

    private static Refusal refusal(
            Rule rule, String message, String reason, String hint, Subject subject) {
        String detail = "Rule " + rule.id() + ": " + rule.sentence();
        return new Refusal(
                rule.code(),
                rule.id(),
                message,
                reason.isEmpty() ? detail : detail + " " + reason,
                hint,
                0,
                subject);
    }

    private static String doing(RelationEffect effect) {
        return switch (effect.operation()) {
            case READ -> "reading ";
            case LOCK -> "locking ";
            case DEFINE -> "creating ";
            case INSERT, UPDATE, DELETE, ALTER, TRUNCATE, DROP -> effect.operation() + " on ";
        };
    }

    private static String relation(RelationEffect effect, RelationRules rules) {
        String name = written(rules.name());
        return effect.direct() ? name : name + ", reached by " + effect.via() + ",";
    }

    private static String what(Effect effect) {
        if (effect.operation().equals(Effect.FUNCTION_CALL)) {
            return "calling " + effect.object() + "()";
        }
        if (effect.operation().equals(Effect.OPERATOR_CALL)) {
            return "using operator " + effect.object();
        }
        return effect.object().isEmpty()
                ? effect.operation()
                : effect.operation() + " " + effect.object();
    }

    private String reads() {
        return policy.read().isEmpty()
                ? "Policy \"" + policy.name() + "\" grants reading of nothing."
                : "Policy \"" + policy.name() + "\" grants reading of " + list(policy.read()) + ".";
    }

    private String writes() {
        if (policy.write().isEmpty()) {
            return "Policy \"" + policy.name() + "\" grants no writes.";
        }
        return policy.write().stream()
                .limit(LISTED_MAX)
                .map(Wording::grant)
                .collect(Collectors.joining("; ", "Policy \"" + policy.name() + "\" grants ", "."));
    }

    private static String grant(WriteGrant grant) {
        return grant.operations().stream()
                        .sorted()
                        .map(Enum::name)
                        .collect(Collectors.joining(", "))
                + " on "
                + list(grant.relations());
    }

    private static String list(Collection<?> patterns) {
        String listed =
                patterns.stream()
                        .limit(LISTED_MAX)
                        .map(Object::toString)
                        .collect(Collectors.joining(", "));
        int more = patterns.size() - LISTED_MAX;
        return more > 0 ? listed + " and " + more + " more" : listed;
    }

    /// A granted relation of nearly the same name; null where there is none.
    private @Nullable String nearest(RelationRules rules) {
        for (RelationPattern pattern : policy.read()) {
            String text = pattern.toString();
            boolean sameName = text.endsWith("." + rules.name().name());
            if (pattern.literal() && sameName && rules.readBy() == null) {
                return text;
            }
        }
        return null;
    }

    private static Subject subject(RelationRules rules, String column) {
        return new Subject(rules.name().schema(), rules.name().name(), column);
    }

    private static String written(RelationName name) {
        return name.schema().isEmpty()
                ? quoted(name.name())
                : quoted(name.schema()) + "." + quoted(name.name());
    }

    private static String quoted(String part) {
        boolean plain =
                !part.isEmpty()
                        && part.chars()
                                .allMatch(at ->
                                        (at >= 'a' && at <= 'z')
                                                || (at >= '0' && at <= '9')
                                                || at == '_'
                                                || at == '$');
        return plain ? part : '"' + part.replace("\"", "\"\"") + '"';
    }

    private static String sentence(String clause) {
        return clause.isEmpty()
                ? ""
                : clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1) + ".";
    }
}
