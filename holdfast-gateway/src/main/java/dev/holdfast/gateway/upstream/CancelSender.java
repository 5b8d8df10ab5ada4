package dev.holdfast.gateway.upstream;

import dev.holdfast.pgwire.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Promise;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Says one CancelRequest and waits until PostgreSQL hangs up, which is its only answer.
final class CancelSender extends ChannelInboundHandlerAdapter {
    private final StartupPacket packet;
    private final int millisMax;
    private final Promise<@Nullable Void> done;

    CancelSender(StartupPacket packet, int millisMax, Promise<@Nullable Void> done) {
        this.packet = packet;
        this.millisMax = millisMax;
        this.done = done;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.executor().schedule(() -> context.close(), millisMax, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        ByteBuf out = context.alloc().buffer();
        packet.encode(out);
        context.writeAndFlush(out);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        done.trySuccess(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        done.tryFailure(cause);
        context.close();
    }
}
