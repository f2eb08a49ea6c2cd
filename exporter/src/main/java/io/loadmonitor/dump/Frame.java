package io.loadmonitor.dump;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * One frame as the kernel's {@code %pB} prints it: {@code kernel_clone+0x1af/0x3e0 [module]}.
 *
 * @param function the symbol, or the raw text where there is none
 * @param offset of the return address in the function, bytes
 * @param size of the function, bytes
 * @param module empty for the kernel itself
 */
public record Frame(String function, OptionalLong offset, OptionalLong size, Optional<String> module) {
    /** The text it was read from. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(function);
        offset.ifPresent(value -> text.append("+0x").append(Long.toHexString(value)));
        size.ifPresent(value -> text.append("/0x").append(Long.toHexString(value)));
        module.ifPresent(value -> text.append(" [").append(value).append(']'));
        return text.toString();
    }
}
