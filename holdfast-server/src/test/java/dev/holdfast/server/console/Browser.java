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
import java.util.ArrayList;
import java.util.HashMap;
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
    private final Map<Page, Device> devices = new HashMap<>();
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
        page = newcomer();
    }

    /// Somebody else at a device of their own, with a passkey's authenticator of their own.
    Page newcomer() {
        BrowserContext context =
                chromium.newContext(
                        new com.microsoft.playwright.Browser.NewContextOptions()
                                .setViewportSize(WIDE, HEIGHT));
        Page opened = context.newPage();
        CDPSession devtools = context.newCDPSession(opened);
        devtools.send("WebAuthn.enable");
        devices.put(opened, new Device(devtools, authenticator(devtools)));
        return opened;
    }

    /// Somebody's device with the authenticator that it has now.
    private record Device(CDPSession devtools, String authenticator) {}

    private static String authenticator(CDPSession devtools) {
        JsonObject authenticator = new JsonObject();
        authenticator.addProperty("protocol", "ctap2");
        authenticator.addProperty("transport", "internal");
        authenticator.addProperty("hasResidentKey", true);
        authenticator.addProperty("hasUserVerification", true);
        authenticator.addProperty("isUserVerified", true);
        authenticator.addProperty("automaticPresenceSimulation", true);
        JsonObject options = new JsonObject();
        options.add("options", authenticator);
        return devtools.send("WebAuthn.addVirtualAuthenticator", options)
                .get("authenticatorId")
                .getAsString();
    }

    /// Takes the authenticator of a page away, with its passkeys, and gives it another, with none.
    void changeAuthenticator(Page of) {
        Device device = devices.get(of);
        if (device == null) {
            throw new IllegalArgumentException("no page of this browser");
        }
        JsonObject gone = new JsonObject();
        gone.addProperty("authenticatorId", device.authenticator);
        device.devtools.send("WebAuthn.removeVirtualAuthenticator", gone);
        devices.put(of, new Device(device.devtools, authenticator(device.devtools)));
    }

    private static void link(Path link, Path target) throws IOException {
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, target);
    }

    Page page() {
        return page;
    }

    /// Takes pictures of a page, and says what is wrong with it: what axe-core finds that is serious or worse,
    /// light and dark, as `rule: element`, and whether it is wider than a phone.
    List<String> look(Page shown, String name) throws IOException {
        photograph(shown, name);
        List<String> wrong = new ArrayList<>();
        // Evaluated by the debugger, which the content security policy does not concern.
        shown.evaluate(Files.readString(PACKAGES.resolve("axe-core/axe.min.js")));
        shown.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.DARK));
        // Only colours are others in the dark.
        wrong.addAll(violations(shown, "{runOnly: ['color-contrast']}"));
        shown.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        wrong.addAll(violations(shown, "{}"));
        shown.setViewportSize(NARROW, HEIGHT);
        Object wider =
                shown.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth");
        shown.setViewportSize(WIDE, HEIGHT);
        if (((Number) wider).intValue() > 0) {
            wrong.add("wider than a phone by " + wider);
        }
        return wrong;
    }

    private static List<String> violations(Page shown, String options) {
        List<?> found =
                (List<?>)
                        shown.evaluate(
                                """
                                async () => (await axe.run(%s)).violations
                                  .filter(v => v.impact === 'serious' || v.impact === 'critical')
                                  .flatMap(v => v.nodes.map(n => v.id + ': ' + n.html))
                                """
                                        .formatted(options));
        return found.stream().map(String::valueOf).toList();
    }

    /// At both widths, light and dark, for people to look at.
    private static void photograph(Page shown, String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        for (int width : new int[] {WIDE, NARROW}) {
            shown.setViewportSize(width, HEIGHT);
            for (ColorScheme scheme : new ColorScheme[] {ColorScheme.LIGHT, ColorScheme.DARK}) {
                shown.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
                String file =
                        "%s-%d-%s.png"
                                .formatted(name, width, scheme.name().toLowerCase(Locale.ROOT));
                shown.screenshot(
                        new Page.ScreenshotOptions()
                                .setFullPage(true)
                                .setPath(SCREENSHOTS.resolve(file)));
            }
        }
        shown.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        shown.setViewportSize(WIDE, HEIGHT);
    }

    @Override
    public void close() {
        chromium.close();
        playwright.close();
    }
}
