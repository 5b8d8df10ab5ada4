package dev.holdfast.server.notify;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.StoreException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps each message in the store and delivers it: at once, and again after 2, 4, 8 … seconds up to 15 minutes
/// where it fails, for a day. Each channel has a thread of its own, so that one that hangs holds up no other.
///
/// A message can arrive twice, where the answer to the first attempt was lost; it then has the same id.
public final class Notifier implements Notifications, AutoCloseable {
    private static final Logger LOGGER = LoggerFactory.getLogger(Notifier.class);
    private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(15);
    private static final Duration GIVEN_UP_AFTER = Duration.ofDays(1);
    private static final Duration STOPPED_WITHIN = Duration.ofSeconds(5);

    /// What another gateway put there, or what is due again, is found this soon.
    private static final int LOOKED_MILLIS = 1_000;

    private static final int ID_BYTES = 16;

    private final ControlStore store;
    private final Outbox outbox;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final List<Worker> workers;
    private volatile boolean closed;

    private Notifier(
            ControlStore store,
            List<Channel> channels,
            InstantSource clock,
            RandomGenerator random) {
        this.store = store;
        this.outbox = new Outbox(store, clock);
        this.clock = clock;
        this.random = random;
        this.workers = channels.stream().map(Worker::new).toList();
    }

    /// Starts delivering, also what was left when the program ended.
    public static Notifier start(
            ControlStore store,
            NotifySettings settings,
            InstantSource clock,
            RandomGenerator random) {
        List<Channel> channels = new ArrayList<>();
        settings.webhooks().forEach(webhook -> channels.add(new WebhookChannel(webhook, clock)));
        settings.mails().forEach(mail -> channels.add(new MailChannel(mail)));
        Notifier notifier = new Notifier(store, channels, clock, random);
        notifier.workers.forEach(Worker::start);
        return notifier;
    }

    @Override
    public void held(HeldNotice notice) {
        Instant now = clock.instant();
        List<Worker> telling =
                workers.stream().filter(worker -> worker.channel.tells(notice)).toList();
        if (telling.isEmpty()) {
            return;
        }
        try {
            boolean kept =
                    store.transaction(handle -> {
                        boolean all = true;
                        for (Worker worker : telling) {
                            all &=
                                    Outbox.put(
                                            handle,
                                            newId(),
                                            worker.channel.name(),
                                            worker.channel.message(notice),
                                            now);
                        }
                        return all;
                    });
            if (!kept) {
                LOGGER.error(
                        "notify: too much waits to be told; {} is not told to all", notice.id());
            }
        } catch (StoreException e) {
            LOGGER.error("notify: {} is told to nobody: {}", notice.id(), e.getMessage());
        }
        telling.forEach(worker -> worker.awake.release());
    }

    private String newId() {
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return "ntf_" + HexFormat.of().formatHex(id);
    }

    /// One channel's thread.
    private final class Worker {
        private final Channel channel;
        private final Semaphore awake = new Semaphore(0);
        private final Thread thread;

        Worker(Channel channel) {
            this.channel = channel;
            this.thread = Thread.ofVirtual().name("notify-" + channel.name()).unstarted(this::run);
        }

        void start() {
            thread.start();
        }

        private void run() {
            try {
                while (!closed) {
                    if (!deliverNext()) {
                        awake.tryAcquire(LOOKED_MILLIS, TimeUnit.MILLISECONDS);
                        awake.drainPermits();
                    }
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }

        /// Whether there was anything to do.
        private boolean deliverNext() throws InterruptedException {
            try {
                Outbox.Message message = outbox.take(channel.name());
                if (message == null) {
                    return false;
                }
                deliver(message);
                return true;
            } catch (StoreException e) {
                LOGGER.warn("notify: {} waits for the store: {}", channel.name(), e.getMessage());
                return false;
            }
        }

        private void deliver(Outbox.Message message) throws StoreException, InterruptedException {
            try {
                channel.deliver(message.id(), message.text());
                outbox.remove(message.id());
            } catch (IOException e) {
                boolean last = clock.instant().isAfter(message.since().plus(GIVEN_UP_AFTER));
                LOGGER.warn(
                        "notify: {}, attempt {}: {}{}",
                        channel.name(),
                        message.attempts() + 1,
                        e.getMessage(),
                        last ? "; given up" : "");
                if (last) {
                    outbox.remove(message.id());
                } else {
                    outbox.postpone(message, pause(message.attempts()));
                }
            }
        }
    }

    /// Twice as long each time.
    static Duration pause(int attemptsBefore) {
        Duration pause = FIRST_WAIT;
        for (int i = 0; i < attemptsBefore && pause.compareTo(LONGEST_WAIT) < 0; i++) {
            pause = pause.multipliedBy(2);
        }
        return pause.compareTo(LONGEST_WAIT) < 0 ? pause : LONGEST_WAIT;
    }

    @Override
    public void close() {
        closed = true;
        workers.forEach(worker -> worker.thread.interrupt());
        for (Worker worker : workers) {
            try {
                if (!worker.thread.join(STOPPED_WITHIN)) {
                    LOGGER.warn("notify: {} does not stop", worker.channel.name());
                }
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
