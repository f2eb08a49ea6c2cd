package io.loadmonitor.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.kernellog.KernelLogReader;
import io.loadmonitor.kernellog.LogReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The first line of a report that others captured. */
final class LogHeadlineTest {
    private static final Path PASTED = Path.of("src/test/resources/io/loadmonitor/kernellog/pasted");

    @Test
    void saysThatTheTextHasNoStacks() throws IOException {
        assertEquals("2 captured tasks = 2 blocked, no stack in this text (cron, rsync)", pasted("d1-no-stacks.txt"));
    }

    @Test
    void namesTheReaderThatTheKernelNames() throws IOException {
        assertEquals(
                "1 captured task = 1 waiting for a reader-writer lock in path_openat (rsync); rsync (2001) waits for an"
                        + " rw-semaphore that rm (2003) holds, which is waiting for a USB device",
                pasted("j1-owner-rwsem.txt"));
    }

    /** As of a dump: with the part, and once. */
    @Test
    void namesTheOneAtTheEndOfAChainOfHolders() {
        String first = headline("""
                INFO: task first:101 blocked for more than 122 seconds.
                task:first           state:D stack:0     pid:101   ppid:1      flags:0x00000002
                 __mutex_lock.constprop.0+0x4d5/0x990
                 first_ioctl+0x3ac/0x1180
                INFO: task first:101 is blocked on a mutex likely owned by task second:102.
                task:second          state:D stack:0     pid:102   ppid:1      flags:0x00000002
                 rwsem_down_write_slowpath+0x2a2/0x700
                 second_open+0x3ac/0x1180
                INFO: task second:102 blocked for more than 122 seconds.
                task:second          state:D stack:0     pid:102   ppid:1      flags:0x00000002
                 rwsem_down_write_slowpath+0x2a2/0x700
                 second_open+0x3ac/0x1180
                INFO: task second:102 <writer> blocked on an rw-semaphore likely owned by task third:103 <writer>
                task:third           state:S stack:0     pid:103   ppid:1      flags:0x00000002
                 rpc_wait_bit_killable+0x11/0x70
                """);
        assertTrue(
                first.contains(
                        "1 waiting for a mutex in first_ioctl, held by second (102), which waits for third (103), which"
                                + " is waiting for NFS (first)"),
                first);
        assertTrue(
                first.contains("1 waiting for a reader-writer lock in second_open, held by third (103), which is"
                        + " waiting for NFS (second)"),
                first);
        assertFalse(first.contains(" holds"), first);
    }

    @Test
    void seesADeadlock() {
        String first = headline("""
                INFO: task a:101 blocked for more than 122 seconds.
                task:a               state:D stack:0     pid:101   ppid:1      flags:0x00000002
                 __mutex_lock.constprop.0+0x4d5/0x990
                 a_ioctl+0x3ac/0x1180
                INFO: task a:101 is blocked on a mutex likely owned by task b:102.
                INFO: task b:102 blocked for more than 122 seconds.
                task:b               state:D stack:0     pid:102   ppid:1      flags:0x00000002
                 __mutex_lock.constprop.0+0x4d5/0x990
                 b_ioctl+0x3ac/0x1180
                INFO: task b:102 is blocked on a mutex likely owned by task a:101.
                """);
        assertTrue(first.contains("in a deadlock of "), first);
    }

    @Test
    void saysOfAHolderThatIsNotShownNoMoreThanItsName() {
        assertEquals("1 captured task = 1 waiting for a mutex in a_ioctl, held by b (102) (a)", headline("""
                        INFO: task a:101 blocked for more than 122 seconds.
                        task:a               state:D stack:0     pid:101   ppid:1      flags:0x00000002
                         __mutex_lock.constprop.0+0x4d5/0x990
                         a_ioctl+0x3ac/0x1180
                        INFO: task a:101 is blocked on a mutex likely owned by task b:102.
                        """));
    }

    @Test
    void saysWhatAKernelWorkerWorksOn() throws IOException {
        String first = pasted("m1-workqueue-names-the-driver.txt");
        assertTrue(first.endsWith("; kworker/3:2 works on vnic_reset_task [vnic] of workqueue events_long"), first);
    }

    @Test
    void saysHowOftenAndWhenItWasSeen() {
        String round =
                "[  %d.5] INFO: task a:1 blocked for more than %d seconds.\n[  %d.6]  rpc_wait_bit_killable+0x1/0x2\n";
        String first = headline(round.formatted(100, 122, 100) + round.formatted(223, 245, 223));
        assertTrue(first.endsWith("; seen 2 times, from 100.5 to 223.5"), first);
    }

    @Test
    void putsWhatTheOthersWaitForFirstOfEqualParts() {
        String first = headline("""
                sysrq: Show Blocked State
                task:a               state:D stack:0     pid:1     ppid:1      flags:0x00000002
                 __mutex_lock.constprop.0+0x4d5/0x990
                 a_ioctl+0x3ac/0x1180
                task:b               state:D stack:0     pid:2     ppid:1      flags:0x00000002
                 rpc_wait_bit_killable+0x11/0x70
                """);
        assertTrue(first.indexOf("NFS") < first.indexOf("mutex"), first);
    }

    @Test
    void tellsTimesOfStacksThatWereFoldedOverTime() {
        assertEquals(
                "36.20 s off CPU = 24.10 s waiting for the ext4 journal (mail) + 12.10 s waiting for NFS (df)",
                headline("mail;entry_SYSCALL_64_after_hwframe;ext4_sync_file;jbd2_log_wait_commit;schedule;__schedule"
                        + " 24100000\n"
                        + "df;entry_SYSCALL_64_after_hwframe;vfs_statx;rpc_wait_bit_killable;schedule;__schedule"
                        + " 12100000\n"));
    }

    private static String pasted(String name) throws IOException {
        return headline(Files.readString(PASTED.resolve(name)));
    }

    private static String headline(String text) {
        LogReport report = KernelLogReader.read(text.getBytes(StandardCharsets.ISO_8859_1))
                .reports()
                .get(0);
        CauseCatalogue causes = CauseCatalogue.standard();
        return LogHeadline.of(report, LogHeadline.load(report, causes), causes);
    }
}
