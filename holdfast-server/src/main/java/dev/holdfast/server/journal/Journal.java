package dev.holdfast.server.journal;

import java.io.IOException;
import java.util.List;

/// What transactions changed, so that it can be undone. Every method may wait for the disk: never
/// called on an event loop. Safe for use by many threads.
public interface Journal extends ImageJournal, AutoCloseable {

    /// Everything there is, newest first. A file that cannot be read is listed as damaged.
    ///
    /// @throws IOException if the directory cannot be read
    List<JournalEntry> list() throws IOException;

    /// Opens one, after having compared it with its digest.
    ///
    /// @param identities age identities (`AGE-SECRET-KEY-1…`) of which one may read it; empty where it
    ///     is not encrypted
    /// @throws java.nio.file.NoSuchFileException if there is none of that id
    /// @throws JournalDamagedException if it is not what was written
    JournalReader open(String id, List<String> identities) throws IOException;

    /// Keeps one whatever its age.
    ///
    /// @throws java.nio.file.NoSuchFileException if there is none of that id
    void pin(String id) throws IOException;

    /// Lets retention remove it again.
    void unpin(String id) throws IOException;

    @Override
    void close();
}
