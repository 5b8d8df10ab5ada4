package dev.holdfast.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.holdfast.gateway.GatewayMetrics;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private final Metrics metrics = new Metrics();

    @Test
    void countersGoOnCountingAfterACollection() {
        AtomicLong failures = new AtomicLong();
        GatewayMetrics gateway = new GatewayMetrics();
        metrics.ruleFailures(failures::get);
        metrics.gateway(gateway, () -> 3);

        collect();
        failures.set(7);
        gateway.count(GatewayMetrics.Counter.SESSIONS_STARTED);

        assertThat(metrics.text())
                .contains("holdfast_policy_rule_failures_total 7.0", "holdfast_sessions 3.0")
                .contains("holdfast_gateway_sessions_started_total 1.0");
    }

    /// Returns once what nobody holds was collected.
    private static void collect() {
        WeakReference<Object> nobodys = new WeakReference<>(new Object());
        await().until(() -> {
            System.gc();
            return nobodys.get() == null;
        });
    }
}
