package dev.holdfast.sql.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/// Build step: fetches PostgreSQL's grammar as WebAssembly and prepares it for compilation to JVM
/// bytecode.
///
/// Run by Maven as `java PrepareGrammar.java <module directory> <build directory>`. Each of its steps
/// is skipped when its result is there and newer than what it is made from:
///
/// 1. `npm ci` of the committed `package.json` and `package-lock.json`, whose integrity hash pins the
///    package; no install script runs;
/// 2. the module's SHA-256 is compared with [#MODULE_SHA256], always;
/// 3. [WasmSplit] cuts the functions that are too large for a JVM method.
final class PrepareGrammar {
    /// The module inside libpg-query 18.1.5. It lies in the trusted path: what it does not see, nobody
    /// sees.
    private static final String MODULE_SHA256 =
            "378b64e6182f65c71ad5dbd2c31c81e9dfed7d2f2debfb4b51c0d0de8fa2ae36";

    private static final List<String> NPM_FILES = List.of("package.json", "package-lock.json");

    private PrepareGrammar() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path module = Path.of(arguments[0]);
        Path npm = Path.of(arguments[1], "npm");
        Path original = npm.resolve("node_modules/libpg-query/wasm/libpg-query.wasm");
        Path split = Path.of(arguments[1], "grammar", "postgresql-18.wasm");

        if (!Files.exists(original)) {
            fetch(module.resolve("src/build/npm"), npm);
        }
        byte[] wasm = Files.readAllBytes(original);
        requireKnown(wasm, original);
        Path splitter = module.resolve("src/build/java/dev/holdfast/sql/build");
        if (isOlder(split, original) || isOlder(split, newestFile(splitter))) {
            Files.createDirectories(split.getParent());
            Path unfinished = split.resolveSibling("postgresql-18.wasm.unfinished");
            Files.write(unfinished, WasmSplit.split(wasm));
            Files.move(unfinished, split, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void fetch(Path committed, Path npm) throws IOException, InterruptedException {
        Files.createDirectories(npm);
        for (String file : NPM_FILES) {
            Files.copy(
                    committed.resolve(file),
                    npm.resolve(file),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        Process process;
        try {
            process =
                    new ProcessBuilder(
                                    "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                            .directory(npm.toFile())
                            .inheritIO()
                            .start();
        } catch (IOException e) {
            throw new IOException(
                    "npm was not found: it fetches PostgreSQL's grammar (npm package libpg-query)."
                            + " Install it with the system's package manager, e.g. apt install npm",
                    e);
        }
        int status = process.waitFor();
        if (status != 0) {
            throw new IOException("npm ci in " + npm + " ended with status " + status);
        }
    }

    private static void requireKnown(byte[] wasm, Path file) throws IOException {
        String found;
        try {
            found = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(wasm));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        if (!found.equals(MODULE_SHA256)) {
            throw new IOException(
                    "sha256 of " + file + ": " + found + " (expected: " + MODULE_SHA256 + ")");
        }
    }

    /// A missing file is older than everything.
    private static boolean isOlder(Path file, Path than) throws IOException {
        return !Files.exists(file)
                || Files.getLastModifiedTime(file).compareTo(Files.getLastModifiedTime(than)) < 0;
    }

    private static Path newestFile(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            Path newest = directory;
            for (Path file : (Iterable<Path>) files::iterator) {
                if (newest.equals(directory) || isOlder(newest, file)) {
                    newest = file;
                }
            }
            return newest;
        }
    }
}
