package dev.holdfast.guard.policy;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelOptions;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.List;
import java.util.Map;

/// The condition of a rule, in CEL, over the variables of [RuleVariable]. Read and type-checked when it
/// is made, so that a policy with a wrong one never comes into being.
///
/// CEL has no loops but over given lists, no side effects and no clock; evaluation is bounded by a
/// budget of iterations, regular expressions are RE2's.
public final class Condition {
    /// Steps over lists in one evaluation, nested ones multiplied.
    private static final int ITERATIONS_MAX = 1_000;

    private static final int TEXT_LENGTH_MAX = 4_000;
    private static final int NESTING_MAX = 100;

    private static final CelOptions OPTIONS =
            CelOptions.current()
                    .comprehensionMaxIterations(ITERATIONS_MAX)
                    .maxExpressionCodePointSize(TEXT_LENGTH_MAX)
                    .maxParseRecursionDepth(NESTING_MAX)
                    .build();
    private static final CelCompiler COMPILER = compiler();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.legacyCelRuntimeBuilder().setOptions(OPTIONS).build();

    private final String text;
    private final CelRuntime.Program program;
    private final boolean steady;

    private Condition(String text, CelRuntime.Program program, boolean steady) {
        this.text = text;
        this.program = program;
        this.steady = steady;
    }

    /// Reads a condition.
    ///
    /// @throws IllegalArgumentException with what is wrong, and where in the text
    public static Condition of(String text) {
        CelValidationResult result = COMPILER.compile(text);
        if (result.hasError()) {
            throw new IllegalArgumentException(problem(result));
        }
        try {
            CelAbstractSyntaxTree tree = result.getAst();
            // Taken as what the JDK calls them: CEL's own type of map is not this project's
            // business.
            Map<Long, CelReference> references = tree.getReferenceMap();
            boolean steady =
                    references.values().stream()
                            .allMatch(reference -> RuleVariable.isSteady(reference.name()));
            return new Condition(text, RUNTIME.createProgram(tree), steady);
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalArgumentException("cannot be evaluated: " + e.getMessage(), e);
        }
    }

    /// Whether it depends on nothing but principal and effects, so that its answer may be remembered.
    public boolean steady() {
        return steady;
    }

    /// Whether it holds.
    ///
    /// @throws CelEvaluationException if it cannot be told
    boolean holds(RuleContext context) throws CelEvaluationException {
        return program.eval(context) instanceof Boolean truth && truth;
    }

    private static CelCompiler compiler() {
        CelCompilerBuilder builder =
                CelCompilerFactory.standardCelCompilerBuilder()
                        .setOptions(OPTIONS)
                        .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                        .setResultType(SimpleType.BOOL);
        for (RuleVariable variable : RuleVariable.values()) {
            builder.addVar(variable.id(), variable.type());
        }
        return builder.build();
    }

    private static String problem(CelValidationResult result) {
        List<CelIssue> errors = result.getErrors();
        CelIssue first = errors.getFirst();
        CelSourceLocation at = first.getSourceLocation();
        String words = first.getMessage().lines().findFirst().orElse("not CEL");
        return "at %d:%d of the condition: %s (expected: a CEL condition over %s)"
                .formatted(
                        at.getLine(),
                        at.getColumn() + 1,
                        words,
                        "principal, effects, time, history");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Condition condition && condition.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// As it was written.
    @Override
    public String toString() {
        return text;
    }
}
