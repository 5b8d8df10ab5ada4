package dev.holdfast.server.people;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Secrets that the store must give back, such as those that codes are made from: AES-256-GCM under a key in a
/// file of its own. A copy of the store, from a backup or through SQL, is worth nothing without that file.
public final class SealedSecrets {
    private static final int KEY_BYTES = 32;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    private final byte[] key;
    private final SecureRandom random;

    private SealedSecrets(byte[] key, SecureRandom random) {
        this.key = key;
        this.random = random;
    }

    /// With the key in a file, which is made where it is missing.
    ///
    /// @throws IOException if it cannot be read or made, holds no key, or is open to others
    public static SealedSecrets in(Path file, SecureRandom random) throws IOException {
        if (!Files.exists(file)) {
            make(file, Encoding.random(random, KEY_BYTES));
        }
        Set<PosixFilePermission> open = EnumSet.copyOf(Files.getPosixFilePermissions(file));
        open.removeAll(EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
        if (!open.isEmpty()) {
            throw new IOException(
                    file + ": the file with the key is open to others; run: chmod 600 " + file);
        }
        byte[] key = Files.readAllBytes(file);
        if (key.length != KEY_BYTES) {
            throw new IOException(
                    "%s: %d bytes (expected: %d). Without the key that was there, people have to be"
                                    .formatted(file, key.length, KEY_BYTES)
                            + " invited anew for their codes to work again.");
        }
        return new SealedSecrets(key, random);
    }

    /// Whole or not at all, also where two start at once: both read what one of them made.
    private static void make(Path file, byte[] key) throws IOException {
        Path directory = file.toAbsolutePath().getParent();
        if (directory != null && !Files.isDirectory(directory)) {
            Files.createDirectories(
                    directory,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
        Path made =
                Files.createTempFile(
                        directory,
                        "key",
                        ".new",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            Files.write(made, key, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
            // Not moved with ATOMIC_MOVE, which would replace the key that another made first.
            Files.createLink(file, made);
        } catch (FileAlreadyExistsException _) {
            // Another made it first, and that one counts.
        } catch (UnsupportedOperationException e) {
            throw new IOException(
                    directory + " is on a file system without hard links; use a local disk", e);
        } finally {
            Files.deleteIfExists(made);
        }
    }

    /// Seals a secret.
    ///
    /// @param owner whose it is: sealed in with it, so that no secret serves another person
    String seal(String owner, byte[] secret) {
        byte[] nonce = Encoding.random(random, NONCE_BYTES);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, key, nonce, owner).doFinal(secret);
            byte[] whole = Arrays.copyOf(nonce, nonce.length + sealed.length);
            System.arraycopy(sealed, 0, whole, nonce.length, sealed.length);
            return Encoding.base64(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    /// Opens what was sealed.
    ///
    /// @throws GeneralSecurityException if it was not sealed for this owner under this key
    byte[] open(String owner, String sealed) throws GeneralSecurityException {
        byte[] whole = Encoding.bytes(sealed);
        if (whole == null || whole.length <= NONCE_BYTES) {
            throw new GeneralSecurityException("not a sealed secret");
        }
        return cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(whole, NONCE_BYTES), owner)
                .doFinal(whole, NONCE_BYTES, whole.length - NONCE_BYTES);
    }

    /// Seals something for somebody outside to keep, however often that is asked for: under a key that is made
    /// for this one alone, so that no number of them wears out the key of the secrets.
    ///
    /// @param purpose what was sealed for one serves no other
    public String sealApart(String purpose, byte[] text) {
        byte[] salt = Encoding.random(random, KEY_BYTES);
        try {
            byte[] sealed =
                    cipher(Cipher.ENCRYPT_MODE, mark(purpose, salt), new byte[NONCE_BYTES], purpose)
                            .doFinal(text);
            byte[] whole = Arrays.copyOf(salt, salt.length + sealed.length);
            System.arraycopy(sealed, 0, whole, salt.length, sealed.length);
            return Encoding.base64(whole);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has AES-GCM", e);
        }
    }

    /// Opens what was sealed apart.
    ///
    /// @throws GeneralSecurityException if it was not sealed for this purpose under this key
    public byte[] openApart(String purpose, String sealed) throws GeneralSecurityException {
        byte[] whole = Encoding.bytes(sealed);
        if (whole == null || whole.length <= KEY_BYTES) {
            throw new GeneralSecurityException("nothing that was sealed");
        }
        byte[] salt = Arrays.copyOf(whole, KEY_BYTES);
        return cipher(Cipher.DECRYPT_MODE, mark(purpose, salt), new byte[NONCE_BYTES], purpose)
                .doFinal(whole, KEY_BYTES, whole.length - KEY_BYTES);
    }

    private static Cipher cipher(int mode, byte[] key, byte[] nonce, String owner)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(owner.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /// A mark that only whoever has the key can make.
    byte[] mark(String purpose, byte[] text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(
                    new SecretKeySpec(
                            Encoding.sha256(purpose.getBytes(StandardCharsets.UTF_8), key),
                            "HmacSHA256"));
            return mac.doFinal(text);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
