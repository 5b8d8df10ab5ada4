package dev.holdfast.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;

/// PostgreSQL's end of a session.
final class UpstreamHandler extends ChannelInboundHandlerAdapter {
    private final Session session;

    UpstreamHandler(Session session) {
        this.session = session;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        session.readUpstream((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        session.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        session.updateReading();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        session.upstreamLost();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            session.upstreamLost();
        } else {
            session.defect(cause);
        }
    }
}
