package dev.holdfast.server.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Which package may use which. What is not listed is not allowed; a new line here is a decision.
/// The walls between modules are compile errors already; this is about the rooms inside them.
class ArchitectureTest {
    private static final String ROOT = "dev.holdfast.";

    /// A package, then the packages that it may use.
    private static final List<String> ALLOWED =
            List.of(
                    "pgwire:",
                    "sql.parser.generated:",
                    "sql.parser: sql.parser.generated",
                    "sql.catalog:",
                    "sql.text:",
                    "sql.analysis: sql.catalog sql.parser sql.text",
                    "guard.decision:",
                    "guard.audit:",
                    "guard.change: guard.decision sql.analysis",
                    "guard.policy: guard.decision sql.analysis sql.parser",
                    "guard.approval: guard.change guard.decision guard.policy sql.analysis",
                    "gateway.scram:",
                    "gateway: gateway.scram",
                    "gateway.cancel: gateway",
                    "gateway.upstream: gateway guard.decision pgwire",
                    "gateway.guarded: guard.approval guard.audit guard.change guard.decision pgwire",
                    "gateway.session: gateway gateway.cancel gateway.guarded gateway.upstream guard.approval"
                            + " guard.audit guard.change guard.decision guard.policy pgwire sql.analysis"
                            + " sql.parser",
                    "gateway.client: gateway gateway.cancel gateway.scram gateway.session"
                            + " gateway.upstream guard.decision pgwire sql.analysis",
                    "gateway.transport: gateway gateway.client gateway.session gateway.upstream",
                    "testkit:",
                    "server.text:",
                    "server.age:",
                    "server.logging:",
                    "server.config: guard.policy server.text sql.text",
                    "server.audit: guard.audit server.text",
                    "server.undo: guard.audit guard.change guard.decision server.journal"
                            + " server.text",
                    "server.journal: guard.audit guard.change guard.decision server.age server.text",
                    "server.quarantine: guard.change guard.decision server.age server.catalog server.text"
                            + " sql.analysis sql.parser",
                    "server.store: guard.change guard.decision",
                    "server.access: gateway gateway.client gateway.scram gateway.session guard.audit"
                            + " guard.decision guard.policy server.audit server.catalog server.people server.store"
                            + " server.text",
                    "server.capture: guard.change guard.decision server.catalog server.journal"
                            + " server.text",
                    "server.notify: server.store server.text",
                    "server.people: guard.audit server.audit server.store server.text",
                    "server.oidc: server.people server.text",
                    "server.approval: guard.approval guard.change guard.decision guard.policy"
                            + " server.people server.store",
                    "server.admin: gateway guard.audit server.audit",
                    "server.catalog: sql.analysis sql.catalog sql.parser",
                    "server.init: gateway.scram server.catalog server.text sql.catalog",
                    "server.composition: gateway gateway.client gateway.guarded gateway.scram gateway.session"
                            + " guard.approval server.access server.approval server.notify server.oidc server.people"
                            + " gateway.transport guard.audit guard.change guard.decision"
                            + " guard.policy pgwire server.admin server.capture server.journal"
                            + " server.store"
                            + " server.audit server.catalog server.config server.web sql.analysis"
                            + " sql.catalog"
                            + " sql.parser server.quarantine server.undo",
                    "server.web: server.people server.text",
                    "server.api: gateway.session guard.approval guard.audit guard.change guard.decision"
                            + " server.access server.approval server.audit server.composition"
                            + " server.config server.explain server.journal server.people"
                            + " server.quarantine server.text server.undo server.web",
                    "server.console: server.access gateway.session guard.approval guard.audit guard.change guard.decision"
                            + " server.approval server.audit server.composition server.config"
                            + " server.explain server.journal server.oidc server.people server.text server.undo"
                            + " server.web",
                    "server.demo: gateway.scram testkit",
                    "server.explain: guard.decision guard.policy server.composition server.config"
                            + " server.init sql.analysis sql.catalog",
                    "server.cli: gateway.scram server.api server.approval server.console server.people guard.decision"
                            + " guard.policy server.composition"
                            + " server.config server.demo server.explain server.init server.text"
                            + " guard.change server.capture server.journal server.quarantine"
                            + " server.undo sql.analysis sql.parser");

    private static final JavaClasses CLASSES =
            new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    // The compiled grammar: megabytes of code that use nothing of ours.
                    .withImportOption(location -> !location.contains("/parser/generated/"))
                    .importPackages("dev.holdfast");

    @Test
    void everyPackageUsesOnlyWhatItMay() {
        Map<String, Set<String>> allowed = allowed();
        Set<String> violations = new TreeSet<>();
        for (JavaClass type : CLASSES) {
            if (type.getSimpleName().equals("package-info")) {
                continue;
            }
            String from = room(type);
            if (!allowed.containsKey(from)) {
                violations.add(from + ": a new package (expected: a line in ALLOWED)");
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (!target.getPackageName().startsWith("dev.holdfast")) {
                    continue;
                }
                String to = room(target);
                if (!to.equals(from) && !allowed.getOrDefault(from, Set.of()).contains(to)) {
                    violations.add(
                            "%s must not use %s: %s"
                                    .formatted(from, to, dependency.getDescription()));
                }
            }
        }
        assertThat(violations).isEmpty();
    }

    /// A cycle between packages is one large package with a misleading name.
    @Test
    void allowedUsesHaveNoCycle() {
        Map<String, Set<String>> left = new HashMap<>(allowed());
        boolean shrinking = true;
        while (shrinking) {
            shrinking = left.values().removeIf(uses -> uses.stream().noneMatch(left::containsKey));
        }
        assertThat(left).isEmpty();
    }

    @Test
    void productCodeDoesWithoutThreadLocalsMocksAndGuava() {
        List<String> violations = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getName();
                if (target.equals("java.lang.ThreadLocal")
                        || target.startsWith("org.mockito")
                        || target.startsWith("com.google.common.")) {
                    violations.add(dependency.getDescription());
                }
            }
        }
        assertThat(violations).isEmpty();
    }

    /// SQL is judged from values; what reads them neither waits nor talks to anyone.
    @Test
    void theGuardAndTheAnalysisKnowNoNetworkAndNoFiles() {
        List<String> violations = new ArrayList<>();
        for (JavaClass type : CLASSES) {
            String room = room(type);
            if (!room.startsWith("guard.") && !room.equals("sql.analysis")) {
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                String target = dependency.getTargetClass().getName();
                if (target.startsWith("io.netty")
                        || target.startsWith("java.net.")
                        || target.startsWith("java.sql.")
                        || target.startsWith("java.nio.file.")) {
                    violations.add(dependency.getDescription());
                }
            }
        }
        assertThat(violations).isEmpty();
    }

    private static Map<String, Set<String>> allowed() {
        Map<String, Set<String>> allowed = new HashMap<>();
        for (String line : ALLOWED) {
            String uses = line.substring(line.indexOf(':') + 1).trim();
            allowed.put(
                    line.substring(0, line.indexOf(':')),
                    uses.isEmpty() ? Set.of() : Set.of(uses.split(" +")));
        }
        return allowed;
    }

    private static String room(JavaClass type) {
        return type.getPackageName().substring(ROOT.length());
    }
}
