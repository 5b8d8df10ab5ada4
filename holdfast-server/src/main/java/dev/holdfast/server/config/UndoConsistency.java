package dev.holdfast.server.config;

import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import dev.holdfast.server.config.HoldfastConfiguration.Undo;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/// What the settings of the undo journal and of the store demand of others.
final class UndoConsistency {
    private final HoldfastConfiguration configuration;
    private final Reading reading;

    UndoConsistency(HoldfastConfiguration configuration, Reading reading) {
        this.configuration = configuration;
        this.reading = reading;
    }

    void check() {
        Undo undo = configuration.undo();
        if (undo.transactionSizeMaxBytes() > undo.sizeMaxBytes()) {
            reading.problem(
                    "undo.transaction-size-max",
                    "%s is more than the whole journal may hold (expected: at most size-max, %s)"
                            .formatted(
                                    UndoDeclarations.TRANSACTION_SIZE_MAX
                                            .shape()
                                            .written(undo.transactionSizeMaxBytes()),
                                    UndoDeclarations.SIZE_MAX
                                            .shape()
                                            .written(undo.sizeMaxBytes())));
        }
        Path directory = undo.directory().normalize();
        if (directory.equals(configuration.audit().directory().normalize())) {
            reading.problem(
                    "undo.directory",
                    directory + " is the record's directory (expected: one of its own)");
        } else if (configuration.store().file().normalize().startsWith(directory)) {
            reading.problem(
                    "store.file",
                    "%s is in the undo journal's directory (expected: a file elsewhere)"
                            .formatted(configuration.store().file()));
        }
        for (int i = 0; i < undo.encryptTo().size(); i++) {
            recipient("undo.encrypt-to[" + i + "]", undo.encryptTo().get(i));
        }
    }

    private void recipient(String path, String recipient) {
        try {
            X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient);
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            reading.problem(
                    path,
                    "%s has a typing error: its checksum is wrong (expected: what `age-keygen -y"
                                    .formatted(recipient)
                            + " KEY-FILE` prints)");
        }
    }
}
