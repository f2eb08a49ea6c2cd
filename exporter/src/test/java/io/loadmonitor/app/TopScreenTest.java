package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.sample.LoadMoment;
import io.loadmonitor.sample.LoadParts;
import io.loadmonitor.sample.TaskCounts;
import io.loadmonitor.web.json.LoadAnswer;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class TopScreenTest {
    private static final LoadParts PARTS = new LoadParts(
            28.71,
            Map.of("ext4-journal", 23.8, "on-cpu", 4.41, "unseen", 0.5),
            Map.of("/system.slice/db.service", 28.2, "other", 0.01, "unseen", 0.5),
            Map.of("/system.slice/db.service", 24),
            Map.of(),
            new TaskCounts(
                    Map.of("ext4-journal", 24, "on-cpu", 4, "nfs", 1),
                    Map.of("/system.slice/db.service", 28, "/x", 1),
                    Map.of("/system.slice/db.service", 24),
                    Map.of("db", 28, "cp", 1)),
            OptionalDouble.of(5.0));

    private static List<String> screen(TopScreen.By by, int columns, int lines) {
        return new TopScreen(columns, lines)
                .render(
                        by,
                        new TopReading(
                                Instant.parse("2026-11-22T12:04:10Z"),
                                new LoadMoment("db1", "bpf", 10.5, 3.25, PARTS),
                                OptionalInt.of(30),
                                LoadAnswer.titles(CauseCatalogue.standard()),
                                Optional.empty()));
    }

    @Test
    void tellsTheCausesTheLargestFirst() {
        assertEquals(
                List.of(
                        "db1 at 12:04:10 UTC, by bpf",
                        "load 28.71 10.50 3.25, 30 active tasks at the last tick, seen 29 of which 24 in"
                                + " uninterruptible sleep",
                        "",
                        " LOAD1   TASKS  CAUSE",
                        " 23.80      24  waiting for the ext4 journal",
                        "  4.41       4  on CPU",
                        "  0.00       1  waiting for NFS",
                        "  0.50       0  counted by the kernel, and seen by no look",
                        "",
                        "by cause   c cause  p program  g control group  s state  q quit"),
                screen(TopScreen.By.CAUSE, 120, 10));
    }

    @Test
    void tellsThemByProgramGroupAndState() {
        assertEquals(
                List.of("  TASKS  PROGRAM", "     28  db", "      1  cp"),
                screen(TopScreen.By.PROGRAM, 120, 10).subList(3, 6));
        assertEquals(
                List.of(
                        " LOAD1   TASKS       D  CONTROL GROUP",
                        " 28.20      28      24  /system.slice/db.service",
                        "  0.01       0       0  other",
                        "  0.00       1       0  /x",
                        "  0.50       0       0  unseen"),
                screen(TopScreen.By.CGROUP, 120, 10).subList(3, 8));
        assertEquals(
                List.of("     24  uninterruptible sleep (D)", "      5  running or waiting for a CPU (R)"),
                screen(TopScreen.By.STATE, 120, 10).subList(4, 6));
    }

    @Test
    void fitsTheTerminalWhateverItsSize() {
        for (TopScreen.By by : TopScreen.By.values()) {
            for (int columns : new int[] {1, 20, 80, 500}) {
                for (int lines : new int[] {2, 3, 6, 24}) {
                    List<String> shown = screen(by, columns, lines);
                    assertEquals(lines, shown.size());
                    assertTrue(shown.stream().allMatch(line -> line.length() <= columns), shown.toString());
                }
            }
        }
    }

    @Test
    void showsNoControlCharacterOfANameThatSomebodyChose() {
        Map<String, Integer> programs = new HashMap<>();
        programs.put("bad\\x1b[2J", 3);
        LoadParts parts = new LoadParts(
                3,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of(),
                new TaskCounts(Map.of(), Map.of(), Map.of(), programs),
                OptionalDouble.empty());
        String shown = String.join(
                "",
                new TopScreen(80, 24)
                        .render(
                                TopScreen.By.PROGRAM,
                                new TopReading(
                                        Instant.EPOCH,
                                        new LoadMoment("bad\u001b[2Jhost", "bpf", 3, 3, parts),
                                        OptionalInt.empty(),
                                        Map.of(),
                                        Optional.empty())));
        assertTrue(shown.chars().noneMatch(c -> c < 0x20), shown);
    }
}
