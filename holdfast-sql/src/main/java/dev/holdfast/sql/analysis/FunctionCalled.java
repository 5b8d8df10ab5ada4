package dev.holdfast.sql.analysis;

import java.util.List;

/// A call of a function as a statement writes it.
///
/// @param name its parts, unquoted
/// @param arguments how many it is given; -1 where the text does not tell
record FunctionCalled(List<String> name, int arguments) {}
