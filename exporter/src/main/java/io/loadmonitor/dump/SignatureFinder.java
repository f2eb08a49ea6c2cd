package io.loadmonitor.dump;

import io.loadmonitor.dump.LoadCause.Kind;
import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the signature of each task of one dump. It looks at the stack of a task that sleeps or is on a CPU in the
 * kernel alone: where a runnable task happens to have lost its CPU says nothing about it. It remembers what it
 * found, bounded by the dump. For one thread.
 */
public final class SignatureFinder {
    private final Map<Integer, CallStack> stacks;
    private final Map<Place, StackSignature> found = new HashMap<>();
    private final Map<List<String>, StackSignature> byFrames = new HashMap<>();
    private final Map<Named, StackSignature> byName = new HashMap<>();

    private record Place(Kind kind, int stackId) {}

    private record Named(Kind kind, EscapedText program) {}

    public SignatureFinder(StackDump dump) {
        this.stacks = dump.stacksById();
    }

    public StackSignature find(Task task) {
        Kind kind = CauseFinder.kind(task);
        CallStack stack = stacks.get(task.stackId());
        if (stack != null && (kind == Kind.SLEEP || kind == Kind.DELAYED || kind == Kind.CPU_KERNEL)) {
            Place place = new Place(kind, stack.id());
            StackSignature known = found.get(place);
            if (known != null) {
                return known;
            }
            List<String> frames = frames(kind, stack);
            if (!frames.isEmpty()) {
                StackSignature signature = byFrames.computeIfAbsent(frames, StackSignature::of);
                found.put(place, signature);
                return signature;
            }
        }
        if (kind == Kind.SLEEP && task.waitChannel().isPresent()) {
            // The wait channel is one function of the stack, so it is no signature of that stack.
            List<String> frames = List.of(
                    "[wait channel]",
                    WaitFunction.withoutSuffix(task.waitChannel().get()));
            return byFrames.computeIfAbsent(frames, StackSignature::of);
        }
        return byName.computeIfAbsent(
                new Named(kind, task.program()), named -> StackSignature.of(named.kind(), named.program()));
    }

    private static List<String> frames(Kind kind, CallStack stack) {
        List<String> frames = SignatureFrames.of(stack, kind != Kind.CPU_KERNEL);
        if (kind == Kind.SLEEP || frames.isEmpty()) {
            return frames;
        }
        List<String> marked = new ArrayList<>(frames.size() + 1);
        marked.add('[' + kind.text() + ']');
        marked.addAll(frames);
        return marked;
    }
}
