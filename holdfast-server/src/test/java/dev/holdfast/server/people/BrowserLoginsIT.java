package dev.holdfast.server.people;

import dev.holdfast.server.store.ControlStore;
import dev.holdfast.server.store.PostgresStore;
import dev.holdfast.server.store.PostgresStores;
import dev.holdfast.server.store.StoreException;
import dev.holdfast.testkit.SideBySide;
import org.jspecify.annotations.Nullable;

/// The same on a store in PostgreSQL: one for all, emptied before each.
@SideBySide
class BrowserLoginsIT extends BrowserLoginsTest {
    private static @Nullable PostgresStore settings;

    @Override
    ControlStore openStore() {
        PostgresStore known = settings;
        if (known == null) {
            known = PostgresStores.freshSettings();
            settings = known;
        }
        ControlStore store = new ControlStore(known);
        try {
            store.transaction(handle ->
                    handle.execute("TRUNCATE person, person_attempt, used_assertion CASCADE"));
        } catch (StoreException e) {
            throw new IllegalStateException(e);
        }
        return store;
    }

    @Override
    ControlStore openAgain() {
        PostgresStore known = settings;
        if (known == null) {
            throw new IllegalStateException("no store is open (expected: openStore() first)");
        }
        return new ControlStore(known);
    }
}
