package dev.holdfast.gateway.upstream;

import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrameLimits;
import dev.holdfast.pgwire.MessageFramer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/// Listens to a connection that nobody uses: PostgreSQL may report a changed setting there or say
/// goodbye. Anything else is the answer to a question of a session that is gone, and ends it.
final class IdleWatch extends ByteToMessageDecoder {
    private static final MessageFramer FRAMER = new MessageFramer(FrameLimits.backend());

    private final UpstreamConnection connection;
    private final Runnable gone;

    IdleWatch(UpstreamConnection connection, Runnable gone) {
        this.connection = connection;
        this.gone = gone;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        int length = FRAMER.frameLength(in);
        if (length == MessageFramer.INCOMPLETE || in.readableBytes() < length) {
            return;
        }
        switch (BackendMessage.decode(in)) {
            case BackendMessage.ParameterStatus status -> {
                connection.noteParameterStatus(status.name(), status.value());
                if (PinnedParameters.problem(connection.request(), connection.parameterStatuses())
                        != null) {
                    context.close();
                }
            }
            case BackendMessage.NoticeResponse _ -> {}
            default -> context.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        gone.run();
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        context.close();
    }
}
