// SPDX-License-Identifier: GPL-2.0-only OR MIT
package io.loadmonitor.bpf;

import java.nio.ByteBuffer;

/**
 * The program that the kernel runs at each of a CPU's timer interrupts, the scheduler's ticks among them: while it is
 * switched on, it leaves in its CPU's record which thread is there and the kernel's stack. It is of a raw tracepoint.
 *
 * <p>The kernel lends bpf_get_stack() to programs under a licence that goes with its own, so this file, which is all of
 * the program, is also under the GPL.
 */
final class TickProgram {
    /** {@code arch/x86/include/asm/trace/irq_vectors.h}: the local APIC's timer. */
    static final String X86_TRACEPOINT = "local_timer_entry";

    /** {@code include/trace/events/timer.h}: any high-resolution timer. On x86 7.3's ticks do not come by it. */
    static final String TRACEPOINT = "hrtimer_expire_entry";

    // A CPU's record. Little-endian.
    static final int COUNT = 0;
    static final int TID = 8;
    static final int TIME = 16;
    static final int STACK_BYTES = 24;
    static final int STACK = 32;

    /** The interrupt's own frames, some ten, are among them. */
    static final int MAX_FRAMES = TaskRecord.MAX_FRAMES + 15;

    static final int RECORD_BYTES = STACK + MAX_FRAMES * Long.BYTES;

    // enum bpf_func_id of include/uapi/linux/bpf.h
    private static final int MAP_LOOKUP_ELEM = 1;
    private static final int KTIME_GET_NS = 5;
    private static final int GET_SMP_PROCESSOR_ID = 8;
    private static final int GET_CURRENT_PID_TGID = 14;
    private static final int GET_STACK = 67;

    private static final int CONTEXT = 6;
    private static final int RECORD = 7;

    private TickProgram() {}

    /**
     * @param switchMap whose one value, a {@code u64}, says whether it does anything
     * @param records a record for each CPU
     */
    static ByteBuffer of(int switchMap, int records) {
        return new Assembler()
                .mapValue(2, switchMap)
                .load(8, 2, 2, 0)
                .jumpIfEqual(2, 0, "out")
                .move(CONTEXT, 1)
                .call(GET_SMP_PROCESSOR_ID)
                .store(4, Assembler.FRAME, -4, 0)
                .map(1, records)
                .move(2, Assembler.FRAME)
                .addImmediate(2, -4)
                .call(MAP_LOOKUP_ELEM)
                .jumpIfEqual(0, 0, "out")
                .move(RECORD, 0)
                .call(GET_CURRENT_PID_TGID)
                .shiftLeft(0, 32)
                .shiftRight(0, 32)
                .store(8, RECORD, TID, 0)
                .call(KTIME_GET_NS)
                .store(8, RECORD, TIME, 0)
                .move(1, CONTEXT)
                .move(2, RECORD)
                .addImmediate(2, STACK)
                .moveImmediate(3, MAX_FRAMES * Long.BYTES)
                .moveImmediate(4, 0)
                .call(GET_STACK)
                .store(8, RECORD, STACK_BYTES, 0)
                .load(8, 1, RECORD, COUNT)
                .addImmediate(1, 1)
                .store(8, RECORD, COUNT, 1)
                .label("out")
                .moveImmediate(0, 0)
                .exit()
                .assemble();
    }
}
