package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The function of a stack that best says what a sleeping task waits for: the innermost one that is not a general way to
 * sleep. {@code mutex_lock} above {@code ext4_rename} says less than {@code ext4_rename}. Stateless.
 */
final class WaitFunction {
    /** What the module prints for an address without a symbol. */
    private static final String NO_SYMBOL = "?";

    private WaitFunction() {}

    /** The functions of the frames that have a symbol, innermost first, without the compiler's suffixes. */
    static List<String> functions(CallStack stack) {
        List<String> functions = new ArrayList<>(stack.frames().size());
        for (Frame frame : stack.frames()) {
            String function = withoutSuffix(frame.function());
            if (!function.equals(NO_SYMBOL)) {
                functions.add(function);
            }
        }
        return functions;
    }

    /**
     * The modules of the same frames, each the first word in its brackets: {@code [nvme 7a3e...]} has a build id.
     * Null for a function of the kernel itself.
     */
    static List<@Nullable String> modules(CallStack stack) {
        List<@Nullable String> modules = new ArrayList<>(stack.frames().size());
        for (Frame frame : stack.frames()) {
            if (!withoutSuffix(frame.function()).equals(NO_SYMBOL)) {
                modules.add(frame.module().map(text -> text.split(" ", 2)[0]).orElse(null));
            }
        }
        return modules;
    }

    /**
     * Where the wait function stands among {@link #functions}; where there are nothing but general ways to sleep, the
     * outermost; 0 for none at all.
     */
    static int indexOf(List<String> functions) {
        for (int i = 0; i < functions.size(); i++) {
            if (!FunctionList.WAY_TO_SLEEP.contains(functions.get(i))) {
                return i;
            }
        }
        return Math.max(0, functions.size() - 1);
    }

    static boolean isWayToSleep(String function) {
        return FunctionList.WAY_TO_SLEEP.contains(function);
    }

    /**
     * {@code blkdev_put.part.0} is {@code blkdev_put}: the compiler's suffixes differ from build to build.
     */
    static String withoutSuffix(String function) {
        int dot = function.indexOf('.', 1);
        return dot < 0 ? function : function.substring(0, dot);
    }
}
