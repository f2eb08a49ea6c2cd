package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What of a stack says where a task is, whatever kernel and architecture it runs on. Stateless.
 *
 * <p>Left out, because it differs between builds, boots, kernels, architectures or sources:
 *
 * <ul>
 *   <li>offsets, sizes, modules and their build ids, addresses without a symbol, and frames marked {@code ?};
 *   <li>the compiler's suffixes ({@code .isra.0}, {@code .constprop.0}, {@code .part.0}, {@code .cold},
 *     {@code .llvm.1});
 *   <li>at the inner end the general ways to sleep, which {@code /proc/PID/stack} and the module leave out by
 *       themselves, sysrq does not, and of which 5.10 has more than 6.1;
 *   <li>at the outer end the way into the kernel, up to the first function that is not of it.
 * </ul>
 *
 * <p>A system call has one name: {@code __x64_sys_openat}, {@code __arm64_sys_openat}, {@code __se_sys_openat},
 * {@code __do_sys_openat}, {@code sys_openat} and {@code SyS_openat} are {@code sys_openat}, once.
 *
 * <p>A module's name is left out, since a driver may be built in on one kernel and a module on another. A function that
 * was renamed ({@code _do_fork} to {@code kernel_clone} in 5.10) or inlined elsewhere gives another signature.
 */
final class SignatureFrames {
    /**
     * How the macros of {@code arch/.../include/asm/syscall_wrapper.h} and before 4.17 those of syscalls.h name one.
     */
    private static final Pattern SYSTEM_CALL = Pattern.compile(
            "(?:__(?:x64|ia32|x32|arm64|s390x?|riscv|se|do)_(?:compat_)?sys|compat_sys|compat_SyS|SyS|sys)"
                    + "_([a-z0-9_]+)");

    private SignatureFrames() {}

    /** @return empty when no frame has a name */
    static List<String> of(CallStack stack) {
        return of(stack, true);
    }

    /** @param asleep whether the innermost functions may be ways to sleep; on a CPU they are work */
    static List<String> of(CallStack stack, boolean asleep) {
        List<String> named = new ArrayList<>(stack.frames().size());
        for (Frame frame : stack.frames()) {
            String function = frame.function();
            if (!function.startsWith("?") && !function.startsWith("0x")) {
                named.add(WaitFunction.withoutSuffix(function));
            }
        }
        int end = named.size();
        while (end > 1 && FunctionList.WAY_IN.contains(named.get(end - 1))) {
            end--;
        }
        List<String> inside = named.subList(0, end);
        int first = asleep ? WaitFunction.indexOf(inside) : 0;
        List<String> frames = new ArrayList<>(end);
        for (String function : inside.subList(first, end)) {
            String name = systemCall(function);
            boolean again = !frames.isEmpty()
                    && name.startsWith("sys_")
                    && frames.get(frames.size() - 1).equals(name);
            if (!again && !FunctionList.IN_NEW_KERNELS_ALONE.contains(name)) {
                frames.add(name);
            }
        }
        return frames;
    }

    private static String systemCall(String function) {
        char first = function.charAt(0);
        if (first != '_' && first != 's' && first != 'S' && first != 'c') {
            return function;
        }
        Matcher matcher = SYSTEM_CALL.matcher(function);
        return matcher.matches() ? "sys_" + matcher.group(1) : function;
    }
}
