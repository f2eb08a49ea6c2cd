package io.loadmonitor.dump;

import io.loadmonitor.dump.LoadCause.Kind;
import io.loadmonitor.dump.StackDump.Task;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the cause of each task of one dump. It remembers every function it was asked about, so that a dump of many
 * tasks costs little more than one of its different functions; its memory is bounded by the dump. For one thread.
 *
 * <p>Of the rules that fit a stack the most specific wins; among equals the one that looks at the innermost frame, and
 * then the first of the catalogue. A cause with {@code while} is told together with what its tasks wait for on the way.
 */
final class CauseFinder {
    /** include/linux/syscalls.h and each architecture's syscall_wrapper.h. */
    private static final Pattern SYSTEM_CALL =
            Pattern.compile("(?:__(?:x64|ia32|arm64|riscv|do|se)_(?:compat_)?sys_|k?sys_)(.+)");

    private final CauseCatalogue catalogue;
    private final StackDump dump;
    private final Map<Integer, CallStack> stacks;
    private final Map<Integer, KernelLock> locks;
    private final Map<String, List<CauseRule>> rulesByFunction = new HashMap<>();
    private final Map<String, List<FunctionNames>> outerNamesByFunction = new HashMap<>();
    private final Map<StackKey, Finding> findings = new HashMap<>();
    private final List<FunctionNames> outerNames;
    /** Stands for a stack that says nothing; the wait channel may. */
    private final Finding noSymbols;

    /**
     * @param detail that tells the tasks of the cause apart; empty where there is nothing to tell
     * @param title cause and detail in words
     * @param rule that found it; null for a cause that needs none
     */
    record Finding(
            LoadCause cause,
            String detail,
            String title,
            @Nullable CauseRule rule) {}

    private record StackKey(Kind kind, int stackId) {}

    CauseFinder(CauseCatalogue catalogue, StackDump dump) {
        this.catalogue = catalogue;
        this.dump = dump;
        this.noSymbols = plain(catalogue.otherwise(Kind.UNKNOWN));
        this.stacks = dump.stacksById();
        this.locks = dump.lockFacts().byId();
        this.outerNames = catalogue.rules().stream()
                .flatMap(rule -> rule.within().stream())
                .toList();
    }

    /** Whether the dump says anything of what a task does, so that a cause of it means something. */
    boolean says(Task task) {
        boolean unknown = kind(task) == Kind.SLEEP
                && find(task).cause().kind() == Kind.SLEEP
                && task.stackId() == 0
                && task.waitChannel().isEmpty();
        return !unknown;
    }

    Finding find(Task task) {
        if (dump.isExporter(task)) {
            return plain(catalogue.otherwise(Kind.ITSELF));
        }
        Kind kind = kind(task);
        if (kind != Kind.SLEEP && kind != Kind.CPU_KERNEL) {
            return plain(catalogue.otherwise(kind));
        }
        Finding found = byPlace(task, kind);
        return found.rule == null && found.cause.kind() == Kind.SLEEP ? byLock(task, found) : found;
    }

    /**
     * Where no rule knows the stack, the lock that the source found says more: some stacks lack the functions that
     * lock.
     */
    private Finding byLock(Task task, Finding found) {
        return task.lockWait()
                .map(wait -> locks.get(wait.lock()))
                .flatMap(lock -> catalogue.cause(lock.type().cause()))
                .map(cause -> new Finding(cause, found.detail, cause.title(found.detail), null))
                .orElse(found);
    }

    @SuppressWarnings("ReferenceEquality") // noSymbols is a mark
    private Finding byPlace(Task task, Kind kind) {
        CallStack stack = stacks.get(task.stackId());
        if (stack != null) {
            Finding seen = findings.computeIfAbsent(new StackKey(kind, stack.id()), key -> {
                List<String> functions = WaitFunction.functions(stack);
                return functions.isEmpty() ? noSymbols : find(kind, functions, WaitFunction.modules(stack));
            });
            if (seen != noSymbols) {
                return seen;
            }
        }
        List<String> channel = kind == Kind.SLEEP
                ? task.waitChannel().map(WaitFunction::withoutSuffix).stream().toList()
                : List.of();
        if (channel.isEmpty() && kind == Kind.SLEEP && dump.refuses(task)) {
            return plain(catalogue.otherwise(Kind.NO_STACK));
        }
        return find(kind, channel, List.of());
    }

    private static Finding plain(LoadCause cause) {
        return new Finding(cause, "", cause.title(), null);
    }

    static Kind kind(Task task) {
        return switch (task.placement()) {
            case CPU_USER -> Kind.CPU_USER;
            case CPU_KERNEL -> Kind.CPU_KERNEL;
            case CPU -> Kind.CPU;
            case QUEUE -> Kind.QUEUE;
            case SLEEP, UNKNOWN ->
                switch (task.state()) {
                    case UNINTERRUPTIBLE, SLEEPING -> Kind.SLEEP;
                    case RUNNING -> task.delayed() ? Kind.DELAYED : Kind.RUNNABLE;
                    case UNKNOWN -> Kind.UNKNOWN;
                };
        };
    }

    /** A rule that fits, and where. */
    private record Fit(CauseRule rule, int frame) {}

    /**
     * A stack as the rules look at it.
     *
     * @param functions innermost first, without the compiler's suffixes
     * @param rules that name each of them
     * @param first index of the wait function
     */
    private record Seen(Kind kind, List<String> functions, List<List<CauseRule>> rules, int first) {}

    /**
     * @param functions innermost first, without the compiler's suffixes
     * @param modules that they are in, one for each; null for the kernel itself
     */
    private Finding find(Kind kind, List<String> functions, List<@Nullable String> modules) {
        int first = kind == Kind.SLEEP ? WaitFunction.indexOf(functions) : indexOfRunning(functions);
        List<List<CauseRule>> rules = new ArrayList<>(functions.size());
        for (String function : functions) {
            rules.add(rules(function));
        }
        Seen seen = new Seen(kind, functions, rules, first);
        Fit best = best(seen, functions.size(), rule -> true);
        if (best == null) {
            return unknown(kind, functions, modules, first);
        }
        String function = function(best, functions, first);
        String title = best.rule.cause().title(function);
        Fit around = around(seen);
        if (around != null && around.rule.cause().equals(best.rule.cause())) {
            // What is waited for on the way says more than that the way was begun.
            Fit inside = around.frame <= first
                    ? null
                    : best(seen, around.frame, rule -> rule.cause().meanwhile().isEmpty());
            if (inside != null) {
                LoadCause cause = inside.rule.cause();
                String within = function(inside, functions, first);
                return new Finding(
                        best.rule.cause(),
                        (cause.id() + ' ' + within).strip(),
                        cause.title(within) + meanwhile(around),
                        best.rule);
            }
        } else if (around != null && best.frame < around.frame) {
            return new Finding(
                    best.rule.cause(), (function + meanwhile(around)).strip(), title + meanwhile(around), best.rule);
        }
        return new Finding(best.rule.cause(), function, title, best.rule);
    }

    private static String meanwhile(Fit around) {
        return " while " + around.rule.cause().meanwhile().orElseThrow();
    }

    /** The innermost frame that fits a rule of a cause that is done while something else is waited for. */
    private @Nullable Fit around(Seen seen) {
        for (int frame = 0; frame < seen.rules.size(); frame++) {
            for (CauseRule rule : seen.rules.get(frame)) {
                if (rule.cause().meanwhile().isPresent() && fits(rule, seen, frame)) {
                    return new Fit(rule, frame);
                }
            }
        }
        return null;
    }

    /** The most specific rule of those wanted that fits a frame before {@code end}; null for none. */
    private @Nullable Fit best(Seen seen, int end, Predicate<CauseRule> wanted) {
        Fit best = null;
        for (int frame = 0; frame < end; frame++) {
            for (CauseRule rule : seen.rules.get(frame)) {
                if ((best == null || rule.specificity() > best.rule.specificity())
                        && wanted.test(rule)
                        && fits(rule, seen, frame)) {
                    best = new Fit(rule, frame);
                }
            }
        }
        return best;
    }

    private boolean fits(CauseRule rule, Seen seen, int frame) {
        return rule.cause().kind() == seen.kind
                && (!rule.first() || frame == seen.first)
                && (rule.within().isEmpty()
                        || outside(seen.functions, frame, rule.within().get()));
    }

    /** What no rule knows: by the module of the innermost frame that is in one. */
    private Finding unknown(Kind kind, List<String> functions, List<@Nullable String> modules, int first) {
        String function = functions.isEmpty() ? "" : functions.get(first);
        Optional<LoadCause> inModule = catalogue.otherwiseInModule(kind);
        if (inModule.isPresent() && !functions.isEmpty()) {
            for (int frame = first; frame < modules.size(); frame++) {
                String module = modules.get(frame);
                if (module != null) {
                    return new Finding(
                            inModule.get(),
                            module + ": " + functions.get(frame),
                            inModule.get().title(functions.get(frame), module),
                            null);
                }
            }
        }
        LoadCause cause = catalogue.otherwise(kind);
        String shown = cause.titleIn().isEmpty() ? "" : function;
        return new Finding(cause, shown, cause.title(shown), null);
    }

    /** The function that tells the cause's tasks apart; empty where it is the same for all. */
    private String function(Fit fit, List<String> functions, int first) {
        LoadCause cause = fit.rule.cause();
        if (cause.titleIn().isEmpty()) {
            return "";
        }
        if (cause.namesInnermost()) {
            return functions.get(first);
        }
        return cause.namesCall() ? systemCall(functions.get(fit.frame)) : wanting(functions, fit.frame, cause);
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
        return rulesByFunction.computeIfAbsent(function, catalogue::rules);
    }
}
