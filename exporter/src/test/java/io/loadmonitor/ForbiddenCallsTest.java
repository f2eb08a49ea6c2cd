package io.loadmonitor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What no class may do, wherever it stands. */
@AnalyzeClasses(packages = "io.loadmonitor", importOptions = ImportOption.DoNotIncludeTests.class)
final class ForbiddenCallsTest {
    /** Text of a class file: a path of /proc that waits for a lock of the task's memory, as OpenedFilesIT says. */
    private static final Pattern HELD_BY_A_STUCK_TASK =
            Pattern.compile("\\b(cmdline|environ|smaps|numa_maps|pagemap)\\b");

    /** Another program would get the service manager's variables, and on a stuck host it would hang. */
    @ArchTest
    static void nothingStartsAProgram(JavaClasses classes) {
        assertEquals(Set.of(), calls(classes, "java.lang.ProcessBuilder", "start", "java.lang.Runtime", "exec"));
    }

    /** ProcessHandle.info() reads /proc/PID/cmdline, of whichever process it is asked. */
    @ArchTest
    static void nothingAsksJavaForACommandLine(JavaClasses classes) {
        assertEquals(
                Set.of(), calls(classes, "java.lang.ProcessHandle", "info", "java.lang.ProcessHandle", "allProcesses"));
    }

    @ArchTest
    static void nothingNamesAFileThatAStuckTaskHolds(JavaClasses classes) throws IOException {
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.walk(Path.of("target/classes/io/loadmonitor"))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                if (HELD_BY_A_STUCK_TASK.matcher(text).find()) {
                    found.add(file.toString());
                }
            }
        }
        assertEquals(Set.of(), found);
    }

    /** @param wanted owners and names, in pairs */
    private static Set<String> calls(JavaClasses classes, String... wanted) {
        Set<String> found = new TreeSet<>();
        for (JavaClass origin : classes) {
            for (JavaCodeUnit unit : origin.getCodeUnits()) {
                unit.getCallsFromSelf().forEach(call -> {
                    for (int pair = 0; pair < wanted.length; pair += 2) {
                        if (call.getTargetOwner().getName().equals(wanted[pair])
                                && call.getTarget().getName().equals(wanted[pair + 1])) {
                            found.add(call.getDescription());
                        }
                    }
                });
            }
        }
        return found;
    }
}
