package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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

    /** kernel/workqueue.c: between process_one_work and worker_thread from 6.6 on. */
    private static final Set<String> IN_NEW_KERNELS_ALONE = Set.of("process_scheduled_works");

    /** The outermost functions of a stack, by where they are. */
    private static final Set<String> WAYS_IN = Set.of(
            // arch/x86: entry_64.S, entry_64_compat.S, entry_32.S, common.c, process.c
            "ret_from_fork",
            "ret_from_fork_asm",
            "entry_SYSCALL_64_after_hwframe",
            "entry_SYSCALL_64",
            "entry_SYSCALL_64_fastpath",
            "entry_SYSCALL_64_safe_stack",
            "entry_SYSCALL_compat",
            "entry_SYSCALL_compat_after_hwframe",
            "entry_SYSENTER_compat",
            "entry_SYSENTER_compat_after_hwframe",
            "entry_SYSENTER_32",
            "entry_INT80_compat",
            "entry_INT80_32",
            "asm_int80_emulation",
            "int80_emulation",
            "do_int80_emulation",
            "do_syscall_64",
            "do_syscall_x64",
            "do_syscall_x32",
            "x64_sys_call",
            "x32_sys_call",
            "ia32_sys_call",
            "do_fast_syscall_32",
            "__do_fast_syscall_32",
            "do_SYSENTER_32",
            "do_int80_syscall_32",
            "system_call_fastpath",
            "system_call_fast_compare_end",
            "system_call",
            "tracesys",
            "sysenter_dispatch",
            "sysenter_do_call",
            "ia32_do_call",
            "cstar_dispatch",
            "kernel_thread_helper",
            "child_rip",
            // arch/arm64: entry.S, entry-common.c, syscall.c
            "el0t_64_sync",
            "el0t_64_sync_handler",
            "el0t_32_sync",
            "el0t_32_sync_handler",
            "el0_sync",
            "el0_sync_handler",
            "el0_sync_compat",
            "el0_sync_compat_handler",
            "el0_svc",
            "el0_svc_compat",
            "el0_svc_common",
            "el0_svc_handler",
            "el0_svc_naked",
            "el0_svc_compat_handler",
            "do_el0_svc",
            "do_el0_svc_compat",
            "invoke_syscall",
            "__invoke_syscall",
            // arch/arm: entry-common.S; arch/riscv: entry.S, traps.c; arch/mips
            "ret_fast_syscall",
            "__sys_trace_return",
            "ret_from_exception",
            "ret_from_syscall",
            "handle_exception",
            "do_trap_ecall_u",
            "ret_from_fork_kernel",
            "ret_from_fork_kernel_asm",
            "ret_from_fork_user",
            "ret_from_fork_user_asm",
            "ret_from_kernel_thread",
            "handle_sys",
            "handle_sys64",
            "handle_sysn32",
            // arch/powerpc, arch/s390
            "system_call_exception",
            "system_call_common",
            "system_call_vectored_common",
            "ret_from_kernel_user_thread",
            "start_kernel_thread",
            "__do_syscall",
            "do_syscall",
            "__ret_from_fork",
            // Page faults: arch/x86/mm/fault.c, arch/arm64/mm/fault.c
            "asm_exc_page_fault",
            "exc_page_fault",
            "handle_page_fault",
            "do_user_addr_fault",
            "__do_page_fault",
            "do_page_fault",
            "async_page_fault",
            "page_fault",
            "el0_da",
            "el0_ia",
            "do_mem_abort",
            "do_translation_fault",
            "do_DataAbort",
            "__dabt_usr");

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
        while (end > 1 && WAYS_IN.contains(named.get(end - 1))) {
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
            if (!again && !IN_NEW_KERNELS_ALONE.contains(name)) {
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
