package dev.holdfast.server.access;

import dev.holdfast.server.people.Person;
import dev.holdfast.server.people.ProofException;
import dev.holdfast.server.people.Proofs;
import dev.holdfast.server.text.JsonText;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/// What gives access, or gives it back, on a person's proof for exactly that: as with an approval, whoever has
/// only the session of somebody who may gives nothing to anybody. What takes access away asks for no proof; it
/// has to be quick.
public final class ProvenAccess {
    private final AccessBook book;
    private final Proofs proofs;

    public ProvenAccess(AccessBook book, Proofs proofs) {
        this.book = book;
        this.proofs = proofs;
    }

    /// What is done once it is proven.
    @FunctionalInterface
    private interface Giving<T> {
        T by(String person) throws AccessException;
    }

    /// What a person is about to give. Nothing is given before [#give].
    ///
    /// @param <T> what comes of it
    public final class Wish<T> {
        private final String digest;
        private final Giving<T> giving;

        private Wish(Map<String, Object> wanted, Giving<T> giving) {
            // As JSON, in which no two of them are alike.
            this.digest = Proofs.digestOf(JsonText.indented(wanted));
            this.giving = giving;
        }

        /// What a passkey has to sign: see [Proofs#passkeyOptions].
        public String passkeyOptions(Person person) throws ProofException {
            return proofs.passkeyOptions(person, digest);
        }

        /// Gives it.
        ///
        /// @param given a proof of the person for exactly this; it is used up, whatever comes of it
        public T give(Person person, Proofs.Given given) throws ProofException, AccessException {
            proofs.check(person, digest, given);
            return giving.by(person.name());
        }
    }

    /// Access for an agent: see [AccessBook#createGrant].
    public Wish<IssuedGrant> grant(GrantOrder order) {
        Map<String, Object> wanted = wanted("grant create");
        wanted.put("agent", order.agent());
        wanted.put("database", order.database());
        wanted.put("task", order.task());
        wanted.put("justification", order.justification());
        terms(wanted, order.terms(), order.time());
        wanted.put("maximumMillis", order.timeMax().toMillis());
        return new Wish<>(wanted, person -> book.createGrant(person, order));
    }

    /// What an agent asked for, or less: see [RequestBook#approve].
    ///
    /// @throws AccessException if it is more: before a proof is used up for that
    public Wish<IssuedGrant> approve(
            AccessRequest request, GrantTerms terms, Duration time, String words)
            throws AccessException {
        RequestBook.requireWithin(request, terms, time);
        String id = request.id();
        Map<String, Object> wanted = wanted("request approve");
        wanted.put("id", id);
        terms(wanted, terms, time);
        wanted.put("words", words);
        return new Wish<>(
                wanted, person -> book.requests().approve(person, id, terms, time, words));
    }

    /// More time: see [AccessBook#renewGrant].
    public Wish<Grant> renew(String id, Duration time) {
        Map<String, Object> wanted = wanted("grant renew");
        wanted.put("id", id);
        wanted.put("millis", time.toMillis());
        return new Wish<>(wanted, person -> book.renewGrant(person, id, time));
    }

    /// An agent that was kept out: see [AccessBook#enableAgent].
    public Wish<Boolean> enable(String agent) {
        Map<String, Object> wanted = wanted("agent enable");
        wanted.put("agent", agent);
        return new Wish<>(
                wanted,
                person -> {
                    book.enableAgent(person, agent);
                    return Boolean.TRUE;
                });
    }

    /// What was stopped goes on: see [AccessBook#resume].
    public Wish<Boolean> resume(String database) {
        Map<String, Object> wanted = wanted("resume");
        wanted.put("database", database);
        return new Wish<>(
                wanted,
                person -> {
                    book.resume(person, database);
                    return Boolean.TRUE;
                });
    }

    private static Map<String, Object> wanted(String action) {
        Map<String, Object> wanted = new LinkedHashMap<>();
        wanted.put("action", action);
        return wanted;
    }

    private static void terms(Map<String, Object> wanted, GrantTerms terms, Duration time) {
        wanted.put("tables", terms.tableTexts());
        wanted.put("operations", terms.operationWords());
        wanted.put("rows", terms.rowsMax());
        wanted.put("millis", time.toMillis());
    }
}
