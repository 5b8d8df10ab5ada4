package dev.holdfast.gateway.client;

import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.gateway.session.ErrorReplies;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.StartupPacket;
import dev.holdfast.pgwire.StartupPacket.CancelRequest;
import dev.holdfast.pgwire.StartupPacket.GssEncRequest;
import dev.holdfast.pgwire.StartupPacket.SslRequest;
import dev.holdfast.pgwire.StartupPacket.StartupMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A client's first packets: encryption, cancellation, or the wish for a session.
///
/// What PostgreSQL does, down to the order in which things may be asked for: encryption is asked for
/// at most once in each kind and never inside encryption; bytes that came together with an SSLRequest
/// and would be read after the handshake as if they had been encrypted end the connection
/// (CVE-2021-23214). A CancelRequest is honoured in clear even where TLS is required: that is how
/// clients before PostgreSQL 17 send it, it carries no credential but its own key, and it gets no
/// answer.
final class StartupHandler extends ByteToMessageDecoder {
    private static final Logger LOGGER = LoggerFactory.getLogger(StartupHandler.class);

    private final ClientAcceptor acceptor;
    private final @Nullable Refusal refusal;
    private Encryption encryption = Encryption.NONE;
    private boolean sslAsked;
    private boolean gssAsked;
    private boolean ended;

    private enum Encryption {
        NONE,
        NEGOTIATED_HANDSHAKE,
        DIRECT_HANDSHAKE,
        UP
    }

    /// @param refusal why this client is refused whatever it says; null if it is not
    StartupHandler(ClientAcceptor acceptor, @Nullable Refusal refusal) {
        this.acceptor = acceptor;
        this.refusal = refusal;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        if (ended) {
            in.skipBytes(in.readableBytes());
            return;
        }
        if (refusal != null) {
            // Only now, because a client that is still about to speak may miss what it is told.
            refuse(context, refusal);
            return;
        }
        boolean first = encryption == Encryption.NONE && !sslAsked && !gssAsked;
        if (first && StartupPacket.beginsTls(in)) {
            startDirectTls(context, in);
            return;
        }
        StartupPacket packet = StartupPacket.read(in);
        switch (packet) {
            case null -> {}
            case SslRequest _ -> answerSslRequest(context, in);
            case GssEncRequest _ -> answerGssRequest(context);
            case CancelRequest cancel -> cancel(context, cancel);
            case StartupMessage startup -> start(context, startup);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        switch (event) {
            case SslHandshakeCompletionEvent handshake -> handshaken(context, handshake);
            case LoginDeadline.Event _ -> {
                acceptor.services().metrics().count(Counter.REJECTED_TIMEOUT);
                end(context);
            }
            default -> super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root =
                cause instanceof DecoderException && cause.getCause() != null
                        ? cause.getCause()
                        : cause;
        if (root instanceof ProtocolViolation violation) {
            acceptor.services().metrics().count(Counter.REJECTED_PROTOCOL);
            refuse(context, ClientRefusals.protocol(String.valueOf(violation.getMessage())));
        } else {
            // TLS that fails, and connections that break.
            LOGGER.debug("{}: {}", context.channel(), cause.toString());
            end(context);
        }
    }

    private void answerSslRequest(ChannelHandlerContext context, ByteBuf in) {
        if (sslAsked || encryption != Encryption.NONE) {
            violate(context, "a second request for encryption");
            return;
        }
        sslAsked = true;
        ServerTls tls = acceptor.tls();
        if (tls == null) {
            answer(context, 'N');
        } else if (in.isReadable()) {
            in.skipBytes(in.readableBytes());
            acceptor.services().metrics().count(Counter.REJECTED_PROTOCOL);
            end(context);
        } else {
            encryption = Encryption.NEGOTIATED_HANDSHAKE;
            answer(context, 'S');
            context.pipeline().addFirst("tls", handler(context, tls));
        }
    }

    private void answerGssRequest(ChannelHandlerContext context) {
        if (gssAsked || encryption != Encryption.NONE) {
            violate(context, "a second request for encryption");
            return;
        }
        gssAsked = true;
        answer(context, 'N');
    }

    private void startDirectTls(ChannelHandlerContext context, ByteBuf in) {
        ServerTls tls = acceptor.tls();
        ByteBuf hello = in.readRetainedSlice(in.readableBytes());
        if (tls == null) {
            hello.release();
            end(context);
            return;
        }
        encryption = Encryption.DIRECT_HANDSHAKE;
        context.pipeline().addFirst("tls", handler(context, tls));
        context.pipeline().fireChannelRead(hello);
    }

    private SslHandler handler(ChannelHandlerContext context, ServerTls tls) {
        SslHandler handler = tls.context().newHandler(context.alloc());
        handler.setHandshakeTimeoutMillis(acceptor.startupMillis());
        return handler;
    }

    private void handshaken(ChannelHandlerContext context, SslHandshakeCompletionEvent handshake) {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (!handshake.isSuccess() || tls == null) {
            LOGGER.debug(
                    "{}: TLS failed: {}", context.channel(), String.valueOf(handshake.cause()));
            acceptor.services().metrics().count(Counter.TLS_FAILURES);
            end(context);
        } else if (encryption == Encryption.DIRECT_HANDSHAKE
                && !Objects.equals(tls.applicationProtocol(), ServerTls.APPLICATION_PROTOCOL)) {
            // Without it another protocol's client could be led here (ALPACA attack).
            acceptor.services().metrics().count(Counter.REJECTED_PROTOCOL);
            end(context);
        } else {
            encryption = Encryption.UP;
        }
    }

    private void cancel(ChannelHandlerContext context, CancelRequest request) {
        ended = true;
        Future<?> passedOn =
                acceptor.services()
                        .cancelKeys()
                        .cancel(request.processId(), request.secretKey().toByteArray());
        if (passedOn == null) {
            context.close();
        } else {
            // Clients take the end of the connection for "it has been passed on".
            passedOn.addListener(_ -> context.close());
        }
    }

    private void start(ChannelHandlerContext context, StartupMessage startup) {
        if (acceptor.requiresTls() && encryption != Encryption.UP) {
            acceptor.services().metrics().count(Counter.REJECTED_PLAINTEXT);
            refuse(context, ClientRefusals.plaintext());
            return;
        }
        switch (StartupWish.of(startup, acceptor.services().settingJudge())) {
            case StartupWish.Refused refused -> {
                acceptor.services().metrics().count(refused.counter());
                refuse(context, refused.why());
            }
            case StartupWish.Servable servable -> {
                LoginHandler login = new LoginHandler(acceptor, startup, servable);
                context.pipeline().addAfter(context.name(), "login", login);
                context.pipeline().remove(this);
            }
        }
    }

    private void violate(ChannelHandlerContext context, String what) {
        acceptor.services().metrics().count(Counter.REJECTED_PROTOCOL);
        refuse(context, ClientRefusals.protocol(what));
    }

    private void answer(ChannelHandlerContext context, char answer) {
        context.writeAndFlush(context.alloc().buffer(1).writeByte(answer));
    }

    private void refuse(ChannelHandlerContext context, Refusal why) {
        ended = true;
        ByteBuf out = context.alloc().buffer();
        ErrorReplies.fatal(out, why);
        context.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    private void end(ChannelHandlerContext context) {
        ended = true;
        context.close();
    }
}
