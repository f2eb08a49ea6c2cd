package io.loadmonitor.capture;

import io.loadmonitor.dump.DumpWriter;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.kernel.MonotonicClock;
import io.loadmonitor.procfs.ProcFs;
import java.util.OptionalLong;

/**
 * Says in the module's dumps which process this program is, because its threads are load like any others, and whoever
 * reads that 16 tasks named {@code C1 CompilerThre} ran wants to know that they are load-monitor itself. Immutable,
 * safe for use by several threads.
 *
 * <p>The module numbers tasks as the initial pid namespace does. Where this program is in another, as in a container
 * without the host's pids, it cannot know its own number there, and says nothing.
 *
 * @param pid of this program in the initial pid namespace; empty when that is not proven
 * @param sinceNanos CLOCK_MONOTONIC at a moment when this program ran already: in an older dump the number may be
 *     another process'
 */
public record OwnProcess(OptionalLong pid, long sinceNanos) {
    /** Now, for this program. */
    public static OwnProcess of(ProcFs procFs) {
        return new OwnProcess(
                procFs.isOfInitialPids() ? procFs.ownPid() : OptionalLong.empty(), MonotonicClock.nanos());
    }

    /** The dump with the record of this process before its footer; unchanged where that would not be proven. */
    RawDump beside(RawDump dump) {
        OptionalLong taken = DumpHeading.of(dump).monotonicNanos();
        return pid.isPresent() && taken.isPresent() && taken.getAsLong() >= sinceNanos
                ? DumpWriter.insertExporter(dump, pid.getAsLong())
                : dump;
    }
}
