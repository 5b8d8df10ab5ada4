package dev.holdfast.gateway.upstream;

import com.ongres.scram.common.exception.ScramException;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.AuthenticationRequest;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrameLimits;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.StartupPacket;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Logs in at PostgreSQL: start-up packet, password, what PostgreSQL reports, first ReadyForQuery.
///
/// A password is only ever proven, by SCRAM. MD5 is refused: its digest is as good as the password to
/// whoever listens. A plain password is given only where the certificate was verified. No password at
/// all (trust, peer, certificate) is accepted: that is PostgreSQL's decision.
final class UpstreamLogin extends ByteToMessageDecoder {
    private static final MessageFramer FRAMER = new MessageFramer(FrameLimits.backend());

    /// 3.0: every server knows it, and the longer cancel keys of 3.2 never leave the gateway.
    private static final int MINOR_VERSION = 0;

    private final UpstreamRequest request;
    private final Promise<UpstreamConnection> result;
    private final Map<String, String> parameterStatuses = new LinkedHashMap<>();
    private @Nullable ScheduledFuture<?> timer;
    private @Nullable ScramLogin scram;
    private boolean proving;
    private boolean authenticated;
    private BackendMessage.@Nullable BackendKeyData key;

    UpstreamLogin(UpstreamRequest request, Promise<UpstreamConnection> result) {
        this.request = request;
        this.result = result;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        timer =
                context.executor()
                        .schedule(
                                () ->
                                        fail(
                                                context,
                                                "no login in time",
                                                UpstreamRefusals.unreachable()),
                                request.database().connectMillis(),
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        List<StartupPacket.Parameter> parameters = new ArrayList<>();
        PinnedParameters.startup(request)
                .forEach((name, value) -> parameters.add(new StartupPacket.Parameter(name, value)));
        ByteBuf out = context.alloc().buffer();
        new StartupPacket.StartupMessage(MINOR_VERSION, parameters, List.of()).encode(out);
        context.writeAndFlush(out);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
            throws ScramException {
        int length = FRAMER.frameLength(in);
        if (length == MessageFramer.INCOMPLETE || in.readableBytes() < length) {
            return;
        }
        BackendMessage message = BackendMessage.decode(in);
        switch (message) {
            case AuthenticationRequest authentication -> authenticate(context, authentication);
            case BackendMessage.ErrorResponse error -> refused(context, error);
            case BackendMessage.NoticeResponse _ -> {}
            case BackendMessage.ParameterStatus status when authenticated ->
                    parameterStatuses.put(status.name(), status.value());
            case BackendMessage.BackendKeyData data when authenticated -> key = data;
            case BackendMessage.ReadyForQuery ready
                    when authenticated && ready.status() == TransactionStatus.IDLE ->
                    ready(context);
            default ->
                    fail(
                            context,
                            "unexpected " + message.getClass().getSimpleName(),
                            UpstreamRefusals.unfit());
        }
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext context) {
        cancelTimer();
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        fail(context, "the server closed the connection", UpstreamRefusals.unreachable());
        super.channelInactive(context);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        if (cause instanceof UpstreamException failure) {
            end(context, failure);
        } else if (root instanceof ScramException) {
            // Its message says what did not fit, never the password.
            fail(context, "SCRAM failed: " + root.getMessage(), UpstreamRefusals.unfit());
        } else {
            fail(context, cause.toString(), UpstreamRefusals.unreachable());
        }
    }

    private void authenticate(ChannelHandlerContext context, AuthenticationRequest wanted)
            throws ScramException {
        switch (wanted) {
            case AuthenticationRequest.Ok _ -> {
                if (scram != null && !scram.isVerified()) {
                    fail(context, "the server did not prove itself", UpstreamRefusals.unfit());
                } else {
                    authenticated = true;
                }
            }
            case AuthenticationRequest.Sasl sasl when scram == null && !authenticated ->
                    begin(context, sasl.mechanisms());
            case AuthenticationRequest.SaslContinue next when scram != null && !proving -> {
                proving = true;
                prove(context, scram, text(next.data()));
            }
            case AuthenticationRequest.SaslFinal last when scram != null ->
                    scram.verify(text(last.data()));
            case AuthenticationRequest.CleartextPassword _
                    when scram == null
                            && !authenticated
                            && request.database().sslMode().verifies() ->
                    send(
                            context,
                            new FrontendMessage.PasswordMessage(
                                    new String(request.credential().password().get())));
            case AuthenticationRequest.CleartextPassword _ ->
                    fail(
                            context,
                            "the server wants the password in clear"
                                    + " (expected: scram-sha-256, or sslmode verify-ca or verify-full)",
                            UpstreamRefusals.unfit());
            case AuthenticationRequest.Md5Password _ ->
                    fail(
                            context,
                            "the server wants an MD5 password (expected: scram-sha-256)",
                            UpstreamRefusals.unfit());
            default ->
                    fail(
                            context,
                            "the server wants "
                                    + wanted.getClass().getSimpleName()
                                    + " (expected: scram-sha-256)",
                            UpstreamRefusals.unfit());
        }
    }

    private void begin(ChannelHandlerContext context, List<String> mechanisms) {
        char[] password = request.credential().password().get();
        if (password.length == 0) {
            fail(context, "the server wants a password (expected: none)", UpstreamRefusals.unfit());
            return;
        }
        ScramLogin login =
                new ScramLogin(mechanisms, password, ScramLogin.bindingData(context.pipeline()));
        scram = login;
        send(
                context,
                new FrontendMessage.SaslInitialResponse(login.mechanism(), bytes(login.first())));
    }

    /// Deriving the keys takes milliseconds, in which an event loop serves a hundred statements.
    private void prove(ChannelHandlerContext context, ScramLogin login, String serverFirst) {
        Thread.ofVirtual()
                .name("scram-upstream")
                .start(() -> {
                    try {
                        String last = login.last(serverFirst);
                        onLoop(
                                context,
                                () -> send(context, new FrontendMessage.SaslResponse(bytes(last))));
                    } catch (ScramException | RuntimeException e) {
                        onLoop(context, () -> exceptionCaught(context, e));
                    }
                });
    }

    private static void onLoop(ChannelHandlerContext context, Runnable work) {
        try {
            context.executor().execute(work);
        } catch (RejectedExecutionException _) {
            // The event loop has ended, and the connection with it: nobody is left to be told.
        }
    }

    private void refused(ChannelHandlerContext context, BackendMessage.ErrorResponse error) {
        String sqlState = Objects.requireNonNullElse(error.fields().sqlState(), "XX000");
        fail(
                context,
                "the server refused: %s (SQLSTATE %s)"
                        .formatted(error.fields().message(), sqlState),
                UpstreamRefusals.refused(sqlState));
    }

    private void ready(ChannelHandlerContext context) {
        String problem = PinnedParameters.problem(request, parameterStatuses);
        if (problem != null) {
            fail(context, problem, UpstreamRefusals.unfit());
        } else if (key == null) {
            fail(context, "no cancel key (expected: one)", UpstreamRefusals.unfit());
        } else {
            UpstreamConnection connection =
                    new UpstreamConnection(
                            context.channel(),
                            request,
                            parameterStatuses,
                            key.processId(),
                            key.secretKey().toByteArray());
            context.pipeline().remove(this);
            if (!result.trySuccess(connection)) {
                context.close();
            }
        }
    }

    private void fail(ChannelHandlerContext context, String what, Refusal refusal) {
        end(
                context,
                new UpstreamException(
                        "database %s as %s: %s"
                                .formatted(
                                        request.database().name(),
                                        request.credential().role(),
                                        what),
                        refusal));
    }

    private void end(ChannelHandlerContext context, UpstreamException failure) {
        result.tryFailure(failure);
        context.close();
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    private static void send(ChannelHandlerContext context, FrontendMessage message) {
        ByteBuf out = context.alloc().buffer();
        message.encode(out);
        context.writeAndFlush(out);
    }

    private static String text(ByteBuf data) {
        return data.toString(StandardCharsets.UTF_8);
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8));
    }
}
