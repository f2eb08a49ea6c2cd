package io.loadmonitor.dump;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One frame as the kernel's {@code %pB} prints it: {@code kernel_clone+0x1af/0x3e0 [module]}. Immutable.
 *
 * @param function the symbol, or the raw text where there is none
 * @param offset of the return address in the function, bytes
 * @param size of the function, bytes; only beside an offset
 * @param module empty for the kernel itself
 */
public record Frame(String function, OptionalLong offset, OptionalLong size, Optional<String> module) {
    public Frame {
        requirePrintable(function);
        module.ifPresent(Frame::requirePrintable);
        if (size.isPresent() && offset.isEmpty()) {
            throw new IllegalArgumentException(function + " has a size but no offset");
        }
    }

    /**
     * Reads {@code kernel_clone+0x1af/0x3e0 [module]}; offset, size and module may be missing. Text of another shape
     * becomes the function as it is.
     *
     * @throws IllegalArgumentException when the text is blank or not printable ASCII
     */
    public static Frame parse(String text) {
        String symbol = text.strip();
        Optional<String> module = Optional.empty();
        int bracket = symbol.lastIndexOf(" [");
        if (bracket > 0
                && symbol.endsWith("]")
                && !symbol.substring(bracket + 2, symbol.length() - 1).isBlank()) {
            module = Optional.of(
                    symbol.substring(bracket + 2, symbol.length() - 1).strip());
            symbol = symbol.substring(0, bracket).stripTrailing();
        }
        int plus = symbol.lastIndexOf("+0x");
        if (plus <= 0) {
            return new Frame(symbol, OptionalLong.empty(), OptionalLong.empty(), module);
        }
        int slash = symbol.indexOf("/0x", plus);
        OptionalLong offset = hex(symbol.substring(plus + 3, slash < 0 ? symbol.length() : slash));
        OptionalLong size = slash < 0 ? OptionalLong.empty() : hex(symbol.substring(slash + 3));
        if (offset.isEmpty() || (slash >= 0 && size.isEmpty())) {
            return new Frame(symbol, OptionalLong.empty(), OptionalLong.empty(), module);
        }
        return new Frame(symbol.substring(0, plus).stripTrailing(), offset, size, module);
    }

    /** The text it was read from. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(function);
        offset.ifPresent(value -> text.append("+0x").append(Long.toHexString(value)));
        size.ifPresent(value -> text.append("/0x").append(Long.toHexString(value)));
        module.ifPresent(value -> text.append(" [").append(value).append(']'));
        return text.toString();
    }

    /** At most 16 hexadecimal digits: what an address can have. */
    private static OptionalLong hex(String digits) {
        if (digits.isEmpty() || digits.length() > 16) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char c = digits.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                return OptionalLong.empty();
            }
            value = value << 4 | digit;
        }
        return OptionalLong.of(value);
    }

    private static void requirePrintable(String text) {
        boolean fit = !text.isEmpty() && text.charAt(0) != ' ' && text.charAt(text.length() - 1) != ' ';
        for (int i = 0; i < text.length(); i++) {
            fit &= text.charAt(i) >= 0x20 && text.charAt(i) <= 0x7e;
        }
        if (!fit) {
            throw new IllegalArgumentException("not a symbol: \"" + EscapedText.of(text) + '"');
        }
    }
}
