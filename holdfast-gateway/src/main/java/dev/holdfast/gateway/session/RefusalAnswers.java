package dev.holdfast.gateway.session;

import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a refused request is answered: by the gateway alone where it leaves no trace in PostgreSQL, else
/// by an error of PostgreSQL's that is drawn on purpose and replaced on its way back.
final class RefusalAnswers {
    /// Not SQL whatever the version; what PostgreSQL's log shows of a refused simple query.
    private static final FrontendMessage FAILING_QUERY =
            new FrontendMessage.Query("HOLDFAST REFUSED THIS STATEMENT");

    /// What PostgreSQL's log shows of a refused extended query. Should a client have prepared a
    /// statement of this name, the Bind succeeds and the session ends: see [Answers].
    private static final FrontendMessage FAILING_BIND =
            new FrontendMessage.Bind(
                    "", "holdfast refused this statement", List.of(), List.of(), List.of());

    private final Session session;

    RefusalAnswers(Session session) {
        this.session = session;
    }

    /// Whether a refusal leaves no trace in PostgreSQL: no transaction that must fail with it.
    boolean answersAlone() {
        return session.status() != TransactionStatus.IN_TRANSACTION;
    }

    void answerRefusedQuery(Refusal refusal, @Nullable Verdict verdict) {
        ByteBuf out = session.allocator().buffer();
        ErrorReplies.error(out, refusal);
        new BackendMessage.ReadyForQuery(session.status()).encode(out);
        session.writeClient(out);
        session.recorder().refused(verdict, refusal, session.nanoTime());
    }

    void answerRefusedExtended(Refusal refusal, @Nullable Verdict verdict) {
        session.writeError(refusal);
        session.recorder().refused(verdict, refusal, session.nanoTime());
    }

    void sendFailingQuery() {
        session.writeUpstream(session.encoded(FAILING_QUERY));
    }

    void sendFailingBind() {
        session.writeUpstream(session.encoded(FAILING_BIND));
    }
}
