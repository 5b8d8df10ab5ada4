package dev.holdfast.server.store;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jdbi.v3.core.Handle;

/// The database behind the control store.
interface StoreEngine {
    /// Opens it with its tables in this version's form.
    Connection open() throws IOException, SQLException;

    /// Whether an open connection still leads to the store.
    boolean stands();

    /// Called as a transaction begins: from here on it is the only one.
    void begun(Handle handle);

    /// Tells who listens, when the transaction has committed.
    void announce(Handle handle, String channel);

    /// Begins to listen, on a thread of its own.
    ///
    /// @param heard called after each announcement, and whenever one may have been missed
    AutoCloseable listen(String channel, Runnable heard);

    /// What it is called in errors.
    String name();
}
