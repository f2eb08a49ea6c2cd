package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The functions that the catalogue names, against those of real kernels, as {@code kmod/tests/list-functions} found
 * them.
 */
final class CatalogueFunctionsTest {
    private static final Path CATALOGUE = Path.of("src/main/resources/io/loadmonitor/dump/causes.txt");
    private static final Path FUNCTIONS = Path.of("src/test/resources/io/loadmonitor/dump/functions");
    private static final Path ELSEWHERE = FUNCTIONS.resolve("elsewhere.txt");

    @Test
    void everyFunctionIsInAKernelOrHasItsReason() throws IOException {
        Set<String> missing = named();
        kernels().values().forEach(missing::removeAll);
        missing.removeAll(elsewhere().keySet());
        assertEquals(
                Set.of(),
                missing,
                "in no kernel of " + FUNCTIONS + ": misspelt, renamed, or to be explained in " + ELSEWHERE);
    }

    @Test
    void noReasonIsGivenForAFunctionThatAKernelHasOrTheCatalogueDoesNotName() throws IOException {
        Set<String> named = named();
        for (String function : elsewhere().keySet()) {
            assertTrue(named.contains(function), function + " is not in the catalogue");
            kernels()
                    .forEach((kernel, functions) ->
                            assertTrue(!functions.contains(function), function + " is in " + kernel));
        }
    }

    /** The newest kernel is one for clouds, without most drivers; an older one has them all. */
    @Test
    void everyCauseHasAFunctionInTheNewestKernelOrInOneWithAllDrivers() throws IOException {
        Map<String, Set<String>> kernels = kernels();
        Set<String> there = new TreeSet<>(kernels.get(newest(kernels, "-cloud-amd64.txt")));
        there.addAll(kernels.get(newest(kernels, "[0-9]-amd64.txt")));
        Map<String, Set<String>> causes = new TreeMap<>();
        for (String line : rules()) {
            String[] words = line.split(" ");
            causes.computeIfAbsent(words[0], cause -> new TreeSet<>())
                    .addAll(List.of(words).subList(1, words.length));
        }
        Set<String> gone = new TreeSet<>();
        causes.forEach((cause, functions) -> {
            if (functions.stream().noneMatch(there::contains)) {
                gone.add(cause);
            }
        });
        // What is not, or is no longer, a part of Linux.
        assertEquals(Set.of("bcachefs", "gpfs", "idle-thread-counted", "lustre", "zfs"), gone);
    }

    /** @param ending of the list's name, a pattern */
    private static String newest(Map<String, Set<String>> kernels, String ending) {
        return kernels.keySet().stream()
                .filter(release -> release.matches(".*" + ending))
                .max((a, b) -> Arrays.compare(version(a), version(b)))
                .orElseThrow();
    }

    @Test
    void listsComeFromSeveralKernels() throws IOException {
        Set<String> kernels = kernels().keySet();
        for (String version : List.of("5.10.", "6.1.", "6.12.", "7.")) {
            assertTrue(kernels.stream().anyMatch(release -> release.startsWith(version)), version + " of " + kernels);
        }
    }

    private static int[] version(String release) {
        return Arrays.stream(release.split("[^0-9]+"))
                .limit(3)
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    /** {@code CAUSE FUNCTION...} for each rule. */
    private static List<String> rules() throws IOException {
        String cause = "";
        List<String> rules = new java.util.ArrayList<>();
        for (String line : Files.readAllLines(CATALOGUE)) {
            String[] words = line.strip().split(" +");
            if (words[0].equals("cause")) {
                cause = words[1];
            } else if (words[0].equals("frames") || words[0].equals("first")) {
                rules.add(cause + " "
                        + Arrays.stream(words)
                                .skip(2)
                                .filter(word -> !word.equals("within"))
                                .collect(Collectors.joining(" ")));
            }
        }
        return rules;
    }

    private static Set<String> named() throws IOException {
        return rules().stream()
                .flatMap(rule -> Arrays.stream(rule.split(" ")).skip(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** {@code RELEASE.txt} with the functions of the catalogue that it has. */
    private static Map<String, Set<String>> kernels() throws IOException {
        Map<String, Set<String>> kernels = new HashMap<>();
        try (Stream<Path> files = Files.list(FUNCTIONS)) {
            for (Path file : files.filter(file -> !file.equals(ELSEWHERE)).toList()) {
                List<String> lines = Files.readAllLines(file);
                assertTrue(
                        lines.get(0).startsWith("# Functions of the catalogue of causes that linux-image-"),
                        file.toString());
                kernels.put(
                        file.getFileName().toString(),
                        lines.stream().filter(line -> !line.startsWith("#")).collect(Collectors.toSet()));
            }
        }
        return kernels;
    }

    /** {@code function}s of no kernel here, with the reason that stands above them. */
    private static Map<String, String> elsewhere() throws IOException {
        Map<String, String> reasons = new HashMap<>();
        String reason = "";
        for (String line : Files.readAllLines(ELSEWHERE)) {
            if (line.startsWith("# ")) {
                reason = line.substring(2);
            } else if (!line.isBlank()) {
                assertTrue(!reason.isEmpty(), line + " has no reason above it");
                for (String function : line.split(" ")) {
                    assertTrue(reasons.put(function, reason) == null, function + " is there twice");
                }
            }
        }
        return reasons;
    }
}
