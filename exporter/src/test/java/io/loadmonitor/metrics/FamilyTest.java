package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class FamilyTest {
    /** Says what to write where the table is not as the code. */
    @Test
    void documentationListsEveryFamilyWithItsLabels() throws Exception {
        List<String> rows = Files.readAllLines(Path.of("docs/metrics.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.substring(0, line.lastIndexOf('|', line.length() - 2) + 1))
                .toList();
        String expected = Arrays.stream(Family.values())
                .map(family -> "| `" + family.metricName() + "` | " + family.typeName() + " | "
                        + family.labels().stream()
                                .map(label -> "`" + label + "`")
                                .collect(Collectors.joining(", ")) + " |")
                .map(row -> row.replace("|  |", "| |"))
                .collect(Collectors.joining("\n"));
        assertEquals(expected, String.join("\n", rows));
    }

    @ParameterizedTest
    @EnumSource(Family.class)
    void followsTheConventions(Family family) {
        String name = family.metricName();
        assertTrue(name.matches("(load_monitor|process|jvm)_.*"), name);
        assertEquals(family.typeName().equals("counter"), name.endsWith("_total"), name);
        assertTrue(family.help().endsWith("."), family.help());
    }
}
