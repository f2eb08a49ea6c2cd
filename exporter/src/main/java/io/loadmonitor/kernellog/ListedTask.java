package io.loadmonitor.kernellog;

import io.loadmonitor.dump.EscapedText;
import java.util.Optional;

/**
 * A task that a report lists and that makes up no load.
 *
 * @param pid 0 where the text does not say
 * @param comm empty where the text does not say
 * @param state the kernel's letter; empty where the text does not say
 * @param reason why it is not counted
 * @param function the innermost function of its stack
 */
public record ListedTask(
        long pid, Optional<EscapedText> comm, Optional<String> state, NotLoad reason, Optional<String> function) {}
