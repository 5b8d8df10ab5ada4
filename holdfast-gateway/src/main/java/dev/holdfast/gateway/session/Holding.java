package dev.holdfast.gateway.session;

import dev.holdfast.gateway.guarded.HeldMessages;
import dev.holdfast.guard.approval.Basis;
import dev.holdfast.guard.approval.HeldStatement;
import dev.holdfast.guard.approval.HoldRefusals;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a session's held statements have come to.
///
/// A held statement is first asked about ([LaneHold]), while its message stays unread; when the answer is
/// there the message is looked at again and finds it here. Used on the session's event loop only.
final class Holding {
    /// A client that asks for more at once asks for the first ones again.
    private static final int WORDS_MAX = 64;

    private final Session session;
    private final Lane lane;
    private final Map<String, Word> words =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Word> eldest) {
                    return size() > WORDS_MAX;
                }
            };
    private @Nullable Refusal refusal;
    private @Nullable Asking asking;

    /// What was answered.
    sealed interface Word {
        /// It may run, as this approval says.
        record Approved(String id) implements Word {}

        /// It may not.
        record Refused(Refusal refusal) implements Word {}
    }

    Holding(Session session, Lane lane) {
        this.session = session;
        this.lane = lane;
    }

    /// Takes an answer down.
    void answered(String key, Word word) {
        words.put(key, word);
    }

    /// Why the text that was asked about last may not run; null where it may.
    @Nullable Refusal refusal() {
        return refusal;
    }

    /// How the text that was asked about last was approved; null where it was not held.
    @Nullable Asking asking() {
        return asking;
    }

    /// Asks people about a query string, unless they have answered.
    ///
    /// @param held what holds it; null where nothing does
    /// @return whether it waits for the answer; otherwise [#refusal] and [#asking] tell
    boolean waitsForQuery(
            Decision.@Nullable Hold held, Verdict verdict, byte[] text, Obligations owed) {
        String sql = new String(text, StandardCharsets.UTF_8);
        return waits(
                held,
                verdict,
                sql,
                BoundParameters.NONE,
                owed,
                false,
                new HeldMessages(sql, "", null));
    }

    /// The same for the Bind at the reader index: by then everything is known that makes the statement.
    ///
    /// @param batchOpen whether messages were passed on since the last Sync
    boolean waitsForBind(
            Decision.@Nullable Hold held,
            Verdict verdict,
            ByteBuf in,
            int length,
            Obligations owed,
            boolean batchOpen) {
        if (held == null) {
            return false;
        }
        BoundParameters bound = BoundParameters.of(in, length, verdict.types());
        if (!bound.whole() || verdict.text() == null) {
            refusal = HoldRefusals.notAlone(held.refusal());
            return false;
        }
        return waits(
                held,
                verdict,
                verdict.textForJournal(),
                bound,
                owed,
                batchOpen,
                new HeldMessages(
                        verdict.textForJournal(),
                        verdict.types(),
                        ByteBufUtil.getBytes(in, in.readerIndex(), length)));
    }

    /// Whether a portal may run: people were asked when it was bound.
    void requireAnswer(
            Decision.@Nullable Hold held,
            Verdict verdict,
            BoundParameters bound,
            Obligations owed) {
        refusal = null;
        asking = null;
        if (held == null) {
            if (mayBeHeld(verdict, bound, owed)) {
                asking = allowed(verdict, verdict.textForJournal(), bound, owed);
            }
            return;
        }
        HeldStatement statement =
                statement(verdict, verdict.textForJournal(), bound, held.kind(), held.refusal());
        switch (words.remove(statement.key())) {
            case Word.Approved(String id) -> asking = new Asking(statement, id);
            case Word.Refused(Refusal why) -> refusal = why;
            case null -> refusal = held.refusal();
        }
    }

    private boolean waits(
            Decision.@Nullable Hold held,
            Verdict verdict,
            String sql,
            BoundParameters bound,
            Obligations owed,
            boolean batchOpen,
            HeldMessages messages) {
        refusal = null;
        asking = null;
        if (held == null) {
            asking = mayBeHeld(verdict, bound, owed) ? allowed(verdict, sql, bound, owed) : null;
            return false;
        }
        if (held.kind() == Decision.Hold.Kind.DESTROY
                && (lane.scope() != Lane.Scope.NONE
                        || session.status() != TransactionStatus.IDLE)) {
            refusal = HoldRefusals.notAlone(held.refusal());
            return false;
        }
        HeldStatement statement = statement(verdict, sql, bound, held.kind(), held.refusal());
        switch (words.get(statement.key())) {
            case null -> {
                lane.hold(
                        new LaneHold.Request(
                                statement,
                                verdict.statements().getFirst(),
                                held,
                                batchOpen,
                                messages,
                                session.authority().policy().settings()));
                return true;
            }
            case Word.Approved(String id) -> asking = new Asking(statement, id);
            case Word.Refused(Refusal why) -> {
                words.remove(statement.key());
                refusal = why;
            }
        }
        return false;
    }

    /// A statement that runs now is not held by the same word again.
    void forget(Asking used) {
        words.remove(used.statement().key());
    }

    /// Whether what policy allows is held where it changes more rows than some number.
    private static boolean mayBeHeld(Verdict verdict, BoundParameters bound, Obligations owed) {
        return owed.guarded()
                && owed.rows().holdOver() > 0
                && bound.whole()
                && verdict.statements().size() == 1;
    }

    /// How people would be asked about that.
    private Asking allowed(Verdict verdict, String sql, BoundParameters bound, Obligations owed) {
        return new Asking(
                statement(
                        verdict,
                        sql,
                        bound,
                        Decision.Hold.Kind.ROWS,
                        Refusals.rowsOver(owed.rows().holdOver())),
                null);
    }

    private HeldStatement statement(
            Verdict verdict,
            String sql,
            BoundParameters bound,
            Decision.Hold.Kind kind,
            Refusal because) {
        return new HeldStatement(
                session.principal(),
                kind,
                sql,
                verdict.recorded(),
                bound.values(),
                bound.binding(),
                because.rule(),
                because.message(),
                Basis.of(session.authority().policy(), verdict.statements()));
    }
}
