package dev.holdfast.gateway.guarded;

import dev.holdfast.guard.change.ChangeRefusedException;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.BackendMessageType;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Passes the answers to the agent's statement on to the client as they arrive, and keeps back the one
/// that says that it is done: the client sees that only when it may.
public final class StatementRelay {
    /// So much is collected before it is passed on.
    private static final int PASSED_BYTES = 32 << 10;

    private final UpstreamDialogue upstream;
    private final Client client;
    private @Nullable ByteBuf collected;

    /// The client as the relay sees it; called on its thread.
    public interface Client {
        /// Passes bytes on and returns when there is room for more. Bytes to a client that has gone are
        /// dropped.
        void send(ByteBuf bytes);

        /// Counts a row before it is passed on.
        ///
        /// @return why the statement must fail; null where the client may have it
        @Nullable Refusal deliver(int rowBytes);

        /// PostgreSQL takes COPY data from the client now.
        void copyInBegins();

        /// It takes no more.
        void copyInEnds();
    }

    /// How a statement, or a query string of several, ended.
    ///
    /// @param completions the number in each command tag, -1 where there is none, in order
    /// @param last the message that says that the last one is done, kept back; null where it failed. The
    ///     caller releases it
    /// @param error PostgreSQL's error, kept back; null where there is none. The caller releases it
    /// @param sqlState its SQLSTATE; empty where there is none
    /// @param cut why the client did not get the whole result; null where it did
    public record Ended(
            List<Long> completions,
            @Nullable ByteBuf last,
            @Nullable ByteBuf error,
            String sqlState,
            @Nullable Refusal cut) {}

    public StatementRelay(UpstreamDialogue upstream, Client client) {
        this.upstream = upstream;
        this.client = client;
    }

    /// Relays until the statement is done or has failed; what PostgreSQL says to Parse, Bind and Describe
    /// of the gateway's own is left out.
    public Ended statement() throws ChangeRefusedException {
        return relay(false);
    }

    /// Relays until PostgreSQL is ready for the next query; ReadyForQuery itself is read and dropped.
    public Ended queryString() throws ChangeRefusedException {
        return relay(true);
    }

    private Ended relay(boolean toReady) throws ChangeRefusedException {
        List<Long> completions = new ArrayList<>(1);
        ByteBuf last = null;
        ByteBuf error = null;
        String sqlState = "";
        Refusal cut = null;
        while (true) {
            ByteBuf frame = upstream.next();
            byte type = frame.getByte(frame.readerIndex());
            switch (type) {
                case BackendMessageType.PARSE_COMPLETE,
                        BackendMessageType.BIND_COMPLETE,
                        BackendMessageType.CLOSE_COMPLETE,
                        BackendMessageType.NO_DATA ->
                        frame.release();
                case BackendMessageType.DATA_ROW, BackendMessageType.COPY_DATA -> {
                    cut = cut == null ? client.deliver(frame.readableBytes()) : cut;
                    passUnless(cut != null, frame);
                }
                case BackendMessageType.ROW_DESCRIPTION,
                        BackendMessageType.COPY_OUT_RESPONSE,
                        BackendMessageType.COPY_DONE -> {
                    last = passHeld(last);
                    passUnless(cut != null, frame);
                }
                case BackendMessageType.COPY_IN_RESPONSE -> {
                    last = passHeld(last);
                    pass(frame);
                    passCollected();
                    client.copyInBegins();
                }
                case BackendMessageType.COMMAND_COMPLETE,
                        BackendMessageType.EMPTY_QUERY_RESPONSE,
                        BackendMessageType.PORTAL_SUSPENDED -> {
                    client.copyInEnds();
                    passHeld(last);
                    last = frame;
                    completions.add(CommandTag.rows(frame));
                    if (!toReady) {
                        passCollected();
                        return new Ended(completions, last, null, sqlState, cut);
                    }
                }
                case BackendMessageType.ERROR_RESPONSE -> {
                    client.copyInEnds();
                    last = passHeld(last);
                    if (error != null) {
                        error.release();
                    }
                    error = frame;
                    sqlState = UpstreamDialogue.sqlState(frame);
                    if (!toReady) {
                        passCollected();
                        return new Ended(completions, null, error, sqlState, cut);
                    }
                }
                case BackendMessageType.READY_FOR_QUERY -> {
                    frame.release();
                    passCollected();
                    return new Ended(completions, last, error, sqlState, cut);
                }
                default -> {
                    frame.release();
                    throw new ChangeRefusedException(GuardedRefusals.outOfStep());
                }
            }
        }
    }

    private void passUnless(boolean dropped, ByteBuf frame) {
        if (dropped) {
            frame.release();
        } else {
            pass(frame);
        }
    }

    private @Nullable ByteBuf passHeld(@Nullable ByteBuf held) {
        if (held != null) {
            pass(held);
        }
        return null;
    }

    private void pass(ByteBuf frame) {
        ByteBuf out = collected;
        if (out == null) {
            out = upstream.buffer();
            collected = out;
        }
        out.writeBytes(frame);
        frame.release();
        if (out.readableBytes() >= PASSED_BYTES) {
            passCollected();
        }
    }

    private void passCollected() {
        ByteBuf out = collected;
        collected = null;
        if (out != null) {
            client.send(out);
        }
    }
}
