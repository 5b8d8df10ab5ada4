/// PostgreSQL's own grammar inside the JVM: text in, typed syntax tree out.
///
/// The grammar is the C source of PostgreSQL 18 (as libpg_query), compiled to WebAssembly and, in the
/// build, from there to JVM bytecode. [SqlParser] is the way in, [Node] the way through the tree.
@NullMarked
package dev.holdfast.sql.parser;

import org.jspecify.annotations.NullMarked;
