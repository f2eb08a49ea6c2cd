package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class StackSignatureTest {
    @Test
    void staysTheSameAcrossOffsetsSuffixesModulesAndBuildIds() {
        String expected = of("jbd2_log_wait_commit", "ext4_sync_file");
        for (List<String> frames : List.of(
                List.of("jbd2_log_wait_commit+0x1/0x2", "ext4_sync_file+0x3/0x4"),
                List.of("jbd2_log_wait_commit+0xf1/0x120 [jbd2]", "ext4_sync_file.isra.0+0x3/0x4 [ext4]"),
                List.of("jbd2_log_wait_commit.constprop.0.isra.0", "ext4_sync_file.cold"),
                List.of("jbd2_log_wait_commit.part.0", "ext4_sync_file.llvm.1234567890"),
                List.of("jbd2_log_wait_commit+0x1/0x2 [jbd2 5ab0c1d2e3f40516273849]", "ext4_sync_file+0x3/0x4 [ext4]"),
                List.of("jbd2_log_wait_commit", "?", "? do_sync+0x1/0x2", "ext4_sync_file"))) {
            assertEquals(expected, of(frames.toArray(String[]::new)), frames.toString());
        }
    }

    @Test
    void staysTheSameAcrossArchitectures() {
        String expected = of("mnt_want_write", "do_sys_openat2", "sys_openat");
        for (List<String> frames : List.of(
                List.of(
                        "mnt_want_write",
                        "do_sys_openat2",
                        "__x64_sys_openat",
                        "do_syscall_64",
                        "entry_SYSCALL_64_after_hwframe"),
                List.of(
                        "mnt_want_write",
                        "do_sys_openat2",
                        "__x64_sys_openat",
                        "x64_sys_call",
                        "do_syscall_64",
                        "entry_SYSCALL_64_after_hwframe"),
                List.of(
                        "mnt_want_write",
                        "do_sys_openat2",
                        "__arm64_sys_openat",
                        "invoke_syscall",
                        "el0_svc_common.constprop.0",
                        "do_el0_svc",
                        "el0_svc",
                        "el0t_64_sync_handler",
                        "el0t_64_sync"),
                List.of(
                        "mnt_want_write",
                        "do_sys_openat2",
                        "__se_sys_openat",
                        "__arm64_sys_openat",
                        "el0_svc_handler",
                        "el0_svc"),
                List.of(
                        "mnt_want_write",
                        "do_sys_openat2",
                        "__riscv_sys_openat",
                        "do_trap_ecall_u",
                        "handle_exception"),
                List.of("mnt_want_write", "do_sys_openat2", "sys_openat", "ret_fast_syscall"),
                List.of("mnt_want_write", "do_sys_openat2", "SyS_openat", "system_call_fastpath"))) {
            assertEquals(expected, of(frames.toArray(String[]::new)), frames.toString());
        }
    }

    @Test
    void leavesOutTheWaysToSleepThatSomeSourcesPrint() {
        String expected = of("mnt_want_write");
        assertEquals(
                expected, of("__schedule", "schedule", "percpu_rwsem_wait", "__percpu_down_read", "mnt_want_write"));
        assertNotEquals(expected, of("mnt_want_write", "schedule"), "only at the inner end");
    }

    @Test
    void keepsWhatIsLeftOfAStackThatIsNothingButGeneral() {
        assertEquals(List.of("mutex_lock"), SignatureFrames.of(stack("mutex_lock", "do_syscall_64")));
        assertEquals(List.of("ret_from_fork"), SignatureFrames.of(stack("ret_from_fork")));
        assertEquals(List.of(), SignatureFrames.of(stack("?")));
        assertThrows(IllegalArgumentException.class, () -> StackSignature.of(stack("?")));
    }

    @Test
    void tellsDifferentStacksApart() {
        Set<String> ids = new HashSet<>(List.of(
                of("a", "b"),
                of("b", "a"),
                of("a"),
                of("ab"),
                of("a", "b", "b"),
                of("sys_read", "a"),
                of("sys_write", "a"),
                of("kthread"),
                of("worker_thread", "kthread")));
        assertEquals(9, ids.size());
    }

    @Test
    void treatsAWorkItemAlikeBeforeAndAfterTheBatchesOfLinux66() {
        assertEquals(
                of("wb_workfn", "process_one_work", "worker_thread", "kthread", "ret_from_fork"),
                of(
                        "wb_workfn",
                        "process_one_work",
                        "process_scheduled_works",
                        "worker_thread",
                        "kthread",
                        "ret_from_fork",
                        "ret_from_fork_asm"));
    }

    @Test
    void namesThreadsByTheirProgramAndDelayedSleepersByTheirStack() {
        StackDump dump = DumpParser.parse(Dumps.raw("""
                stack id=1
                  schedule_timeout+0x1/0x2
                  ep_poll+0x1/0x2
                  do_syscall_64+0x1/0x2
                task pid=1 state=R on=cpu-user leader="java" comm="GC Thread#0"
                task pid=2 state=R on=sleep stack=1 flags=delayed leader="java" comm="GC Thread#0"
                """));
        SignatureFinder finder = new SignatureFinder(dump);
        assertEquals(
                List.of("[cpu-user]", "java"), finder.find(dump.tasks().get(0)).frames());
        assertEquals(
                List.of("[delayed]", "ep_poll"),
                finder.find(dump.tasks().get(1)).frames());
    }

    @Test
    void namesTasksWithoutAStackByWhatTheyDoAndTheirName() {
        StackDump dump = DumpParser.parse(Dumps.raw("stack id=1 tasks=1\n  f+0x1/0x2\n"
                + "task pid=1 state=R on=cpu-user comm=\"exec-12\"\n"
                + "task pid=2 state=R on=cpu-user comm=\"exec-7\"\n"
                + "task pid=3 state=R on=queue comm=\"exec-7\"\n"
                + "task pid=4 state=R on=queue stack=1 comm=\"exec-7\"\n"
                + "task pid=5 state=R on=cpu-kernel stack=1 comm=\"a\"\n"
                + "task pid=6 state=D on=sleep stack=1 comm=\"a\"\n"
                + "task pid=7 state=D on=sleep wchan=f comm=\"a\"\n"
                + "task pid=8 state=D on=sleep stack=9 comm=\"a\"\n"));
        SignatureFinder finder = new SignatureFinder(dump);
        assertEquals(
                List.of(
                        "[cpu-user] exec-#",
                        "[cpu-user] exec-#",
                        "[queue] exec-#",
                        "[queue] exec-#",
                        "[cpu-kernel] f",
                        "f",
                        "[wait channel] f",
                        "[sleep] a"),
                dump.tasks().stream()
                        .map(task -> String.join(" ", finder.find(task).frames()))
                        .toList());
    }

    @Property(tries = 300)
    void everyTaskHasOneSignatureAndItsFramesMakeItsId(@ForAll("dumps") StackDump dump) {
        SignatureFinder finder = new SignatureFinder(dump);
        for (StackDump.Task task : dump.tasks()) {
            StackSignature signature = finder.find(task);
            assertEquals(signature, StackSignature.of(signature.frames()));
            assertTrue(signature.id().matches("[0-9a-f]{16}"), signature.id());
            assertEquals(signature, new SignatureFinder(dump).find(task));
        }
    }

    @Provide
    Arbitrary<StackDump> dumps() {
        return Dumps.any();
    }

    private static CallStack stack(String... frames) {
        return new CallStack(1, List.of(frames).stream().map(Frame::parse).toList());
    }

    private static String of(String... frames) {
        return StackSignature.of(stack(frames)).id();
    }
}
