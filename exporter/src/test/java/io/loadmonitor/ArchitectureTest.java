package io.loadmonitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Data flows one way, each package knows those alone that it needs, and each outside library has one owner. */
@AnalyzeClasses(packages = "io.loadmonitor", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String OWN = "io.loadmonitor.";

    /** A package and the others that it uses; all of those stand above it. As in docs/architecture.md. */
    private static final Map<String, Set<String>> USES = table("""
            log       |
            json      |
            guard     |
            loadavg   |
            procfs    | loadavg
            dump      | loadavg
            kernel    | dump
            bpf       | kernel
            capture   | bpf, dump, kernel, procfs
            sample    | capture, dump, loadavg, procfs
            flame     | dump
            kernellog | dump
            alert     | dump, json
            incident  |
            archive   | alert, dump, incident, json, sample
            desk      | alert, archive, capture, dump, incident, sample
            report    | archive, desk, dump, incident, kernellog, sample
            fleet     | archive, dump, json, sample
            metrics   | archive, capture, desk, dump, fleet, guard, kernel, procfs, sample
            web       | alert, archive, desk, dump, flame, fleet, guard, incident, json, report, sample
            app       | alert, archive, capture, desk, dump, fleet, guard, incident, json, kernel, kernellog, log, \
            metrics, procfs, report, sample, web
            """);

    /**
     * An outside library, by the beginning of its packages' names, and its owner. The longest beginning holds. JNA has
     * two: libc for the module, and the kernel's own calls that libc has not by name. JDBC has two as well, each with a
     * driver of its own.
     */
    private static final Map<String, Set<String>> OWNERS = table("""
            at.favre.lib             | guard
            com.sun.jna              | bpf, kernel
            com.sun.management       | metrics
            com.fasterxml.jackson    | json
            com.google.re2j          | alert
            gg.jte                   | web
            io.javalin               | web
            io.prometheus            | metrics
            jakarta.servlet          | web
            java.sql                 | archive, fleet
            javax.sql                | archive
            javax.crypto             | guard
            javax.naming             | guard
            javax.net.ssl            | fleet, guard
            javax.security.auth.x500 | guard
            kotlin                   | web
            org.eclipse.jetty        | web
            org.postgresql           | fleet
            org.slf4j.bridge         | log
            org.slf4j.helpers        | log
            org.slf4j.spi.LoggingEventAware     | log
            org.slf4j.spi.MDCAdapter            | log
            org.slf4j.spi.SLF4JServiceProvider  | log
            org.sqlite               | archive
            org.yaml.snakeyaml       | app
            picocli                  | app
            """);

    /** Who uses a library beside its owner, and why that is no fault. */
    private static final Map<String, Set<String>> EXCEPTIONS = table("""
            com.fasterxml.jackson.annotation | report, web
            """);
    // Annotations on the records of report.json and web.json are their form in JSON; they call nothing.

    /** For every package. java.util.logging is for none: the log is SLF4J's. */
    private static final List<String> EVERYBODY = List.of("java.", "org.jspecify.", "org.slf4j.");

    private static final List<String> NOBODY = List.of("java.util.logging.");

    @ArchTest
    static void eachPackageUsesThoseAloneThatItNeeds(JavaClasses classes) {
        Map<String, Set<String>> used = new TreeMap<>();
        USES.keySet().forEach(name -> used.put(name, new TreeSet<>()));
        for (Dependency arrow : arrows(classes)) {
            String from = packageOf(arrow.getOriginClass());
            String to = packageOf(arrow.getTargetClass());
            if (arrow.getTargetClass().getPackageName().startsWith(OWN) && !from.equals(to)) {
                used.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
                assertTrue(
                        USES.getOrDefault(from, Set.of()).contains(to),
                        () -> from + " may not use " + to + ": " + arrow.getDescription());
            }
        }
        assertEquals(new TreeMap<>(USES), used, "the table has an arrow too many");
    }

    @ArchTest
    static void arrowsPointUp(JavaClasses classes) {
        Set<String> above = new HashSet<>();
        USES.forEach((name, uses) -> {
            assertTrue(above.containsAll(uses), name + " uses " + uses + ", but above it are " + above);
            above.add(name);
        });
    }

    @ArchTest
    static void theDocumentHasTheSameTable(JavaClasses classes) throws IOException {
        Map<String, Set<String>> documented = new LinkedHashMap<>();
        Pattern row = Pattern.compile("\\| `([a-z]+)` \\|(?:[^|]*\\|){3} ?([a-z, ]*?) ?\\|");
        for (String line : Files.readAllLines(Path.of("docs/architecture.md"))) {
            Matcher matcher = row.matcher(line);
            if (matcher.matches()) {
                documented.put(matcher.group(1), set(matcher.group(2)));
            }
        }
        assertEquals(lines(USES), lines(documented));
    }

    @ArchTest
    static void eachLibraryHasOneOwner(JavaClasses classes) {
        Set<String> problems = new TreeSet<>();
        for (Dependency arrow : arrows(classes)) {
            String library = arrow.getTargetClass().getBaseComponentType().getName();
            String user = packageOf(arrow.getOriginClass());
            if (!library.startsWith(OWN)
                    && !arrow.getTargetClass().getBaseComponentType().isPrimitive()
                    && !allowed(library, user)) {
                problems.add(user + " uses " + library + ": " + arrow.getDescription());
            }
        }
        assertEquals("", String.join("\n", problems));
    }

    private static boolean allowed(String library, String user) {
        if (EXCEPTIONS.entrySet().stream()
                .anyMatch(exception -> library.startsWith(exception.getKey() + ".")
                        && exception.getValue().contains(user))) {
            return true;
        }
        return OWNERS.keySet().stream()
                .filter(name -> library.equals(name) || library.startsWith(name + "."))
                .max(Comparator.comparing(String::length))
                .map(name -> OWNERS.get(name).contains(user))
                .orElseGet(() -> NOBODY.stream().noneMatch(library::startsWith)
                        && EVERYBODY.stream().anyMatch(library::startsWith));
    }

    private static List<Dependency> arrows(JavaClasses classes) {
        List<Dependency> arrows = new ArrayList<>();
        classes.forEach(one -> arrows.addAll(one.getDirectDependenciesFromSelf()));
        assertTrue(arrows.size() > 1_000, "only " + arrows.size() + " dependencies were found");
        return arrows;
    }

    /** {@code web} for {@code io.loadmonitor.web.json.DumpItem}. */
    private static String packageOf(JavaClass type) {
        String name = type.getBaseComponentType().getPackageName();
        return name.startsWith(OWN) ? name.substring(OWN.length()).split("\\.", 2)[0] : name;
    }

    private static Map<String, Set<String>> table(String rows) {
        Map<String, Set<String>> table = new LinkedHashMap<>();
        rows.lines().forEach(row -> {
            String[] columns = row.split("\\|", -1);
            table.put(columns[0].strip(), set(columns[1]));
        });
        return table;
    }

    private static Set<String> set(String names) {
        return names.isBlank() ? Set.of() : new TreeSet<>(List.of(names.strip().split(", ?")));
    }

    private static String lines(Map<String, Set<String>> table) {
        StringBuilder lines = new StringBuilder();
        table.forEach(
                (name, uses) -> lines.append(name).append(' ').append(uses).append('\n'));
        return lines.toString();
    }
}
