package dev.holdfast.guard.policy;

import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.guard.decision.RowLimits;
import dev.holdfast.guard.policy.Finding.Outcome;
import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.analysis.SessionSettings;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A policy as its owner wrote it, on top of what holds without any policy.
///
/// Every rule that applies is gathered; deny wins over hold over allow; what nothing grants is denied.
/// The order in which a policy is written never matters. Never open, whatever a policy says: what was
/// not understood, what reaches outside the database, code whose effect cannot be told, and what the
/// judgement and its enforcement rest on.
public final class DefinedPolicy implements Policy {
    private static final ReadOnlyPolicy BASELINE = new ReadOnlyPolicy();

    /// Far above the relations of any database; names of no relation must not fill the memory.
    private static final int REMEMBERED_RELATIONS_MAX = 20_000;

    private static final Comparator<Finding> GRAVEST_FIRST =
            Comparator.comparing(Finding::outcome)
                    .reversed()
                    .thenComparingInt(finding -> Rule.order(finding.rule()))
                    .thenComparing(Finding::rule)
                    .thenComparingInt(Finding::statement)
                    .thenComparing(DefinedPolicy::words);

    private final PolicyDefinition definition;
    private final CatalogView catalog;
    private final RuleSurroundings surroundings;
    private final String fingerprint;
    private final boolean allowsByRule;
    private final boolean grantsWrites;
    private final boolean steady;
    private final boolean holds;
    private final Map<String, RelationRules> relations = new ConcurrentHashMap<>();
    private final Map<Set<Rule>, Decision.Allow> fastAllows = new ConcurrentHashMap<>();
    private final Map<Set<Rule>, Decision.Allow> guardedAllows = new ConcurrentHashMap<>();
    private final Map<Set<Rule>, Decision.Allow> withholdingAllows = new ConcurrentHashMap<>();

    public DefinedPolicy(
            PolicyDefinition definition, CatalogView catalog, RuleSurroundings surroundings) {
        this.definition = definition;
        this.catalog = catalog;
        this.surroundings = surroundings;
        this.fingerprint = definition.fingerprint();
        this.allowsByRule =
                definition.rules().stream()
                        .anyMatch(rule ->
                                rule.decision() == PolicyDefinition.CustomRule.Outcome.ALLOW);
        this.grantsWrites = allowsByRule || !definition.write().isEmpty();
        PolicyDefinition.Holds held = definition.hold();
        this.holds =
                !held.kinds().isEmpty()
                        || held.unboundedWrites()
                        || held.unforeseeableWrites()
                        || definition.restricted().stream()
                                .anyMatch(each ->
                                        each.access()
                                                == PolicyDefinition.Restriction.Access.CHALLENGE)
                        || definition.rules().stream()
                                .anyMatch(rule ->
                                        rule.decision()
                                                == PolicyDefinition.CustomRule.Outcome.HOLD);
        this.steady = definition.rules().stream().allMatch(rule -> rule.when().steady());
    }

    /// For looking at a policy by itself: with no history, and nobody to tell of rules that fail.
    public DefinedPolicy(PolicyDefinition definition, CatalogView catalog) {
        this(definition, catalog, RuleSurroundings.none());
    }

    /// The id of a rule of the owner's own.
    static String ruleId(PolicyDefinition.CustomRule rule) {
        return "rule." + rule.name();
    }

    /// A decision and what led to it.
    ///
    /// @param findings every rule that applies, the deciding one first
    public record Explanation(Decision decision, List<Finding> findings) {
        public Explanation {
            findings = List.copyOf(findings);
        }
    }

    public PolicyDefinition definition() {
        return definition;
    }

    @Override
    public Decision decide(Principal principal, Analysis analysis) {
        return explain(principal, analysis, false).decision();
    }

    @Override
    public boolean steady() {
        return steady;
    }

    @Override
    public boolean holds() {
        return holds;
    }

    @Override
    public int statementsPerMinuteMax(Principal principal) {
        return Math.toIntExact(definition.limits().statementsPerMinute());
    }

    @Override
    public boolean grantsWrites(Principal principal) {
        return grantsWrites;
    }

    /// A rule of the owner's own may allow more than the grants do.
    @Override
    public boolean mayChange(Principal principal, String relation) {
        RelationRules rules = rulesOf(relation);
        return rules.closed() == null && (allowsByRule || !rules.writes().isEmpty());
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public Set<String> settings() {
        return definition.settings();
    }

    @Override
    public ApprovalRules approvalRules() {
        return definition.approval();
    }

    @Override
    public boolean closesColumn(Principal principal, String relation, String column) {
        return rulesOf(relation).deniedOf(Set.of(column)) != null;
    }

    /// Decides, and tells every rule that applies, those that allow included.
    public Explanation explain(Principal principal, Analysis analysis) {
        return explain(principal, analysis, true);
    }

    private Explanation explain(Principal principal, Analysis analysis, boolean complete) {
        if (!(analysis instanceof Analysis.Understood understood)) {
            return new Explanation(BASELINE.decide(principal, analysis), List.of());
        }
        Examination examination =
                new Examination(this, principal, understood.statements(), complete);
        examination.run();
        List<Finding> findings = examination.findings();
        if (findings.isEmpty()) {
            return new Explanation(allowed(examination), findings);
        }
        findings.sort(GRAVEST_FIRST);
        Decision decision = decision(findings, understood.statements().size(), examination);
        return new Explanation(observed(decision, principal, analysis), findings);
    }

    private Decision decision(List<Finding> findings, int statements, Examination examination) {
        Finding first = findings.getFirst();
        Refusal refusal = first.refusal();
        if (refusal == null) {
            return allowed(examination);
        }
        Refusal complete = complete(refusal, first, findings, statements);
        if (first.outcome() != Outcome.HOLD) {
            return new Decision.Deny(complete);
        }
        Decision.Hold.Kind kind = HeldKind.of(examination);
        boolean rows = kind == Decision.Hold.Kind.ROWS;
        return new Decision.Hold(complete, kind, obligations(rows, examination.withholds()));
    }

    /// Where it would be refused by this policy but not without one, an observing policy lets it run.
    private Decision observed(Decision decision, Principal principal, Analysis analysis) {
        Refusal refusal = decision.refusal();
        if (definition.mode() != PolicyDefinition.Mode.OBSERVE
                || refusal == null
                || !(BASELINE.decide(principal, analysis) instanceof Decision.Allow)) {
            return decision;
        }
        String verb = decision instanceof Decision.Hold ? "hold " : "deny ";
        return new Decision.Allow("observe: would " + verb + refusal.rule());
    }

    /// Says in a refusal which statement it is about and what refuses besides.
    private static Refusal complete(
            Refusal refusal, Finding first, List<Finding> findings, int statements) {
        Set<String> others = new TreeSet<>();
        for (Finding finding : findings) {
            if (finding.refusal() != null && !finding.rule().equals(first.rule())) {
                others.add(finding.rule());
            }
        }
        StringBuilder detail = new StringBuilder(refusal.detail());
        if (statements > 1) {
            detail.append(" It is statement ").append(first.statement() + 1);
            detail.append(" of ").append(statements).append('.');
        }
        if (!others.isEmpty()) {
            detail.append(" Rules besides it: ").append(String.join(", ", others)).append('.');
        }
        return new Refusal(
                refusal.code(),
                refusal.rule(),
                refusal.message(),
                detail.toString(),
                refusal.hint(),
                refusal.position(),
                refusal.subject());
    }

    private Decision.Allow allowed(Examination examination) {
        Set<String> own = examination.allowingOwn();
        if (!own.isEmpty()) {
            return allow(examination, own);
        }
        Map<Set<Rule>, Decision.Allow> allows = fastAllows;
        if (examination.writes()) {
            allows = examination.withholds() ? withholdingAllows : guardedAllows;
        }
        Decision.Allow known = allows.get(examination.allowing());
        if (known == null) {
            known = allow(examination, own);
            allows.put(Set.copyOf(examination.allowing()), known);
        }
        return known;
    }

    private Decision.Allow allow(Examination examination, Set<String> own) {
        Stream<String> ids = examination.allowing().stream().sorted().map(Rule::id);
        return new Decision.Allow(
                Stream.concat(ids, own.stream()).collect(Collectors.joining(", ")),
                obligations(examination.writes(), examination.withholds()));
    }

    private Obligations obligations(boolean guarded, boolean withholds) {
        PolicyDefinition.Limits limits = definition.limits();
        return new Obligations(
                guarded,
                limits.resultRows(),
                limits.resultBytes(),
                limits.statementTime().toMillis(),
                guarded ? rowLimits() : RowLimits.NONE,
                guarded && definition.mode() == PolicyDefinition.Mode.SHADOW,
                withholds);
    }

    private RowLimits rowLimits() {
        PolicyDefinition.Limits limits = definition.limits();
        return new RowLimits(
                limits.rowsPerStatement(),
                limits.rowsPerTransaction(),
                limits.rowsPerHour(),
                limits.rowsPerTask(),
                definition.hold().rowsOver());
    }

    private static String words(Finding finding) {
        Refusal refusal = finding.refusal();
        return refusal == null ? finding.because() : refusal.message() + refusal.detail();
    }

    // ---- what an examination asks

    RuleSurroundings surroundings() {
        return surroundings;
    }

    RelationRules rulesOf(String relation) {
        RelationRules known = relations.get(relation);
        if (known == null) {
            known = RelationRules.of(definition, relation);
            if (relations.size() < REMEMBERED_RELATIONS_MAX) {
                relations.put(relation, known);
            }
        }
        return known;
    }

    @Nullable Set<String> columns(String database, RelationName relation) {
        return catalog.columns(database, relation.schema(), relation.name());
    }

    /// Whether the policy names a function, by whichever of its possible meanings.
    boolean allowsFunction(String database, String written) {
        if (definition.functions().isEmpty()) {
            return false;
        }
        List<String> parts = DottedText.names(written);
        String name = parts.getLast();
        if (parts.stream().anyMatch(part -> part.contains("."))) {
            // Two names would read alike.
            return false;
        }
        if (parts.size() > 1) {
            return definition.functions().contains(parts.get(parts.size() - 2) + "." + name);
        }
        Set<String> schemas = catalog.functionSchemas(database, name);
        return !schemas.isEmpty()
                && schemas.stream()
                        .allMatch(schema -> definition.functions().contains(schema + "." + name));
    }

    /// Whether the policy opens a setting that can be opened.
    boolean opensSetting(String written) {
        String name = String.join(".", DottedText.names(written)).toLowerCase(Locale.ROOT);
        return definition.settings().contains(name) && SessionSettings.openable(name);
    }
}
