package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.change.PlanText;
import dev.holdfast.pgwire.BackendMessageType;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Asks PostgreSQL for the plan of a statement that is rehearsed next, within the same transaction. In a
/// savepoint: a statement that has no plan, or whose plan cannot be made, is rehearsed without.
final class PlanReading {
    private static final Question SAVEPOINT = new Question("SAVEPOINT holdfast_plan");
    private static final Question BACK = new Question("ROLLBACK TO SAVEPOINT holdfast_plan");
    private static final Question RELEASE = new Question("RELEASE SAVEPOINT holdfast_plan");

    /// So many bytes of rows are kept; the rest is read and dropped.
    private static final int KEPT_BYTES_MAX = 256 << 10;

    private final UpstreamDialogue upstream;

    PlanReading(UpstreamDialogue upstream) {
        this.upstream = upstream;
    }

    /// The plan as people may see it; empty where there is none.
    ///
    /// @throws ChangeRefusedException if the connection is lost, or nobody knows what the session is in
    List<String> of(HeldMessages statement) throws ChangeRefusedException {
        ByteBuf out = upstream.buffer();
        UpstreamDialogue.encode(List.of(SAVEPOINT), out);
        statement.explain(out);
        new FrontendMessage.Sync().encode(out);
        UpstreamDialogue.encode(List.of(BACK, RELEASE), out);
        upstream.send(out);
        upstream.ready(TransactionStatus.IN_TRANSACTION);
        List<String> lines = lines();
        upstream.ready(TransactionStatus.IN_TRANSACTION);
        return PlanText.shown(lines);
    }

    private List<String> lines() throws ChangeRefusedException {
        List<String> lines = new ArrayList<>();
        int bytes = 0;
        boolean failed = false;
        while (true) {
            ByteBuf frame = upstream.next();
            try {
                switch (frame.getByte(frame.readerIndex())) {
                    case BackendMessageType.DATA_ROW -> {
                        bytes += frame.readableBytes();
                        if (bytes <= KEPT_BYTES_MAX) {
                            lines.add(String.valueOf(UpstreamDialogue.row(frame).getFirst()));
                        }
                    }
                    case BackendMessageType.ERROR_RESPONSE -> failed = true;
                    case BackendMessageType.READY_FOR_QUERY -> {
                        return failed ? List.of() : lines;
                    }
                    default -> {}
                }
            } finally {
                frame.release();
            }
        }
    }
}
