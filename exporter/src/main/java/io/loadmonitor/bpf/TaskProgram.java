// SPDX-License-Identifier: GPL-2.0-only OR MIT
package io.loadmonitor.bpf;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The program that the kernel runs for each task: it writes a record ({@link TaskRecord}) of each one that may be load,
 * with its stack if it is on no CPU.
 *
 * <p>The kernel lends bpf_get_task_stack() and bpf_seq_write() to programs under a licence that goes with its own, so
 * this file, which is all of the program, is also under the GPL.
 *
 * <p>Which order, and why a stack that is told is true, is explained in {@code kmod/unwind.c}: the number of switches,
 * then the state, then on_cpu; the stack; then the same again. The same number of switches, and on no CPU before and
 * after: it slept the same sleep all the time. Whether it was so is for the reader of the record to see.
 *
 * @param code the instructions
 * @param missing fields that this kernel has not, whose place in the record is 0
 */
record TaskProgram(ByteBuffer code, List<String> missing) {
    static final String LICENCE = "Dual MIT/GPL";

    /**
     * Of the map's one value: how many tasks were walked so far, whether some are asked for by their address, then room
     * for a record.
     */
    static final int VALUE_BYTES = 16 + TaskRecord.MAX_BYTES;

    // enum bpf_func_id of include/uapi/linux/bpf.h
    private static final int MAP_LOOKUP_ELEM = 1;
    private static final int KTIME_GET_NS = 5;
    private static final int GET_CURRENT_PID_TGID = 14;
    private static final int PROBE_READ_KERNEL = 113;
    private static final int SEQ_WRITE = 127;
    private static final int GET_TASK_STACK = 141;

    /** {@code include/linux/sched.h}, the same from 5.10 to 7.3. */
    static final int TASK_UNINTERRUPTIBLE = 0x2;

    static final int TASK_NOLOAD = 0x400;

    /** A switch out of a CPU takes a microsecond or two; this many looks take about as long. */
    private static final int LEAVING_TRIES = 16;

    private static final int SEQ = 6;
    private static final int TASK = 7;
    private static final int KEPT = 8;
    private static final int VALUE = 9;
    private static final int ASKED_FOR = 8;
    private static final int RECORD = 16;

    /** A word of the program's stack, for nothing but barriers. */
    private static final int BARRIER = -8;

    /** A word of it for a task's address. */
    private static final int ADDRESS = -16;

    private static final String STRUCT = "task_struct";

    /**
     * Assembles it for a kernel.
     *
     * @param set a set of addresses: those tasks are told of whatever they do
     * @param locks how it is told what a task sleeps for
     * @param barriers whether this machine reads out of order
     * @throws BtfException when the kernel lacks what nothing can be told without
     */
    static TaskProgram of(Btf btf, int mapDescriptor, int set, LockFields locks, boolean barriers) throws BtfException {
        return new Writer(btf, set, locks, barriers).write(mapDescriptor);
    }

    /** The fields, by the names that kernels have given them. */
    private static final class Writer {
        private final Btf btf;
        private final int set;
        private final LockFields locks;
        private final boolean barriers;
        private final Assembler code = new Assembler();
        private final List<String> missing = new ArrayList<>();
        private int labels;

        Writer(Btf btf, int set, LockFields locks, boolean barriers) {
            this.btf = btf;
            this.set = set;
            this.locks = locks;
            this.barriers = barriers;
        }

        TaskProgram write(int mapDescriptor) throws BtfException {
            // struct bpf_iter__task { struct bpf_iter_meta *meta; struct task_struct *task; }
            code.load(8, SEQ, 1, 0)
                    .load(8, TASK, 1, 8)
                    .load(8, SEQ, SEQ, required("bpf_iter_meta", "seq").offset())
                    .mapValue(VALUE, mapDescriptor)
                    .storeImmediate(8, Assembler.FRAME, BARRIER, 0)
                    .jumpIfEqual(TASK, 0, "end");
            filter();
            look();
            lock(TaskRecord.LOCK);
            who();
            stack();
            lock(TaskRecord.LOCK_AFTER);
            lookAgain();
            times();
            writeRecord();
            code.label("skipped");
            count();
            code.label("done").moveImmediate(0, 0).exit();
            writeEnd();
            return new TaskProgram(code.assemble(), List.copyOf(missing));
        }

        /**
         * Whoever is in no queue and does not sleep uninterruptibly, or is idle in it, is no load: most are not. Of
         * those only the ones that are asked for are told.
         */
        private void filter() throws BtfException {
            read(1, task("on_rq"));
            code.jumpIfNotEqual(1, 0, "load");
            read(1, state());
            code.jumpIfAny(1, TASK_NOLOAD, "no load");
            code.jumpIfAny(1, TASK_UNINTERRUPTIBLE, "load").label("no load");
            code.load(8, 1, VALUE, ASKED_FOR)
                    .jumpIfEqual(1, 0, "skipped")
                    .store(8, Assembler.FRAME, ADDRESS, TASK)
                    .map(1, set)
                    .move(2, Assembler.FRAME)
                    .addImmediate(2, ADDRESS)
                    .call(MAP_LOOKUP_ELEM)
                    .jumpIfEqual(0, 0, "skipped")
                    .label("load");
        }

        /** What it sleeps for, if that is a lock, and what that lock's own words say. */
        private void lock(int place) {
            int words = place + Long.BYTES;
            String none = "no lock " + labels++;
            code.storeImmediate(8, VALUE, RECORD + place, 0);
            for (int at = 0; at < LockFields.BYTES; at += Long.BYTES) {
                code.storeImmediate(8, VALUE, RECORD + words + at, 0);
            }
            if (locks.place().isEmpty()) {
                return;
            }
            code.load(8, 3, TASK, locks.place().get().offset()).jumpIfEqual(3, 0, none);
            switch (locks.way()) {
                case BLOCKER ->
                    code.store(8, VALUE, RECORD + place, 3)
                            .andImmediate(3, ~LockFields.TYPE_BITS)
                            .move(1, VALUE)
                            .addImmediate(1, RECORD + words)
                            .moveImmediate(2, LockFields.BYTES)
                            .call(PROBE_READ_KERNEL)
                            .jumpIfEqual(0, 0, none)
                            .storeImmediate(8, VALUE, RECORD + place, 0);
                case BLOCKED_ON -> {
                    int owner = locks.ownerOfMutex().orElseThrow();
                    code.store(8, VALUE, RECORD + place, 3)
                            .load(8, 1, 3, owner)
                            .store(8, VALUE, RECORD + words + owner, 1);
                }
                case WAITER ->
                    code.load(8, 3, 3, locks.lockOfWaiter().orElseThrow())
                            .jumpIfEqual(3, 0, none)
                            .store(8, VALUE, RECORD + place, 3)
                            .load(8, 1, 3, locks.ownerOfRtMutex().orElseThrow())
                            .store(8, VALUE, RECORD + words, 1);
                case NONE -> {}
            }
            code.label(none);
        }

        /** A sleeper that is still on its way off its CPU is waited for, a little: its stack is at stake. */
        private void look() throws BtfException {
            code.moveImmediate(KEPT, LEAVING_TRIES).label("look");
            switches(TaskRecord.SWITCHES);
            barrier();
            share(TaskRecord.STATE, TaskRecord.ON_RQ, TaskRecord.BITS);
            barrier();
            onCpu(TaskRecord.ON_CPU);
            barrier();
            code.load(4, 1, VALUE, RECORD + TaskRecord.ON_CPU).jumpIfEqual(1, 0, "seen");
            code.load(8, 1, VALUE, RECORD + TaskRecord.STATE).jumpIfEqual(1, 0, "seen");
            code.addImmediate(KEPT, -1).jumpIfNotEqual(KEPT, 0, "look").label("seen");
        }

        private void lookAgain() throws BtfException {
            barrier();
            share(TaskRecord.STATE_AFTER, TaskRecord.ON_RQ_AFTER, TaskRecord.BITS_AFTER);
            onCpu(TaskRecord.ON_CPU_AFTER);
            barrier();
            switches(TaskRecord.SWITCHES_AFTER);
        }

        private void switches(int place) throws BtfException {
            read(1, task("nvcsw"));
            read(2, task("nivcsw"));
            code.add(1, 2).store(8, VALUE, RECORD + place, 1);
        }

        private void onCpu(int place) throws BtfException {
            // A kernel for one CPU may have none: who runs is then who reads.
            readOr0(1, "on_cpu");
            code.store(4, VALUE, RECORD + place, 1);
        }

        /** What the load counts by. */
        private void share(int statePlace, int queuePlace, int bitsPlace) throws BtfException {
            read(1, state());
            code.store(8, VALUE, RECORD + statePlace, 1);
            read(1, task("on_rq"));
            code.store(4, VALUE, RECORD + queuePlace, 1);
            code.moveImmediate(2, 0);
            bit("se.sched_delayed", TaskRecord.DELAYED);
            bit("dl.dl_throttled", TaskRecord.DEADLINE_THROTTLED);
            bit("throttled", TaskRecord.QUOTA_THROTTLED);
            code.store(4, VALUE, RECORD + bitsPlace, 2);
        }

        /** Adds the bit to r2 where the field is not 0. */
        private void bit(String path, int bit) throws BtfException {
            Optional<Btf.Field> field = optional(path);
            if (field.isPresent()) {
                String label = path + " " + labels++;
                read(1, field.get());
                code.jumpIfEqual(1, 0, label).addImmediate(2, bit).label(label);
            }
        }

        private void who() throws BtfException {
            code.store(8, VALUE, RECORD + TaskRecord.ADDRESS, TASK);
            copy(task("pid"), TASK, TaskRecord.PID);
            copy(task("tgid"), TASK, TaskRecord.TGID);
            copy(task("start_time"), TASK, TaskRecord.START);
            copy(task("flags"), TASK, TaskRecord.FLAGS);
            copy(task("policy"), TASK, TaskRecord.POLICY);
            copy(task("comm"), TASK, TaskRecord.COMM);
            // 5.16 moved it.
            Optional<Btf.Field> cpu = btf.field(STRUCT, "cpu").or(() -> quietly("thread_info.cpu"));
            code.storeImmediate(4, VALUE, RECORD + TaskRecord.CPU, -1);
            if (cpu.isPresent()) {
                copy(cpu.get(), TASK, TaskRecord.CPU);
            } else {
                missing.add("cpu");
            }
            // Once it is dead it has neither a parent nor a leader that could be followed (pid_alive()).
            code.storeImmediate(4, VALUE, RECORD + TaskRecord.PPID, -1)
                    .storeImmediate(8, VALUE, RECORD + TaskRecord.LEADER, 0)
                    .storeImmediate(8, VALUE, RECORD + TaskRecord.LEADER + 8, 0)
                    .load(8, 1, TASK, task("thread_pid").offset())
                    .jumpIfEqual(1, 0, "dead")
                    .load(8, 3, TASK, task("real_parent").offset());
            copy(task("tgid"), 3, TaskRecord.PPID);
            code.load(8, 3, TASK, task("group_leader").offset());
            copy(task("comm"), 3, TaskRecord.LEADER);
            code.label("dead");
            cgroup();
        }

        /** The number of its control group in the unified hierarchy: kernfs_node.id, the directory's inode number. */
        private void cgroup() throws BtfException {
            code.storeImmediate(8, VALUE, RECORD + TaskRecord.CGROUP, 0);
            Optional<Btf.Field> set = btf.field(STRUCT, "cgroups");
            Optional<Btf.Field> group = btf.field("css_set", "dfl_cgrp");
            Optional<Btf.Field> node = btf.field("cgroup", "kn");
            Optional<Btf.Field> id = btf.field("kernfs_node", "id");
            if (set.isEmpty()
                    || group.isEmpty()
                    || node.isEmpty()
                    || id.isEmpty()
                    || id.get().size() != 8) {
                missing.add("cgroup");
                return;
            }
            code.load(8, 3, TASK, set.get().offset())
                    .load(8, 3, 3, group.get().offset())
                    .load(8, 3, 3, node.get().offset())
                    .load(8, 1, 3, id.get().offset())
                    .store(8, VALUE, RECORD + TaskRecord.CGROUP, 1);
        }

        /** Of whoever is on no CPU and not about to end, when its stack goes. */
        private void stack() throws BtfException {
            code.moveImmediate(KEPT, 0)
                    .load(4, 1, VALUE, RECORD + TaskRecord.ON_CPU)
                    .jumpIfNotEqual(1, 0, "unwound");
            read(1, task("exit_state"));
            code.jumpIfNotEqual(1, 0, "unwound")
                    .move(1, TASK)
                    .move(2, VALUE)
                    .addImmediate(2, RECORD + TaskRecord.HEAD_BYTES)
                    .moveImmediate(3, TaskRecord.MAX_FRAMES * 8)
                    .moveImmediate(4, 0)
                    .call(GET_TASK_STACK)
                    .move(KEPT, 0)
                    .label("unwound")
                    .store(8, VALUE, RECORD + TaskRecord.STACK, KEPT);
        }

        private void times() throws BtfException {
            counter("sched_info.last_arrival", TaskRecord.LAST_ARRIVAL);
            counter("sched_info.last_queued", TaskRecord.LAST_QUEUED);
            counter("sched_info.run_delay", TaskRecord.RUN_DELAY);
            code.call(KTIME_GET_NS).store(8, VALUE, RECORD + TaskRecord.NOW, 0);
            code.call(GET_CURRENT_PID_TGID)
                    .shiftLeft(0, 32)
                    .shiftRight(0, 32)
                    .store(4, VALUE, RECORD + TaskRecord.READER, 0);
        }

        private void counter(String path, int place) throws BtfException {
            readOr0(1, path);
            code.store(8, VALUE, RECORD + place, 1);
        }

        /** One that finds no room is shown to the program again in the next read, and is counted then. */
        private void writeRecord() {
            code.moveImmediate(3, TaskRecord.HEAD_BYTES)
                    .jumpIfAtMost(KEPT, 0, "sized")
                    .jumpIfAbove(KEPT, TaskRecord.MAX_FRAMES * 8, "sized")
                    .add(3, KEPT)
                    .label("sized")
                    .storeImmediate(4, VALUE, RECORD + TaskRecord.KIND, TaskRecord.KIND_TASK)
                    .store(4, VALUE, RECORD + TaskRecord.LENGTH, 3);
            emit();
        }

        private void count() {
            code.load(8, 1, VALUE, 0).addImmediate(1, 1).store(8, VALUE, 0, 1);
        }

        /** After the last task there is a call without one: so a reader knows that it has seen them all. */
        private void writeEnd() {
            code.label("end")
                    .storeImmediate(4, VALUE, RECORD + TaskRecord.KIND, TaskRecord.KIND_END)
                    .storeImmediate(4, VALUE, RECORD + TaskRecord.LENGTH, TaskRecord.END_BYTES)
                    .load(8, 1, VALUE, 0)
                    .store(8, VALUE, RECORD + TaskRecord.SCANNED, 1)
                    .moveImmediate(3, TaskRecord.END_BYTES);
            emit();
            code.moveImmediate(0, 0).exit();
        }

        private void emit() {
            code.move(1, SEQ)
                    .move(2, VALUE)
                    .addImmediate(2, RECORD)
                    .call(SEQ_WRITE)
                    .jumpIfNotEqual(0, 0, "done");
        }

        private void barrier() {
            if (barriers) {
                code.moveImmediate(0, 0).fetchAdd(Assembler.FRAME, BARRIER, 0);
            }
        }

        /** {@code __state} since 5.14, {@code state} before. */
        private Btf.Field state() throws BtfException {
            Optional<Btf.Field> state = btf.field(STRUCT, "__state");
            return state.isPresent() ? state.get() : task("state");
        }

        private Btf.Field task(String name) throws BtfException {
            return required(STRUCT, name);
        }

        private Btf.Field required(String struct, String path) throws BtfException {
            return btf.field(struct, path)
                    .orElseThrow(() -> new BtfException("this kernel's BTF has no " + struct + "." + path));
        }

        private Optional<Btf.Field> optional(String path) throws BtfException {
            Optional<Btf.Field> field = btf.field(STRUCT, path);
            if (field.isEmpty() && !missing.contains(path)) {
                missing.add(path);
            }
            return field;
        }

        private Optional<Btf.Field> quietly(String path) {
            try {
                return btf.field(STRUCT, path);
            } catch (BtfException unreadable) {
                return Optional.empty();
            }
        }

        private void readOr0(int register, String path) throws BtfException {
            Optional<Btf.Field> field = optional(path);
            if (field.isPresent()) {
                read(register, field.get());
            } else {
                code.moveImmediate(register, 0);
            }
        }

        /** Of the task, a number of up to 8 bytes, or some bits of a byte. */
        private void read(int register, Btf.Field field) {
            code.load(field.size(), register, TASK, field.offset());
            if (field.isBits()) {
                if (field.bit() > 0) {
                    code.shiftRight(register, field.bit());
                }
                code.andImmediate(register, (1 << field.bits()) - 1);
            }
        }

        /** In words as wide as the place is aligned, so that no machine has to read across them. */
        private void copy(Btf.Field field, int from, int place) {
            int word = Math.min(8, Math.min(field.size(), Integer.lowestOneBit(field.offset() | 8)));
            for (int done = 0; done < field.size(); done += word) {
                code.load(word, 1, from, field.offset() + done).store(word, VALUE, RECORD + place + done, 1);
            }
        }
    }
}
