/// The `holdfast` program: its commands, and nothing that they do.
@NullMarked
package dev.holdfast.server.cli;

import org.jspecify.annotations.NullMarked;
