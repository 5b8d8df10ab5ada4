package dev.holdfast.gateway.session;

import dev.holdfast.sql.analysis.StatementEffects;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The prepared statements and portals of a session, each with the verdict on its text.
///
/// They are kept as if every request on its way will succeed, so that a Bind in the same pipeline finds
/// what the Parse before it made. A request that fails, or that PostgreSQL skips because an earlier one
/// failed, is taken back by its [Change], newest first. What is not known here is refused: PostgreSQL
/// may still have a statement that was prepared before a policy changed its mind.
final class NamedStatements {
    private static final byte[] UNNAMED = {};

    /// NAMEDATALEN - 1 (PostgreSQL manual, "Identifiers and Key Words").
    private static final int NAME_BYTES_MAX = 63;

    private final int namesMax;
    private final ByteMap<Verdict> statements = new ByteMap<>();
    private final ByteMap<Verdict> portals = new ByteMap<>();
    private @Nullable Verdict unnamedStatement;
    private @Nullable Verdict unnamedPortal;

    /// What one request did to a name.
    static final class Change {
        private final boolean portal;
        private final byte[] name;
        private final @Nullable Verdict before;

        private Change(boolean portal, byte[] name, @Nullable Verdict before) {
            this.portal = portal;
            this.name = name;
            this.before = before;
        }
    }

    /// @param namesMax how many statements, and how many portals, a session may hold
    NamedStatements(int namesMax) {
        this.namesMax = namesMax;
    }

    /// Whether a statement deals in names of prepared statements or portals.
    static boolean concerns(StatementEffects effects) {
        return switch (effects.command()) {
            case "PREPARE", "EXECUTE", "DEALLOCATE", "DISCARD ALL" -> true;
            case "FETCH", "MOVE", "CLOSE" -> true;
            default -> false;
        };
    }

    @Nullable Verdict statement(ByteBuf in, int index, int length) {
        return length == 0 ? unnamedStatement : statements.find(in, index, length);
    }

    @Nullable Verdict statement(String name) {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        return statements.find(key, key.length);
    }

    @Nullable Verdict portal(ByteBuf in, int index, int length) {
        return length == 0 ? unnamedPortal : portals.find(in, index, length);
    }

    @Nullable Verdict portal(String name) {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        return portals.find(key, key.length);
    }

    /// Whether PostgreSQL is sure to tell a name from every other: it compares the first 63 bytes of
    /// what the name becomes in the encoding of the database. Two names that are one to PostgreSQL and
    /// two here would put the wrong statement on record.
    static boolean isDistinct(ByteBuf in, int index, int length) {
        if (length > NAME_BYTES_MAX) {
            return false;
        }
        for (int at = index; at < index + length; at++) {
            if (in.getByte(at) < 0) {
                return false;
            }
        }
        return true;
    }

    /// The same for the name of a prepared statement in a SQL statement. The grammar has cut it.
    static boolean isDistinct(StatementEffects effects) {
        return switch (effects.command()) {
            case "PREPARE", "EXECUTE", "DEALLOCATE" ->
                    effects.name().chars().allMatch(c -> c < 0x80);
            default -> true;
        };
    }

    boolean isFull() {
        return statements.size() >= namesMax || portals.size() >= namesMax;
    }

    /// Maps a statement's name to a verdict, or to nothing. PostgreSQL refuses a Parse whose name is in
    /// use; taking back the change then restores the earlier statement.
    Change setStatement(ByteBuf in, int index, int length, @Nullable Verdict verdict) {
        if (length == 0) {
            Change change = new Change(false, UNNAMED, unnamedStatement);
            unnamedStatement = verdict;
            return change;
        }
        return set(false, statements, bytes(in, index, length), verdict);
    }

    Change setPortal(ByteBuf in, int index, int length, @Nullable Verdict verdict) {
        if (length == 0) {
            Change change = new Change(true, UNNAMED, unnamedPortal);
            unnamedPortal = verdict;
            return change;
        }
        return set(true, portals, bytes(in, index, length), verdict);
    }

    /// A statement has run: what PREPARE, DEALLOCATE, CLOSE and DISCARD did to the names is noted.
    void done(StatementEffects statement, Verdict verdict) {
        byte[] name = statement.name().getBytes(StandardCharsets.UTF_8);
        switch (statement.command()) {
            case "PREPARE" -> set(false, statements, name, verdict);
            case "DEALLOCATE" -> {
                if (name.length == 0) {
                    statements.clear();
                } else {
                    set(false, statements, name, null);
                }
            }
            case "CLOSE" -> {
                if (name.length == 0) {
                    portals.clear();
                    unnamedPortal = null;
                } else {
                    set(true, portals, name, null);
                }
            }
            case "DISCARD ALL" -> statements.clear();
            default -> {}
        }
    }

    void takeBack(Change change) {
        Verdict before = change.before;
        if (change.name.length == 0) {
            if (change.portal) {
                unnamedPortal = before;
            } else {
                unnamedStatement = before;
            }
        } else {
            set(change.portal, change.portal ? portals : statements, change.name, before);
        }
    }

    /// Portals end with their transaction.
    void transactionEnded() {
        unnamedPortal = null;
        if (portals.size() > 0) {
            portals.clear();
        }
    }

    private static Change set(
            boolean portal, ByteMap<Verdict> names, byte[] name, @Nullable Verdict verdict) {
        Verdict before = verdict == null ? names.remove(name) : names.put(name, verdict);
        return new Change(portal, name, before);
    }

    private static byte[] bytes(ByteBuf in, int index, int length) {
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        return bytes;
    }

    /// The texts that a statement runs without showing them: what EXECUTE runs was prepared, and what
    /// FETCH runs was bound, by messages that are not on record themselves.
    @Nullable String runBesides(@Nullable Verdict verdict) {
        if (verdict == null || !verdict.concernsNames()) {
            return null;
        }
        StringBuilder besides = new StringBuilder();
        for (StatementEffects statement : verdict.statements()) {
            Verdict run =
                    switch (statement.command()) {
                        case "EXECUTE" -> statement(statement.name());
                        case "FETCH", "MOVE" -> portal(statement.name());
                        default -> null;
                    };
            if (run != null) {
                besides.append(" -- ").append(statement.name()).append(": ").append(run.recorded());
            }
        }
        return besides.isEmpty() ? null : besides.toString();
    }
}
