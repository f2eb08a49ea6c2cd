package io.loadmonitor.dump;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The function of a stack that best says what a sleeping task waits for: the innermost one that is not a general way to
 * sleep. {@code mutex_lock} above {@code ext4_rename} says less than {@code ext4_rename}. Stateless.
 */
final class WaitFunction {
    /**
     * General ways to sleep in Linux 5.10 to 7.x, by source file. {@code stack_trace_save_tsk} leaves most of them out
     * by itself (section .sched.text); the unwinder alone does not.
     */
    private static final Set<String> WAYS_TO_SLEEP = Set.of(
            // kernel/sched/core.c, kernel/time/{timer,sleep_timeout,hrtimer}.c
            "__schedule",
            "schedule",
            "schedule_preempt_disabled",
            "schedule_rtlock",
            "preempt_schedule",
            "preempt_schedule_common",
            "preempt_schedule_irq",
            "preempt_schedule_notrace",
            "__cond_resched",
            "rt_mutex_schedule",
            "io_schedule",
            "io_schedule_timeout",
            "schedule_timeout",
            "schedule_timeout_killable",
            "schedule_timeout_uninterruptible",
            "schedule_hrtimeout",
            "schedule_hrtimeout_range",
            "schedule_hrtimeout_range_clock",
            "msleep",
            "usleep_range",
            "usleep_range_state",
            // kernel/sched/completion.c
            "do_wait_for_common",
            "wait_for_common",
            "wait_for_common_io",
            "__wait_for_common",
            "wait_for_completion",
            "wait_for_completion_timeout",
            "wait_for_completion_io",
            "wait_for_completion_io_timeout",
            "wait_for_completion_killable",
            "wait_for_completion_killable_timeout",
            "wait_for_completion_state",
            // kernel/locking/mutex.c, ww_mutex
            "mutex_lock",
            "mutex_lock_io",
            "mutex_lock_killable",
            "mutex_lock_nested",
            "mutex_lock_io_nested",
            "mutex_lock_killable_nested",
            "_mutex_lock_killable",
            "_mutex_lock_nest_lock",
            "__mutex_lock",
            "__mutex_lock_common",
            "__mutex_lock_slowpath",
            "__mutex_lock_killable_slowpath",
            "ww_mutex_lock",
            "__ww_mutex_lock",
            "__ww_mutex_lock_slowpath",
            // kernel/locking/rwsem.c, percpu-rwsem.c, semaphore.c
            "down_read",
            "down_read_killable",
            "down_read_nested",
            "down_read_killable_nested",
            "down_write",
            "down_write_killable",
            "down_write_nested",
            "down_write_killable_nested",
            "__down_read",
            "__down_read_common",
            "__down_read_killable",
            "__down_write",
            "__down_write_common",
            "__down_write_killable",
            "rwsem_down_read_slowpath",
            "rwsem_down_write_slowpath",
            "percpu_down_write",
            "__percpu_down_read",
            "percpu_rwsem_wait",
            "down",
            "down_killable",
            "down_timeout",
            "__down",
            "__down_common",
            "___down_common",
            "__down_killable",
            "__down_timeout",
            // lib/rwsem.c and arch/x86/lib/rwsem.S before 5.0
            "rwsem_down_failed_common",
            "rwsem_down_read_failed",
            "rwsem_down_write_failed",
            "call_rwsem_down_read_failed",
            "call_rwsem_down_write_failed",
            // kernel/locking/rtmutex.c, rwbase_rt.c, spinlock_rt.c
            "rt_mutex_lock",
            "rt_mutex_lock_killable",
            "__rt_mutex_lock",
            "rt_mutex_slowlock",
            "__rt_mutex_slowlock",
            "__rt_mutex_slowlock_locked",
            "rt_mutex_slowlock_block",
            "rtlock_slowlock",
            "rtlock_slowlock_locked",
            "rwbase_read_lock",
            "__rwbase_read_lock",
            "rwbase_write_lock",
            "rt_spin_lock",
            "rt_read_lock",
            "rt_write_lock",
            // kernel/sched/wait_bit.c, wait.c
            "bit_wait",
            "bit_wait_io",
            "bit_wait_timeout",
            "bit_wait_io_timeout",
            "__wait_on_bit",
            "__wait_on_bit_lock",
            "out_of_line_wait_on_bit",
            "out_of_line_wait_on_bit_lock",
            "out_of_line_wait_on_bit_timeout",
            "wait_woken",
            // mm/filemap.c
            "folio_wait_bit_common",
            "folio_wait_bit",
            "folio_wait_bit_killable",
            "__folio_lock",
            "__folio_lock_killable",
            "__folio_lock_or_retry",
            "wait_on_page_bit_common",
            "wait_on_page_bit",
            "wait_on_page_bit_killable",
            "__lock_page",
            "__lock_page_killable",
            "__lock_page_or_retry");

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
     * Where the wait function stands among {@link #functions}; where there are nothing but general ways to sleep, the
     * outermost; 0 for none at all.
     */
    static int indexOf(List<String> functions) {
        for (int i = 0; i < functions.size(); i++) {
            if (!WAYS_TO_SLEEP.contains(functions.get(i))) {
                return i;
            }
        }
        return Math.max(0, functions.size() - 1);
    }

    static boolean isWayToSleep(String function) {
        return WAYS_TO_SLEEP.contains(function);
    }

    /**
     * {@code blkdev_put.part.0} is {@code blkdev_put}: the compiler's suffixes differ from build to build.
     */
    static String withoutSuffix(String function) {
        int dot = function.indexOf('.', 1);
        return dot < 0 ? function : function.substring(0, dot);
    }
}
