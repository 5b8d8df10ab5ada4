package dev.holdfast.sql.analysis;

import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.SqlParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds what SQL would do from its syntax tree and, where there is one, from the database's catalog.
///
/// Every node of the tree is met, wherever it stands, so no nesting hides anything: a DELETE in a CTE
/// of a sub-select of a COPY is as visible as one at the top. Every node type of the grammar is mapped
/// on purpose (`nodes.txt`); a type that is not mapped makes the statement UNKNOWN.
///
/// What a tree cannot show is what stands behind names: views, row-security policies, user-defined
/// types, functions that shadow built-in ones. That is what a [CatalogScope] knows. The upstream session
/// is read-only, whatever is found here.
///
/// Immutable and safe for any number of threads.
public final class StatementAnalyzer {
    private final CatalogScope scope;
    private final SessionSettings settings;
    private final WriteClosure closure;

    /// Judges by the text alone.
    public StatementAnalyzer(AnalysisScope scope) {
        this(CatalogScope.withoutCatalog(scope));
    }

    /// Judges by the text and by what its names stand for in one database.
    ///
    /// The code of functions is not read: what they do cannot be foreseen.
    public StatementAnalyzer(CatalogScope scope) {
        this(scope, null);
    }

    /// Judges by the text and by what its names stand for in one database, the code of its functions
    /// included.
    ///
    /// @param parser reads that code, when a statement is judged that may run it; null where nothing
    ///     may read it
    public StatementAnalyzer(CatalogScope scope, @Nullable SqlParser parser) {
        this.scope = scope;
        this.settings = new SessionSettings(scope.names().searchPathSchemas());
        this.closure = new WriteClosure(scope, settings, parser);
    }

    /// Analyses a text that was parsed.
    ///
    /// @param utf8 the text
    /// @param outcome what came of parsing it
    public Analysis analyze(byte[] utf8, ParseOutcome outcome) {
        return switch (outcome) {
            case ParseOutcome.SyntaxError error ->
                    new Analysis.Malformed(error.message(), error.position());
            case ParseOutcome.Unreadable unreadable -> new Analysis.Unreadable(unreadable.reason());
            case ParseOutcome.Parsed parsed -> understood(utf8, parsed.statements());
        };
    }

    private Analysis understood(byte[] utf8, List<ParseOutcome.Statement> statements) {
        List<StatementEffects> effects = new ArrayList<>(statements.size());
        boolean literalsMatter = false;
        for (ParseOutcome.Statement statement : statements) {
            StatementVisitor visitor = new StatementVisitor(statement.tree(), scope, settings);
            StatementEffects whole = closure.complete(visitor.visit(), visitor.called());
            effects.add(scope.lineage().complete(whole));
            literalsMatter |= visitor.literalsMatter();
        }
        return new Analysis.Understood(
                effects, StatementText.withoutLiterals(utf8), literalsMatter);
    }

    /// What else may happen where something happens to a relation: by keys, triggers, partitions, views. As
    /// in the effects of a statement, each says by which way. Called where statements are judged, or after
    /// one was judged that reaches the same: only then is the code of triggers known.
    public List<RelationEffect> follows(RelationEffect effect) {
        return closure.of(List.of(effect)).effects();
    }

    /// What making a value of a type runs that is not known to be harmless, in the third person; null
    /// where there is nothing of the kind.
    ///
    /// @param oid the type's number; one that the catalog does not have is never harmless
    public @Nullable String typeHazard(long oid) {
        Hazard hazard = scope.typeNumbered(oid);
        return hazard == null ? null : hazard.clause();
    }
}
