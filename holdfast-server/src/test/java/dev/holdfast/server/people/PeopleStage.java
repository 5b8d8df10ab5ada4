package dev.holdfast.server.people;

import dev.holdfast.guard.audit.AuditEntry;
import dev.holdfast.guard.audit.AuditLog;
import dev.holdfast.server.store.ControlStore;
import dev.holdfast.testkit.FakeClock;
import dev.holdfast.testkit.SoftwarePasskey;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// People with a real store, a clock that a test moves, and a record that it can read.
final class PeopleStage implements AutoCloseable {
    static final String URL = "http://localhost:6490";
    static final String PASSWORD = "four words under test";
    static final String ADDRESS = "203.0.113.7";
    static final Set<Role> REVIEWER = Set.of(Role.VIEWER, Role.REVIEWER);

    private static final Pattern SECRET = Pattern.compile("secret=([A-Z2-7]+)");
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    final FakeClock clock = new FakeClock();
    final List<AuditEntry> entries = new CopyOnWriteArrayList<>();
    final SecureRandom random = new SecureRandom();
    final ControlStore store;
    final People people;
    boolean recordable = true;

    /// @param opened closed with this
    PeopleStage(Path directory, ControlStore opened) throws IOException {
        this(directory, opened, settings -> settings);
    }

    /// @param changes what is other than usual
    PeopleStage(Path directory, ControlStore opened, UnaryOperator<PeopleSettings> changes)
            throws IOException {
        store = opened;
        people =
                new People(
                        store,
                        changes.apply(PeopleSettings.at(() -> Site.of(URL))),
                        SealedSecrets.in(directory.resolve("people.key"), random),
                        new MemoryRecord(),
                        clock,
                        random,
                        // Cheap: what a hash costs is no matter here.
                        new Passwords(random, 64, 1));
    }

    /// The record in memory.
    private final class MemoryRecord implements AuditLog {
        @Override
        public boolean record(AuditEntry entry) {
            return recordable && entries.add(entry);
        }

        @Override
        public boolean available() {
            return recordable;
        }

        @Override
        public boolean recordDurably(AuditEntry entry) {
            return record(entry);
        }
    }

    SoftwarePasskey authenticator() {
        return new SoftwarePasskey(URL, "localhost", random);
    }

    /// Somebody with a passkey and codes.
    static final class Enrolled {
        private final Person person;
        private final SoftwarePasskey passkey;
        private final byte[] secret;

        Enrolled(Person person, SoftwarePasskey passkey, byte[] secret) {
            this.person = person;
            this.passkey = passkey;
            this.secret = secret;
        }

        Person person() {
            return person;
        }

        SoftwarePasskey passkey() {
            return passkey;
        }

        byte[] secret() {
            return secret;
        }
    }

    Enrolled enrolled(String name, Set<Role> roles) throws PeopleException {
        return enrolled(people.invite("the shell", name, roles), PASSWORD);
    }

    Enrolled enrolled(Invite invite, String password) throws PeopleException {
        Enrolment enrolment = people.enrolment(invite.token());
        SoftwarePasskey passkey = authenticator();
        byte[] secret = secret(enrolment);
        Person person =
                people.enrol(
                        invite.token(),
                        password,
                        code(secret),
                        passkey.create(enrolment.passkeyOptions()));
        clock.advance(java.time.Duration.ofSeconds(30));
        return new Enrolled(person, passkey, secret);
    }

    /// What the app of an [Enrolment] would know.
    static byte[] secret(Enrolment enrolment) {
        Matcher matcher = SECRET.matcher(enrolment.totpUri());
        if (!matcher.find()) {
            throw new AssertionError("no secret in the URI");
        }
        String text = matcher.group(1);
        byte[] bytes = new byte[text.length() * 5 / 8];
        int bits = 0;
        int count = 0;
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            bits = bits << 5 | BASE32.indexOf(text.charAt(i));
            count += 5;
            if (count >= 8) {
                count -= 8;
                bytes[at++] = (byte) (bits >> count);
            }
        }
        return bytes;
    }

    /// What an app shows now.
    String code(byte[] secret) {
        return Totp.code(secret, Totp.step(clock.instant()));
    }

    /// A code that is not right now, nor soon.
    String wrongCode(byte[] secret) {
        int number = Integer.parseInt(code(secret));
        for (int i = 1; ; i++) {
            String other = "%06d".formatted((number + i) % 1_000_000);
            if (Totp.stepOf(secret, other, clock.instant()) < 0) {
                return other;
            }
        }
    }

    List<String> recorded(String rule) {
        return entries.stream()
                .filter(entry -> entry.rule().equals(rule))
                .map(entry ->
                        "%s: %s (%s)".formatted(entry.agent(), entry.statement(), entry.outcome()))
                .toList();
    }

    @Override
    public void close() {
        store.close();
    }
}
