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
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.executor().schedule(() -> ctx.close(), millisMax, TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ByteBuf out = ctx.alloc().buffer();
        packet.encode(out);
        ctx.writeAndFlush(out);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        done.trySuccess(null);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        done.tryFailure(cause);
        ctx.close();
    }
}
