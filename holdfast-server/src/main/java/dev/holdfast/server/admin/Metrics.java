package dev.holdfast.server.admin;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.server.audit.JsonLinesAuditLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// What `/metrics` shows.
///
/// Statements are counted by the thread that writes the record, from its entries, so counting costs
/// the traffic nothing. Agents and rules are those of the configuration and of the program: the
/// number of series is bounded.
public final class Metrics {
    /// A guard for the memory, should a rule's name ever vary; far above agents × rules in use.
    private static final int SERIES_MAX = 10_000;

    private static final Duration[] BUCKETS = {
        Duration.ofNanos(250_000),
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10),
        Duration.ofMinutes(1)
    };

    private record Series(String agent, String decision, String rule, String outcome) {}

    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Timer durations =
            Timer.builder("holdfast.statement.duration")
                    .description("From a statement's arrival to the last byte of its answer")
                    .serviceLevelObjectives(BUCKETS)
                    .register(registry);

    /// Held here because the registry does not: a counter of functions knows its source weakly, and stands still
    /// once the source is collected.
    private final List<LongSupplier> sources = new ArrayList<>();

    /// Used by the record's writer only.
    private final Map<Series, Counter> statements = new HashMap<>();

    public Metrics() {
        new JvmThreadMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /// Counts an entry of the record. Called by one thread.
    public void statement(AuditEntry entry) {
        Series series = new Series(entry.agent(), entry.decision(), entry.rule(), entry.outcome());
        Counter counter = statements.get(series);
        if (counter == null) {
            if (statements.size() >= SERIES_MAX) {
                series = new Series("other", entry.decision(), "other", entry.outcome());
            }
            counter = statements.computeIfAbsent(series, this::counter);
        }
        counter.increment((double) entry.count());
        if (entry.count() == 1) {
            durations.record(entry.durationMicros(), TimeUnit.MICROSECONDS);
        }
    }

    private Counter counter(Series series) {
        return Counter.builder("holdfast.statements")
                .description("Statements on record")
                .tag("agent", series.agent())
                .tag("decision", series.decision())
                .tag("rule", series.rule())
                .tag("outcome", series.outcome())
                .register(registry);
    }

    /// Shows what the gateway counts.
    public void gateway(GatewayMetrics metrics, IntSupplier sessions) {
        for (GatewayMetrics.Counter each : GatewayMetrics.Counter.values()) {
            String name = each.name().toLowerCase(Locale.ROOT);
            counter("holdfast.gateway." + name, name.replace('_', ' '), () -> metrics.value(each));
        }
        Gauge.builder("holdfast.sessions", sessions::getAsInt).register(registry);
    }

    /// Shows the state of the record.
    public void audit(JsonLinesAuditLog log) {
        Gauge.builder("holdfast.audit.available", () -> log.available() ? 1 : 0)
                .description("1 while the record can be written; at 0 every statement is refused")
                .register(registry);
        Gauge.builder("holdfast.audit.queue.entries", log::queued).register(registry);
        Gauge.builder("holdfast.audit.queue.capacity", log::queueCapacity).register(registry);
        counter("holdfast.audit.written", "Lines of the record", log::written);
        counter("holdfast.audit.failures", "Failed attempts to write the record", log::failures);
    }

    /// Shows how often a changed policy file was put in force, and how often it was wrong.
    public void policies(LongSupplier reloads, LongSupplier failures) {
        counter("holdfast.policy.reloads", "Changed policy files put in force", reloads);
        counter(
                "holdfast.policy.reload.failures",
                "Changed policy files that were wrong; the earlier policies stay in force",
                failures);
    }

    /// Shows how often a rule of a policy could not be evaluated.
    public void ruleFailures(LongSupplier failures) {
        counter(
                "holdfast.policy.rule.failures",
                "Rules that could not be evaluated; each refused a statement",
                failures);
    }

    /// Shows how often something could not be removed from the quarantine when its time was over.
    public void purgeFailures(LongSupplier failures) {
        counter(
                "holdfast.quarantine.purge.failures",
                "What should have been removed from the quarantine and was not",
                failures);
    }

    private void counter(String name, String description, LongSupplier value) {
        sources.add(value);
        FunctionCounter.builder(name, value, LongSupplier::getAsLong)
                .description(description)
                .register(registry);
    }

    /// All of it in Prometheus' text format 0.0.4.
    String text() {
        return registry.scrape();
    }
}
