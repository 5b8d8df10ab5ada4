package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.Question;
import dev.holdfast.sql.analysis.StatementEffects;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// The prepared statements and portals of a session, each with the verdict on its text.
///
/// They are kept as if every request on its way will succeed, so that a Bind in the same pipeline finds
/// what the Parse before it made. A request that fails, or that PostgreSQL skips because an earlier one
/// failed, is taken back by its [Change], newest first. What is not known here is refused: PostgreSQL
/// may still have a statement that was prepared before a policy changed its mind.
///
/// Cursors made by DECLARE are noted too, so that FETCH is decided and counted by what the cursor reads.
/// They are forgotten late rather than early: with a name that no longer exists PostgreSQL refuses the
/// FETCH.
final class NamedStatements {
    private static final byte[] UNNAMED = {};

    /// What a name costs beside its text: slot, key, verdict, effects; bytes, a generous estimate.
    private static final int OVERHEAD_BYTES = 1024;

    /// NAMEDATALEN - 1 (PostgreSQL manual, "Identifiers and Key Words").
    private static final int NAME_BYTES_MAX = 63;

    private final int namesMax;
    private final long bytesMax;
    private final NameBudget.Share share;
    private final ByteMap<Verdict> statements = new ByteMap<>();
    private final ByteMap<Portal> portals = new ByteMap<>();
    private final ByteMap<Portal> cursors = new ByteMap<>();
    private @Nullable Verdict unnamedStatement;
    private @Nullable Portal unnamedPortal;
    private long bytes;

    /// A statement that is bound, or that a cursor reads, and how much of its result was fetched.
    static final class Portal {
        private final Verdict verdict;
        private @Nullable Delivered delivered;
        private BoundParameters parameters = BoundParameters.NONE;

        private Portal(Verdict verdict) {
            this.verdict = verdict;
        }

        Verdict verdict() {
            return verdict;
        }

        /// What was bound, where the statement may write.
        BoundParameters parameters() {
            return parameters;
        }

        void bind(BoundParameters values) {
            parameters = values;
        }

        /// What was fetched so far, to be counted on.
        Delivered delivered() {
            Delivered known = delivered;
            if (known == null) {
                known = new Delivered();
                delivered = known;
            }
            return known;
        }
    }

    /// What one request did to a name.
    static final class Change {
        private final boolean ofPortal;
        private final byte[] name;
        private final @Nullable Verdict statementBefore;
        private final @Nullable Portal portalBefore;

        private Change(
                boolean ofPortal,
                byte[] name,
                @Nullable Verdict statementBefore,
                @Nullable Portal portalBefore) {
            this.ofPortal = ofPortal;
            this.name = name;
            this.statementBefore = statementBefore;
            this.portalBefore = portalBefore;
        }
    }

    /// @param namesMax how many statements, portals and cursors, of each, a session may hold
    /// @param bytesMax memory for the statements of a session, bytes
    /// @param share what the agent's sessions hold together
    NamedStatements(int namesMax, long bytesMax, NameBudget.Share share) {
        this.namesMax = namesMax;
        this.bytesMax = bytesMax;
        this.share = share;
    }

    /// Whether a statement deals in names of prepared statements or portals.
    static boolean concerns(StatementEffects effects) {
        return switch (effects.command()) {
            case "PREPARE", "EXECUTE", "DEALLOCATE", "DISCARD ALL" -> true;
            case "DECLARE", "FETCH", "MOVE", "CLOSE" -> true;
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

    @Nullable Portal portal(ByteBuf in, int index, int length) {
        return length == 0 ? unnamedPortal : portals.find(in, index, length);
    }

    /// What FETCH and MOVE mean by a name: a portal or a cursor.
    @Nullable Portal cursor(String name) {
        byte[] key = name.getBytes(StandardCharsets.UTF_8);
        Portal portal = portals.find(key, key.length);
        return portal == null ? cursors.find(key, key.length) : portal;
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

    /// Whether a name is one of the gateway's own.
    static boolean isReserved(ByteBuf in, int index, int length) {
        return length >= Question.NAME.length()
                && isReserved(
                        in.toString(index, Question.NAME.length(), StandardCharsets.US_ASCII));
    }

    static boolean isReserved(String name) {
        return name.toLowerCase(Locale.ROOT).startsWith(Question.NAME);
    }

    /// The same for the name of a prepared statement in a SQL statement. The grammar has cut it.
    static boolean isDistinct(StatementEffects effects) {
        return switch (effects.command()) {
            case "PREPARE", "EXECUTE", "DEALLOCATE" ->
                    effects.name().chars().allMatch(c -> c < 0x80);
            default -> true;
        };
    }

    /// Whether there is room for one more portal of a statement.
    boolean fitsPortal(Verdict verdict) {
        return portals.size() < namesMax && fitsBytes(weight(verdict));
    }

    /// Whether there is room for what SQL prepares and declares.
    boolean fits(Verdict verdict) {
        int prepared = 0;
        int declared = 0;
        for (StatementEffects statement : verdict.statements()) {
            switch (statement.command()) {
                case "PREPARE" -> prepared++;
                case "DECLARE" -> declared++;
                default -> {}
            }
        }
        return (prepared == 0 || statements.size() + prepared <= namesMax)
                && (declared == 0 || cursors.size() + declared <= namesMax)
                && (prepared + declared == 0 || fitsBytes((prepared + declared) * weight(verdict)));
    }

    /// Whether there is room for one more statement.
    boolean fitsStatement(Verdict verdict) {
        return statements.size() < namesMax && fitsBytes(weight(verdict));
    }

    private boolean fitsBytes(long more) {
        return bytes + more <= bytesMax && share.fits(more);
    }

    /// What there is, in figures.
    String held() {
        return statements.size()
                + " statements, "
                + portals.size()
                + " portals, "
                + cursors.size()
                + " cursors, "
                + bytes
                + " bytes (allowed: "
                + namesMax
                + " of each, "
                + bytesMax
                + " bytes, and no more than is left by others)";
    }

    private static long weight(@Nullable Verdict verdict) {
        // The text once for itself and once for the record.
        return verdict == null ? 0 : OVERHEAD_BYTES + 2L * verdict.textBytes();
    }

    private static long weight(@Nullable Portal portal) {
        return portal == null ? 0 : weight(portal.verdict);
    }

    private void account(long more) {
        bytes += more;
        share.add(more);
    }

    /// Maps a statement's name to a verdict, or to nothing. PostgreSQL refuses a Parse whose name is in
    /// use; taking back the change then restores the earlier statement.
    Change setStatement(ByteBuf in, int index, int length, @Nullable Verdict verdict) {
        byte[] name = length == 0 ? UNNAMED : bytes(in, index, length);
        return new Change(false, name, setStatement(name, verdict), null);
    }

    private @Nullable Verdict setStatement(byte[] name, @Nullable Verdict verdict) {
        Verdict before;
        if (name.length == 0) {
            before = unnamedStatement;
            unnamedStatement = verdict;
        } else {
            before = verdict == null ? statements.remove(name) : statements.put(name, verdict);
        }
        account(weight(verdict) - weight(before));
        return before;
    }

    Change setPortal(ByteBuf in, int index, int length, @Nullable Verdict verdict) {
        byte[] name = length == 0 ? UNNAMED : bytes(in, index, length);
        Portal portal = verdict == null ? null : new Portal(verdict);
        return new Change(true, name, null, setPortal(name, portal));
    }

    private @Nullable Portal setPortal(byte[] name, @Nullable Portal portal) {
        if (name.length > 0) {
            return set(portals, name, portal);
        }
        Portal before = unnamedPortal;
        unnamedPortal = portal;
        account(weight(portal) - weight(before));
        return before;
    }

    private @Nullable Portal set(ByteMap<Portal> names, byte[] name, @Nullable Portal portal) {
        Portal before = portal == null ? names.remove(name) : names.put(name, portal);
        account(weight(portal) - weight(before));
        return before;
    }

    /// A statement has run: what PREPARE, DEALLOCATE, DECLARE, CLOSE and DISCARD did to the names is
    /// noted.
    void done(StatementEffects statement, Verdict verdict) {
        byte[] name = statement.name().getBytes(StandardCharsets.UTF_8);
        switch (statement.command()) {
            case "PREPARE" -> setStatement(name, verdict);
            case "DEALLOCATE" -> {
                if (name.length == 0) {
                    clear(statements, NamedStatements::weight);
                } else {
                    setStatement(name, null);
                }
            }
            case "DECLARE" -> set(cursors, name, new Portal(verdict));
            case "CLOSE" -> {
                if (name.length == 0) {
                    clearPortals();
                    clear(cursors, NamedStatements::weight);
                } else {
                    set(portals, name, null);
                    set(cursors, name, null);
                }
            }
            case "DISCARD ALL" -> {
                clear(statements, NamedStatements::weight);
                clear(cursors, NamedStatements::weight);
            }
            default -> {}
        }
    }

    /// Notes what was bound to the portal that was set last under a name.
    void bind(ByteBuf in, int index, int length, BoundParameters parameters) {
        Portal portal = portal(in, index, length);
        if (portal != null) {
            portal.bind(parameters);
        }
    }

    void takeBack(Change change) {
        if (change.ofPortal) {
            setPortal(change.name, change.portalBefore);
        } else {
            setStatement(change.name, change.statementBefore);
        }
    }

    /// Portals end with their transaction.
    void transactionEnded() {
        if (unnamedPortal != null || portals.size() > 0) {
            clearPortals();
        }
    }

    private void clearPortals() {
        setPortal(UNNAMED, null);
        clear(portals, NamedStatements::weight);
    }

    private <V> void clear(ByteMap<V> names, ToLongFunction<V> weight) {
        account(-names.sum(weight));
        names.clear();
    }

    /// The session ends: what it held is free for others.
    void release() {
        account(-bytes);
        share.leave();
    }

    private static byte[] bytes(ByteBuf in, int index, int length) {
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        return bytes;
    }

    /// The texts that a statement runs without showing them: what EXECUTE runs was prepared, and what
    /// FETCH runs was bound or declared, by messages that are not on record themselves.
    @Nullable String runBesides(@Nullable Verdict verdict) {
        if (verdict == null || !verdict.concernsNames()) {
            return null;
        }
        StringBuilder besides = new StringBuilder();
        for (StatementEffects statement : verdict.statements()) {
            Verdict run = runBy(statement);
            if (run != null) {
                besides.append(" -- ").append(statement.name()).append(": ").append(run.recorded());
            }
        }
        return besides.isEmpty() ? null : besides.toString();
    }

    private @Nullable Verdict runBy(StatementEffects statement) {
        return switch (statement.command()) {
            case "EXECUTE" -> statement(statement.name());
            case "FETCH", "MOVE" -> {
                Portal portal = cursor(statement.name());
                yield portal == null ? null : portal.verdict();
            }
            default -> null;
        };
    }
}
