package dev.holdfast.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.gateway.AgentSettings;
import dev.holdfast.gateway.UpstreamCredential;
import dev.holdfast.gateway.scram.ScramVerifier;
import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.guard.decision.Principal;
import dev.holdfast.server.access.AccessException.Reason;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.testkit.FakeClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the store remembers of orders about access, whoever asks it.
class AccessBookTest {
    @TempDir private Path directory;
    private final FakeClock clock = new FakeClock();
    private ControlStore store;
    private AccessBook book;
    private Access access;

    @BeforeEach
    void open() throws AccessException {
        store = openStore();
        access = gateway();
        book = access.book();
    }

    @AfterEach
    void close() {
        store.close();
    }

    /// An empty one.
    ControlStore openStore() {
        return new ControlStore(directory.resolve("holdfast.db"));
    }

    /// As a gateway has it that starts now.
    private Access gateway() throws AccessException {
        AgentSettings analyst =
                new AgentSettings(
                        "analyst",
                        ScramVerifier.of("password".toCharArray(), 4_096, new SecureRandom()),
                        "base",
                        Map.of("shop", new UpstreamCredential("reader", "password"::toCharArray)),
                        10,
                        true);
        return Access.open(
                store, List.of(analyst), List.of("shop"), List.of(), new Accepting(), clock);
    }

    private static final class Accepting implements AuditLog {
        @Override
        public boolean record(AuditEntry entry) {
            return true;
        }

        @Override
        public boolean available() {
            return true;
        }

        @Override
        public boolean recordDurably(AuditEntry entry) {
            return true;
        }
    }

    private static GrantTerms terms(String... operations) throws AccessException {
        return GrantTerms.of(List.of("public.orders"), List.of(operations), 10);
    }

    private static GrantOrder order() throws AccessException {
        return GrantOrder.of(
                "analyst",
                "shop",
                "clean up",
                "ticket 17",
                terms("select", "delete"),
                Duration.ofMinutes(5),
                Duration.ofMinutes(8));
    }

    private static void refused(Reason reason, ThrowingCallable attempt) {
        assertThatThrownBy(attempt)
                .isInstanceOfSatisfying(
                        AccessException.class, e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void aGrantIsRememberedRenewedWithinItsMaximumAndEndsOnce() throws AccessException {
        Grant given = book.createGrant("anna", order()).grant();
        assertThat(given.state()).isEqualTo(Grant.State.ACTIVE);
        assertThat(gateway().live().grant(given.id())).isEqualTo(given);
        clock.advance(Duration.ofMinutes(4));
        Grant renewed = book.renewGrant("anna", given.id(), Duration.ofMinutes(5));
        assertThat(renewed.expiresAt()).isEqualTo(given.renewableUntil());
        book.revokeGrant("anna", given.id(), "it does harm");
        refused(Reason.CONFLICT, () -> book.revokeGrant("anna", given.id(), "again"));
        refused(Reason.CONFLICT, () -> book.renewGrant("anna", given.id(), Duration.ofMinutes(1)));
        Grant ended = book.grant(given.id());
        assertThat(ended.state()).isEqualTo(Grant.State.REVOKED);
        assertThat(ended.endReason()).isEqualTo("it does harm");
        assertThat(gateway().live().grant(given.id())).isNull();
        assertThat(book.grants(false)).isEmpty();
        assertThat(book.grants(true)).containsExactly(ended);
    }

    @Test
    void aRequestIsNarrowedApprovedOnceOrRejectedAndExpires() throws AccessException {
        AccessRequest asked = book.requests().request(order());
        assertThat(book.requests().requests(false)).containsExactly(asked);
        refused(
                Reason.MALFORMED,
                () ->
                        book.requests()
                                .approve(
                                        "anna",
                                        asked.id(),
                                        terms("select", "insert"),
                                        Duration.ofMinutes(5),
                                        ""));
        IssuedGrant issued =
                book.requests()
                        .approve(
                                "anna",
                                asked.id(),
                                terms("delete"),
                                Duration.ofMinutes(1),
                                "less will do");
        AccessRequest answered = book.requests().request(asked.id());
        assertThat(answered.state()).isEqualTo(AccessRequest.State.APPROVED);
        assertThat(answered.grant()).isEqualTo(issued.grant().id());
        refused(Reason.CONFLICT, () -> book.requests().reject("anna", asked.id(), "too late"));
        AccessRequest second = book.requests().request(order());
        clock.advance(Duration.ofHours(25));
        assertThat(book.requests().requests(false)).isEmpty();
        assertThat(book.requests().request(second.id()).state())
                .isEqualTo(AccessRequest.State.EXPIRED);
    }

    @Test
    void anAgentWaitsForSoManyAnswersAtMost() throws AccessException {
        for (int i = 0; i < 20; i++) {
            book.requests().request(order());
        }
        refused(Reason.CONFLICT, () -> book.requests().request(order()));
    }

    @Test
    void agentsThatAreMadeAndDisabledAreSoForAGatewayThatStartsLater() throws AccessException {
        book.createAgent("anna", "cleaner", "base", 3);
        refused(Reason.CONFLICT, () -> book.createAgent("anna", "cleaner", "base", 3));
        String grant = book.createGrant("anna", order()).grant().id();
        book.disableAgent("anna", "analyst", "it does harm");
        book.disableAgent("anna", "analyst", "it does harm");
        Access later = gateway();
        assertThat(later.book().agents())
                .extracting(AgentFacts::name)
                .containsExactlyInAnyOrder("analyst", "cleaner");
        assertThat(later.live().why(new Principal("analyst", "shop", "base"))).isNotNull();
        assertThat(later.book().grant(grant).state()).isEqualTo(Grant.State.REVOKED);
        book.enableAgent("anna", "analyst");
        refused(Reason.CONFLICT, () -> book.enableAgent("anna", "analyst"));
        assertThat(gateway().live().why(new Principal("analyst", "shop", "base"))).isNull();
    }

    @Test
    void aStopOutlivesTheGatewayAndIsLiftedOnce() throws AccessException {
        book.stop("anna", Stop.EVERYWHERE, "alarm");
        book.stop("anna", "shop", "alarm");
        Access later = gateway();
        assertThat(later.live().stops()).hasSize(2);
        later.book().resume("anna", Stop.EVERYWHERE);
        assertThat(gateway().live().stops()).extracting(Stop::database).containsExactly("shop");
        refused(Reason.CONFLICT, () -> later.book().resume("anna", Stop.EVERYWHERE));
    }
}
