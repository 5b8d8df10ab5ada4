package dev.holdfast.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/// PostgreSQL's programs and an empty cluster, unpacked once per user and version.
///
/// The newest version's archive comes from the class path, the older ones from the files that this
/// module's build puts into `holdfast-testkit/target/postgres`. What was unpacked is kept in the
/// user's cache directory, named by the archive's checksum, so that a new release never meets an old
/// cluster. `initdb` takes more than a second and copying its result a tenth of one: that is why an
/// empty cluster is kept as well.
final class PostgresBinaries {
    static final String SUPERUSER = "postgres";
    static final String SUPERUSER_PASSWORD = "disposable";
    private static final long PROGRAM_TIMEOUT_SECONDS = 120;

    private final Path directory;

    private PostgresBinaries(Path directory) {
        this.directory = directory;
    }

    Path program(String name) {
        return directory.resolve("install/bin").resolve(name);
    }

    /// The cluster to copy. Its superuser is [#SUPERUSER] with [#SUPERUSER_PASSWORD].
    Path emptyCluster() {
        return directory.resolve("cluster");
    }

    /// Finds, and where necessary unpacks, the binaries of a version.
    ///
    /// @throws IllegalStateException when this machine's platform or version has no archive
    static PostgresBinaries of(PostgresVersion version) {
        try {
            URL archive = archive(version);
            JarURLConnection connection = (JarURLConnection) archive.openConnection();
            connection.setUseCaches(false);
            JarEntry entry = connection.getJarEntry();
            String name =
                    String.format(
                            Locale.ROOT,
                            "%d-%08x-%d",
                            version.major(),
                            entry.getCrc(),
                            entry.getSize());
            Path cache = cacheDirectory();
            Path ready = cache.resolve(name);
            if (!Files.exists(ready)) {
                try (FileChannel channel =
                                FileChannel.open(
                                        cache.resolve(name + ".lock"),
                                        StandardOpenOption.CREATE,
                                        StandardOpenOption.WRITE);
                        FileLock _ = channel.lock()) {
                    if (!Files.exists(ready)) {
                        prepare(connection, cache, ready);
                    }
                }
            }
            return new PostgresBinaries(ready);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack " + version, e);
        }
    }

    static Path cacheDirectory() throws IOException {
        @Nullable String configured = System.getenv("XDG_CACHE_HOME");
        Path base =
                configured == null || configured.isBlank()
                        ? Path.of(System.getProperty("user.home"), ".cache")
                        : Path.of(configured);
        return Files.createDirectories(base.resolve("holdfast/postgres"));
    }

    private static URL archive(PostgresVersion version) throws IOException {
        String resource = "postgres-" + platform() + ".txz";
        if (version == PostgresVersion.newest()) {
            @Nullable URL url = PostgresBinaries.class.getResource("/" + resource);
            if (url == null) {
                throw new IllegalStateException(
                        "no " + resource + " on the class path: is this platform supported?");
            }
            return url;
        }
        Path relative = Path.of("holdfast-testkit/target/postgres", version.major() + ".jar");
        for (@Nullable Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path jar = at.resolve(relative);
            if (Files.exists(jar)) {
                return URI.create("jar:" + jar.toUri() + "!/" + resource).toURL();
            }
        }
        throw new IllegalStateException(
                relative
                        + " not found: build holdfast-testkit first (mvn -pl holdfast-testkit ...)");
    }

    private static String platform() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String processor = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String family = system.startsWith("mac") ? "darwin" : "linux";
        return family + (processor.equals("aarch64") ? "-arm_64" : "-x86_64");
    }

    /// Works beside the final place and renames at the end: what exists there is always complete.
    private static void prepare(JarURLConnection archive, Path cache, Path ready)
            throws IOException {
        Path work = Files.createTempDirectory(cache, "unpacking-");
        Path install = Files.createDirectory(work.resolve("install"));
        Process tar =
                new ProcessBuilder("tar", "-xf", "-", "-C", install.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(work.resolve("tar.log").toFile())
                        .start();
        try (InputStream in = new XZInputStream(new BufferedInputStream(archive.getInputStream()));
                OutputStream out = tar.getOutputStream()) {
            in.transferTo(out);
        }
        await(tar, "tar", work.resolve("tar.log"));
        initialize(work);
        Files.move(work, ready, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void initialize(Path work) throws IOException {
        Path password = work.resolve("password");
        Files.writeString(password, SUPERUSER_PASSWORD);
        Path log = work.resolve("initdb.log");
        List<String> command = new ArrayList<>(asOrdinaryUser());
        command.addAll(
                List.of(
                        work.resolve("install/bin/initdb").toString(),
                        "--pgdata=" + work.resolve("cluster"),
                        "--username=" + SUPERUSER,
                        "--pwfile=" + password,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C",
                        "--no-sync"));
        Process initdb =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        await(initdb, "initdb", log);
    }

    private static void await(Process process, String name, Path log) throws IOException {
        try {
            if (!process.waitFor(PROGRAM_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(name + " did not end in " + PROGRAM_TIMEOUT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + name, e);
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    name + " ended with " + process.exitValue() + ": " + Files.readString(log));
        }
    }

    /// PostgreSQL refuses to run as root. In a user namespace of its own root is nobody, while the
    /// files still belong to it.
    static List<String> asOrdinaryUser() {
        boolean root = System.getProperty("user.name").equals("root");
        return root ? List.of("unshare", "-U") : List.of();
    }
}
