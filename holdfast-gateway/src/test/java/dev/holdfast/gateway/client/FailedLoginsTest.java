package dev.holdfast.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.testkit.FakeClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailedLoginsTest {
    private final FakeClock clock = new FakeClock();
    private final FailedLogins failures = new FailedLogins(3, 60_000, clock);

    @Test
    void refusesAfterTheLastAllowedFailureAndNotBefore() {
        InetAddress address = address(192, 0, 2, 1);
        failures.count(address);
        failures.count(address);
        assertThat(failures.tooMany(address)).isFalse();
        failures.count(address);
        assertThat(failures.tooMany(address)).isTrue();
    }

    @Test
    void forgetsWhenTheWindowIsOver() {
        InetAddress address = address(192, 0, 2, 1);
        fail(address, 3);
        clock.advance(Duration.ofMillis(59_999));
        assertThat(failures.tooMany(address)).isTrue();
        clock.advance(Duration.ofMillis(1));
        assertThat(failures.tooMany(address)).isFalse();
        failures.count(address);
        assertThat(failures.tooMany(address)).isFalse();
    }

    @Test
    void doesNotRefuseForEverWhenTheClockIsSetBack() {
        InetAddress address = address(192, 0, 2, 1);
        fail(address, 3);
        clock.advance(Duration.ofDays(-1));
        assertThat(failures.tooMany(address)).isFalse();
    }

    @Test
    void doesNotLetOneAddressPayForAnother() {
        fail(address(192, 0, 2, 1), 3);
        assertThat(failures.tooMany(address(192, 0, 2, 2))).isFalse();
    }

    @Test
    void takesANetworkOfIpv6ForOneAddress() {
        fail(address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1), 3);
        assertThat(
                        failures.tooMany(
                                address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 9, 9, 9, 9, 9, 9, 9, 9)))
                .isTrue();
        assertThat(
                        failures.tooMany(
                                address(0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1)))
                .isFalse();
    }

    @Test
    void remembersABoundedNumberOfAddresses() {
        for (int i = 0; i < 20_000; i++) {
            failures.count(address(10, i >> 16, i >> 8, i));
        }
        assertThat(failures.addresses()).isEqualTo(10_000);
    }

    private void fail(InetAddress address, int times) {
        for (int i = 0; i < times; i++) {
            failures.count(address);
        }
    }

    private static InetAddress address(int... parts) {
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < parts.length; i++) {
            bytes[i] = (byte) parts[i];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
