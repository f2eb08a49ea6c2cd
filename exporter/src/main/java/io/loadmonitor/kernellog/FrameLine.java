package io.loadmonitor.kernellog;

import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The frames of one line of a stack. All but arm print one:
 *
 * <pre>{@code
 *  __schedule+0x34d/0xa00                                      x86, 4.10 and later
 *  ? usleep_range_state+0x90/0x90                              x86: found on the stack, but not by unwinding
 *  [<ffffffff811ee000>] ? generic_block_bmap+0x50/0x50         x86, 2.6 to 4.9; riscv: without "?"
 *  [<ffffffffa00667f1>] jbd2_journal_commit_transaction+0x1181/0x1500 [jbd2]
 *  <ffffffff8030b0e7>{__down+147}                              x86-64, up to 2.6.16
 *  __switch_to+0x108/0x1c8 (T)                                 arm64, 6.13 and later
 *  f+0x10/0x20 [mod 0d17ca2f6ab0c5b4cc8f1d5c2d0a7bb0f5a7e1c2]  CONFIG_STACKTRACE_BUILD_ID
 *  [<ffffffff88035d8a>] :jbd:log_wait_commit+0xa3/0xf5         x86-64 of 2.6.18
 *  [0000000000b47dc4] schedule+0x44/0xe0                       sparc64
 * [<(ptrval)>] schedule+0x70/0x118                             4.15 and later where addresses are hidden
 * [<0>] do_wait+0x5d/0x110                                     /proc/PID/stack, 4.15 and later
 * [<ffffffffffffffff>] 0xffffffffffffffff                      its end, up to 4.17 and later still on x86
 * [c000000003f93a10] [c0000000000164f8] __switch_to+0x268/0x450 (unreliable)   ppc: the stack's place, the code's
 * ([<00000000005e0cc2>] schedule+0x2d4/0x6d8)                  s390: a place that the unwinder does not vouch for
 * __schedule (kernel/sched/core.c:5378 kernel/sched/core.c:6699) mod   scripts/decode_stacktrace.sh
 * [<c0398690>] (__schedule+0x2c4/0x5b0) from [<c03973d0>] (schedule_timeout+0x158/0x1e0)   arm, up to 3.12
 * [<c0882f18>] (__schedule) from [<c0883858>] (schedule+0x64/0xe4)   arm, up to 5.17
 *  __schedule from schedule+0x64/0xe4                          arm, 5.18 and later
 * }</pre>
 *
 * @param callee the function that was called, where the line names it beside its caller (arm)
 * @param frames none for the end mark
 * @param reliable whether the unwinder vouches for them: no {@code ?}
 */
record FrameLine(Optional<Frame> callee, List<Frame> frames, boolean reliable) {
    private static final String ADDRESS =
            "\\[(?:<(?:(?:0x)?[0-9a-f]{1,16}| {0,16}\\((?:ptrval|_{4}ptrval_{4}|null)\\))>|[0-9a-f]{16})\\]";
    private static final String PPC = "\\[[0-9a-f]{8,16}\\] \\[[0-9a-f]{8,16}\\]";
    private static final String SYMBOL = "[^\\s+()\\[\\]{}<>?/\"]{1,512}";
    private static final String MODULE = "(?: \\[([^\\s\\[\\]]{1,64})(?: [0-9a-f]{8,64})?\\])?";
    private static final String MARKS = "(?: \\([A-Z]{1,4}\\))?( \\(unreliable\\))?(?: \\([0-9a-f]{8,64}\\))?";
    /** What decoders of stacks add: a file and a line. */
    private static final String PLACE = "(?: \\S{1,512}:\\d{1,9}(?: \\(discriminator \\d{1,5}\\))?)?";

    private static final Pattern PLAIN = Pattern.compile("^(" + ADDRESS + " ?|" + PPC + " ?)?(\\? )?(" + SYMBOL + ")"
            + "(?:\\+0x([0-9a-f]{1,16})/0x([0-9a-f]{1,16}))?" + MODULE + MARKS + PLACE + "$");
    private static final Pattern DECODED =
            Pattern.compile("^(\\? )?(" + SYMBOL + ")(?:\\+0x[0-9a-f]{1,16}/0x[0-9a-f]{1,16})?"
                    + " \\((?:[^()]|\\(discriminator \\d{1,5}\\)){1,1024}:\\d{1,9}(?: ?\\(discriminator "
                    + "\\d{1,5}\\))?\\)"
                    + "(?: \\[?([a-zA-Z0-9_-]{1,64})\\]?)?" + "(?: \\([A-Z]{1,4}\\))?$");
    private static final Pattern MODULE_BEFORE = Pattern.compile(":([\\w-]{1,64}):([^:]{1,512})");
    private static final Pattern IN_PARENTHESES = Pattern.compile("^\\((" + ADDRESS + " [^()]{1,600})\\)$");
    /** Since when the stack is an interrupt's, and since when again the task's: x86, up to 4.9. */
    private static final Pattern MARK = Pattern.compile("^<{1,2}/?[A-Z#0-9]{2,12}>{1,2} {1,4}(?=\\[<)");

    private static final Pattern ARM = Pattern.compile("^(?:" + ADDRESS + " )?\\(?(" + SYMBOL
            + "?)(?:\\+0x[0-9a-f]{1,16}/0x[0-9a-f]{1,16})?" + MODULE + "\\)? from (?:" + ADDRESS + " )?\\(?(" + SYMBOL
            + ")\\+0x([0-9a-f]{1,16})/0x([0-9a-f]{1,16})" + MODULE + "\\)?$");
    private static final Pattern DECIMAL = Pattern.compile("<[0-9a-f]{8,16}>\\{(" + SYMBOL + ")\\+(\\d{1,9})\\}");

    /**
     * @param text stripped
     * @return empty for a line that is no frame
     */
    static Optional<FrameLine> of(String text) {
        Matcher mark = MARK.matcher(text);
        if (mark.find()) {
            return of(text.substring(mark.end()));
        }
        if (text.startsWith("([<")) {
            Matcher inner = IN_PARENTHESES.matcher(text);
            return inner.matches() ? of(inner.group(1)) : Optional.empty();
        }
        if (text.startsWith("<") || text.startsWith("Call Trace:<")) {
            return decimal(text.substring(text.indexOf('<')));
        }
        Matcher plain = PLAIN.matcher(text);
        if (plain.find()) {
            boolean address = plain.group(1) != null;
            Matcher before = MODULE_BEFORE.matcher(plain.group(3));
            if (before.matches() && plain.group(4) != null) {
                return Optional.of(
                        one(frame(before.group(2), plain.group(4), plain.group(5), before.group(1)), plain.group(2)));
            }
            if (address && plain.group(3).matches("0xf{8,16}")) {
                return Optional.of(new FrameLine(Optional.empty(), List.of(), true));
            }
            return address || plain.group(4) != null
                    ? Optional.of(one(
                            frame(plain.group(3), plain.group(4), plain.group(5), plain.group(6)),
                            plain.group(2) == null ? plain.group(7) : plain.group(2)))
                    : Optional.empty();
        }
        Matcher arm = ARM.matcher(text);
        if (arm.find()) {
            Frame callee = frame(arm.group(1), null, null, arm.group(2));
            return Optional.of(new FrameLine(
                    Optional.of(callee), List.of(frame(arm.group(3), arm.group(4), arm.group(5), arm.group(6))), true));
        }
        Matcher decoded = DECODED.matcher(text);
        if (decoded.find()) {
            return Optional.of(one(frame(decoded.group(2), null, null, decoded.group(3)), decoded.group(1)));
        }
        return Optional.empty();
    }

    private static Optional<FrameLine> decimal(String text) {
        Matcher matcher = DECIMAL.matcher(text);
        List<Frame> frames = new ArrayList<>();
        int end = 0;
        while (matcher.find() && text.substring(end, matcher.start()).isBlank()) {
            frames.add(frame(matcher.group(1), Long.toHexString(Long.parseLong(matcher.group(2))), null, null));
            end = matcher.end();
        }
        return frames.isEmpty() || !text.substring(end).isBlank()
                ? Optional.empty()
                : Optional.of(new FrameLine(Optional.empty(), frames, true));
    }

    private static FrameLine one(Frame frame, @Nullable String mark) {
        return new FrameLine(Optional.empty(), List.of(frame), mark == null);
    }

    private static Frame frame(String symbol, @Nullable String offset, @Nullable String size, @Nullable String module) {
        // An address without a symbol says nothing; a dump shows it as "?".
        // On ppc64 before 5.x the code of a function has a dot before its name.
        String plain = symbol.length() > 1 && symbol.startsWith(".") ? symbol.substring(1) : symbol;
        String function = plain.startsWith("0x") ? "?" : printable(plain);
        return new Frame(
                function, hex(offset), hex(size), Optional.ofNullable(module).map(FrameLine::printable));
    }

    private static OptionalLong hex(@Nullable String digits) {
        return digits == null ? OptionalLong.empty() : OptionalLong.of(Long.parseUnsignedLong(digits, 16));
    }

    private static String printable(String symbol) {
        return EscapedText.of(symbol.getBytes(StandardCharsets.ISO_8859_1)).escaped();
    }
}
