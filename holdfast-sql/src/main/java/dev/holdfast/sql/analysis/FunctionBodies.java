package dev.holdfast.sql.analysis;

import dev.holdfast.sql.catalog.Function;
import dev.holdfast.sql.parser.Node;
import dev.holdfast.sql.parser.ParseOutcome;
import dev.holdfast.sql.parser.PlpgsqlOutcome;
import dev.holdfast.sql.parser.SqlParser;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Reads the code of a database's own functions in SQL and PL/pgSQL, each once, when a statement is
/// judged that may run it: on the parser's threads, where statements are judged.
///
/// Safe for any number of threads.
final class FunctionBodies {
    /// Settings that change how code is read, or that hide what it does.
    private static final Set<String> BLINDING =
            Set.of(
                    "session_replication_role",
                    "standard_conforming_strings",
                    "track_counts",
                    "track_functions");

    private static final String UNREAD = "whose code could not be read now";

    private static final int KEPT_MAX = 10_000;

    private final @Nullable SqlParser parser;
    private final CatalogScope session;
    private final SessionSettings settings;
    private final Map<Long, FunctionBody> bodies = new ConcurrentHashMap<>();
    private final Map<List<String>, CatalogScope> scopes = new ConcurrentHashMap<>();

    /// @param parser null where there is none, so that no code can be read
    /// @param session how names are found that a function does not say where to find
    FunctionBodies(@Nullable SqlParser parser, CatalogScope session, SessionSettings settings) {
        this.parser = parser;
        this.session = session;
        this.settings = settings;
    }

    FunctionBody of(Function function) {
        FunctionBody known = bodies.get(function.oid());
        if (known != null) {
            return known;
        }
        FunctionBody read = read(function);
        // A parser that was busy or too slow may be neither the next time.
        boolean unread = read instanceof FunctionBody.Opaque(String why) && why.equals(UNREAD);
        if (!unread && bodies.size() < KEPT_MAX) {
            bodies.put(function.oid(), read);
        }
        return read;
    }

    /// How the names in a function's code are found.
    CatalogScope scopeOf(Function function) {
        List<String> path = SearchPath.of(function.configuration());
        return path == null ? session : scopes.computeIfAbsent(path, session::withPath);
    }

    private FunctionBody read(Function function) {
        for (String setting : function.configuration()) {
            String name = setting.substring(0, Math.max(0, setting.indexOf('=')));
            if (BLINDING.contains(name)) {
                return new FunctionBody.Opaque("which sets " + Names.quoted(name) + " for itself");
            }
        }
        if (function.definition().isEmpty()) {
            return new FunctionBody.Opaque("whose language is " + function.language());
        }
        SqlParser grammar = parser;
        if (grammar == null) {
            return new FunctionBody.Opaque(UNREAD);
        }
        Code code = new Code(grammar, scopeOf(function));
        return code.read(function);
    }

    /// The statements of one function, as they are found.
    private final class Code {
        private final SqlParser grammar;
        private final CatalogScope scope;
        private final List<FunctionBody.Direct> statements = new ArrayList<>();
        private @Nullable String failure;

        Code(SqlParser grammar, CatalogScope scope) {
            this.grammar = grammar;
            this.scope = scope;
        }

        FunctionBody read(Function function) {
            Node create = definition(function.definition());
            boolean dynamic = false;
            if (create != null) {
                for (Node parameter : create.nodes("parameters")) {
                    if (parameter.is("FunctionParameter")) {
                        expression(parameter.node("defexpr"));
                    }
                }
                if (function.language().equals("plpgsql")) {
                    dynamic = plpgsql(function.definition());
                } else if (create.has("sql_body")) {
                    atomic(create.node("sql_body"));
                } else {
                    List<Node> texts = asClause(create);
                    if (texts.size() == 1 && texts.getFirst().is("String")) {
                        sql(texts.getFirst().text("sval"));
                    } else {
                        failure = "whose code is not in its definition";
                    }
                }
            }
            return failure == null
                    ? new FunctionBody.Read(statements, dynamic)
                    : new FunctionBody.Opaque(failure);
        }

        private @Nullable Node definition(String text) {
            List<ParseOutcome.Statement> parsed = parse(text);
            Node create = parsed.size() == 1 ? parsed.getFirst().tree() : null;
            if (create == null || !create.is("CreateFunctionStmt")) {
                fail();
                return null;
            }
            return create;
        }

        private static List<Node> asClause(Node create) {
            for (Node option : create.nodes("options")) {
                Node value = option.is("DefElem") ? option.node("arg") : null;
                if (value != null && option.text("defname").equals("as") && value.is("List")) {
                    return value.nodes("items");
                }
            }
            return List.of();
        }

        private void atomic(@Nullable Node body) {
            if (body == null) {
                fail();
            } else if (body.is("List")) {
                // BEGIN ATOMIC … END is a list of lists.
                body.nodes("items").forEach(this::atomic);
            } else if (body.is("ReturnStmt")) {
                expression(body.node("returnval"));
            } else {
                add(body);
            }
        }

        private void sql(String text) {
            parse(text).forEach(statement -> add(statement.tree()));
        }

        private boolean plpgsql(String definition) {
            switch (grammar.parsePlpgsql(definition)) {
                case PlpgsqlOutcome.Parsed parsed -> {
                    parsed.queries().forEach(this::piece);
                    return parsed.dynamic();
                }
                case PlpgsqlOutcome.SyntaxError _ -> failure = "whose code is not understood";
                case PlpgsqlOutcome.Unreadable _ -> fail();
            }
            return true;
        }

        /// A statement, an expression, or an assignment.
        private void piece(String text) {
            for (String form :
                    List.of(text, "SELECT " + text, "SELECT " + text.replaceFirst(":=", "="))) {
                ParseOutcome outcome = grammar.parse(form.getBytes(StandardCharsets.UTF_8));
                switch (outcome) {
                    case ParseOutcome.Parsed parsed -> {
                        parsed.statements().forEach(statement -> add(statement.tree()));
                        return;
                    }
                    case ParseOutcome.Unreadable _ -> {
                        fail();
                        return;
                    }
                    case ParseOutcome.SyntaxError _ -> {}
                }
            }
            failure = "whose code is not understood";
        }

        private List<ParseOutcome.Statement> parse(String text) {
            return switch (grammar.parse(text.getBytes(StandardCharsets.UTF_8))) {
                case ParseOutcome.Parsed parsed -> parsed.statements();
                case ParseOutcome.SyntaxError _ -> {
                    failure = "whose code is not understood";
                    yield List.of();
                }
                case ParseOutcome.Unreadable _ -> {
                    fail();
                    yield List.of();
                }
            };
        }

        private void add(Node root) {
            add(new StatementVisitor(root, scope, settings));
        }

        private void expression(@Nullable Node root) {
            if (root != null) {
                StatementVisitor visitor = new StatementVisitor(root, scope, settings);
                visitor.addRoot(StatementKind.READ, "RETURN", "", "it computes a value");
                add(visitor);
            }
        }

        private void add(StatementVisitor visitor) {
            statements.add(new FunctionBody.Direct(visitor.visit(), visitor.called()));
        }

        private void fail() {
            failure = UNREAD;
        }
    }
}
