package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    OptionalLong blockedSeconds = OptionalLong.empty();
    /** Whether its line of sched_show_task was read, and was of the form with {@code task:}. */
    boolean headed;

    boolean named;
    /** Whether the stack is over. */
    boolean closed;

    final List<Frame> reliable = new ArrayList<>();
    final List<Frame> guesses = new ArrayList<>();
    private Optional<Frame> last = Optional.empty();

    RawTask(OptionalLong pid) {
        this.pid = pid;
    }

    void take(TaskLine line) {
        comm = Optional.of(line.comm());
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

    Optional<Frame> lastFrame() {
        return last;
    }
}
