package dev.holdfast.gateway.upstream;

import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrameLimits;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Makes a used connection as new, by DISCARD ALL. Whatever PostgreSQL answers but a plain yes, or no
/// answer in time, closes the connection.
final class UpstreamReset extends ByteToMessageDecoder {
    private static final MessageFramer FRAMER = new MessageFramer(FrameLimits.backend());
    private static final String STATEMENT = "DISCARD ALL";

    private final UpstreamConnection connection;
    private final Promise<UpstreamConnection> result;
    private @Nullable ScheduledFuture<?> timer;
    private boolean discarded;

    private UpstreamReset(UpstreamConnection connection, Promise<UpstreamConnection> result) {
        this.connection = connection;
        this.result = result;
    }

    /// Resets a connection that no handler listens to any more.
    ///
    /// @return the same connection, or a failure after which it is closed
    static Future<UpstreamConnection> reset(UpstreamConnection connection) {
        Channel channel = connection.channel();
        Promise<UpstreamConnection> result = channel.eventLoop().newPromise();
        channel.config().setAutoRead(true);
        channel.pipeline().addLast("reset", new UpstreamReset(connection, result));
        return result;
    }

    /// Says goodbye and closes.
    static void close(Channel channel) {
        ByteBuf out = channel.alloc().buffer(MessageFramer.HEADER_BYTES);
        new FrontendMessage.Terminate().encode(out);
        channel.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        int millisMax = connection.request().database().pool().resetMillisMax();
        timer =
                context.executor()
                        .schedule(
                                () -> fail(context, "no reset within " + millisMax + " ms"),
                                millisMax,
                                TimeUnit.MILLISECONDS);
        ByteBuf out = context.alloc().buffer();
        new FrontendMessage.Query(STATEMENT).encode(out);
        context.writeAndFlush(out);
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
        // Where the channel went away without a word.
        result.tryFailure(new IllegalStateException("closed during reset"));
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int length = FRAMER.frameLength(in);
        if (length == MessageFramer.INCOMPLETE || in.readableBytes() < length) {
            return;
        }
        BackendMessage message = BackendMessage.decode(in);
        switch (message) {
            case BackendMessage.ParameterStatus status ->
                    connection.noteParameterStatus(status.name(), status.value());
            case BackendMessage.NoticeResponse _ -> {}
            case BackendMessage.CommandComplete complete
                    when !discarded && complete.tag().equals(STATEMENT) ->
                    discarded = true;
            case BackendMessage.ReadyForQuery ready
                    when discarded && ready.status() == TransactionStatus.IDLE ->
                    succeed(context, in.isReadable());
            default -> fail(context, "reset answered by " + message.getClass().getSimpleName());
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        fail(context, "closed by the server during reset");
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, "reset failed: " + cause);
    }

    private void succeed(ChannelHandlerContext context, boolean moreBytes) {
        String problem =
                PinnedParameters.problem(connection.request(), connection.parameterStatuses());
        if (moreBytes) {
            fail(context, "more bytes after the reset");
        } else if (problem != null) {
            fail(context, problem);
        } else {
            // First out of the pipeline, then told: whoever comes next must find it empty.
            context.pipeline().remove(this);
            result.trySuccess(connection);
        }
    }

    private void fail(ChannelHandlerContext context, String what) {
        result.tryFailure(new IllegalStateException(what));
        context.close();
    }
}
