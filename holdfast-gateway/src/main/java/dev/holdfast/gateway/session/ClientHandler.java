package dev.holdfast.gateway.session;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;

/// The client's end of a session.
final class ClientHandler extends ChannelInboundHandlerAdapter {
    private final Session session;

    ClientHandler(Session session) {
        this.session = session;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        session.readClient((ByteBuf) message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        session.flush();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        session.clientWritabilityChanged();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        session.clientLeft();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            session.clientLeft();
        } else {
            session.defect(cause);
        }
    }
}
