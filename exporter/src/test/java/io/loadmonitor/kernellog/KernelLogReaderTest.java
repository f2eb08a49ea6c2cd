package io.loadmonitor.kernellog;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KernelLogReaderTest {
    private static final String ONE_TASK = """
            @sysrq: Show Blocked State
            @task:touch           state:D stack:0     pid:118   ppid:97     flags:0x00000002
            @Call Trace:
            @ <TASK>
            @ __schedule+0x34d/0xa00
            @ schedule+0x5a/0xd0
            @ ? usleep_range_state+0x90/0x90
            @ mnt_want_write+0x8b/0xc0
            @ ext4_open+0x1/0x2 [ext4 0d17ca2f6ab0c5b4cc8f1d5c2d0a7bb0f5a7e1c2]
            @ </TASK>
            """;

    @Test
    void countsNoIdleWorkerOfTheOriginalModule() throws IOException {
        KernelLog log = LogTexts.capture("debian-6.1.0-56-original-module.txt");
        LogReport report = LogTexts.only(log);
        assertEquals(LogKind.ORIGINAL, report.kind());
        assertEquals(10, report.dump().tasks().size());
        assertEquals(38, report.listed().size());
        assertTrue(report.listed().stream().allMatch(task -> task.reason() == NotLoad.IDLE_WORKER));
        assertEquals(4.42, report.dump().load().orElseThrow().load1());
        assertEquals(
                Map.of(Placement.QUEUE, 6L, Placement.CPU, 1L, Placement.CPU_USER, 1L, Placement.SLEEP, 2L),
                report.dump().tasks().stream().collect(Collectors.groupingBy(Task::placement, Collectors.counting())));
        assertEquals(0, log.unread());
    }

    @Test
    void doesNotTakeTheTimersFramesForTheTasks() throws IOException {
        LogReport report = LogTexts.only(LogTexts.capture("debian-6.1.0-56-original-module.txt"));
        Task task = LogTexts.task(report, 99);
        assertEquals(Placement.CPU_USER, task.placement());
        assertEquals(0, task.stackId());
        assertEquals(Set.of("timer_own_stack"), task.flags());
        assertTrue(report.warnings().stream()
                .anyMatch(text -> text.startsWith("The stack is the timer's own, on CPU: 1 task ")));
    }

    @Test
    void showsWhatTheTimerInterruptedInTheKernel() {
        LogReport report = LogTexts.only(LogTexts.read("""
                [   35.5] running task, comm: dd, pid 7
                [   35.5]  print_all_task_stack+0x109/0x1d5 [load_monitor]
                [   35.5]  monitor_handler+0x82/0x90 [load_monitor]
                [   35.5]  sysvec_apic_timer_interrupt+0x35/0x90
                [   35.5]  asm_sysvec_apic_timer_interrupt+0x16/0x20
                [   35.5]  copy_page+0x7/0x10
                [   35.5]  do_syscall_64+0x5d/0x90
                """));
        Task task = LogTexts.task(report, 7);
        assertEquals(Placement.CPU_KERNEL, task.placement());
        assertEquals(List.of("copy_page", "do_syscall_64"), LogTexts.functions(report.dump(), task));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[   35.570173] ",
                "[   35.570173][   T74] ",
                "[   35.570173] [  T1234] ",
                "<4>[   35.570173] ",
                "kern  :warn  : [   35.570173] ",
                "[Tue Jan 24 19:33:12 2023] ",
                "Nov 22 12:04:10 host kernel: ",
                "Nov 22 12:04:10 host kernel: [   35.570173] ",
                "Nov  2 12:04:10 kernel: [   35.570173] ",
                "2026-11-22T12:04:10+0000 host kernel: ",
                "2026-11-22T12:04:10.123456+01:00 host kernel: [   35.570173] ",
                "2026-11-22 12:04:10 host kernel: ",
                "2026-11-22T12:04:10,123456+00:00 ",
                "4,1234,35570173,-;",
                "Nov 22 12:04:10.123456 host kernel: ",
                "\u00d0\u00b8\u00d1\u008e\u00d0\u00bb 27 14:08:03 laptop kernel: "
            })
    void readsThroughWhatLoggersPutBefore(String prefix) {
        KernelLog log = LogTexts.read(ONE_TASK.replace("@", prefix));
        LogReport report = LogTexts.only(log);
        Task task = LogTexts.task(report, 118);
        assertEquals(List.of("mnt_want_write", "ext4_open"), LogTexts.functions(report.dump(), task));
        assertEquals(
                Optional.of("ext4"),
                report.dump().stacks().get(0).frames().get(1).module());
        assertEquals(0, log.unread(), log.toString());
        assertEquals(prefix.isEmpty(), report.stamp().isEmpty());
    }

    @Test
    void knowsTheTimeOfDayOnlyWhereTheZoneIsThere() {
        assertEquals(
                Instant.parse("2026-11-22T11:04:10.123456Z"),
                LogTexts.only(LogTexts.read(ONE_TASK.replace("@", "2026-11-22T12:04:10.123456+01:00 host kernel: ")))
                        .dump()
                        .time()
                        .orElseThrow()
                        .wall()
                        .orElseThrow());
        assertEquals(
                Optional.empty(),
                LogTexts.only(LogTexts.read(ONE_TASK.replace("@", "2026-11-22T12:04:10 host kernel: ")))
                        .dump()
                        .time());
        assertEquals(
                Optional.empty(),
                LogTexts.only(LogTexts.read(ONE_TASK.replace("@", "2026-99-99T12:04:10Z host kernel: ")))
                        .dump()
                        .time());
    }

    @Test
    void keepsInterleavedCallersApart() {
        LogReport report = LogTexts.only(LogTexts.read("""
                [  1.0][  T7] INFO: task a:1 blocked for more than 120 seconds.
                [  1.0][  T7] task:a               state:D stack:0     pid:1   ppid:97     flags:0x00000002
                [  1.0][  C3] CPU: 3 PID: 9 Comm: x Not tainted 6.1.0 #1
                [  1.0][  T7]  io_one+0x1/0x2
                [  1.0][  C3]  interrupted+0x1/0x2
                [  1.0][  T7]  io_two+0x1/0x2
                """));
        assertEquals(List.of("io_one", "io_two"), LogTexts.functions(report.dump(), LogTexts.task(report, 1)));
    }

    /** Two stacks of which the lines come in turn, as of two CPUs without CONFIG_PRINTK_CALLER. */
    @Test
    void saysThatLinesOfSeveralCpusAreMixed() {
        String mixed = """
                sysrq: Show Blocked State
                task:a               state:D stack:0     pid:1     ppid:1      flags:0x00000002
                task:b               state:D stack:0     pid:2     ppid:1      flags:0x00000002
                 rpc_wait_bit_killable+0x11/0x70
                 request_wait_answer+0x11/0x70
                 entry_SYSCALL_64_after_hwframe+0x76/0x7e
                 fuse_lookup+0x11/0x70
                 entry_SYSCALL_64_after_hwframe+0x76/0x7e
                """;
        assertTrue(
                LogTexts.only(LogTexts.read(mixed)).warnings().stream()
                        .anyMatch(text -> text.contains("several CPUs are mixed")),
                "said where a stack goes on after its end");
        String apart = mixed.replace(" fuse_lookup+0x11/0x70\n", "");
        assertTrue(
                LogTexts.only(LogTexts.read(apart)).warnings().stream().noneMatch(text -> text.contains("mixed")),
                "and only there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"busy: (1) [x]", "a b", "[x]", "state:R", "a:b", "pid:9", "D 0 1 2 0x0", "(a) from (b)"})
    void keepsNamesOfAnyKind(String name) {
        String padded = String.format("%-15s", name);
        LogReport named = LogTexts.only(LogTexts.read(
                "sysrq: Show State\ntask:" + padded + " state:D stack:    0 pid:    5 ppid:     2 flags:0x00000000\n"));
        assertEquals(name, LogTexts.task(named, 5).comm().escaped());
        LogReport columns = LogTexts.only(
                LogTexts.read("SysRq : Show State\n" + padded + " D ffff88107fc54440     0     5      2 0x00000000\n"));
        assertEquals(name, LogTexts.task(columns, 5).comm().escaped());
        LogReport hung = LogTexts.only(LogTexts.read("INFO: task " + name + ":5 blocked for more than 120 seconds.\n"));
        assertEquals(name, LogTexts.task(hung, 5).comm().escaped());
        LogReport original = LogTexts.only(LogTexts.read("uninterrupted task, comm: " + name + ", pid 5\n"));
        assertEquals(name, LogTexts.task(original, 5).comm().escaped());
    }

    /** kernel/sched.c of 2.6.18, show_task and show_trace of x86-64. */
    @Test
    void readsTheColumnsOf2618() {
        LogReport report = LogTexts.only(LogTexts.read("""
                SysRq : Show State
                                                                   sibling
                  task                 PC          pid father child younger older
                kjournald     D ffff8100010087a0     0  1234     25          1250  1233 (L-TLB)
                 ffff81003ec5fd50 0000000000000046 ffff81003f7f8040 0000000000000001
                Call Trace:
                 [<ffffffff80063ad6>] io_schedule+0x3f/0x67
                 [<ffffffff80014a3c>] sync_buffer+0x3b/0x3f
                """));
        Task task = LogTexts.task(report, 1234);
        assertEquals(OptionalLong.of(25), task.ppid());
        assertEquals(State.UNINTERRUPTIBLE, task.state());
        assertEquals(List.of("sync_buffer"), LogTexts.functions(report.dump(), task));
    }

    /** arch/x86_64/kernel/traps.c up to 2.6.16: decimal offsets, several frames a line. */
    @Test
    void readsDecimalOffsets() {
        LogReport report = LogTexts.only(LogTexts.read("""
                pdflush       D 000001000103d500     0    54      8            55    53 (L-TLB)
                Call Trace:<ffffffff8030b0e7>{__down+147} <ffffffff80133741>{xfs_buf_lock+0}
                """));
        assertEquals(
                List.of("__down+0x93", "xfs_buf_lock+0x0"),
                report.dump().stacks().get(0).frames().stream()
                        .map(Object::toString)
                        .toList());
    }

    /** arch/arm/kernel/traps.c since 5.18: no addresses, no parentheses. */
    @Test
    void readsBothFormsOfArm() {
        for (String stack : List.of("""
                 __schedule from schedule+0x68/0xe4
                 schedule from rpc_wait_bit_killable+0x1c/0x90 [sunrpc]
                 rpc_wait_bit_killable [sunrpc] from nfs_wait+0x10/0x20
                """, """
                [<809fd848>] (__schedule) from [<809fe220>] (schedule+0x68/0xe4)
                [<809fe1b8>] (schedule) from [<7f479b44>] (rpc_wait_bit_killable+0x1c/0x90 [sunrpc])
                [<7f4797d8>] (rpc_wait_bit_killable [sunrpc]) from [<804805bc>] (nfs_wait+0x10/0x20)
                """)) {
            LogReport report = LogTexts.only(
                    LogTexts.read("INFO: task a:1 blocked for more than 122 seconds.\nBacktrace:\n" + stack));
            assertEquals(
                    List.of("rpc_wait_bit_killable+0x1c/0x90 [sunrpc]", "nfs_wait+0x10/0x20"),
                    report.dump().stacks().get(0).frames().stream()
                            .map(Object::toString)
                            .toList());
        }
    }

    @Test
    void keepsUnreliableFramesOutUnlessThereIsNothingElse() {
        String head = "INFO: task a:1 blocked for more than 122 seconds.\n";
        LogReport mixed = LogTexts.only(LogTexts.read(head + " ? old_garbage+0x1/0x2\n mutex_lock+0x1/0x2\n"));
        assertEquals(List.of("mutex_lock"), LogTexts.functions(mixed.dump(), LogTexts.task(mixed, 1)));
        LogReport guessed = LogTexts.only(LogTexts.read(head + " ? old_garbage+0x1/0x2\n"));
        assertEquals(List.of("old_garbage"), LogTexts.functions(guessed.dump(), LogTexts.task(guessed, 1)));
        assertTrue(LogTexts.task(guessed, 1).flags().contains("stack_guessed"));
    }

    @Test
    void makesAReportOfEachRoundOfHungTasks() {
        KernelLog log = LogTexts.read("""
                [  100.1] INFO: task a:1 blocked for more than 120 seconds.
                [  100.2] INFO: task b:2 blocked for more than 120 seconds.
                [  220.1] INFO: task a:1 blocked for more than 241 seconds.
                [  343.1] INFO: task c:3 blocked for more than 120 seconds.
                """);
        assertEquals(
                List.of(2, 1, 1),
                log.reports().stream()
                        .map(report -> report.dump().tasks().size())
                        .toList());
    }

    @Test
    void saysWhoHoldsTheLockWhereTheKernelDoes() {
        LogReport report = LogTexts.only(LogTexts.read("""
                INFO: task a:1 blocked for more than 122 seconds.
                task:a               state:D stack:0     pid:1     tgid:1     ppid:1      task_flags:0x400000 \
                flags:0x00000010
                INFO: task a:1 is blocked on a mutex likely owned by task b\u001b[2J:2.
                task:b               state:S stack:0     pid:2     tgid:2     ppid:1      task_flags:0x400000 \
                flags:0x00000010
                """));
        assertEquals(1, report.dump().tasks().size());
        assertEquals(2, report.listed().get(0).pid());
        assertTrue(
                report.warnings().contains("INFO: task a:1 is blocked on a mutex likely owned by task b\\x1b[2J:2."));
    }

    @Test
    void countsIdleTasksOfOldKernelsNotThoughSysrqShowsThemAsD() {
        LogReport report = LogTexts.only(LogTexts.read("""
                SysRq : Show Blocked State
                rcu_sched       D    0     8      2 0x00000000
                Call Trace:
                 [<ffffffff817c94f5>] schedule+0x35/0x80
                 [<ffffffff810eb1a4>] rcu_gp_kthread+0x4d4/0x820
                 [<ffffffff810a0ca8>] kthread+0xd8/0xf0
                """));
        assertEquals(List.of(), report.dump().tasks());
        assertEquals(NotLoad.IDLE_WORKER, report.listed().get(0).reason());
    }

    @Test
    void readsStacksOfProcHoweverTheyWereCollected() {
        String stack = "[<0>] nfs_wait+0x1/0x2 [nfs]\n[<0>] entry_SYSCALL_64_after_hwframe+0x76/0x7e\n";
        for (String text : List.of(
                "==> /proc/7/stack <==\n" + stack + "\n==> /proc/9/task/8/stack <==\n" + stack,
                "==> /proc/7/comm <==\ndf\n\n==> /proc/7/stack <==\n" + stack + "\n==> 9/task/8/stack <==\n" + stack,
                "::::::::::::::\n/proc/7/stack\n::::::::::::::\n" + stack + "/proc/8/stack\n" + stack,
                stack.replaceAll("(?m)^", "/proc/7/stack:") + stack.replaceAll("(?m)^", "/proc/8/stack:"),
                "7 df\n" + stack + "8\n" + stack,
                "PID: 7\n" + stack + "PID: 8\n" + stack)) {
            KernelLog log = LogTexts.read(text);
            LogReport report = LogTexts.only(log);
            assertEquals(
                    List.of(7L, 8L),
                    report.dump().tasks().stream().map(Task::pid).toList(),
                    text);
            assertEquals(1, report.dump().stacks().size(), text);
            assertEquals(
                    text.contains("df\n") ? "df" : "?",
                    LogTexts.task(report, 7).comm().escaped());
            assertEquals(0, log.unread(), log + text);
        }
        assertEquals(
                2, LogTexts.only(LogTexts.read(stack + stack)).dump().tasks().size());
        String old = "[<ffffffff811ee000>] nfs_wait+0x1/0x2\n[<ffffffffffffffff>] 0xffffffffffffffff\n";
        assertEquals(2, LogTexts.only(LogTexts.read(old + old)).dump().tasks().size());
    }

    @Test
    void believesTheStateThatProcGives() {
        LogReport report = LogTexts.only(LogTexts.read("""
                ==> /proc/7/status <==
                Name:	java
                State:	S (sleeping)
                Tgid:	7

                ==> /proc/7/stack <==
                [<0>] nfs_wait+0x1/0x2

                cat: /proc/8/stack: Permission denied
                """));
        assertEquals(List.of(), report.dump().tasks());
        assertEquals(NotLoad.OTHER_STATE, report.listed().get(0).reason());
        assertTrue(report.warnings().contains("1 file of /proc could not be read by who collected them."));
    }

    @Test
    void leavesOutWhoReadsItsOwnStack() {
        LogReport report = LogTexts.only(LogTexts.read("""
                ==> /proc/self/stack <==
                [<0>] proc_pid_stack+0xb1/0x150
                [<0>] do_syscall_64+0x71/0x280
                """));
        assertEquals(List.of(), report.dump().tasks());
        assertEquals(NotLoad.REPORTER, report.listed().get(0).reason());
    }

    @Test
    void findsDumpsAmongOtherLines() {
        String dump = """
                load_monitor dump version=1 id=%d source=kmod
                stack id=1 tasks=1
                  kernel_clone+0x1af/0x3e0
                task pid=94 tgid=94 state=D on=sleep stack=1 comm="vf"
                end id=%1$d tasks=1
                """;
        KernelLog log =
                LogTexts.read(dump.formatted(1).replaceAll("(?m)^", "[    1.0] ") + "[    1.1] usb 1-1: new device\n"
                        + dump.formatted(2).replaceAll("(?m)^", "[    2.0] ") + ONE_TASK.replace("@", "[    3.0] "));
        assertEquals(
                List.of(LogKind.DUMP, LogKind.DUMP, LogKind.SYSRQ_BLOCKED),
                log.reports().stream().map(LogReport::kind).toList());
        assertTrue(log.reports().get(1).dump().complete());
        assertEquals(7, log.reports().get(1).firstLine());
        assertEquals(
                List.of(6),
                log.unreadLines().stream().map(line -> line.number()).toList());
    }

    /** As the module prints it with {@code printk=1}: pr_info() puts the module's name before each line. */
    @Test
    void readsTheDumpsThatTheModulePrinted() throws IOException {
        String dump = Files.readString(Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64/manual-busy-vfork.dump"));
        String printed = dump.replaceAll("(?m)^(?=.)", "[   35.570173] load_monitor: ");
        String others = "[   35.570174] usb 1-1: new device\n";
        int middle = printed.indexOf("[   35.570173] load_monitor: task ");
        KernelLog log = LogTexts.read("[    1.0] load_monitor: loaded, 4096 KiB for 32 dumps of up to 16384 tasks\n"
                + printed.substring(0, middle) + others + printed.substring(middle) + others
                + ONE_TASK.replace("@", "[   36.0] "));
        assertEquals(
                List.of(LogKind.DUMP, LogKind.SYSRQ_BLOCKED),
                log.reports().stream().map(LogReport::kind).toList());
        assertEquals(
                LogTexts.only(LogTexts.read(dump)).dump(), log.reports().get(0).dump());
        assertTrue(log.reports().get(0).dump().complete());
        assertEquals(2, log.reports().get(0).firstLine());
        assertEquals(3, log.unread());
    }

    @Test
    void endsAPrintedDumpThatWasCutOffWhereTheNextBegins() {
        KernelLog log = LogTexts.read("load_monitor: load_monitor dump version=1 id=1 source=kmod\n"
                + "load_monitor: task pid=9 stack=0 comm=\"a\"\n"
                + "load_monitor: load_monitor dump version=1 id=2 source=kmod\nload_monitor: end id=2 tasks=0\n"
                + "end id=3 tasks=0\n");
        assertEquals(
                List.of(false, true),
                log.reports().stream().map(report -> report.dump().complete()).toList());
        assertEquals(1, log.unread());
    }

    @Test
    void endsADumpWithoutFooterWhereSomethingElseBegins() {
        KernelLog log = LogTexts.read("load_monitor dump version=1 id=1 source=kmod\ntask pid=9 stack=0 comm=\"a\"\n"
                + ONE_TASK.replace("@", ""));
        assertEquals(2, log.reports().size());
        assertFalse(log.reports().get(0).dump().complete());
        assertEquals(1, log.reports().get(1).dump().tasks().size());
    }

    @Test
    void skipsOtherProgramsAndOtherTraces() {
        KernelLog log = LogTexts.read("""
                Nov 22 12:04:10 host sshd[71]: INFO: task forged:1 blocked for more than 120 seconds.
                Nov 22 12:04:10 host kernel: CPU: 2 PID: 2263 Comm: bash Tainted: G      D WC         6.1.5-v8+ #8
                Nov 22 12:04:10 host kernel: Call trace:
                Nov 22 12:04:10 host kernel:  dump_backtrace.part.0+0xe8/0xf4
                """);
        assertEquals(List.of(), log.reports());
        assertEquals(4, log.skipped());
    }

    @Test
    void showsFramesWithoutATaskAsUnread() {
        KernelLog log = LogTexts.read("[  1.0]  mutex_lock+0x1/0x2\n[  1.0] something else\n");
        assertEquals(2, log.unread());
        assertEquals("[  1.0]  mutex_lock+0x1/0x2", log.unreadLines().get(0).text());
    }

    @Test
    void saysThatTheLogHasAGap() {
        LogReport report =
                LogTexts.only(LogTexts.read(ONE_TASK.replace("@", "") + "** 12 printk messages dropped **\n"));
        assertFalse(report.dump().complete());
        assertTrue(report.warnings().contains("The log has a gap: the kernel dropped messages."));
    }
}
