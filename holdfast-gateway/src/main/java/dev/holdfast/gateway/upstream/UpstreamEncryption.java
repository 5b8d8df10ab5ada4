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
    public void handlerAdded(ChannelHandlerContext ctx) {
        ctx.pipeline().addAfter(ctx.name(), "upstream", next);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (wanted) {
            ByteBuf request = ctx.alloc().buffer(2 * Integer.BYTES);
            new StartupPacket.SslRequest().encode(request);
            ctx.writeAndFlush(request);
        } else {
            ready(ctx);
        }
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
            throws SSLException {
        if (ctx.pipeline().get(TLS) != null) {
            return;
        }
        byte answer = in.readByte();
        switch (answer) {
            case 'S' -> {
                if (in.isReadable()) {
                    // CVE-2021-23222: somebody put words in front of the encrypted ones.
                    in.skipBytes(in.readableBytes());
                    fail(ctx, "bytes in clear after the answer to SSLRequest");
                } else {
                    handshake(ctx);
                }
            }
            case 'N' -> {
                if (database.sslMode() == SslMode.PREFER) {
                    ready(ctx);
                } else {
                    fail(ctx, "the server does not offer TLS");
                }
            }
            default -> {
                // An ErrorResponse cannot be trusted here (CVE-2024-10977), so it is not read.
                in.skipBytes(in.readableBytes());
                fail(ctx, "the server did not answer SSLRequest with S or N");
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent handshake) {
            if (handshake.isSuccess()) {
                ready(ctx);
            } else {
                fail(ctx, "TLS handshake failed: " + handshake.cause());
            }
        } else {
            ctx.fireUserEventTriggered(event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause.toString());
    }

    private void handshake(ChannelHandlerContext ctx) throws SSLException {
        SslContext context = contexts.context(database);
        SslHandler tls = context.newHandler(ctx.alloc(), database.host(), database.port());
        tls.setHandshakeTimeoutMillis(database.connectMillis());
        ctx.pipeline().addBefore(ctx.name(), TLS, tls);
    }

    private void ready(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }

    private void fail(ChannelHandlerContext ctx, String what) {
        ctx.fireExceptionCaught(
                UpstreamException.tls(
                        "database %s: %s".formatted(database.name(), what),
                        UpstreamRefusals.unreachable()));
        ctx.close();
    }
}
