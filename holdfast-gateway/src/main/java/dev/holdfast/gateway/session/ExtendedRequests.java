package dev.holdfast.gateway.session;

import dev.holdfast.gateway.session.ReplyQueue.Request;
import dev.holdfast.guard.decision.Decision;
import dev.holdfast.guard.decision.Obligations;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.MessageFramer;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// The messages of the extended query protocol: each is decided by what its statement would do, at Parse,
/// at Bind and at Execute, since the policy may have changed in between.
final class ExtendedRequests {
    private final Requests requests;
    private final Session session;
    private final Judgements judgements;
    private final NamedStatements names;
    private final Permission permission;
    private final Lane lane;
    private final Holding holding;

    ExtendedRequests(
            Requests requests, Session session, Judgements judgements, Permission permission) {
        this.requests = requests;
        this.session = session;
        this.judgements = judgements;
        this.names = session.names();
        this.permission = permission;
        this.lane = session.lane();
        this.holding = lane.holding();
    }

    void parse(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int name = in.readerIndex() + MessageFramer.HEADER_BYTES;
        int nameLength = MessageText.stringLength(in, name, end);
        int text = name + nameLength + 1;
        int textLength = MessageText.stringLength(in, text, end);
        Verdict verdict = judgements.verdict(in, text, textLength);
        if (verdict == null) {
            return;
        }
        Refusal refusal = MessageText.nameRefusal(in, name, nameLength);
        if (refusal == null) {
            refusal = permission.refusalToPrepare(verdict);
        }
        if (refusal == null) {
            refusal = lane.unavailable(permission.owed());
        }
        if (refusal == null && !names.fitsStatement(verdict)) {
            refusal = Refusals.tooManyNames(names.held());
        }
        if (refusal == null) {
            refusal = ParameterTypes.refusal(in, text + textLength + 1, end, session);
        }
        if (refusal != null) {
            if (nameLength == 0) {
                names.setStatement(in, name, 0, null);
            }
            requests.refuseExtended(in, length, refusal, verdict);
            return;
        }
        Verdict prepared =
                lane.concerns(verdict)
                        ? verdict.of(
                                MessageText.bytes(in, text, textLength),
                                ParameterTypes.declared(in, text + textLength + 1, end))
                        : verdict;
        NamedStatements.Change change = names.setStatement(in, name, nameLength, prepared);
        requests.pass(in, length, Request.PARSE).of(verdict).changing(change);
    }

    void bind(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int portal = in.readerIndex() + MessageFramer.HEADER_BYTES;
        int portalLength = MessageText.stringLength(in, portal, end);
        int name = portal + portalLength + 1;
        int nameLength = MessageText.stringLength(in, name, end);
        Verdict prepared = names.statement(in, name, nameLength);
        Verdict verdict = prepared == null ? null : judgements.upToDate(prepared);
        if (prepared != null && verdict == null) {
            return;
        }
        Refusal refusal = MessageText.nameRefusal(in, portal, portalLength);
        if (refusal == null) {
            refusal =
                    verdict == null
                            ? Refusals.unknownStatement()
                            : names.fitsPortal(verdict)
                                    ? permission.refusalToPrepare(verdict)
                                    : Refusals.tooManyNames(names.held());
            if (refusal == null) {
                refusal = lane.unavailable(permission.owed());
            }
        }
        Decision.Hold held = permission.held();
        if (refusal == null && verdict != null && held != null) {
            if (waitsForPeople(in, length, held, verdict)) {
                return;
            }
            refusal = holding.refusal();
        }
        if (refusal == null
                && verdict != null
                && lane.opensBefore(
                        verdict, held != null && held.kind() == Decision.Hold.Kind.ROWS)) {
            if (!requests.waitsForEarlier()) {
                requests.passRun(in);
                lane.open(verdict, requests.batchOpen());
            }
            return;
        }
        if (refusal != null) {
            requests.refuseExtended(in, length, refusal, verdict);
            return;
        }
        NamedStatements.Change change = names.setPortal(in, portal, portalLength, verdict);
        if (verdict != null && lane.concerns(verdict)) {
            names.bind(in, portal, portalLength, BoundParameters.of(in, length, verdict.types()));
        }
        requests.pass(in, length, Request.BIND).of(verdict).changing(change);
    }

    /// Whether a Bind waits: for what was asked before it to be answered, or for people.
    private boolean waitsForPeople(ByteBuf in, int length, Decision.Hold held, Verdict verdict) {
        if (requests.waitsForEarlier()) {
            return true;
        }
        requests.passRun(in);
        return holding.waitsForBind(
                held, verdict, in, length, permission.owed(), requests.batchOpen());
    }

    void describe(ByteBuf in, int length) {
        Verdict verdict = named(in, length);
        if (verdict != null) {
            requests.pass(in, length, Request.DESCRIBE).of(verdict);
        } else if (MessageText.isStatement(in)) {
            requests.refuseExtended(in, length, Refusals.unknownStatement(), null);
        } else {
            // A cursor is a portal too, and DECLARE was judged. Drivers (psycopg 3) ask for its
            // columns; PostgreSQL itself says when there is no such portal.
            requests.pass(in, length, Request.DESCRIBE);
        }
    }

    void execute(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int portal = in.readerIndex() + MessageFramer.HEADER_BYTES;
        NamedStatements.Portal bound =
                names.portal(in, portal, MessageText.stringLength(in, portal, end));
        Verdict verdict = bound == null ? null : judgements.upToDate(bound.verdict());
        if (bound == null) {
            requests.refuseExtended(in, length, Refusals.unknownPortal(), null);
            return;
        }
        if (verdict == null) {
            return;
        }
        if (requests.mustWait(verdict)) {
            return;
        }
        // Decided anew: the policy may have changed since the portal was bound.
        Refusal refusal = permission.refusalToRun(verdict);
        if (refusal == null) {
            refusal = lane.refusalToExecute(verdict, permission.owed());
        }
        Decision.Hold held = permission.held();
        if (refusal == null) {
            holding.requireAnswer(held, verdict, bound.parameters(), permission.owed());
            refusal = holding.refusal();
        }
        if (refusal != null) {
            requests.refuseExtended(in, length, refusal, verdict);
            return;
        }
        boolean destroys = held != null && held.kind() == Decision.Hold.Kind.DESTROY;
        if (destroys || lane.takes(verdict, permission.owed())) {
            ByteBuf message = requests.taken(in, length);
            ReplyQueue.Reply reply =
                    requests.reply(Request.EXECUTE, verdict).asking(holding.asking());
            if (destroys) {
                message.release();
                lane.destroy(verdict, reply, false);
            } else {
                lane.execute(message, verdict, bound.parameters(), reply);
            }
            return;
        }
        Obligations owed = permission.owed();
        Delivered fetched = permission.fetched();
        if (fetched == null && owed.limitsResult()) {
            fetched = bound.delivered();
        }
        requests.pass(in, length, Request.EXECUTE)
                .of(verdict)
                .owing(owed, fetched)
                .running(names.runBesides(verdict))
                .asking(held == null ? null : holding.asking());
    }

    void close(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int name = in.readerIndex() + MessageFramer.HEADER_BYTES + 1;
        int nameLength = MessageText.stringLength(in, name, end);
        Refusal refusal = MessageText.nameRefusal(in, name, nameLength);
        if (refusal != null) {
            requests.refuseExtended(in, length, refusal, null);
            return;
        }
        NamedStatements.Change change =
                MessageText.isStatement(in)
                        ? names.setStatement(in, name, nameLength, null)
                        : names.setPortal(in, name, nameLength, null);
        requests.pass(in, length, Request.CLOSE).changing(change);
    }

    private @Nullable Verdict named(ByteBuf in, int length) {
        int end = in.readerIndex() + length;
        int name = in.readerIndex() + MessageFramer.HEADER_BYTES + 1;
        int nameLength = MessageText.stringLength(in, name, end);
        if (MessageText.isStatement(in)) {
            return names.statement(in, name, nameLength);
        }
        NamedStatements.Portal portal = names.portal(in, name, nameLength);
        return portal == null ? null : portal.verdict();
    }
}
