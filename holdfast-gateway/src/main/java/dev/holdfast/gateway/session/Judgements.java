package dev.holdfast.gateway.session;

import dev.holdfast.sql.analysis.Analysis;
import dev.holdfast.sql.parser.UnreadableReason;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds the verdict on a text: known already, or asked for and waited for.
final class Judgements {
    private static final Logger LOGGER = LoggerFactory.getLogger(Judgements.class);

    private final Session session;
    private final VerdictCache verdicts;

    /// A verdict is awaited; nothing after its message is looked at.
    private boolean judging;

    /// The verdict that was awaited, and the text that it is about.
    private @Nullable Verdict judged;

    private byte[] judgedText = {};

    Judgements(Session session, VerdictCache verdicts) {
        this.session = session;
        this.verdicts = verdicts;
    }

    /// Whether a verdict is awaited.
    boolean underWay() {
        return judging;
    }

    /// The verdict on a text, or null if it has to be waited for.
    @Nullable Verdict verdict(ByteBuf in, int textIndex, int textLength) {
        Verdict awaited = judged;
        judged = null;
        // Compared, because the message that waited may have been skipped in the meantime.
        if (awaited != null && ByteHash.equal(judgedText, in, textIndex, textLength)) {
            return awaited;
        }
        verdicts.restOn(session.basis());
        Verdict known = verdicts.find(in, textIndex, textLength);
        if (known == null) {
            byte[] text = new byte[textLength];
            in.getBytes(textIndex, text);
            judge(text);
        }
        return known;
    }

    /// What was prepared earlier, judged again where the database has changed since; null if that has
    /// to be waited for.
    @Nullable Verdict upToDate(Verdict prepared) {
        Verdict awaited = judged;
        judged = null;
        byte[] text = prepared.text();
        if (text == null || prepared.restsOn(session.basis())) {
            return prepared;
        }
        if (awaited == null || !Arrays.equals(judgedText, text)) {
            judge(text);
            return null;
        }
        if (!awaited.lasting()) {
            return awaited;
        }
        prepared.renew(awaited);
        return prepared;
    }

    private void judge(byte[] text) {
        judging = true;
        Object basis = session.basis();
        analyse(text, analysis -> judged(text, basis, analysis));
    }

    private void judged(byte[] text, Object basis, Analysis analysis) {
        Verdict verdict = new Verdict(analysis, text, basis);
        verdicts.put(text, verdict);
        judging = false;
        judged = verdict;
        judgedText = text;
    }

    /// Analyses a text elsewhere and goes on with the requests when its meaning is known.
    private void analyse(byte[] text, Consumer<Analysis> then) {
        session.analyst()
                .analyse(session.principal(), text)
                .whenComplete((analysis, failure) ->
                        session.seat().onLoop(() -> analysed(analysis, failure, then)));
    }

    private void analysed(
            @Nullable Analysis analysis, @Nullable Throwable failure, Consumer<Analysis> then) {
        if (!session.open()) {
            return;
        }
        if (failure != null) {
            LOGGER.error("session {}: a statement could not be analysed", session.id(), failure);
        }
        then.accept(
                analysis != null
                        ? analysis
                        : new Analysis.Unreadable(UnreadableReason.PARSER_FAILED));
        session.goOn();
    }
}
