package dev.holdfast.server.age;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;

/// Streams in the age format (age-encryption.org/v1), for X25519 keys.
public final class AgeStreams {
    private AgeStreams() {}

    /// Whoever can read what is encrypted to them.
    ///
    /// @param texts such as `age1…`
    /// @throws IOException if one is none
    public static List<RecipientStanzaWriter> recipients(List<String> texts) throws IOException {
        List<RecipientStanzaWriter> writers = new ArrayList<>();
        for (String recipient : texts) {
            try {
                writers.add(X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient));
            } catch (GeneralSecurityException e) {
                throw new IOException(recipient + " is no age recipient", e);
            }
        }
        return List.copyOf(writers);
    }

    /// Encrypts what is written.
    ///
    /// @param recipients empty where nothing is to be encrypted: then it is the stream itself
    public static OutputStream encrypted(OutputStream out, List<RecipientStanzaWriter> recipients)
            throws IOException {
        if (recipients.isEmpty()) {
            return out;
        }
        try {
            return Channels.newOutputStream(
                    new StandardEncryptingChannelFactory()
                            .newEncryptingChannel(Channels.newChannel(out), recipients));
        } catch (GeneralSecurityException e) {
            throw new IOException("nothing can be encrypted", e);
        }
    }

    /// Decrypts what was encrypted.
    ///
    /// @param what is read, for an error
    /// @param identities such as `AGE-SECRET-KEY-…`
    /// @throws IOException if it is not encrypted to one of them
    public static InputStream decrypted(String what, InputStream stored, List<String> identities)
            throws IOException {
        if (identities.isEmpty()) {
            throw new IOException(
                    what
                            + " is encrypted (expected: an age identity; on the command line --identity)");
        }
        try {
            List<RecipientStanzaReader> readers = new ArrayList<>();
            for (String identity : identities) {
                readers.add(X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(identity));
            }
            return Channels.newInputStream(
                    new StandardDecryptingChannelFactory()
                            .newDecryptingChannel(Channels.newChannel(stored), readers));
        } catch (GeneralSecurityException e) {
            throw new IOException(what + " cannot be read with these age identities", e);
        }
    }
}
