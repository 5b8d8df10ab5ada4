package dev.holdfast.server.web;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/// Streams of server-sent events: so many at once and no more, each with a short queue. A listener that does
/// not keep up, or whose session has ended, is disconnected.
final class EventStreams implements AutoCloseable {
    private static final int PER_PERSON_MAX = 8;
    private static final int WAITING_MAX = 64;
    private static final long HEARTBEAT_MILLIS = 10_000;
    private static final Pattern EVENT = Pattern.compile("[A-Za-z0-9-]{1,60}");

    private final int listenersMax;
    private final Map<String, Integer> counts = new HashMap<>();
    private final Set<Thread> listening = ConcurrentHashMap.newKeySet();
    private int all;
    private boolean closed;

    EventStreams(int listenersMax) {
        this.listenersMax = listenersMax;
    }

    private record Event(String name, String data) {
        private static final Event TOO_SLOW = new Event("", "");
    }

    /// Tells until the listener is gone; the thread of the request stays in here.
    ///
    /// @param valid whether the caller's session still is one
    void tell(Context context, Caller caller, EventSource source, BooleanSupplier valid)
            throws Exception {
        String person = caller.person().name();
        enter(person);
        listening.add(Thread.currentThread());
        try {
            context.res().setContentType("text/event-stream; charset=utf-8");
            context.res().setHeader("X-Accel-Buffering", "no");
            OutputStream out = context.res().getOutputStream();
            BlockingQueue<Event> queue = new ArrayBlockingQueue<>(WAITING_MAX + 1);
            try (AutoCloseable _ =
                    source.listen(caller, (name, data) -> offer(queue, name, data))) {
                write(out, ": listening\n\n");
                while (valid.getAsBoolean()) {
                    Event event = queue.poll(HEARTBEAT_MILLIS, TimeUnit.MILLISECONDS);
                    if (Objects.equals(event, Event.TOO_SLOW)) {
                        return;
                    }
                    // Asked again: between the last look and this event the session may have ended.
                    if (!valid.getAsBoolean()) {
                        return;
                    }
                    write(out, event == null ? ": \n\n" : text(event));
                }
            }
        } catch (IOException _) {
            // The listener went away, which is how streams end.
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            listening.remove(Thread.currentThread());
            leave(person);
        }
    }

    private static void offer(BlockingQueue<Event> queue, String name, String data) {
        if (!EVENT.matcher(name).matches()) {
            throw new IllegalArgumentException("event: not a name");
        }
        synchronized (queue) {
            if (queue.size() < WAITING_MAX) {
                queue.add(new Event(name, data));
            } else if (queue.remainingCapacity() > 0) {
                queue.clear();
                queue.add(Event.TOO_SLOW);
            }
        }
    }

    private static String text(Event event) {
        StringBuilder out = new StringBuilder("event: ").append(event.name()).append('\n');
        // A line break of any kind would begin a field of its own.
        event.data().lines().forEach(line -> out.append("data: ").append(line).append('\n'));
        return out.append(event.data().isEmpty() ? "data: \n\n" : "\n").toString();
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    private synchronized void enter(String person) {
        if (closed || all >= listenersMax || counts.getOrDefault(person, 0) >= PER_PERSON_MAX) {
            throw new RequestRefused(
                    429, "too_many_listeners", "too many streams are open", "Close other windows.");
        }
        all++;
        counts.merge(person, 1, Integer::sum);
    }

    private synchronized void leave(String person) {
        all--;
        counts.computeIfPresent(person, (_, count) -> count > 1 ? count - 1 : null);
    }

    /// How many streams are open.
    synchronized int count() {
        return all;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        listening.forEach(Thread::interrupt);
    }
}
