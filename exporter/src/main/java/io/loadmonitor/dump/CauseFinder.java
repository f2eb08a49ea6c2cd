package io.loadmonitor.dump;

import io.loadmonitor.dump.LoadCause.Kind;
import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cause of each task of one dump. It remembers every function it was asked about, so that a dump of many
 * tasks costs little more than one of its different functions; its memory is bounded by the dump. For one thread.
 *
 * <p>Of the rules that fit a stack the most specific wins; among equals the one that looks at the innermost frame, and
 * then the first of the catalogue.
 */
final class CauseFinder {
    /** include/linux/syscalls.h and each architecture's syscall_wrapper.h. */
    private static final Pattern SYSTEM_CALL =
            Pattern.compile("(?:__(?:x64|ia32|arm64|riscv|do|se)_(?:compat_)?sys_|k?sys_)(.+)");

    private final CauseCatalogue catalogue;
    private final StackDump dump;
    private final Map<Integer, CallStack> stacks;
    private final Map<String, List<CauseRule>> rulesByFunction = new HashMap<>();
    private final Map<String, List<FunctionNames>> outerNamesByFunction = new HashMap<>();
    private final Map<StackKey, Finding> findings = new HashMap<>();
    private final List<FunctionNames> outerNames;
    /** Stands for a stack that says nothing; the wait channel may. */
    private final Finding noSymbols;

    /**
     * @param function that tells the tasks of the cause apart; empty where there is none to tell
     * @param rule that found it; null for a cause that needs none
     */
    record Finding(
            LoadCause cause, String function, @Nullable CauseRule rule) {}

    private record StackKey(Kind kind, int stackId) {}

    CauseFinder(CauseCatalogue catalogue, StackDump dump) {
        this.catalogue = catalogue;
        this.dump = dump;
        this.noSymbols = new Finding(catalogue.otherwise(Kind.UNKNOWN), "", null);
        this.stacks = dump.stacksById();
        this.outerNames = catalogue.rules().stream()
                .flatMap(rule -> rule.within().stream())
                .toList();
    }

    @SuppressWarnings("ReferenceEquality") // noSymbols is a mark
    Finding find(Task task) {
        if (dump.isExporter(task)) {
            return new Finding(catalogue.otherwise(Kind.ITSELF), "", null);
        }
        Kind kind = kind(task);
        if (kind != Kind.SLEEP && kind != Kind.CPU_KERNEL) {
            return new Finding(catalogue.otherwise(kind), "", null);
        }
        CallStack stack = stacks.get(task.stackId());
        if (stack != null) {
            Finding found = findings.computeIfAbsent(new StackKey(kind, stack.id()), key -> {
                List<String> functions = WaitFunction.functions(stack);
                return functions.isEmpty() ? noSymbols : find(kind, functions);
            });
            if (found != noSymbols) {
                return found;
            }
        }
        List<String> channel = kind == Kind.SLEEP
                ? task.waitChannel().map(WaitFunction::withoutSuffix).stream().toList()
                : List.of();
        if (channel.isEmpty() && kind == Kind.SLEEP && dump.refuses(task)) {
            return new Finding(catalogue.otherwise(Kind.NO_STACK), "", null);
        }
        return find(kind, channel);
    }

    static Kind kind(Task task) {
        return switch (task.placement()) {
            case CPU_USER -> Kind.CPU_USER;
            case CPU_KERNEL -> Kind.CPU_KERNEL;
            case CPU -> Kind.CPU;
            case QUEUE -> Kind.QUEUE;
            case SLEEP, UNKNOWN ->
                switch (task.state()) {
                    case UNINTERRUPTIBLE -> Kind.SLEEP;
                    case RUNNING -> task.delayed() ? Kind.DELAYED : Kind.RUNNABLE;
                    case UNKNOWN -> Kind.UNKNOWN;
                };
        };
    }

    /** @param functions innermost first, without the compiler's suffixes */
    private Finding find(Kind kind, List<String> functions) {
        int first = kind == Kind.SLEEP ? WaitFunction.indexOf(functions) : indexOfRunning(functions);
        CauseRule best = null;
        int bestFrame = -1;
        for (int frame = 0; frame < functions.size(); frame++) {
            for (CauseRule rule : rules(functions.get(frame))) {
                boolean fits = rule.cause().kind() == kind
                        && (best == null || rule.specificity() > best.specificity())
                        && (!rule.first() || frame == first)
                        && (rule.within().isEmpty()
                                || outside(functions, frame, rule.within().get()));
                if (fits) {
                    best = rule;
                    bestFrame = frame;
                }
            }
        }
        LoadCause cause = best == null ? catalogue.otherwise(kind) : best.cause();
        if (cause.titleIn().isEmpty() || functions.isEmpty()) {
            return new Finding(cause, "", best);
        }
        String function;
        if (best == null || cause.namesInnermost()) {
            function = functions.get(first);
        } else if (cause.namesCall()) {
            function = systemCall(functions.get(bestFrame));
        } else {
            function = wanting(functions, bestFrame, cause);
        }
        return new Finding(cause, function, best);
    }

    /** {@code getrandom} of {@code __x64_sys_getrandom}; empty for a function that serves every call. */
    private static String systemCall(String function) {
        Matcher matcher = SYSTEM_CALL.matcher(function);
        return matcher.matches() ? matcher.group(1) : "";
    }

    private static int indexOfRunning(List<String> functions) {
        int index = 0;
        while (index < functions.size() - 1 && FunctionList.LETS_INTERRUPTS_IN.contains(functions.get(index))) {
            index++;
        }
        return index;
    }

    /** The function that wanted what is waited for: the next one out that is neither a way to wait nor of the cause. */
    private String wanting(List<String> functions, int frame, LoadCause cause) {
        for (int i = frame; i < functions.size(); i++) {
            String function = functions.get(i);
            boolean own = rules(function).stream().anyMatch(rule -> rule.cause().equals(cause) && !rule.first());
            if (!own && !WaitFunction.isWayToSleep(function)) {
                return function;
            }
        }
        return "";
    }

    private boolean outside(List<String> functions, int frame, FunctionNames names) {
        for (int i = frame + 1; i < functions.size(); i++) {
            List<FunctionNames> held = outerNamesByFunction.computeIfAbsent(
                    functions.get(i),
                    function -> outerNames.stream()
                            .filter(candidate -> candidate.contains(function))
                            .toList());
            if (held.contains(names)) {
                return true;
            }
        }
        return false;
    }

    private List<CauseRule> rules(String function) {
        return rulesByFunction.computeIfAbsent(function, name -> {
            List<CauseRule> fitting = new ArrayList<>();
            for (CauseRule rule : catalogue.rules()) {
                if (rule.names().contains(name)) {
                    fitting.add(rule);
                }
            }
            return fitting;
        });
    }
}
