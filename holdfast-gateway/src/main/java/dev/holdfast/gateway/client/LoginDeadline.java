package dev.holdfast.gateway.client;

import io.netty.channel.ChannelHandlerAdapter;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Stands in a client's pipeline until it has logged in, and says when it has taken too long.
final class LoginDeadline extends ChannelHandlerAdapter {
    /// The event that the handlers behind get.
    enum Event {
        PASSED
    }

    private final int millis;
    private final Runnable over;
    private @Nullable ScheduledFuture<?> timer;

    /// @param over called once, when the client has logged in or gone
    LoginDeadline(int millis, Runnable over) {
        this.millis = millis;
        this.over = over;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        timer =
                context.executor()
                        .schedule(
                                () -> {
                                    context.fireUserEventTriggered(Event.PASSED);
                                },
                                millis,
                                TimeUnit.MILLISECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (timer != null) {
            timer.cancel(false);
        }
        over.run();
    }
}
