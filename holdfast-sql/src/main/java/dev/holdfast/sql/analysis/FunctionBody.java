package dev.holdfast.sql.analysis;

import java.util.List;

/// What is known of the code of a function.
sealed interface FunctionBody {

    /// The code was read.
    ///
    /// @param statements every statement and expression in it, in no order
    /// @param dynamic whether it also runs SQL that is put together when it runs
    record Read(List<Direct> statements, boolean dynamic) implements FunctionBody {
        public Read {
            statements = List.copyOf(statements);
        }
    }

    /// The code was not read.
    ///
    /// @param why a clause that goes on from the function's name: `whose language is plperl`
    record Opaque(String why) implements FunctionBody {}

    /// One statement by itself.
    ///
    /// @param called the functions that it calls by name
    record Direct(StatementEffects effects, List<FunctionCalled> called) {
        public Direct {
            called = List.copyOf(called);
        }
    }
}
