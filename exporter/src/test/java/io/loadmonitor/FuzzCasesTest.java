package io.loadmonitor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Texts that once broke a reader: {@code src/test/fuzz/TARGET}, as {@code .ci/fuzz} found them. TARGET is a class of
 * these tests, without {@code io.loadmonitor}.
 */
final class FuzzCasesTest {
    private static final Path CASES = Path.of("src/test/fuzz");
    private static final Path TESTS = Path.of("src/test/java/io/loadmonitor");

    @TestFactory
    Stream<DynamicTest> breakNothingAnyMore() throws IOException {
        List<Path> cases = files(CASES);
        assertFalse(cases.isEmpty());
        return cases.stream()
                .map(file -> DynamicTest.dynamicTest(
                        CASES.relativize(file).toString(),
                        () -> run(file.getParent().getFileName().toString(), Files.readAllBytes(file))));
    }

    /** A case whose target was renamed would never be tried by the fuzzer again. */
    @Test
    void eachCaseHasATarget() throws IOException {
        Set<String> targets = files(TESTS).stream()
                .map(file -> TESTS.relativize(file).toString())
                .filter(name -> name.endsWith("Fuzz.java"))
                .map(name -> name.substring(0, name.length() - ".java".length()).replace('/', '.'))
                .collect(Collectors.toSet());
        List<String> orphans = new ArrayList<>();
        try (Stream<Path> folders = Files.list(CASES)) {
            folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> !targets.contains(name))
                    .forEach(orphans::add);
        }
        assertEquals(List.of(), orphans, () -> "of " + targets);
    }

    private static void run(String target, byte[] text) throws Throwable {
        Method method = Class.forName("io.loadmonitor." + target).getMethod("fuzzerTestOneInput", byte[].class);
        try {
            method.invoke(null, (Object) text);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }
}
