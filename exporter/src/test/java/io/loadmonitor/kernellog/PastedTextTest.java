package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Texts as people paste them: the kernel's own lines behind anything, in any form that it or a tool prints. */
final class PastedTextTest {
    private static final Path DOCS = Path.of("docs/explain.md");
    private static final Path PASTED = Path.of("src/test/resources/io/loadmonitor/kernellog/pasted");
    private static final double LEAST_RIGHT = 0.95;
    private static final int MOST_WRAPPINGS_WITHOUT_A_REPORT = 3;

    private interface Form {
        boolean right(Scene scene);
    }

    // Forms, and when a text of them is right

    private static boolean blocked(byte[] text, Scene scene, boolean named) {
        List<LogReport> reports = KernelLogReader.read(text).reports();
        if (reports.size() != 1 || reports.get(0).dump().tasks().size() != 1) {
            return false;
        }
        LogReport report = reports.get(0);
        Task task = report.dump().tasks().get(0);
        return task.state() == State.UNINTERRUPTIBLE
                && (!named || task.comm().escaped().equals(scene.comm()))
                && LoadBreakdown.of(report.dump()).parts().get(0).cause().id().equals(scene.cause());
    }

    private static Form blocked(Function<Scene, List<String>> lines) {
        return scene -> blocked(Wrapping.each(lines.apply(scene), "", ""), scene, true);
    }

    private static Form blockedUnnamed(Function<Scene, List<String>> lines) {
        return scene -> blocked(Wrapping.each(lines.apply(scene), "", ""), scene, false);
    }

    private static Form onCpu(Function<Scene, List<String>> lines) {
        return scene -> {
            List<LogReport> reports = KernelLogReader.read(Wrapping.each(lines.apply(scene), "[ 812.40#] ", ""))
                    .reports();
            if (reports.size() != 1 || reports.get(0).dump().tasks().size() != 1) {
                return false;
            }
            Task task = reports.get(0).dump().tasks().get(0);
            return task.pid() == scene.pid()
                    && task.state() == State.RUNNING
                    && reports.get(0)
                            .dump()
                            .stackOf(task)
                            .orElseThrow()
                            .frames()
                            .get(0)
                            .function()
                            .equals(scene.functions().get(0));
        };
    }

    private static Form heldBy(String sentence) {
        return scene -> {
            List<LogReport> reports = KernelLogReader.read(
                            Wrapping.each(KernelText.heldBy(scene, sentence), "[ 300.10#] ", ""))
                    .reports();
            if (reports.size() != 1 || reports.get(0).context().blockers().size() != 1) {
                return false;
            }
            Blocker blocker = reports.get(0).context().blockers().get(0);
            return blocker.holder().orElseThrow().escaped().equals(scene.comm())
                    && blocker.holderPid().orElseThrow() == scene.pid()
                    && blocker.frames()
                            .get(0)
                            .function()
                            .equals(scene.functions().get(0))
                    && reports.get(0).dump().tasks().size() == 1;
        };
    }

    private static TreeMap<String, Form> forms() {
        TreeMap<String, Form> forms = new TreeMap<>();
        forms.put("hung task, 6.3 and later", blocked(KernelText::hungTask));
        forms.put("hung task, 4.14 to 5.7", blocked(KernelText::hungTaskInColumns));
        forms.put("hung task, with addresses, up to 4.9", blocked(KernelText::hungTaskWithAddresses));
        forms.put("sysrq-w", blocked(KernelText::sysrqBlocked));
        forms.put("frames of arm, up to 3.12", blocked(scene -> KernelText.arm(scene, true)));
        forms.put("frames of arm, up to 5.17", blocked(scene -> KernelText.arm(scene, false)));
        forms.put("frames of arm, 5.18 and later", blocked(KernelText::armSince518));
        forms.put("frames of ppc64", blocked(KernelText::ppc64));
        forms.put("frames of s390", blocked(KernelText::s390));
        forms.put("frames decoded, files and lines in parentheses", blocked(KernelText::decoded));
        forms.put("frames decoded, a file and a line behind", blocked(KernelText::withPlaces));
        forms.put("newest first, hung task", blocked(scene -> KernelText.newestFirst(KernelText.hungTask(scene))));
        forms.put(
                "newest first, in columns",
                blocked(scene -> KernelText.newestFirst(KernelText.hungTaskInColumns(scene))));
        forms.put("newest first, sysrq-w", blocked(scene -> KernelText.newestFirst(KernelText.sysrqBlocked(scene))));
        forms.put("hung task without a stack", scene -> {
            List<LogReport> reports = KernelLogReader.read(Wrapping.each(KernelText.withoutStack(scene), "[ 1.#] ", ""))
                    .reports();
            return reports.size() == 1
                    && reports.get(0).dump().tasks().size() == 1
                    && reports.get(0).dump().tasks().get(0).stackId() == 0
                    && reports.get(0).dump().tasks().get(0).comm().escaped().equals(scene.comm());
        });
        forms.put("lock holder, mutex", heldBy("INFO: task %s:%d is blocked on a mutex likely owned by task %s:%d."));
        forms.put(
                "lock holder, rw-semaphore",
                heldBy("INFO: task %s:%d <writer> blocked on an rw-semaphore likely owned by task %s:%d <reader>"));
        forms.put(
                "lock holder, semaphore",
                heldBy("INFO: task %s:%d blocked on a semaphore likely last held by task %s:%d"));
        forms.put("prompt, a user's", blockedUnnamed(scene -> KernelText.prompt(scene, "admin@box:~$ ")));
        forms.put("prompt, root's in brackets", blockedUnnamed(scene -> KernelText.prompt(scene, "[root@box ~]# ")));
        forms.put("prompt, with comm, wchan and status", blocked(KernelText::promptForAll));
        forms.put("crash, foreach UN bt", blocked(scene -> KernelText.crash(scene, "crash> foreach UN bt")));
        forms.put("crash, bt", blocked(scene -> KernelText.crash(scene, "crash> bt " + scene.pid())));
        forms.put("drgn", blockedUnnamed(KernelText::drgn));
        forms.put(
                "ps, a command's columns",
                blocked(scene ->
                        KernelText.ps(scene, "# ps -eo pid,state,wchan:32,cmd | grep ' D '", "PID D WCHAN [CMD]")));
        forms.put(
                "ps, with a heading",
                blocked(scene -> KernelText.ps(
                        scene,
                        "USER       WCHAN                            STAT     PID COMMAND",
                        "root       WCHAN D+       PID [CMD]")));
        forms.put("folded off-CPU stacks", blockedUnnamed(KernelText::folded));
        forms.put("soft lockup", onCpu(KernelText::softLockup));
        forms.put("hard lockup", onCpu(KernelText::hardLockup));
        forms.put("RCU stall", onCpu(KernelText::rcuStall));
        forms.put("RCU stall, up to 4.9", onCpu(KernelText::oldRcuStall));
        forms.put("backtraces of CPUs, sysrq-l", onCpu(KernelText::backtraces));
        forms.put("workqueue lockup", onCpu(KernelText::workqueueLockup));
        return forms;
    }

    /** The table in the documentation is what this counts. */
    @Test
    void readsEveryFormAsOftenAsTheDocumentationSays() throws IOException {
        StringBuilder table = new StringBuilder("| form | texts | right |\n|---|---|---|\n");
        int texts = 0;
        int right = 0;
        List<String> wrong = new ArrayList<>();
        for (var form : forms().entrySet()) {
            int ofForm = 0;
            for (Scene scene : Scene.ALL) {
                if (form.getValue().right(scene)) {
                    ofForm++;
                } else {
                    wrong.add(form.getKey() + ": " + scene.comm());
                }
            }
            table.append(row(form.getKey(), Scene.ALL.size(), ofForm));
            texts += Scene.ALL.size();
            right += ofForm;
        }
        int wrapped = 0;
        for (Wrapping wrapping : Wrapping.all()) {
            for (Scene scene : Scene.ALL) {
                if (blocked(wrapping.of(KernelText.hungTaskInColumns(scene)), scene, true)) {
                    wrapped++;
                } else {
                    wrong.add(wrapping.name() + ": " + scene.comm());
                }
            }
        }
        int wrappings = Wrapping.all().size() * Scene.ALL.size();
        table.append(row("hung task behind " + Wrapping.all().size() + " prefixes and wrappings", wrappings, wrapped));
        texts += wrappings;
        right += wrapped;
        table.append(row("all", texts, right));
        assertTrue(right >= LEAST_RIGHT * texts, right + " of " + texts + " are right; wrong: " + wrong);
        assertTrue(
                Files.readString(DOCS).contains(table),
                DOCS + " has another table than was counted; wrong: " + wrong + "; this is right:\n" + table);
    }

    private static String row(String form, int texts, int right) {
        return "| " + form + " | " + texts + " | " + right + " |\n";
    }

    /** One report of 5.7 in columns, where a prefix is taken for a name the most easily. */
    @Test
    void findsTheReportInAllWrappingsButAFew() {
        List<String> none = new ArrayList<>();
        Scene scene = Scene.ALL.get(0);
        assertTrue(Wrapping.all().size() >= 75, "only " + Wrapping.all().size());
        for (Wrapping wrapping : Wrapping.all()) {
            KernelLog log = KernelLogReader.read(wrapping.of(KernelText.hungTaskInColumns(scene)));
            for (LogReport report : log.reports()) {
                assertEquals(
                        List.of(scene.comm()),
                        report.dump().tasks().stream()
                                .map(task -> task.comm().escaped())
                                .toList(),
                        wrapping.name());
            }
            if (log.reports().isEmpty()) {
                none.add(wrapping.name());
            }
        }
        assertTrue(none.size() <= MOST_WRAPPINGS_WITHOUT_A_REPORT, "nothing is found in: " + none);
    }

    @Test
    void neverCountsAnIdleTask() {
        LogReport report = LogTexts.only(KernelLogReader.read(Wrapping.each(KernelText.idle(), "[ 979.5880#] ", "")));
        assertEquals(List.of(), report.dump().tasks());
        assertEquals(NotLoad.IDLE_CPU, report.listed().get(0).reason());
    }

    // Files that people pasted, abridged

    /** Name, causes of the tasks in D or functions on CPUs, and the tasks' names. */
    private static final List<List<String>> EXPECTED = List.of(
            List.of("a1-busybox-syslog", "ext4-journal", "logger"),
            List.of("a2-markdown-quote", "nfs", "cp"),
            List.of("a3-dmesg-human", "btrfs-transaction", "cp"),
            List.of("a4-indented-syslog", "nfs", "backup"),
            List.of("a5-ansi-colours", "md-raid", "cp"),
            List.of("a6-journal-short-monotonic", "fuse", "cp"),
            List.of("a7-cri-container-log", "ceph", "cp"),
            List.of("b1-ppc64-rtnl", "rtnl-lock", "kworker/0:2"),
            List.of("b2-arm-both-offsets-usb", "usb", "usb-storage"),
            List.of("c1-fanotify", "fanotify", "java worker"),
            List.of("c2-mmc", "mmc", "kworker/2:1"),
            List.of("c3-netdev-refs", "netdev-references", "kworker/u16:3"),
            List.of("c4-btrfs-extent-lock", "btrfs-data", "rsync sync"),
            List.of("c5-khugepaged-mmap-lock", "mmap-lock", "khugepaged"),
            List.of("c6-kthread-never-started", "kthread-start", "rollback"),
            // Without a stack; the first line says so: see ExplainCommandTest.
            List.of("d1-no-stacks", "other", "cron rsync"),
            List.of("e1-soft-lockup", "smp_call_function_many_cond", "kworker/0:2"),
            List.of("e2-idle-task-counted", "", ""),
            List.of("f1-prompt-heading", "nfs", "?"),
            List.of("g1-idle-zfs-txg-quiesce", "idle-thread-counted", "txg_quiesce"),
            List.of("h1-crash-bt", "write-back", "rsync"),
            List.of("h2-ps-wchan", "nfs zfs", "z_wr_int txg_sync ls ls df"),
            List.of("i1-newest-first", "ext4-journal nfs", "df mail"),
            List.of("j1-owner-rwsem", "rwsem", "rsync"),
            List.of("m1-workqueue-names-the-driver", "module", "kworker/3:2"));

    @TestFactory
    List<DynamicTest> readsWhatPeoplePasted() throws IOException {
        try (var files = Files.list(PASTED)) {
            assertEquals(
                    EXPECTED.stream().map(row -> row.get(0) + ".txt").toList(),
                    files.map(file -> file.getFileName().toString())
                            .filter(name -> name.endsWith(".txt"))
                            .sorted()
                            .toList());
        }
        return EXPECTED.stream()
                .map(row -> DynamicTest.dynamicTest(row.get(0), () -> {
                    byte[] text = Files.readAllBytes(PASTED.resolve(row.get(0) + ".txt"));
                    LogReport report = LogTexts.only(KernelLogReader.read(text));
                    List<String> causes = LoadBreakdown.of(report.dump()).parts().stream()
                            .map(part -> part.cause().kind() == io.loadmonitor.dump.LoadCause.Kind.CPU_KERNEL
                                    ? report.dump()
                                            .stacks()
                                            .get(0)
                                            .frames()
                                            .get(0)
                                            .function()
                                    : part.cause().id())
                            .sorted()
                            .toList();
                    assertEquals(row.get(1), String.join(" ", causes), report.toString());
                    assertEquals(
                            row.get(2),
                            String.join(
                                    " ",
                                    report.dump().tasks().stream()
                                            .map(task -> task.comm().escaped())
                                            .toList()),
                            report.toString());
                }))
                .toList();
    }

    @Test
    void namesTheOneWhoHoldsTheLock() throws IOException {
        LogReport report =
                LogTexts.only(KernelLogReader.read(Files.readAllBytes(PASTED.resolve("j1-owner-rwsem.txt"))));
        Blocker blocker = report.context().blockers().get(0);
        assertEquals("an rw-semaphore", blocker.lock());
        assertEquals(Optional.of("rm"), blocker.holder().map(Object::toString));
        assertEquals("usb_start_wait_urb", blocker.frames().get(0).function());
    }

    @Test
    void saysWhatAKernelWorkerWorksOn() throws IOException {
        LogReport report = LogTexts.only(
                KernelLogReader.read(Files.readAllBytes(PASTED.resolve("m1-workqueue-names-the-driver.txt"))));
        assertEquals(
                "vnic_reset_task [vnic] of workqueue events_long",
                report.context().works().get(164L));
        assertEquals(
                "wb_workfn of workqueue writeback (flush-253:4)",
                LogTexts.only(LogTexts.read(
                                "sysrq: Show Blocked State\ntask:kworker/u4:1    state:D stack:0     pid:9     "
                                        + "ppid:2      flags:0x00004000\nWorkqueue: writeback wb_"
                                        + "workfn (flush-253:4)\n"))
                        .context()
                        .works()
                        .get(9L));
    }

    @Test
    void tellsRepeatedRoundsOnceAndCopiesNotAtAll() {
        StringBuilder rounds = new StringBuilder();
        for (int round = 0; round < 5; round++) {
            rounds.append("[  1").append(round).append("0.100000] INFO: task a:1 blocked for more than ");
            rounds.append(122 * (round + 1)).append(" seconds.\n");
        }
        LogReport report = LogTexts.only(LogTexts.read(rounds.toString()));
        assertEquals(
                Optional.of(new ReportContext.Repeats(5, Optional.of("100.100000"), Optional.of("140.100000"))),
                report.context().repeats());
        String console =
                "[  100.100000] INFO: task a:1 blocked for more than 122 seconds.\n[  100.100001]  f+0x1/0x2\n";
        LogReport once =
                LogTexts.only(LogTexts.read(console + console.replace("[  ", "Mar  3 04:05:06 box kernel: [  ")));
        assertEquals(Optional.empty(), once.context().repeats());
        String mixed = console.lines()
                .map(line -> line + "\nMar  3 04:05:06 box kernel: " + line + "\n")
                .reduce("", String::concat);
        assertEquals(
                1,
                LogTexts.only(LogTexts.read(mixed))
                        .dump()
                        .stacks()
                        .get(0)
                        .frames()
                        .size(),
                mixed);
    }

    @Test
    void saysWhatElseIsInTheText() {
        LogReport report = LogTexts.only(LogTexts.read("""
                [  1.0] Out of memory: Killed process 71 (java) total-vm:1kB
                [  2.0] INFO: task a:1 blocked for more than 122 seconds.
                Thread 1 (Thread 0x7f2 (LWP 71)):
                #0  0x00007f7a1b7e5f00 in __poll () from /lib64/libc.so.6
                """));
        assertTrue(
                report.warnings().stream().anyMatch(text -> text.contains("Out of memory: Killed process 71")),
                report.warnings().toString());
        assertTrue(
                report.warnings().stream().anyMatch(text -> text.contains("programs in user mode")),
                report.warnings().toString());
    }

    // What holds for all texts

    @Property(tries = 300)
    void readsTheSameBehindAnyPrefix(
            @ForAll("scenes") Scene scene, @ForAll("prefixes") String prefix, @ForAll("kernelForms") int form) {
        Assume.that(!LogLine.foreign(prefix.replace("#", "10")));
        List<String> lines = switch (form) {
            case 0 -> KernelText.hungTask(scene);
            case 1 -> KernelText.hungTaskInColumns(scene);
            case 2 -> KernelText.hungTaskWithAddresses(scene);
            case 3 -> KernelText.arm(scene, false);
            default -> KernelText.ppc64(scene);
        };
        LogReport plain = LogTexts.only(KernelLogReader.read(Wrapping.each(lines, "", "")));
        LogReport behind = LogTexts.only(KernelLogReader.read(Wrapping.each(lines, prefix, "")));
        assertEquals(plain.dump().tasks(), behind.dump().tasks(), prefix);
        assertEquals(plain.dump().stacks(), behind.dump().stacks(), prefix);
    }

    @Property(tries = 500)
    void claimsNoProcessThatIsNotThere(
            @ForAll("wrapped") byte[] text, @ForAll int place, @ForAll int length, @ForAll byte damage) {
        byte[] damaged = text.clone();
        int from = Math.floorMod(place, damaged.length);
        for (int i = from; i < Math.min(damaged.length, from + Math.floorMod(length, 4)); i++) {
            damaged[i] = damage;
        }
        String latin1 = new String(damaged, StandardCharsets.ISO_8859_1).replace("\0", ""); // UTF-16
        // A name may stand in two parts of a container's line.
        String joined = latin1.replaceAll("\n" + Wrapping.ISO + "\\S{1,12} std\\S{3} F ", "");
        for (LogReport report : KernelLogReader.read(damaged).reports()) {
            for (Task task : report.dump().tasks()) {
                String comm = new String(task.comm().bytes(), StandardCharsets.ISO_8859_1).replace("\0", "");
                assertTrue(
                        comm.equals("?") || latin1.contains(comm) || joined.contains(comm),
                        comm + " is not in the text");
                assertTrue(comm.length() <= Anchor.LONGEST_NAME, comm);
                assertFalse(comm.contains("kernel:") || comm.contains("812.4"), comm + " is a prefix, no process");
            }
        }
    }

    @Provide
    Arbitrary<Scene> scenes() {
        return Arbitraries.of(Scene.ALL);
    }

    @Provide
    Arbitrary<Integer> kernelForms() {
        return Arbitraries.integers().between(0, 4);
    }

    /** Words, numbers and marks as loggers put them together; {@code #} counts up from line to line. */
    @Provide
    Arbitrary<String> prefixes() {
        Arbitrary<String> piece = Arbitraries.of(
                "[",
                "]",
                "(",
                ")",
                "|",
                ">",
                "<",
                "#",
                "#:#",
                ".#",
                "box",
                "kernel",
                "kern",
                "2026-03-03",
                "04:05:06",
                "T04:05:06",
                "-",
                "+",
                "/",
                "=",
                "@",
                "info",
                "a1b2",
                "*",
                ",",
                ";",
                "_",
                " ",
                " ",
                " ");
        Arbitrary<String> end = Arbitraries.of(" ", "] ", ": ", "| ", "> ", "\t", "]", " - ");
        return piece.list().ofMaxSize(12).flatMap(pieces -> end.map(last -> String.join("", pieces) + last));
    }

    @Provide
    Arbitrary<byte[]> wrapped() {
        List<byte[]> texts = new ArrayList<>();
        for (Wrapping wrapping : Wrapping.all()) {
            texts.add(wrapping.of(KernelText.hungTaskInColumns(Scene.ALL.get(0))));
            texts.add(wrapping.of(KernelText.hungTaskWithAddresses(Scene.ALL.get(4))));
        }
        return Arbitraries.of(texts);
    }
}
