package dev.holdfast.gateway.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.gateway.GatewayMetrics;
import dev.holdfast.gateway.GatewayMetrics.Counter;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

class CancelKeysTest {
    private final GatewayMetrics metrics = new GatewayMetrics();
    private final CancelKeys keys = new CancelKeys(new SecureRandom(), metrics);
    private int cancelled;

    @Test
    void cancelsWithTheRightKey() {
        SyntheticKey key = issue(0);
        assertThat(keys.cancel(key.processId(), key.secret())).isNotNull();
        assertThat(cancelled).isEqualTo(1);
        assertThat(metrics.value(Counter.CANCELS_FORWARDED)).isEqualTo(1);
    }

    @Test
    void ignoresEveryOtherKeyAndCountsIt() {
        SyntheticKey key = issue(0);
        byte[] wrong = key.secret();
        wrong[3] ^= 1;
        assertThat(keys.cancel(key.processId(), wrong)).isNull();
        assertThat(keys.cancel(key.processId(), new byte[0])).isNull();
        assertThat(keys.cancel(key.processId() ^ 1, key.secret())).isNull();
        assertThat(cancelled).isZero();
        assertThat(metrics.value(Counter.CANCELS_UNKNOWN)).isEqualTo(3);
    }

    @Test
    void forgetsARevokedKey() {
        SyntheticKey key = issue(0);
        keys.revoke(key);
        assertThat(keys.cancel(key.processId(), key.secret())).isNull();
        assertThat(keys.count()).isZero();
    }

    @Test
    void givesLongSecretsWhereTheProtocolAllowsThem() {
        assertThat(issue(0).secret()).hasSize(4);
        assertThat(issue(2).secret()).hasSize(32);
    }

    @Test
    void showsNoSecretInItsText() {
        SyntheticKey key = issue(2);
        assertThat(key).hasToString("SyntheticKey[processId=" + key.processId() + "]");
    }

    private SyntheticKey issue(int minor) {
        return keys.issue(
                minor,
                () -> {
                    cancelled++;
                    return ImmediateEventExecutor.INSTANCE.newSucceededFuture(null);
                });
    }
}
