package dev.holdfast.server.access;

import dev.holdfast.server.access.AccessException.Reason;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// What agents ask for, and what people answer. Asking gives nothing: only a person's approval leads to a
/// grant, of what was asked for or of less.
public final class RequestBook {
    private static final int PENDING_MAX = 20;
    private static final Duration REQUEST_TIME = Duration.ofHours(24);

    private final AccessBook book;
    private final InstantSource clock;

    RequestBook(AccessBook book, InstantSource clock) {
        this.book = book;
        this.clock = clock;
    }

    /// An agent asks for access; people see it.
    public AccessRequest request(GrantOrder order) throws AccessException {
        book.requireAgent(order.agent());
        book.requireDatabase(order.database());
        long now = clock.millis();
        AccessRequest request =
                new AccessRequest(
                        book.id("rq_"),
                        order.agent(),
                        order.database(),
                        order.task(),
                        order.justification(),
                        order.terms(),
                        order.time().toMillis(),
                        AccessRequest.State.PENDING,
                        now,
                        now + REQUEST_TIME.toMillis(),
                        0,
                        "",
                        "",
                        "");
        boolean taken =
                book.changed(handle -> {
                    GrantTables.expireRequests(handle, now);
                    if (GrantTables.pendingOf(handle, order.agent()) >= PENDING_MAX) {
                        return false;
                    }
                    GrantTables.insert(handle, request);
                    return true;
                });
        if (!taken) {
            throw new AccessException(
                    Reason.CONFLICT,
                    "%d requests of this agent wait already: wait for an answer"
                            .formatted(PENDING_MAX));
        }
        return request;
    }

    /// The newest first, at most 1,000.
    public List<AccessRequest> requests(boolean decidedToo) throws AccessException {
        return book.read(handle -> {
            GrantTables.expireRequests(handle, clock.millis());
            return GrantTables.requests(handle, decidedToo, AccessBook.LIST_MAX);
        });
    }

    /// A request, decided or not.
    ///
    /// @throws AccessException if there is none
    public AccessRequest request(String id) throws AccessException {
        return book.read(handle -> Optional.ofNullable(GrantTables.request(handle, id)))
                .orElseThrow(() -> new AccessException(Reason.UNKNOWN, "there is no such request"));
    }

    /// Gives what was asked for, or less of it.
    ///
    /// @param terms what is given; must be within what was asked for
    /// @param time for how long; not longer than was asked for
    public IssuedGrant approve(
            String person, String id, GrantTerms terms, Duration time, String words)
            throws AccessException {
        AccessRequest request = request(id);
        requireWithin(request, terms, time);
        GrantOrder order =
                GrantOrder.of(
                        request.agent(),
                        request.database(),
                        request.task(),
                        request.justification(),
                        terms,
                        time,
                        GrantOrder.TIME_MAX_DEFAULT.compareTo(time) > 0
                                ? GrantOrder.TIME_MAX_DEFAULT
                                : time);
        decide(id, AccessRequest.State.APPROVED, person, optional(words));
        try {
            IssuedGrant issued = book.createGrant(person, order);
            book.changed(handle ->
                    handle.createUpdate(
                                            "UPDATE access_request SET grant_id = :grant WHERE id = :id")
                                    .bind("grant", issued.grant().id())
                                    .bind("id", id)
                                    .execute()
                            == 1);
            return issued;
        } catch (AccessException e) {
            book.changed(handle -> {
                GrantTables.reopen(handle, id);
                return true;
            });
            throw e;
        }
    }

    static void requireWithin(AccessRequest request, GrantTerms terms, Duration time)
            throws AccessException {
        if (!terms.within(request.terms()) || time.toMillis() > request.timeMillis()) {
            throw AccessBook.malformed(
                    "terms: more than was asked for (expected: the same or less)");
        }
    }

    /// Gives nothing.
    public void reject(String person, String id, String words) throws AccessException {
        request(id);
        GrantOrder.words("reason", words, AccessBook.REASON_LENGTH_MAX);
        book.record(person, "", "request reject " + id, "person.access", true);
        decide(id, AccessRequest.State.REJECTED, person, words.strip());
    }

    private void decide(String id, AccessRequest.State state, String person, String words)
            throws AccessException {
        boolean decided =
                book.changed(handle ->
                        GrantTables.decide(handle, id, state, clock.millis(), person, words, ""));
        if (!decided) {
            throw new AccessException(
                    Reason.CONFLICT, "request " + id + " is decided already, or has expired");
        }
    }

    private static String optional(String words) throws AccessException {
        if (!words.isBlank()) {
            GrantOrder.words("words", words, AccessBook.REASON_LENGTH_MAX);
        }
        return words.strip();
    }
}
