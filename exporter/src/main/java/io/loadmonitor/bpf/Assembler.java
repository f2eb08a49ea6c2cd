package io.loadmonitor.bpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes BPF instructions, {@code struct bpf_insn} of {@code include/uapi/linux/bpf.h} (their meaning is RFC 9669):
 *
 * <pre>{@code
 * struct bpf_insn {
 *         __u8    code;           // opcode
 *         __u8    dst_reg:4;      // dest register
 *         __u8    src_reg:4;      // source register
 *         __s16   off;            // signed offset
 *         __s32   imm;            // signed immediate constant
 * };
 * }</pre>
 *
 * {@code r0} has a helper's result, {@code r1} to {@code r5} its arguments, {@code r6} to {@code r9} stay over its
 * call, {@code r10} is the end of 512 bytes of stack. For one thread.
 */
final class Assembler {
    /** The end of the program's stack. */
    static final int FRAME = 10;

    private static final int INSTRUCTION_BYTES = 8;

    // Classes, sizes, modes and operations: include/uapi/linux/bpf_common.h and bpf.h.
    private static final int LD = 0x00;
    private static final int LDX = 0x01;
    private static final int ST = 0x02;
    private static final int STX = 0x03;
    private static final int JMP = 0x05;
    private static final int ALU64 = 0x07;
    private static final int IMM = 0x00;
    private static final int MEM = 0x60;
    private static final int ATOMIC = 0xc0;
    private static final int DW = 0x18;
    private static final int X = 0x08;
    private static final int ADD = 0x00;
    private static final int AND = 0x50;
    private static final int MOV = 0xb0;
    private static final int RSH = 0x70;
    private static final int OR = 0x40;
    private static final int LSH = 0x60;
    private static final int JA = 0x00;
    private static final int JEQ = 0x10;
    private static final int JGT = 0x20;
    private static final int JSET = 0x40;
    private static final int JNE = 0x50;
    private static final int JSLE = 0xd0;
    private static final int CALL = 0x80;
    private static final int EXIT = 0x90;
    private static final int FETCH = 0x01;
    private static final int PSEUDO_MAP_FD = 1;
    private static final int PSEUDO_MAP_VALUE = 2;

    private final List<Long> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final Map<Integer, String> jumps = new HashMap<>();

    private Assembler emit(int code, int dst, int src, int offset, int immediate) {
        if (offset != (short) offset) {
            throw new IllegalArgumentException("offset " + offset + " does not fit into an instruction");
        }
        instructions.add((code & 0xffL)
                | (long) (dst | src << 4) << 8
                | (offset & 0xffffL) << 16
                | (immediate & 0xffffffffL) << 32);
        return this;
    }

    /** {@code dst = *(size *) (src + offset)}. */
    Assembler load(int size, int dst, int src, int offset) {
        return emit(LDX | MEM | width(size), dst, src, offset, 0);
    }

    /** {@code *(size *) (dst + offset) = src}. */
    Assembler store(int size, int dst, int offset, int src) {
        return emit(STX | MEM | width(size), dst, src, offset, 0);
    }

    /** {@code *(size *) (dst + offset) = immediate}. */
    Assembler storeImmediate(int size, int dst, int offset, int immediate) {
        return emit(ST | MEM | width(size), dst, 0, offset, immediate);
    }

    Assembler move(int dst, int src) {
        return emit(ALU64 | MOV | X, dst, src, 0, 0);
    }

    Assembler moveImmediate(int dst, int immediate) {
        return emit(ALU64 | MOV, dst, 0, 0, immediate);
    }

    Assembler add(int dst, int src) {
        return emit(ALU64 | ADD | X, dst, src, 0, 0);
    }

    Assembler addImmediate(int dst, int immediate) {
        return emit(ALU64 | ADD, dst, 0, 0, immediate);
    }

    Assembler andImmediate(int dst, int immediate) {
        return emit(ALU64 | AND, dst, 0, 0, immediate);
    }

    Assembler or(int dst, int src) {
        return emit(ALU64 | OR | X, dst, src, 0, 0);
    }

    Assembler shiftLeft(int dst, int bits) {
        return emit(ALU64 | LSH, dst, 0, 0, bits);
    }

    Assembler shiftRight(int dst, int bits) {
        return emit(ALU64 | RSH, dst, 0, 0, bits);
    }

    /** Loads the address of the one value of an array map; two instructions. */
    Assembler mapValue(int dst, int mapDescriptor) {
        return emit(LD | IMM | DW, dst, PSEUDO_MAP_VALUE, 0, mapDescriptor).emit(0, 0, 0, 0, 0);
    }

    /** Loads a map, for a helper; two instructions. */
    Assembler map(int dst, int mapDescriptor) {
        return emit(LD | IMM | DW, dst, PSEUDO_MAP_FD, 0, mapDescriptor).emit(0, 0, 0, 0, 0);
    }

    /** {@code src = atomic_fetch_add((u64 *) (dst + offset), src)}: a full barrier in the kernel's memory model. */
    Assembler fetchAdd(int dst, int offset, int src) {
        return emit(STX | ATOMIC | DW, dst, src, offset, ADD | FETCH);
    }

    Assembler call(int helper) {
        return emit(JMP | CALL, 0, 0, 0, helper);
    }

    Assembler jump(String label) {
        jumps.put(instructions.size(), label);
        return emit(JMP | JA, 0, 0, 0, 0);
    }

    Assembler jumpIfEqual(int register, int immediate, String label) {
        return jumpIf(JEQ, register, immediate, label);
    }

    Assembler jumpIfNotEqual(int register, int immediate, String label) {
        return jumpIf(JNE, register, immediate, label);
    }

    /** Unsigned. */
    Assembler jumpIfAbove(int register, int immediate, String label) {
        return jumpIf(JGT, register, immediate, label);
    }

    /** Signed. */
    Assembler jumpIfAtMost(int register, int immediate, String label) {
        return jumpIf(JSLE, register, immediate, label);
    }

    /** When any of these bits is set. */
    Assembler jumpIfAny(int register, int bits, String label) {
        return jumpIf(JSET, register, bits, label);
    }

    private Assembler jumpIf(int operation, int register, int immediate, String label) {
        jumps.put(instructions.size(), label);
        return emit(JMP | operation, register, 0, 0, immediate);
    }

    Assembler exit() {
        return emit(JMP | EXIT, 0, 0, 0, 0);
    }

    /** Names the next instruction. */
    Assembler label(String name) {
        if (labels.put(name, instructions.size()) != null) {
            throw new IllegalStateException("label " + name + " is there twice");
        }
        return this;
    }

    private static int width(int bytes) {
        return switch (bytes) {
            case 1 -> 0x10;
            case 2 -> 0x08;
            case 4 -> 0x00;
            case 8 -> DW;
            default -> throw new IllegalArgumentException("no instruction moves " + bytes + " bytes");
        };
    }

    /** The instructions, jumps resolved; 8 bytes each, in a direct buffer. */
    ByteBuffer assemble() {
        ByteBuffer code = ByteBuffer.allocateDirect(instructions.size() * INSTRUCTION_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < instructions.size(); i++) {
            long instruction = instructions.get(i);
            String label = jumps.get(i);
            if (label != null) {
                Integer target = labels.get(label);
                if (target == null) {
                    throw new IllegalStateException("no label " + label);
                }
                instruction |= (target - i - 1 & 0xffffL) << 16;
            }
            code.putLong(instruction);
        }
        return code.flip();
    }
}
