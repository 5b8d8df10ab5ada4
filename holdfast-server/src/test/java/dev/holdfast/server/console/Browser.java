package dev.holdfast.server.console;

import com.google.gson.JsonObject;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.CDPSession;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A real Chromium with a virtual authenticator, driven by Playwright's npm package: no browser and no driver
/// is downloaded.
final class Browser implements AutoCloseable {
    private static final Path PACKAGES = Path.of("src/test/clients/node/node_modules");
    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final int WIDE = 1440;
    private static final int NARROW = 390;
    private static final int HEIGHT = 900;

    private final Playwright playwright;
    private final com.microsoft.playwright.Browser chromium;
    private final BrowserContext context;
    private final Page page;

    /// Whether this machine has what is needed.
    static boolean isThere() {
        return chromium() != null
                && program("node") != null
                && Files.exists(PACKAGES.resolve("playwright-core/cli.js"));
    }

    private static @Nullable Path program(String name) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(each -> Path.of(each).resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    private static @Nullable Path chromium() {
        Path found = program("chromium");
        return found != null ? found : program("google-chrome");
    }

    Browser() throws IOException {
        Path node = program("node");
        Path executable = chromium();
        if (node == null || executable == null) {
            throw new IllegalStateException("no node or no chromium: ask isThere() first");
        }
        // What Playwright's driver looks like where it is unpacked: node, and the package beside
        // it.
        Path driver = Files.createDirectories(Path.of("target/playwright").toAbsolutePath());
        link(driver.resolve("node"), node.toRealPath());
        link(driver.resolve("package"), PACKAGES.resolve("playwright-core").toRealPath());
        System.setProperty("playwright.cli.dir", driver.toString());
        playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        chromium =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(executable)
                                        .setArgs(List.of("--no-sandbox")));
        context =
                chromium.newContext(
                        new com.microsoft.playwright.Browser.NewContextOptions()
                                .setViewportSize(WIDE, HEIGHT));
        page = context.newPage();
        CDPSession devtools = context.newCDPSession(page);
        devtools.send("WebAuthn.enable");
        JsonObject authenticator = new JsonObject();
        authenticator.addProperty("protocol", "ctap2");
        authenticator.addProperty("transport", "internal");
        authenticator.addProperty("hasResidentKey", true);
        authenticator.addProperty("hasUserVerification", true);
        authenticator.addProperty("isUserVerified", true);
        authenticator.addProperty("automaticPresenceSimulation", true);
        JsonObject options = new JsonObject();
        options.add("options", authenticator);
        devtools.send("WebAuthn.addVirtualAuthenticator", options);
    }

    private static void link(Path link, Path target) throws IOException {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, target);
    }

    Page page() {
        return page;
    }

    /// Pictures of the page at both widths, light and dark, for people to look at.
    void photograph(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        for (int width : new int[] {WIDE, NARROW}) {
            page.setViewportSize(width, HEIGHT);
            for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                page.screenshot(
                        new Page.ScreenshotOptions()
                                .setFullPage(true)
                                .setPath(
                                        SCREENSHOTS.resolve(
                                                "%s-%d-%s.png"
                                                        .formatted(
                                                                name,
                                                                width,
                                                                scheme.name()
                                                                        .toLowerCase(
                                                                                Locale.ROOT)))));
            }
        }
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(WIDE, HEIGHT);
    }

    /// How far the page is wider than a phone.
    int overflowOnAPhone() {
        page.setViewportSize(NARROW, HEIGHT);
        Object wider =
                page.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth");
        page.setViewportSize(WIDE, HEIGHT);
        return ((Number) wider).intValue();
    }

    /// What axe-core finds that is serious or worse, as `rule: element`.
    List<?> accessibilityProblems() throws IOException {
        // Evaluated by the debugger, which the content security policy does not concern.
        page.evaluate(Files.readString(PACKAGES.resolve("axe-core/axe.min.js")));
        return (List<?>)
                page.evaluate(
                        """
                        async () => (await axe.run()).violations
                          .filter(v => v.impact === 'serious' || v.impact === 'critical')
                          .flatMap(v => v.nodes.map(n => v.id + ': ' + n.html))
                        """);
    }

    @Override
    public void close() {
        context.close();
        chromium.close();
        playwright.close();
    }
}
