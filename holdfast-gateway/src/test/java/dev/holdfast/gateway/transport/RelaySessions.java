package dev.holdfast.gateway.transport;

import dev.holdfast.gateway.session.AuthenticatedClient;
import dev.holdfast.gateway.session.ErrorReplies;
import dev.holdfast.gateway.session.LiveSession;
import dev.holdfast.gateway.session.SessionFactory;
import dev.holdfast.gateway.session.SessionFacts;
import dev.holdfast.gateway.session.SessionRegistry;
import dev.holdfast.gateway.upstream.UpstreamConnection;
import dev.holdfast.gateway.upstream.Upstreams;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.guard.decision.Refusal;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import org.jspecify.annotations.Nullable;

/// Sessions that pass on every byte: what is tested is what happens before and after them.
final class RelaySessions implements SessionFactory {
    private final Upstreams upstreams;
    private final SessionRegistry registry;

    RelaySessions(Upstreams upstreams, SessionRegistry registry) {
        this.upstreams = upstreams;
        this.registry = registry;
    }

    @Override
    public void start(AuthenticatedClient client, UpstreamConnection upstream) {
        Relay relay = new Relay(client, upstream);
        upstream.channel().pipeline().addLast("relay", new FromUpstream(relay));
        client.channel().pipeline().addLast("relay", new FromClient(relay));
        registry.attach(client.sessionId(), relay, () -> SessionFacts.Activity.UNKNOWN);
    }

    private final class Relay implements LiveSession {
        private final AuthenticatedClient client;
        private final UpstreamConnection upstream;
        private boolean idle = true;
        private @Nullable Refusal ending;
        private boolean over;

        private Relay(AuthenticatedClient client, UpstreamConnection upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        @Override
        public Principal principal() {
            return client.principal();
        }

        @Override
        public void end(Refusal why) {
            ByteBuf out = client.channel().alloc().buffer();
            ErrorReplies.fatal(out, why);
            client.channel().writeAndFlush(out).addListener(ChannelFutureListener.CLOSE);
        }

        @Override
        public void endWhenIdle(Refusal why) {
            ending = why;
            if (idle) {
                end(why);
            }
        }

        private void fromUpstream(ByteBuf bytes) {
            int last = bytes.writerIndex() - 1;
            // ReadyForQuery outside a transaction; here a lucky row may pass for one.
            idle = bytes.getByte(last) == 'I' && bytes.getByte(last - 5) == 'Z';
            client.channel().writeAndFlush(bytes);
            if (idle && ending != null) {
                end(ending);
            }
        }

        private void fromClient(ByteBuf bytes) {
            if (bytes.readableBytes() == 5 && bytes.getByte(bytes.readerIndex()) == 'X') {
                bytes.release();
                client.channel().close();
                return;
            }
            idle = false;
            upstream.channel().writeAndFlush(bytes);
        }

        private void over() {
            if (over) {
                return;
            }
            over = true;
            Channel channel = upstream.channel();
            if (idle && channel.isActive()) {
                channel.pipeline().remove("relay");
                upstreams.release(upstream);
            } else {
                upstreams.discard(upstream);
            }
            client.channel().close();
        }
    }

    private static final class FromClient extends ChannelInboundHandlerAdapter {
        private final Relay relay;

        private FromClient(Relay relay) {
            this.relay = relay;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            relay.fromClient((ByteBuf) message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            relay.over();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static final class FromUpstream extends ChannelInboundHandlerAdapter {
        private final Relay relay;

        private FromUpstream(Relay relay) {
            this.relay = relay;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            relay.fromUpstream((ByteBuf) message);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            relay.over();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }
}
