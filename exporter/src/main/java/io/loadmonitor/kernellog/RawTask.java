package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** A task while its lines are being read. Not thread-safe. */
final class RawTask {
    /** The kernel's own traces end far earlier (64 to 100 frames). */
    private static final int MOST_FRAMES = 512;

    /** Empty for text of /proc that does not say whose stack it is. */
    final OptionalLong pid;
    /** One character a byte. */
    Optional<String> comm = Optional.empty();

    Optional<Character> state = Optional.empty();
    OptionalLong tgid = OptionalLong.empty();
    OptionalLong ppid = OptionalLong.empty();
    OptionalInt cpu = OptionalInt.empty();
    OptionalLong blockedSeconds = OptionalLong.empty();
    /** What a kworker works on, as the line {@code Workqueue:} says it. */
    Optional<String> work = Optional.empty();
    /** The function of /proc/PID/wchan. */
    Optional<String> waitChannel = Optional.empty();
    /** Of /proc/PID/cgroup. */
    Optional<String> cgroup = Optional.empty();
    /** Whether its line of sched_show_task was read, and was of the form with {@code task:}. */
    boolean headed;

    boolean named;
    /** Whether the stack is over. */
    boolean closed;
    /** Whether it was on a CPU while its stack was printed there. */
    boolean onCpu;
    /** The state was not said but follows from what is said of it. */
    boolean stateAssumed;
    /** Frames that come are an interrupt's, which printed the report. */
    boolean inInterrupt;
    /** The stack of whoever holds a lock: it belongs to the report, whatever its state. */
    boolean owner;
    /** It is in the report already, or will be: shown once more for another lock that it holds. */
    boolean again;
    /** How long it slept, microseconds; of stacks folded over time. */
    OptionalLong micros = OptionalLong.empty();

    final List<Frame> reliable = new ArrayList<>();
    final List<Frame> guesses = new ArrayList<>();
    private Optional<Frame> place = Optional.empty();
    private Optional<Frame> last = Optional.empty();

    RawTask(OptionalLong pid) {
        this.pid = pid;
    }

    void take(TaskLine line) {
        // Where more stands before the name than is known, the line that named the task before says how it ends.
        if (comm.filter(known -> line.comm().endsWith(known)).isEmpty()) {
            comm = Optional.of(line.comm());
        }
        state = Optional.of(line.state());
        tgid = line.tgid();
        ppid = line.ppid();
        headed = true;
        named = line.named();
    }

    /** False when there are too many frames. */
    boolean take(FrameLine line) {
        if (reliable.size() + guesses.size() + line.frames().size() + 1 > MOST_FRAMES) {
            return false;
        }
        if (inInterrupt) {
            return true;
        }
        List<Frame> frames = line.reliable() ? reliable : guesses;
        // On arm each function stands in two lines: as the caller in one, as the callee in the next.
        line.callee()
                .filter(callee -> last.isEmpty() || !last.get().function().equals(callee.function()))
                .ifPresent(frames::add);
        frames.addAll(line.frames());
        if (!line.frames().isEmpty()) {
            last = Optional.of(line.frames().get(line.frames().size() - 1));
        }
        return true;
    }

    /** Where the CPU was when the interrupt came that prints the report: what was printed before is the interrupt's. */
    void interruptedAt(Frame frame) {
        reliable.clear();
        guesses.clear();
        inInterrupt = false;
        place = Optional.of(frame);
    }

    /** What it did on its CPU, innermost first: where it was interrupted, and who called that. */
    List<Frame> interrupted() {
        List<Frame> below = KnownFunctions.belowInterrupt(reliable.isEmpty() ? guesses : reliable);
        if (place.isEmpty()
                || !below.isEmpty()
                        && below.get(0).function().equals(place.get().function())) {
            return below; // Some architectures show the place of the interrupt twice.
        }
        List<Frame> frames = new ArrayList<>(List.of(place.get()));
        frames.addAll(reliable.isEmpty() ? List.of() : below);
        return frames;
    }

    Optional<Frame> lastReliable() {
        return reliable.isEmpty() ? Optional.empty() : Optional.of(reliable.get(reliable.size() - 1));
    }

    Optional<Frame> lastFrame() {
        return last;
    }
}
