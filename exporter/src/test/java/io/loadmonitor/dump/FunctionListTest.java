package io.loadmonitor.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class FunctionListTest {
    private static final String ALL = """
            functions way-to-sleep
              source kernel/sched/core.c
              names schedule
            functions way-in
              source arch/x86
              names ret_from_fork
            functions in-new-kernels-alone
              source kernel/workqueue.c
              names process_scheduled_works
            functions lets-interrupts-in
              source kernel/sched/core.c
              names finish_task_switch
            functions off-the-cpu
              source x
              names f
            functions sleeps-idle
              source x
              names f
            functions sleeps-for-a-signal
              source x
              names f
            functions lost-its-cpu
              source x
              names f
            functions takes-the-report
              source x
              names f
            functions timer-of-the-original
              source x
              names f
            functions outermost
              source x
              names f
            functions interrupt-entry
              source x
              names f
            functions of-x86
              source x
              names f
            """;

    @Test
    void knowsTheFunctionsOfEachList() {
        assertTrue(FunctionList.WAY_TO_SLEEP.contains("rwsem_down_write_slowpath"));
        assertTrue(FunctionList.WAY_IN.contains("entry_SYSCALL_64_after_hwframe"));
        assertTrue(FunctionList.IN_NEW_KERNELS_ALONE.contains("process_scheduled_works"));
        assertTrue(FunctionList.LETS_INTERRUPTS_IN.contains("finish_task_switch"));
        assertTrue(FunctionList.OFF_THE_CPU.contains("__schedule"));
        assertTrue(FunctionList.SLEEPS_IDLE.contains("worker_thread"));
        assertTrue(FunctionList.SLEEPS_FOR_A_SIGNAL.contains("ep_poll"));
        assertTrue(FunctionList.LOST_ITS_CPU.contains("exit_to_user_mode_loop"));
        assertTrue(FunctionList.OUTERMOST.contains("ret_from_fork"));
        assertFalse(FunctionList.WAY_TO_SLEEP.contains("ext4_rename"));
    }

    /** What is a way to sleep or in is left out of signatures: a change gives other names to what was seen before. */
    @Test
    void hasAsManyNamesAsTheSignaturesInTheArchivesWereMadeWith() {
        assertEquals(116, FunctionList.WAY_TO_SLEEP.names().size());
        assertEquals(90, FunctionList.WAY_IN.names().size());
        assertEquals(1, FunctionList.IN_NEW_KERNELS_ALONE.names().size());
    }

    @Test
    void saysWhatIsWrongWithTheText() {
        refuses(ALL + "functions somewhere\n", "functions.txt:40: \"functions somewhere\" is no list that is known");
        refuses(ALL + "functions way-in\n", "functions.txt:40: \"functions way-in\" is there twice");
        refuses(ALL + "  names a\n  names b a\n", "functions.txt:41: \"names b a\" has a for the second time");
        refuses(ALL + "  names a*\n", "functions.txt:40: \"names a*\" has a name that is none");
        refuses(ALL + "  colour red\n", "functions.txt:40: \"colour red\" is no line of a list");
        refuses(
                ALL.replace("  source arch/x86\n", ""),
                "functions.txt:5: \"names ret_from_fork\" has no source above it");
        refuses(ALL.replace("  names ret_from_fork\n", ""), "functions.txt: way-in has no names");
    }

    private static void refuses(String text, String problem) {
        assertEquals(
                problem,
                assertThrows(IllegalStateException.class, () -> FunctionList.parse(text))
                        .getMessage());
    }
}
