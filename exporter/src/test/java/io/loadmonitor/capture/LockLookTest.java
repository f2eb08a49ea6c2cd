package io.loadmonitor.capture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.loadmonitor.bpf.AwaitedLock;
import io.loadmonitor.bpf.AwaitedLock.Holding;
import io.loadmonitor.bpf.AwaitedLock.Kind;
import io.loadmonitor.bpf.TaskRecord;
import io.loadmonitor.dump.KernelLock.Held;
import io.loadmonitor.dump.LockWait;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** An owner is named only where nothing else can be. */
final class LockLookTest {
    private static final long LOCK = 0x1000;
    private static final long BEGIN = 1_000;
    private static final TaskRecord OWNER = task(7, 70, 0x1, 3, 900, Optional.empty());

    private static TaskRecord task(
            int pid, long address, long state, long switches, long start, Optional<AwaitedLock> lock) {
        TaskRecord.Look look = new TaskRecord.Look(state, false, false, false, false, false, switches);
        return new TaskRecord(
                pid,
                pid,
                OptionalInt.empty(),
                OptionalInt.empty(),
                0,
                0,
                look,
                look,
                start,
                0,
                0,
                OptionalLong.empty(),
                0,
                0,
                false,
                new byte[0],
                new byte[0],
                address,
                lock,
                0,
                new long[0]);
    }

    private static TaskRecord waiter(int pid, long switches, AwaitedLock lock) {
        return task(pid, 1_000L + pid, 0x2, switches, 10, Optional.of(lock));
    }

    private static AwaitedLock held(long owner) {
        return new AwaitedLock(LOCK, Kind.MUTEX, false, Holding.ALONE, OptionalLong.of(owner), OptionalInt.empty());
    }

    private static LockLook.Found look(List<TaskRecord> first, List<TaskRecord> again) {
        LockLook look = new LockLook(false, 100, BEGIN);
        first.forEach(look::see);
        look.askedFor();
        again.forEach(look::seeAgain);
        look.walkedAgain(true);
        return look.result();
    }

    private static LockLook.Named only(LockLook.Found found) {
        assertEquals(1, found.locks().size(), found.toString());
        return found.locks().get(0);
    }

    @Test
    void namesTheOwnerThatBothWalksFound() {
        List<TaskRecord> waiters = List.of(waiter(1, 5, held(70)), waiter(2, 6, held(70)));
        LockLook.Found found = look(waiters, List.of(waiters.get(0), OWNER, waiters.get(1)));
        assertEquals(OptionalLong.of(7), only(found).owner());
        assertEquals(Held.WRITE, only(found).held());
        assertEquals(2, only(found).waiters());
        assertEquals(Map.of(1, new LockWait(1, false), 2, new LockWait(1, false)), found.waits());
        assertEquals(List.of(OWNER), found.owners());
    }

    @Test
    void asksForTheOwnersAlone() {
        LockLook look = new LockLook(false, 100, BEGIN);
        assertFalse(look.found());
        look.see(waiter(1, 5, held(70)));
        look.see(OWNER);
        assertTrue(look.found());
        assertEquals(Set.of(70L), look.askedFor());
    }

    @Test
    void namesNobodyWhereTheLockChangedHands() {
        LockLook.Found found = look(List.of(waiter(1, 5, held(70))), List.of(waiter(1, 5, held(71)), OWNER));
        assertEquals(OptionalLong.empty(), only(found).owner());
        assertEquals(Held.CHANGING, only(found).held());
        assertEquals(List.of(), found.owners());
        LockLook.Found within = look(
                List.of(waiter(1, 5, held(70)), waiter(2, 5, held(71))),
                List.of(waiter(1, 5, held(70)), waiter(2, 5, held(70)), OWNER));
        assertEquals(Held.CHANGING, only(within).held(), "two waiters saw two owners");
    }

    @Test
    void namesNobodyWhereNoWaiterSleptOn() {
        LockLook.Found found = look(List.of(waiter(1, 5, held(70))), List.of(waiter(1, 6, held(70)), OWNER));
        assertEquals(OptionalLong.empty(), only(found).owner(), "it ran in between: the lock may be another one now");
        assertEquals(Held.CHANGING, only(found).held());
    }

    @Test
    void doesNotTakeATaskForTheOwnerThatCameLater() {
        TaskRecord later = task(8, 70, 0x1, 3, BEGIN, Optional.empty());
        LockLook.Found found = look(List.of(waiter(1, 5, held(70))), List.of(waiter(1, 5, held(70)), later));
        assertEquals(OptionalLong.empty(), only(found).owner(), "the address was another task's");
        assertEquals(Held.UNKNOWN, only(found).held());
    }

    @Test
    void saysThatNobodyIsThereOnlyWhenAllWereLookedAt() {
        TaskRecord waiter = waiter(1, 5, held(70));
        assertEquals(Held.GONE, only(look(List.of(waiter), List.of(waiter))).held(), "it ended with the lock");
        LockLook cut = new LockLook(false, 100, BEGIN);
        cut.see(waiter);
        cut.askedFor();
        cut.seeAgain(waiter);
        cut.walkedAgain(false);
        assertEquals(Held.UNKNOWN, only(cut.result()).held());
    }

    @Test
    void leavesOutWhoIsNotProvenToWait() {
        TaskRecord.Look before = new TaskRecord.Look(0x2, false, false, false, false, false, 5);
        TaskRecord.Look after = new TaskRecord.Look(0x2, false, false, false, false, false, 6);
        TaskRecord sleeping = waiter(1, 5, held(70));
        TaskRecord moved = new TaskRecord(
                1,
                1,
                OptionalInt.empty(),
                OptionalInt.empty(),
                0,
                0,
                before,
                after,
                10,
                0,
                0,
                OptionalLong.empty(),
                0,
                0,
                false,
                new byte[0],
                new byte[0],
                sleeping.address(),
                sleeping.lock(),
                0,
                new long[0]);
        assertEquals(LockLook.Found.NOTHING, look(List.of(moved), List.of(moved)));
        TaskRecord interruptible = task(1, 1_001, 0x1, 5, 10, Optional.of(held(70)));
        assertEquals(LockLook.Found.NOTHING, look(List.of(interruptible), List.of()), "no load");
    }
}
