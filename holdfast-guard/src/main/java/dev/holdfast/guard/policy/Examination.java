package dev.holdfast.guard.policy;

import dev.cel.runtime.CelEvaluationException;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.policy.Finding.Outcome;
import dev.holdfast.guard.policy.PolicyDefinition.CustomRule;
import dev.holdfast.guard.policy.PolicyDefinition.Holds;
import dev.holdfast.guard.policy.PolicyDefinition.WriteGrant;
import dev.holdfast.sql.analysis.Effect;
import dev.holdfast.sql.analysis.RelationEffect;
import dev.holdfast.sql.analysis.StatementEffects;
import dev.holdfast.sql.analysis.TransactionControl;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// One look at one query string: gathers every rule of a policy that applies to it.
///
/// What is examined does not depend on the order of anything in the policy, and no rule ends the
/// examination. Where nothing refuses, nothing is allocated but this object.
final class Examination {
    /// Statements that change rows and nothing else, so that grants by relation can speak of them.
    private static final Set<String> ROW_WRITES =
            Set.of("INSERT", "UPDATE", "DELETE", "MERGE", "COPY FROM");

    /// A query string may name thousands of relations; an answer need not.
    private static final int FINDINGS_MAX = 100;

    private final DefinedPolicy policy;
    private final PolicyDefinition definition;
    private final Principal principal;
    private final List<StatementEffects> statements;

    /// Whether rules that allow are gathered too, for a person to read.
    private final boolean complete;

    private final List<Finding> findings = new ArrayList<>(0);

    /// By statement, the rules of the owner's own that allow it.
    private final Map<Integer, Set<String>> grantedByRule = new TreeMap<>();

    private @Nullable Wording wording;
    private final Set<Rule> allowing = EnumSet.noneOf(Rule.class);
    private boolean writes;
    private boolean withholds;
    private int at;

    Examination(
            DefinedPolicy policy,
            Principal principal,
            List<StatementEffects> statements,
            boolean complete) {
        this.policy = policy;
        this.definition = policy.definition();
        this.principal = principal;
        this.statements = statements;
        this.complete = complete;
    }

    void run() {
        for (at = 0; at < statements.size(); at++) {
            statement(statements.get(at));
        }
        at = 0;
        applyGrantsByRule();
        mixed();
        if (allowing.isEmpty() && grantedByRule.isEmpty()) {
            allow(Rule.READ_GRANTED, "it reads no relation");
        }
    }

    List<Finding> findings() {
        return findings;
    }

    /// The rules that allow.
    Set<Rule> allowing() {
        return allowing;
    }

    /// The rules of the owner's own that allow.
    Set<String> allowingOwn() {
        Set<String> own = new TreeSet<>();
        grantedByRule.values().forEach(own::addAll);
        return own;
    }

    /// What was looked at.
    List<StatementEffects> statements() {
        return statements;
    }

    /// Whether rows or objects change, so that it may only run in the guarded lane.
    boolean writes() {
        return writes;
    }

    /// Whether rows change of which the agent may not see everything: PostgreSQL's errors quote whole rows.
    boolean withholds() {
        return withholds;
    }

    private void statement(StatementEffects statement) {
        boolean changesRows = false;
        boolean namesRows = false;
        for (Effect effect : statement.effects()) {
            changesRows |= effect(effect, statement);
        }
        for (RelationEffect effect : statement.relationEffects()) {
            namesRows |= relation(effect);
        }
        if (changesRows && !namesRows) {
            String because = "the relations that it changes are not known";
            deny(
                    Rule.WRITE_UNFORESEEABLE,
                    because,
                    words().unforeseeable(Rule.WRITE_UNFORESEEABLE, statement.command(), because));
        }
        if (changesRows || namesRows) {
            unforeseeable(statement);
        }
        if (!definition.rules().isEmpty()) {
            ownRules(statement);
        }
    }

    private void ownRules(StatementEffects statement) {
        RuleSurroundings surroundings = policy.surroundings();
        RuleContext context =
                new RuleContext(principal, statement, surroundings.clock().instant(), surroundings);
        for (CustomRule rule : definition.rules()) {
            try {
                if (rule.when().holds(context)) {
                    ownRule(rule, statement.command());
                }
            } catch (CelEvaluationException | RuntimeException e) {
                // Whatever it is: a rule that might have denied must not count as one that did not.
                String reason = String.valueOf(e.getMessage());
                surroundings.alarm().ruleFailed(definition.name(), rule.name(), reason);
                deny(Rule.RULE_FAILED, rule.name(), words().failed(rule, statement.command()));
            }
        }
    }

    private void ownRule(CustomRule rule, String command) {
        String id = DefinedPolicy.ruleId(rule);
        String because = rule.when().toString();
        switch (rule.decision()) {
            case DENY -> add(Outcome.DENY, id, because, words().own(rule, command, false));
            case HOLD -> add(Outcome.HOLD, id, because, words().own(rule, command, true));
            case ALLOW -> {
                grantedByRule.computeIfAbsent(at, _ -> new TreeSet<>()).add(id);
                if (complete) {
                    findings.add(new Finding(Outcome.ALLOW, id, at, because, null));
                }
            }
        }
    }

    /// Does away with what nothing granted, in the statements that a rule allows.
    private void applyGrantsByRule() {
        if (!grantedByRule.isEmpty()) {
            findings.removeIf(finding ->
                    finding.outcome() == Outcome.NOT_GRANTED
                            && grantedByRule.containsKey(finding.statement()));
        }
    }

    /// @return whether it changes rows
    private boolean effect(Effect effect, StatementEffects statement) {
        if (effect.operation().equals(Effect.OPERATOR_CALL)) {
            deny(Rule.OPERATOR, effect, statement);
            return false;
        }
        if (effect.operation().equals(Effect.FUNCTION_CALL)) {
            call(effect, statement);
            return false;
        }
        switch (effect.kind()) {
            case READ, EXPORT -> {}
            case SESSION -> allow(Rule.SESSION_OWN, "it changes nothing but this session");
            case TRANSACTION -> transaction(effect, statement);
            case LOCK -> {
                if (!effect.operation().startsWith("SELECT FOR ")
                        || statement.relationEffects().isEmpty()) {
                    deny(Rule.LOCK_NOT_GRANTED, effect, statement);
                }
            }
            case WRITE -> {
                return write(effect, statement);
            }
            case DEFINE -> byKind(Holds.Kind.DEFINE, effect, statement);
            case DESTROY -> byKind(Holds.Kind.DESTROY, effect, statement);
            case PRIVILEGE -> byKind(Holds.Kind.PRIVILEGE, effect, statement);
            case PROCEDURAL -> deny(Rule.PROCEDURAL_NEVER, effect, statement);
            case UNSAFE_IO -> deny(Rule.UNSAFE_IO_NEVER, effect, statement);
            case SAFEGUARD -> safeguard(effect, statement);
            case UNKNOWN -> deny(Rule.unknown(effect), effect, statement);
        }
        return false;
    }

    private void transaction(Effect effect, StatementEffects statement) {
        if (statement.control() == TransactionControl.TWO_PHASE) {
            deny(Rule.TWO_PHASE, effect, statement);
        } else {
            allow(Rule.TRANSACTION_OWN, "it begins, marks or ends a transaction");
        }
    }

    private boolean write(Effect effect, StatementEffects statement) {
        if (statement.control() == TransactionControl.TWO_PHASE) {
            deny(Rule.TWO_PHASE, effect, statement);
            return false;
        }
        if (!ROW_WRITES.contains(effect.operation())) {
            deny(Rule.WRITE_NOT_GRANTABLE, effect, statement);
            return false;
        }
        writes = true;
        if (definition.hold().kinds().contains(Holds.Kind.WRITE)) {
            hold(Rule.HOLD_WRITE, effect, statement);
        }
        return true;
    }

    private void byKind(Holds.Kind kind, Effect effect, StatementEffects statement) {
        writes = true;
        if (definition.hold().kinds().contains(kind)) {
            hold(holding(kind), effect, statement);
        } else {
            deny(denying(kind), effect, statement);
        }
    }

    private void safeguard(Effect effect, StatementEffects statement) {
        boolean sets = effect.operation().equals("SET") || effect.operation().equals("RESET");
        if (sets && policy.opensSetting(effect.object())) {
            allow(Rule.SETTING_GRANTED, effect.object());
            return;
        }
        Rule rule = effect.operation().endsWith("READ WRITE") ? Rule.READ_WRITE : Rule.PINNED;
        deny(rule, effect, statement);
    }

    private void call(Effect effect, StatementEffects statement) {
        boolean possible =
                switch (effect.kind()) {
                    case UNSAFE_IO, SAFEGUARD -> false;
                    case READ,
                            TRANSACTION,
                            SESSION,
                            EXPORT,
                            LOCK,
                            WRITE,
                            DEFINE,
                            DESTROY,
                            PRIVILEGE,
                            PROCEDURAL,
                            UNKNOWN ->
                            true;
                };
        if (!possible) {
            deny(Rule.UNSAFE_IO_NEVER, effect, statement);
        } else if (policy.allowsFunction(principal.database(), effect.object())) {
            allow(Rule.FUNCTION_GRANTED, effect.object());
        } else {
            deny(Rule.FUNCTION_NOT_GRANTED, effect, statement);
        }
    }

    /// @return whether it changes rows
    private boolean relation(RelationEffect effect) {
        RelationRules rules = policy.rulesOf(effect.relation());
        RelationPattern closed = rules.closed();
        if (closed != null) {
            deny(
                    Rule.RESTRICTED,
                    closed.toString(),
                    words().restricted(Rule.RESTRICTED, effect, rules, closed));
        }
        RelationPattern challenged = rules.challenged();
        if (challenged != null) {
            hold(
                    Rule.HOLD_CHALLENGE,
                    challenged.toString(),
                    words().restricted(Rule.HOLD_CHALLENGE, effect, rules, challenged));
        }
        if (rules.reveals()) {
            deny(Rule.REVEALING, effect.relation(), words().revealing(effect, rules));
        }
        if (!rules.deniedColumns().isEmpty()) {
            columns(effect, rules);
        }
        return switch (effect.operation()) {
            case READ -> {
                read(effect, rules);
                yield false;
            }
            case LOCK -> {
                lock(effect, rules);
                yield false;
            }
            case INSERT -> changed(effect, rules, WriteGrant.Operation.INSERT);
            case UPDATE -> changed(effect, rules, WriteGrant.Operation.UPDATE);
            case DELETE -> changed(effect, rules, WriteGrant.Operation.DELETE);
            case DEFINE, ALTER -> object(effect, rules, Holds.Kind.DEFINE);
            case TRUNCATE, DROP -> object(effect, rules, Holds.Kind.DESTROY);
        };
    }

    private void columns(RelationEffect effect, RelationRules rules) {
        Set<String> touched =
                effect.allColumns()
                        ? policy.columns(principal.database(), rules.name())
                        : effect.columns();
        String denied = touched == null ? null : rules.deniedOf(touched);
        if (touched == null || denied != null) {
            deny(
                    Rule.COLUMN_DENIED,
                    denied == null ? "every column may be meant" : denied,
                    words().column(effect, rules, denied));
        }
    }

    private boolean hasDeniedColumns(RelationRules rules) {
        if (rules.deniedColumns().isEmpty()) {
            return false;
        }
        Set<String> known = policy.columns(principal.database(), rules.name());
        return known == null || rules.deniedOf(known) != null;
    }

    /// A view or function that is granted may read what lies under it: that is what it is for.
    private void read(RelationEffect effect, RelationRules rules) {
        String granted = rules.readBy();
        if (granted != null || !effect.direct()) {
            allow(Rule.READ_GRANTED, granted == null ? effect.via() : granted);
        } else {
            notGranted(Rule.READ_NOT_GRANTED, effect, rules);
        }
    }

    private void lock(RelationEffect effect, RelationRules rules) {
        writes = true;
        boolean may =
                rules.writes().contains(WriteGrant.Operation.UPDATE)
                        || rules.writes().contains(WriteGrant.Operation.DELETE);
        if (may || !effect.direct()) {
            allow(Rule.WRITE_GRANTED, effect.relation());
        } else {
            notGranted(Rule.LOCK_NOT_GRANTED, effect, rules);
        }
    }

    private boolean changed(
            RelationEffect effect, RelationRules rules, WriteGrant.Operation operation) {
        writes = true;
        withholds |= rules.readBy() == null || hasDeniedColumns(rules);
        if (rules.writes().contains(operation)) {
            allow(Rule.WRITE_GRANTED, effect.relation());
        } else {
            notGranted(Rule.WRITE_NOT_GRANTED, effect, rules);
        }
        boolean unbounded =
                effect.bound() == RelationEffect.Bound.UNBOUNDED
                        && operation != WriteGrant.Operation.INSERT;
        if (unbounded) {
            if (definition.hold().unboundedWrites()) {
                hold(
                        Rule.HOLD_UNBOUNDED,
                        effect.relation(),
                        words().unbounded(Rule.HOLD_UNBOUNDED, effect, rules));
            } else {
                deny(
                        Rule.WRITE_UNBOUNDED,
                        effect.relation(),
                        words().unbounded(Rule.WRITE_UNBOUNDED, effect, rules));
            }
        }
        return true;
    }

    /// @return whether it changes rows
    private boolean object(RelationEffect effect, RelationRules rules, Holds.Kind kind) {
        writes = true;
        if (definition.hold().kinds().contains(kind)) {
            Rule rule = holding(kind);
            hold(rule, effect.relation(), words().reached(rule, effect, rules, true));
        } else {
            Rule rule = denying(kind);
            deny(rule, effect.relation(), words().reached(rule, effect, rules, false));
        }
        return false;
    }

    private void unforeseeable(StatementEffects statement) {
        for (String because : statement.unforeseeable()) {
            boolean held = definition.hold().unforeseeableWrites();
            Rule rule = held ? Rule.HOLD_UNFORESEEABLE : Rule.WRITE_UNFORESEEABLE;
            Refusal refusal = words().unforeseeable(rule, statement.command(), because);
            if (held) {
                hold(rule, because, refusal);
            } else {
                deny(rule, because, refusal);
            }
        }
    }

    /// Statements beside the control of transactions could be meant to run outside the transaction
    /// that their neighbours suppose. Control statements among themselves are harmless.
    private void mixed() {
        int controls = 0;
        String control = "";
        for (StatementEffects statement : statements) {
            if (statement.control() != TransactionControl.NONE) {
                control = controls == 0 ? statement.command() : control;
                controls++;
            }
        }
        if (controls > 0 && controls < statements.size()) {
            deny(Rule.MIXED, control, words().mixed(statements.size(), control));
        }
    }

    private static Rule holding(Holds.Kind kind) {
        return switch (kind) {
            case WRITE -> Rule.HOLD_WRITE;
            case DEFINE -> Rule.HOLD_DEFINE;
            case DESTROY -> Rule.HOLD_DESTROY;
            case PRIVILEGE -> Rule.HOLD_PRIVILEGE;
        };
    }

    private static Rule denying(Holds.Kind kind) {
        return switch (kind) {
            case WRITE -> Rule.WRITE_NOT_GRANTED;
            case DEFINE -> Rule.DEFINE_DENIED;
            case DESTROY -> Rule.DESTROY_DENIED;
            case PRIVILEGE -> Rule.PRIVILEGE_DENIED;
        };
    }

    // ---- keeping what was found

    private void allow(Rule rule, String because) {
        allowing.add(rule);
        if (complete && findings.size() < FINDINGS_MAX) {
            findings.add(new Finding(Outcome.ALLOW, rule.id(), at, because, null));
        }
    }

    private void deny(Rule rule, Effect effect, StatementEffects statement) {
        deny(rule, effect.because(), kind(rule, effect, statement, false));
    }

    private void hold(Rule rule, Effect effect, StatementEffects statement) {
        hold(rule, effect.because(), kind(rule, effect, statement, true));
    }

    private void deny(Rule rule, String because, Refusal refusal) {
        add(Outcome.DENY, rule, because, refusal);
    }

    private void hold(Rule rule, String because, Refusal refusal) {
        add(Outcome.HOLD, rule, because, refusal);
    }

    private void notGranted(Rule rule, RelationEffect effect, RelationRules rules) {
        add(Outcome.NOT_GRANTED, rule, effect.relation(), words().notGranted(rule, effect, rules));
    }

    private void add(Outcome outcome, Rule rule, String because, Refusal refusal) {
        add(outcome, rule.id(), because, refusal);
    }

    private void add(Outcome outcome, String rule, String because, Refusal refusal) {
        findings.add(new Finding(outcome, rule, at, because, refusal));
    }

    private Refusal kind(Rule rule, Effect effect, StatementEffects statement, boolean held) {
        return words().kind(rule, effect, statement.command(), held);
    }

    private Wording words() {
        Wording words = wording;
        if (words == null) {
            words = new Wording(definition, principal);
            wording = words;
        }
        return words;
    }
}
