package io.loadmonitor.dump;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Lists of kernel functions that say how a task came to where it is, or in what state it is, not what it waits for.
 * They stand in {@code functions.txt} of the jar, in the form of the catalogue of causes; {@code
 * exporter/docs/causes.md} describes it. Immutable, safe for use by several threads.
 */
public enum FunctionList {
    /** General ways to sleep: {@code schedule}, {@code mutex_lock}, {@code folio_wait_bit_common}. */
    WAY_TO_SLEEP("way-to-sleep"),
    /** The way into the kernel at the outer end of a stack: {@code do_syscall_64}, {@code ret_from_fork}. */
    WAY_IN("way-in"),
    /** What newer kernels have between two functions that stayed: {@code process_scheduled_works}. */
    IN_NEW_KERNELS_ALONE("in-new-kernels-alone"),
    /** Where a CPU lets interrupts in again: {@code _raw_spin_unlock_irqrestore}. */
    LETS_INTERRUPTS_IN("lets-interrupts-in"),
    /** The last steps before a task is off its CPU: {@code __schedule}, {@code io_schedule}. */
    OFF_THE_CPU("off-the-cpu"),
    /** Where tasks sleep without being load: {@code worker_thread}. */
    SLEEPS_IDLE("sleeps-idle"),
    /** Where tasks sleep until a signal or work comes: {@code ep_poll}, {@code kthreadd}. */
    SLEEPS_FOR_A_SIGNAL("sleeps-for-a-signal"),
    /** Where tasks are that could run and lost their CPU: {@code exit_to_user_mode_loop}. */
    LOST_ITS_CPU("lost-its-cpu"),
    /** Who took the report: {@code sysrq_handle_showstate}. */
    TAKES_THE_REPORT("takes-the-report"),
    /** The original module's: {@code monitor_handler}. */
    TIMER_OF_THE_ORIGINAL("timer-of-the-original"),
    /** Where stacks end: {@code entry_SYSCALL_64_after_hwframe}, {@code ret_from_fork}. */
    OUTERMOST("outermost"),
    /** Where interrupts enter: {@code asm_common_interrupt}. */
    INTERRUPT_ENTRY("interrupt-entry"),
    /** Which x86 alone has: {@code do_syscall_64}. */
    OF_X86("of-x86");

    private static final String RESOURCE = "functions.txt";

    private final String text;

    FunctionList(String text) {
        this.text = text;
    }

    /** Read with the first question, so that the constants exist by then. */
    private static final class Read {
        static final Map<FunctionList, Set<String>> NAMES = read();
    }

    /** @param function without the compiler's suffix */
    public boolean contains(String function) {
        return names().contains(function);
    }

    Set<String> names() {
        return Read.NAMES.getOrDefault(this, Set.of());
    }

    private static Map<FunctionList, Set<String>> read() {
        try (InputStream in = FunctionList.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing in the jar");
            }
            return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        }
    }

    /**
     * @throws IllegalStateException for a line that is none, a list that is not known, is there twice or has no names,
     *     a name without the files that it is from, and one that is in a list twice
     */
    static Map<FunctionList, Set<String>> parse(String text) {
        Map<FunctionList, Set<String>> lists = new EnumMap<>(FunctionList.class);
        Set<String> current = Set.of();
        boolean sourced = false;
        for (CatalogueLine line : CatalogueLine.of(text)) {
            switch (line.key()) {
                case "functions" -> {
                    current = new HashSet<>();
                    sourced = false;
                    require(lists.put(named(line), current) == null, line, "is there twice");
                }
                case "explanation" -> require(!line.value().isEmpty(), line, "is empty");
                case "source" -> sourced = !line.value().isEmpty();
                case "names" -> {
                    require(sourced, line, "has no source above it");
                    for (String name : line.value().split(" +")) {
                        require(CauseFile.isName(name) && !name.endsWith("*"), line, "has a name that is none");
                        require(current.add(name), line, "has " + name + " for the second time");
                    }
                }
                default -> require(false, line, "is no line of a list");
            }
        }
        for (FunctionList list : values()) {
            if (lists.getOrDefault(list, Set.of()).isEmpty()) {
                throw new IllegalStateException(RESOURCE + ": " + list.text + " has no names");
            }
        }
        lists.replaceAll((list, names) -> Set.copyOf(names));
        return lists;
    }

    private static FunctionList named(CatalogueLine line) {
        return Arrays.stream(values())
                .filter(list -> list.text.equals(line.value()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        RESOURCE + ':' + line.number() + ": \"" + line.text() + "\" is no list that is known"));
    }

    private static void require(boolean fit, CatalogueLine line, String problem) {
        if (!fit) {
            throw new IllegalStateException(RESOURCE + ':' + line.number() + ": \"" + line.text() + "\" " + problem);
        }
    }
}
