package io.loadmonitor.kernellog;

import io.loadmonitor.dump.Frame;
import java.util.List;
import java.util.Set;

/** What functions at a stack's ends tell about the task. Stateless. */
final class KnownFunctions {
    /**
     * The way into sleep: kernel/sched/core.c, kernel/time/{timer,sleep_timeout}.c and the architectures' __switch_to.
     * It is the same for every sleeper, so dumps leave it out. {@code __sched} functions that tell apart stay.
     */
    private static final Set<String> WAY_INTO_SLEEP = Set.of(
            "__switch_to",
            "__switch_to_asm",
            "context_switch",
            "__schedule",
            "__schedule_loop",
            "schedule",
            "schedule_timeout",
            "schedule_timeout_uninterruptible",
            "schedule_timeout_killable",
            "io_schedule",
            "io_schedule_timeout",
            "schedule_preempt_disabled",
            "schedule_rtlock",
            "rt_mutex_schedule",
            "preempt_schedule",
            "preempt_schedule_common",
            "preempt_schedule_irq",
            "preempt_schedule_notrace",
            // Seen by those who watch the switch itself
            "finish_task_switch");

    /**
     * Innermost functions of sleeps in TASK_IDLE (uninterruptible, but no load) and of frozen tasks:
     * kernel/workqueue.c, kernel/rcu/{tree,tasks.h,tree_nocb.h,tree_plugin.h}, kernel/time/sleep_timeout.c,
     * net/sunrpc/svc_xprt.c, kernel/freezer.c, Linux 4.2 to 7.x.
     */
    private static final Set<String> IDLE = Set.of(
            "worker_thread",
            "rescuer_thread",
            "rcu_gp_kthread",
            "rcu_gp_fqs_loop",
            "rcu_tasks_one_gp",
            "rcu_tasks_kthread",
            "rcu_boost_kthread",
            "rcu_cpu_kthread",
            "rcu_nocb_gp_kthread",
            "rcu_nocb_cb_kthread",
            "rcu_nocb_kthread",
            "nocb_gp_wait",
            "nocb_gp_sleep",
            "nocb_cb_wait",
            "schedule_timeout_idle",
            "svc_recv",
            "svc_thread_wait_for_work",
            "__refrigerator");

    /**
     * Innermost functions of sleeps that a signal ends, or that kernel threads sleep in while they have nothing to do.
     */
    private static final Set<String> INTERRUPTIBLE = Set.of(
            // System calls: kernel/exit.c, fs/{eventpoll,select,pipe,eventfd,signalfd,timerfd}.c, kernel/futex,
            // kernel/time
            "do_wait",
            "kernel_wait4",
            "ep_poll",
            "do_epoll_wait",
            "poll_schedule_timeout",
            "do_poll",
            "do_sys_poll",
            "do_select",
            "core_sys_select",
            "pipe_read",
            "pipe_wait",
            "pipe_wait_readable",
            "anon_pipe_read",
            "eventfd_read",
            "signalfd_dequeue",
            "timerfd_read",
            "timerfd_read_iter",
            "futex_wait",
            "futex_do_wait",
            "futex_wait_queue",
            "futex_wait_queue_me",
            "hrtimer_nanosleep",
            "do_nanosleep",
            "common_nsleep",
            "schedule_hrtimeout_range",
            "schedule_hrtimeout_range_clock",
            "schedule_timeout_interruptible",
            "do_sigtimedwait",
            "sigsuspend",
            "__do_sys_pause",
            "sys_pause",
            "do_signal_stop",
            "ptrace_stop",
            "do_msgrcv",
            "do_semtimedop",
            "__do_semtimedop",
            "inotify_read",
            "fanotify_read",
            "do_syslog",
            "syslog_print",
            "devkmsg_read",
            "kmsg_read",
            "n_tty_read",
            "wait_woken",
            "fuse_dev_do_read",
            "io_cqring_wait",
            // net/core, net/ipv4, net/unix
            "__skb_wait_for_more_packets",
            "sk_wait_data",
            "inet_csk_accept",
            "inet_csk_wait_for_connect",
            "unix_stream_read_generic",
            "unix_stream_data_wait",
            "unix_wait_for_peer",
            // Kernel threads at rest
            "kthreadd",
            "kthread",
            "kthread_parkme",
            "__kthread_parkme",
            "kthread_worker_fn",
            "smpboot_thread_fn",
            "kswapd",
            "kcompactd",
            "khugepaged",
            "khugepaged_wait_work",
            "ksm_scan_thread",
            "kauditd_thread",
            "oom_reaper",
            "watchdog",
            "kjournald",
            "kjournald2",
            "irq_thread",
            "devtmpfsd",
            "devtmpfs_work_loop",
            "ext4_lazyinit_thread",
            "scsi_error_handler",
            "md_thread",
            "hub_thread",
            "loop_thread",
            "io_wq_worker",
            "io_wqe_worker",
            "io_sq_thread",
            "psi_rtpoll_worker",
            "psi_poll_worker",
            "irq_wait_for_interrupt",
            "kthread_worker");

    /**
     * Innermost functions of tasks that lost their CPU on the way back to user mode: kernel/entry/common.c, arch entry
     * code.
     */
    private static final Set<String> PREEMPTED = Set.of(
            "exit_to_user_mode_prepare",
            "exit_to_user_mode_loop",
            "irqentry_exit_to_user_mode",
            "irqentry_exit",
            "irqentry_exit_cond_resched",
            "raw_irqentry_exit_cond_resched",
            "syscall_exit_to_user_mode",
            "prepare_exit_to_usermode",
            "exit_to_usermode_loop",
            "retint_careful",
            "sysret_careful",
            "int_careful",
            "do_notify_resume",
            "work_pending",
            "do_work_pending",
            "slow_work_pending",
            "ret_to_user",
            "el0_interrupt",
            "arm64_preempt_schedule_irq");

    /** Who prints sysrq's list (drivers/tty/sysrq.c, kernel/sched/core.c) or reads its own stack (fs/proc/base.c). */
    private static final Set<String> REPORTERS = Set.of(
            "sched_show_task",
            "show_state_filter",
            "sysrq_handle_showstate",
            "sysrq_handle_showstate_blocked",
            "__handle_sysrq",
            "write_sysrq_trigger",
            "proc_pid_stack");

    /** The original module's own. */
    private static final Set<String> TIMER = Set.of("print_all_task_stack", "monitor_handler");

    /** Where stacks of /proc/PID/stack end: entries from user mode and of kernel threads, by architecture. */
    private static final Set<String> OUTERMOST = Set.of(
            "entry_SYSCALL_64_after_hwframe",
            "entry_SYSCALL_64_fastpath",
            "entry_SYSCALL_64_after_swapgs",
            "entry_SYSCALL64_slow_path",
            "entry_SYSCALL_64",
            "entry_SYSCALL_compat",
            "entry_SYSCALL_compat_after_hwframe",
            "entry_SYSENTER_compat",
            "entry_SYSENTER_compat_after_hwframe",
            "entry_SYSENTER_32",
            "entry_INT80_32",
            "entry_INT80_compat",
            "asm_int80_emulation",
            "system_call_fastpath",
            "system_call",
            "tracesys",
            "ia32_sysret",
            "sysenter_do_call",
            "syscall_call",
            "int_ret_from_sys_call",
            "ret_from_fork",
            "ret_from_fork_asm",
            "kernel_thread_helper",
            "child_rip",
            "el0t_64_sync",
            "el0t_32_sync",
            "el0_sync",
            "el0_sync_compat",
            "el0_svc_naked",
            "el0_svc",
            "el0_svc_compat",
            "el0_sync_handler",
            "el0_sync_compat_handler",
            "el0t_64_sync_handler",
            "el0t_32_sync_handler",
            "el0_irq",
            "el0t_64_irq",
            "ret_fast_syscall",
            "__sys_trace_return",
            "ret_from_syscall",
            // ppc64
            "system_call_common",
            "system_call_vectored_common",
            "system_call_exception",
            "ret_from_kernel_thread",
            "ret_from_kernel_user_thread",
            // s390
            "__do_syscall",
            "kernel_thread_starter",
            "ret_from_exception",
            "ret_from_fork_kernel_asm",
            "ret_from_fork_user_asm",
            "handle_exception");

    /** Where interrupts and NMIs enter: arch/x86/entry, arch/arm64/kernel/entry.S, arch/arm/kernel/entry-armv.S. */
    private static final Set<String> INTERRUPT_ENTRIES = Set.of(
            "asm_common_interrupt",
            "asm_exc_nmi",
            "end_repeat_nmi",
            "nmi",
            "common_interrupt",
            "ret_from_intr",
            "reschedule_interrupt",
            "call_function_interrupt",
            "call_function_single_interrupt",
            "el1_irq",
            "el1h_64_irq",
            "el1h_64_fiq",
            "__irq_svc",
            "hardware_interrupt_common_virt",
            "decrementer_common_virt",
            "decrementer_common",
            "ret_from_exception");

    private static final Set<String> X86 =
            Set.of("do_syscall_64", "entry_SYSCALL_64_after_hwframe", "ret_from_fork_asm", "system_call_fastpath");

    private KnownFunctions() {}

    /** The frames without the way into sleep; at least the outermost. */
    static List<Frame> withoutWayIntoSleep(List<Frame> frames) {
        int from = 0;
        while (from < frames.size() - 1 && WAY_INTO_SLEEP.contains(name(frames.get(from)))) {
            from++;
        }
        return frames.subList(from, frames.size());
    }

    static boolean beginsInScheduler(List<Frame> frames) {
        return !frames.isEmpty() && name(frames.get(0)).equals("__schedule");
    }

    static boolean idle(List<Frame> frames) {
        return innermostIn(frames, IDLE);
    }

    static boolean interruptible(List<Frame> frames) {
        return innermostIn(frames, INTERRUPTIBLE);
    }

    /** Whether the task could run and waited for a CPU. */
    static boolean preempted(List<Frame> frames) {
        return innermostIn(frames, PREEMPTED)
                || !frames.isEmpty() && name(frames.get(0)).startsWith("preempt_schedule");
    }

    static boolean reporter(List<Frame> frames) {
        return frames.stream().anyMatch(frame -> REPORTERS.contains(name(frame)));
    }

    /** How many frames are the original module's timer, with what interrupted the task for it; 0 for none. */
    static int timerFrames(List<Frame> frames) {
        int own = -1;
        for (int i = 0; i < frames.size(); i++) {
            if (TIMER.contains(name(frames.get(i)))) {
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
            if (interruptEntry(frames.get(i)) || INTERRUPT_ENTRIES.contains(name(frames.get(i)))) {
                return frames.subList(i + 1, frames.size());
            }
        }
        return frames;
    }

    /** Whether a stack begins on the way into sleep. */
    static boolean asleep(List<Frame> frames) {
        return !frames.isEmpty() && WAY_INTO_SLEEP.contains(name(frames.get(0)));
    }

    static boolean outermost(Frame frame) {
        return OUTERMOST.contains(name(frame));
    }

    static boolean x86(Frame frame) {
        return X86.contains(name(frame)) || name(frame).startsWith("asm_");
    }

    private static boolean innermostIn(List<Frame> frames, Set<String> functions) {
        return !frames.isEmpty()
                && functions.contains(name(withoutWayIntoSleep(frames).get(0)));
    }

    /** Without {@code .isra.0}, {@code .constprop.0}, {@code .part.0}, {@code .cold}. */
    private static String name(Frame frame) {
        int dot = frame.function().indexOf('.', 1);
        return dot < 0 ? frame.function() : frame.function().substring(0, dot);
    }
}
