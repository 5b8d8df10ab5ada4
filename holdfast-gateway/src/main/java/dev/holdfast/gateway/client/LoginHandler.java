package dev.holdfast.gateway.client;

import com.ongres.scram.common.util.TlsServerEndpoint;
import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.DatabaseSettings;
import dev.holdfast.gateway.GatewayMetrics.Counter;
import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.gateway.cancel.CancelTarget;
import dev.holdfast.gateway.cancel.SyntheticKey;
import dev.holdfast.gateway.scram.ScramCandidate;
import dev.holdfast.gateway.scram.ScramExchange;
import dev.holdfast.gateway.scram.ScramStep;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.gateway.session.AuthenticatedClient;
import dev.holdfast.gateway.session.ErrorReplies;
import dev.holdfast.gateway.upstream.UpstreamConnection;
import dev.holdfast.gateway.upstream.UpstreamException;
import dev.holdfast.gateway.upstream.UpstreamRefusals;
import dev.holdfast.gateway.upstream.UpstreamRequest;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import dev.holdfast.pgwire.AuthenticationRequest;
import dev.holdfast.pgwire.BackendMessage;
import dev.holdfast.pgwire.FrameLimits;
import dev.holdfast.pgwire.FrontendMessage;
import dev.holdfast.pgwire.FrontendMessage.OpaqueReply;
import dev.holdfast.pgwire.FrontendMessageType;
import dev.holdfast.pgwire.MessageFramer;
import dev.holdfast.pgwire.ProtocolViolation;
import dev.holdfast.pgwire.SecretKey;
import dev.holdfast.pgwire.StartupPacket;
import dev.holdfast.pgwire.TransactionStatus;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// From the start-up packet to the session: the client proves its password, gets a connection to
/// PostgreSQL, and is handed over.
///
/// Until the password is proven nothing is said that depends on whether agent or database exist.
final class LoginHandler extends ByteToMessageDecoder {
    private static final Logger LOGGER = LoggerFactory.getLogger(LoginHandler.class);

    /// Room for the name of the mechanism and two lengths around a SCRAM message.
    private static final MessageFramer FRAMER =
            new MessageFramer(
                    FrameLimits.frontend().cappedAt(ScramExchange.MESSAGE_BYTES_MAX + 64));

    private final ClientAcceptor acceptor;
    private final LoginServices services;
    private final StartupPacket.StartupMessage startup;
    private final StartupWish.Servable wish;
    private @Nullable ScramExchange scram;
    private @Nullable AgentSettings agent;
    private State state = State.FIRST;

    private enum State {
        /// The client chooses a mechanism and begins.
        FIRST,
        /// The client proves.
        LAST,
        /// A connection to PostgreSQL is on its way.
        CONNECTING,
        /// Handed over or refused.
        DONE
    }

    LoginHandler(
            ClientAcceptor acceptor,
            StartupPacket.StartupMessage startup,
            StartupWish.Servable wish) {
        this.acceptor = acceptor;
        this.services = acceptor.services();
        this.startup = startup;
        this.wish = wish;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) throws CertificateEncodingException {
        ScramExchange exchange =
                new ScramExchange(candidate(), bindingData(context), services.random());
        scram = exchange;
        ByteBuf out = context.alloc().buffer();
        BackendMessage negotiation = startup.negotiation(StartupPacket.NEWEST_MINOR_VERSION);
        if (negotiation != null) {
            negotiation.encode(out);
        }
        new AuthenticationRequest.Sasl(exchange.mechanisms()).encode(out);
        context.writeAndFlush(out);
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
        switch (state) {
            case FIRST, LAST -> decodeReply(context, in);
            // What is sent ahead waits here, and reading has stopped.
            case CONNECTING -> {}
            case DONE -> in.skipBytes(in.readableBytes());
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event instanceof LoginDeadline.Event) {
            services.metrics().count(Counter.REJECTED_TIMEOUT);
            refuse(context, ClientRefusals.timeout(acceptor.startupMillis()));
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        Throwable root =
                cause instanceof DecoderException && cause.getCause() != null
                        ? cause.getCause()
                        : cause;
        if (root instanceof ProtocolViolation violation) {
            violate(context, String.valueOf(violation.getMessage()));
        } else {
            LOGGER.debug("{}: {}", context.channel(), cause.toString());
            context.close();
        }
    }

    private void decodeReply(ChannelHandlerContext context, ByteBuf in) {
        byte type = in.getByte(in.readerIndex());
        if (type != FrontendMessageType.PASSWORD_MESSAGE) {
            // Known before its length is: a query before the login ends it at the first byte.
            in.skipBytes(in.readableBytes());
            violate(context, "a message other than the answer to the authentication request");
            return;
        }
        int length = FRAMER.frameLength(in);
        if (length == MessageFramer.INCOMPLETE || in.readableBytes() < length) {
            return;
        }
        if (scram != null && FrontendMessage.decode(in) instanceof OpaqueReply reply) {
            answered(context, state == State.FIRST ? first(scram, reply) : last(scram, reply));
        }
    }

    private static ScramStep first(ScramExchange scram, OpaqueReply reply) {
        FrontendMessage.SaslInitialResponse response = reply.asSaslInitialResponse();
        ByteBuf data = response.data();
        return data == null
                ? new ScramStep.Malformed("SCRAM without a first message")
                : scram.first(response.mechanism(), ByteBufUtil.getBytes(data));
    }

    private static ScramStep last(ScramExchange scram, OpaqueReply reply) {
        return scram.last(ByteBufUtil.getBytes(reply.asSaslResponse().data()));
    }

    private void answered(ChannelHandlerContext context, ScramStep step) {
        switch (step) {
            case ScramStep.Challenge challenge -> {
                state = State.LAST;
                write(context, new AuthenticationRequest.SaslContinue(bytes(challenge.message())));
                context.flush();
            }
            case ScramStep.Proven proven -> {
                state = State.CONNECTING;
                // Flushed with what follows, in one packet.
                write(context, new AuthenticationRequest.SaslFinal(bytes(proven.message())));
                write(context, new AuthenticationRequest.Ok());
                connect(context);
            }
            case ScramStep.Unproven _ -> {
                acceptor.loginFailed(context.channel());
                LOGGER.info(
                        "Login failed: agent {}, database {}, from {}",
                        printable(wish.user()),
                        printable(wish.database()),
                        context.channel().remoteAddress());
                refuse(context, ClientRefusals.login(wish.user()));
            }
            case ScramStep.Malformed malformed -> {
                acceptor.loginFailed(context.channel());
                violate(context, malformed.what());
            }
        }
    }

    private ScramCandidate candidate() {
        AgentSettings found = services.agents().find(wish.user());
        agent = found;
        // Made whether needed or not: the time must not tell who exists.
        ScramVerifier mock = services.mocks().verifier(wish.user());
        boolean mayLogIn =
                found != null
                        && found.enabled()
                        && found.databases().containsKey(wish.database())
                        && services.databases().containsKey(wish.database());
        return new ScramCandidate(found == null ? mock : found.verifier(), mayLogIn);
    }

    /// The database that the agent gets. Where it may not log in to the one that is meant for it, it gets
    /// the one that it asked for, where its policy then lets nothing run.
    private String routed(AgentSettings proven) {
        String routed =
                services.sessions()
                        .routed(
                                new Principal(
                                        proven.name(),
                                        wish.database(),
                                        proven.policy(),
                                        proven.grant()));
        return proven.databases().containsKey(routed) && services.databases().containsKey(routed)
                ? routed
                : wish.database();
    }

    private void connect(ChannelHandlerContext context) {
        AgentSettings proven = agent;
        String wanted = proven == null ? wish.database() : routed(proven);
        DatabaseSettings database = services.databases().get(wanted);
        UpstreamCredential credential = proven == null ? null : proven.databases().get(wanted);
        if (proven == null || database == null || credential == null) {
            throw new IllegalStateException("login: proven by nobody (expected: an agent)");
        }
        Principal principal =
                new Principal(proven.name(), database.name(), proven.policy(), proven.grant());
        long sessionId =
                services.registry().admit(context.channel(), principal, proven.sessionsMax());
        if (sessionId == 0) {
            refuseSession(context, proven);
            return;
        }
        // Now that whoever ends sessions would find it: it may have been forbidden since it began.
        Refusal barred = services.agents().barred(wish.user(), proven, database.name());
        if (barred != null) {
            refuse(context, barred);
            return;
        }
        context.channel().config().setAutoRead(false);
        services.upstreams()
                .acquire(
                        context.channel().eventLoop(),
                        new UpstreamRequest(database, credential, wish.settings()))
                .addListener((Future<UpstreamConnection> done) -> {
                    if (done.isSuccess()) {
                        connected(context, principal, sessionId, done.getNow());
                    } else {
                        refuse(context, refusal(done.cause()));
                    }
                });
    }

    private void connected(
            ChannelHandlerContext context,
            Principal principal,
            long sessionId,
            UpstreamConnection upstream) {
        if (!context.channel().isActive() || state != State.CONNECTING) {
            services.upstreams().release(upstream);
            return;
        }
        state = State.DONE;
        int minor = startup.minorVersionSpoken(StartupPacket.NEWEST_MINOR_VERSION);
        SyntheticKey key = services.cancelKeys().issue(minor, cancelTarget(upstream, sessionId));
        context.channel().closeFuture().addListener(_ -> services.cancelKeys().revoke(key));
        ByteBuf out = context.alloc().buffer(1_024);
        for (Map.Entry<String, String> status : upstream.parameterStatuses().entrySet()) {
            new BackendMessage.ParameterStatus(status.getKey(), status.getValue()).encode(out);
        }
        new BackendMessage.BackendKeyData(key.processId(), SecretKey.of(key.secret())).encode(out);
        new BackendMessage.ReadyForQuery(TransactionStatus.IDLE).encode(out);
        context.writeAndFlush(out);
        handOver(
                context,
                new AuthenticatedClient(
                        context.channel(), principal, sessionId, key, wish.settings()),
                upstream);
    }

    private void handOver(
            ChannelHandlerContext context,
            AuthenticatedClient client,
            UpstreamConnection upstream) {
        services.metrics().count(Counter.SESSIONS_STARTED);
        context.channel()
                .closeFuture()
                .addListener(_ -> services.metrics().count(Counter.SESSIONS_ENDED));
        // Before the session begins: from then on this is its own means of back-pressure.
        context.channel().config().setAutoRead(true);
        try {
            services.sessions().start(client, upstream);
        } catch (RuntimeException e) {
            LOGGER.error("Session {} did not start", client.sessionId(), e);
            upstream.channel().close();
            context.close();
            return;
        }
        context.pipeline().remove(LoginDeadline.class);
        // Passes on what the client has sent ahead.
        context.pipeline().remove(this);
    }

    private CancelTarget cancelTarget(UpstreamConnection upstream, long sessionId) {
        EventLoop loop = upstream.channel().eventLoop();
        return () -> {
            services.registry().giveUpWaiting(sessionId);
            Promise<@Nullable Void> passedOn = loop.newPromise();
            loop.execute(() ->
                    services.upstreams()
                            .cancel(upstream)
                            .addListener(_ -> passedOn.trySuccess(null)));
            return passedOn;
        };
    }

    private void refuseSession(ChannelHandlerContext context, AgentSettings agent) {
        if (services.registry().stopping()) {
            services.metrics().count(Counter.REJECTED_STOPPING);
            refuse(context, UpstreamRefusals.stopping());
        } else {
            services.metrics().count(Counter.REJECTED_AGENT_LIMIT);
            refuse(context, ClientRefusals.tooManySessions(agent.sessionsMax()));
        }
    }

    private static Refusal refusal(Throwable cause) {
        if (cause instanceof UpstreamException failure) {
            return failure.refusal();
        }
        LOGGER.error("No connection, and not for a reason that was thought of", cause);
        return ClientRefusals.defect();
    }

    private void violate(ChannelHandlerContext context, String what) {
        services.metrics().count(Counter.REJECTED_PROTOCOL);
        refuse(context, ClientRefusals.protocol(what));
    }

    private void refuse(ChannelHandlerContext context, Refusal why) {
        if (state == State.DONE) {
            return;
        }
        state = State.DONE;
        ByteBuf out = context.alloc().buffer();
        ErrorReplies.fatal(out, why);
        context.writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
    }

    /// The hash of our own certificate that this client was shown; null where it was shown none.
    private static byte @Nullable [] bindingData(ChannelHandlerContext context)
            throws CertificateEncodingException {
        SslHandler tls = context.pipeline().get(SslHandler.class);
        if (tls == null) {
            return null;
        }
        Certificate[] local = tls.engine().getSession().getLocalCertificates();
        return local != null && local.length > 0 && local[0] instanceof X509Certificate own
                ? bindingData(own)
                : null;
    }

    /// Certificates signed in a way that names no hash (Ed25519) cannot be bound to.
    private static byte @Nullable [] bindingData(X509Certificate own)
            throws CertificateEncodingException {
        byte[] data = TlsServerEndpoint.getChannelBindingData(own);
        return data.length == 0 ? null : data;
    }

    /// What a client gave as a name may be anything, and the log is read by people.
    private static String printable(String name) {
        String shown = name.length() > 64 ? name.substring(0, 64) + "…" : name;
        return shown.replaceAll("\\p{Cntrl}", "?");
    }

    private static void write(ChannelHandlerContext context, BackendMessage message) {
        ByteBuf out = context.alloc().buffer();
        message.encode(out);
        context.write(out);
    }

    private static ByteBuf bytes(String ascii) {
        return Unpooled.wrappedBuffer(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
