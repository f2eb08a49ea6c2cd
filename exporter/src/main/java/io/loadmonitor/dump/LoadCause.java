package io.loadmonitor.dump;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Why a task makes up load, as the {@link CauseCatalogue} describes it. Every task has exactly one. Immutable.
 *
 * @param id for labels and links: lower-case words with hyphens, at most {@value #LONGEST_ID} characters
 * @param kind of task that it explains
 * @param title what the tasks do, as it stands after their number in a sentence: {@code waiting for the ext4 journal}
 * @param titleIn the title where a function is known, with {@value #FUNCTION}, {@value #INNERMOST} or
 *     {@value #CALL} in its place; present for causes whose tasks are told apart by that function, such as locks
 * @param meanwhile what the tasks do while they wait for something else on the way, as it stands after that:
 *     {@code reclaiming memory} in {@code waiting for the XFS log while reclaiming memory}; empty for most causes
 * @param explanation one sentence
 * @param check what to look at next
 * @param sources kernel files and functions that the rules come from
 * @param waitsForDevice whether its tasks wait for I/O of a block device, so that a suspended one may be why
 */
public record LoadCause(
        String id,
        Kind kind,
        String title,
        Optional<String> titleIn,
        Optional<String> meanwhile,
        String explanation,
        String check,
        List<String> sources,
        boolean waitsForDevice) {
    static final int LONGEST_ID = 40;
    static final int LONGEST_TITLE = 80;
    /** Stands for the function that wanted what is waited for. */
    static final String FUNCTION = "{function}";

    /** Stands for the innermost function that is not a general way to sleep. */
    static final String INNERMOST = "{innermost}";

    /** Stands for the system call by whose function a rule of the cause fits. */
    static final String CALL = "{call}";

    /** Stands for the module that the tasks are in, beside {@value #INNERMOST}. */
    static final String MODULE = "{module}";

    private static final Pattern KEBAB_CASE = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    private static final int LONGEST_FUNCTION = 80;
    private static final int LONGEST_MODULE = 56;

    public LoadCause {
        sources = List.copyOf(sources);
        if (id.length() > LONGEST_ID || !KEBAB_CASE.matcher(id).matches()) {
            throw new IllegalArgumentException(
                    "not the id of a cause: \"" + EscapedText.of(id) + "\"; expected at most " + LONGEST_ID
                            + " lower-case letters and digits in words with hyphens between them");
        }
        requireTitle("title", title);
        titleIn.ifPresent(text -> {
            requireTitle("title-in", text);
            if (Stream.of(FUNCTION, INNERMOST, CALL).filter(text::contains).count() != 1) {
                throw new IllegalArgumentException("title-in has to hold one of " + FUNCTION + ", " + INNERMOST
                        + " and " + CALL + ": \"" + text + '"');
            }
        });
        meanwhile.ifPresent(text -> requireTitle("while", text));
        if (explanation.isBlank() || check.isBlank()) {
            throw new IllegalArgumentException(id + " lacks an explanation, or what to check next");
        }
    }

    /** Where a task was, as far as the dump can tell. */
    public enum Kind {
        /** On a CPU in its own code. */
        CPU_USER("cpu-user"),
        /** On a CPU in the kernel; the stack says where. */
        CPU_KERNEL("cpu-kernel"),
        /** On a CPU that could not be asked in which mode. */
        CPU("cpu"),
        /** Runnable, without a CPU. */
        QUEUE("queue"),
        /** State R from a source that cannot tell those above apart (/proc). */
        RUNNABLE("runnable"),
        /** Asleep, but not yet off its run queue: the scheduler, and so the load, still counts it as running. */
        DELAYED("delayed"),
        /** State D: nothing but the kernel could wake it; the stack or the wait channel says what it waited for. */
        SLEEP("sleep"),
        /** State D, but who took the dump may not read stacks, nor the wait channel. */
        NO_STACK("no-stack"),
        /** A thread of the exporter that had the dump taken, wherever it was. */
        ITSELF("itself"),
        /** The dump does not say. */
        UNKNOWN("unknown");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        /** As in the catalogue's text. */
        public String text() {
            return text;
        }
    }

    boolean namesInnermost() {
        return titleIn.isPresent() && titleIn.get().contains(INNERMOST);
    }

    boolean namesModule() {
        return titleIn.isPresent() && titleIn.get().contains(MODULE);
    }

    boolean namesCall() {
        return titleIn.isPresent() && titleIn.get().contains(CALL);
    }

    /** @param function empty where none is known */
    String title(String function) {
        if (titleIn.isEmpty() || function.isEmpty()) {
            return title;
        }
        String shown =
                function.length() <= LONGEST_FUNCTION ? function : function.substring(0, LONGEST_FUNCTION) + "...";
        return titleIn.get().replace(FUNCTION, shown).replace(INNERMOST, shown).replace(CALL, shown);
    }

    /** The title of a cause that names the module; both are known. */
    String title(String function, String module) {
        String shown = module.length() <= LONGEST_MODULE ? module : module.substring(0, LONGEST_MODULE) + "...";
        return title(function).replace(MODULE, shown);
    }

    private static void requireTitle(String key, String text) {
        if (text.isBlank() || text.length() > LONGEST_TITLE) {
            throw new IllegalArgumentException(key + " has " + text.length() + " characters, expected 1 to "
                    + LONGEST_TITLE + ": \"" + text + '"');
        }
    }
}
