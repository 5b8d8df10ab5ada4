/// Writing JSON, without a library: the record, the schema and the program's `--json` answers.
@NullMarked
package dev.holdfast.server.text;

import org.jspecify.annotations.NullMarked;
