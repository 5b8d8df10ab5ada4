package dev.holdfast.gateway.upstream;

import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.DatabaseSettings.SslMode;
import dev.holdfast.pgwire.StartupPacket;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.List;
import javax.net.ssl.SSLException;

/// The first handler of a new connection: brings TLS up where it is wanted, then makes room for the
/// handler that has something to say.
///
/// That one learns of a failure by [#exceptionCaught] with an [UpstreamException].
final class UpstreamEncryption extends ByteToMessageDecoder {
    private static final String TLS = "tls";

    private final DatabaseSettings database;
    private final UpstreamTls contexts;
    private final boolean wanted;
    private final ChannelHandler next;

    UpstreamEncryption(
            DatabaseSettings database, UpstreamTls contexts, boolean wanted, ChannelHandler next) {
        this.database = database;
        this.contexts = contexts;
        this.wanted = wanted;
        this.next = next;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        context.pipeline().addAfter(context.name(), "upstream", next);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (wanted) {
            ByteBuf request = context.alloc().buffer(2 * Integer.BYTES);
            new StartupPacket.SslRequest().encode(request);
            context.writeAndFlush(request);
        } else {
            ready(context);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws SSLException {
        if (context.pipeline().get(TLS) != null) {
            return;
        }
        byte answer = in.readByte();
        switch (answer) {
            case 'S' -> {
                if (in.isReadable()) {
                    // CVE-2021-23222: somebody put words in front of the encrypted ones.
                    in.skipBytes(in.readableBytes());
                    fail(context, "bytes in clear after the answer to SSLRequest");
                } else {
                    handshake(context);
                }
            }
            case 'N' -> {
                if (database.sslMode() == SslMode.PREFER) {
                    ready(context);
                } else {
                    fail(context, "the server does not offer TLS");
                }
            }
            default -> {
                // An ErrorResponse cannot be trusted here (CVE-2024-10977), so it is not read.
                in.skipBytes(in.readableBytes());
                fail(context, "the server did not answer SSLRequest with S or N");
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                ready(context);
            } else {
                fail(context, "TLS handshake failed: " + handshake.cause());
            }
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        fail(context, cause.toString());
    }

    private void handshake(ChannelHandlerContext context) throws SSLException {
        SslContext ours = contexts.context(database);
        SslHandler tls = ours.newHandler(context.alloc(), database.host(), database.port());
        tls.setHandshakeTimeoutMillis(database.connectMillis());
        context.pipeline().addBefore(context.name(), TLS, tls);
    }

    private void ready(ChannelHandlerContext context) {
        context.fireChannelActive();
        context.pipeline().remove(this);
    }

    private void fail(ChannelHandlerContext context, String what) {
        context.fireExceptionCaught(
                UpstreamException.tls(
                        "database %s: %s".formatted(database.name(), what),
                        UpstreamRefusals.unreachable()));
        context.close();
    }
}
