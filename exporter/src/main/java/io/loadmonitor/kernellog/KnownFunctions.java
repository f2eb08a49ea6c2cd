package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.FunctionList;
import java.util.List;

/** What functions at a stack's ends tell about the task; {@link FunctionList} has their names. Stateless. */
final class KnownFunctions {
    private KnownFunctions() {}

    /** The frames without the way into sleep; at least the outermost. */
    static List<Frame> withoutWayIntoSleep(List<Frame> frames) {
        int from = 0;
        while (from < frames.size() - 1 && FunctionList.OFF_THE_CPU.contains(name(frames.get(from)))) {
            from++;
        }
        return frames.subList(from, frames.size());
    }

    static boolean beginsInScheduler(List<Frame> frames) {
        return !frames.isEmpty() && name(frames.get(0)).equals("__schedule");
    }

    static boolean idle(List<Frame> frames) {
        return innermostIn(frames, FunctionList.SLEEPS_IDLE);
    }

    static boolean interruptible(List<Frame> frames) {
        return innermostIn(frames, FunctionList.SLEEPS_FOR_A_SIGNAL);
    }

    /** Whether the task could run and waited for a CPU. */
    static boolean preempted(List<Frame> frames) {
        return innermostIn(frames, FunctionList.LOST_ITS_CPU)
                || !frames.isEmpty() && name(frames.get(0)).startsWith("preempt_schedule");
    }

    static boolean reporter(List<Frame> frames) {
        return frames.stream().anyMatch(frame -> FunctionList.TAKES_THE_REPORT.contains(name(frame)));
    }

    /** How many frames are the original module's timer, with what interrupted the task for it; 0 for none. */
    static int timerFrames(List<Frame> frames) {
        int own = -1;
        for (int i = 0; i < frames.size(); i++) {
            if (FunctionList.TIMER_OF_THE_ORIGINAL.contains(name(frames.get(i)))) {
                own = i;
            }
        }
        if (own < 0) {
            return 0;
        }
        for (int i = own; i < frames.size(); i++) {
            if (interruptEntry(frames.get(i))) {
                return i + 1;
            }
        }
        return frames.size();
    }

    /** {@code asm_sysvec_apic_timer_interrupt} of 5.8 and later, {@code apic_timer_interrupt} before. */
    static boolean interruptEntry(Frame frame) {
        String function = name(frame);
        return function.startsWith("asm_sysvec_") || function.equals("apic_timer_interrupt");
    }

    /** What was interrupted, where the stack begins with the interrupt that shows it. */
    static List<Frame> belowInterrupt(List<Frame> frames) {
        for (int i = frames.size() - 1; i >= 0; i--) {
            if (interruptEntry(frames.get(i)) || FunctionList.INTERRUPT_ENTRY.contains(name(frames.get(i)))) {
                return frames.subList(i + 1, frames.size());
            }
        }
        return frames;
    }

    /** Whether a stack begins on the way into sleep. */
    static boolean asleep(List<Frame> frames) {
        return !frames.isEmpty() && FunctionList.OFF_THE_CPU.contains(name(frames.get(0)));
    }

    static boolean outermost(Frame frame) {
        return FunctionList.OUTERMOST.contains(name(frame));
    }

    static boolean x86(Frame frame) {
        return FunctionList.OF_X86.contains(name(frame)) || name(frame).startsWith("asm_");
    }

    private static boolean innermostIn(List<Frame> frames, FunctionList functions) {
        return !frames.isEmpty()
                && functions.contains(name(withoutWayIntoSleep(frames).get(0)));
    }

    /** Without {@code .isra.0}, {@code .constprop.0}, {@code .part.0}, {@code .cold}. */
    private static String name(Frame frame) {
        int dot = frame.function().indexOf('.', 1);
        return dot < 0 ? frame.function() : frame.function().substring(0, dot);
    }
}
