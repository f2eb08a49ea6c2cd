package io.loadmonitor.dump;

import io.loadmonitor.dump.StackDump.Task;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** By what tasks are put into groups, and how these are called. For one thread; remembers the containers of cgroups. */
final class GroupNames {
    private static final int LONGEST_NAME = 100;
    private static final int FRAMES_SHOWN = 3;

    private final Map<EscapedText, Optional<ContainerId>> containers = new HashMap<>();
    private final Map<String, Pod> pods;

    /** @param pods by uid; those that are not in it are not named */
    GroupNames(Map<String, Pod> pods) {
        this.pods = pods;
    }

    /** See {@link TaskGroup#key}. */
    String key(GroupKind kind, Task task, LoadCause cause, StackSignature signature) {
        return switch (kind) {
            case CAUSE -> cause.id();
            case SIGNATURE -> signature.id();
            case PROCESS ->
                task.tgid().isPresent()
                        ? Long.toString(task.tgid().getAsLong())
                        : "comm " + task.program().escaped();
            case CGROUP -> task.cgroup().map(EscapedText::escaped).orElse("");
            case CONTAINER -> container(task).map(ContainerId::full).orElse("");
        };
    }

    /** Of the group as far as one of its tasks tells: of a process, by the name of this one. */
    String title(GroupKind kind, Task task, LoadCause cause, StackSignature signature) {
        return switch (kind) {
            case CAUSE -> cause.title();
            case SIGNATURE -> title(signature);
            case PROCESS -> process(task.program(), task);
            case CGROUP -> task.cgroup().map(path -> cut(path.escaped())).orElse("cgroup not in the dump");
            case CONTAINER -> container(task).map(found -> title(found, task)).orElse("in no container");
        };
    }

    /** {@code java (812)}. */
    static String process(EscapedText name, Task task) {
        return cut(name.escaped())
                + (task.tgid().isPresent() ? " (" + task.tgid().getAsLong() + ')' : "");
    }

    /** The innermost frames. */
    static String title(StackSignature signature) {
        return cut(String.join(
                " < ",
                signature
                        .frames()
                        .subList(0, Math.min(FRAMES_SHOWN, signature.frames().size()))));
    }

    /** {@code containerd 8f0c5a1e90b2}, {@code containerd 8f0c5a1e90b2 of shop/web-5d4c8}. */
    private String title(ContainerId container, Task task) {
        return container.runtime().map(runtime -> runtime + ' ').orElse("")
                + container.shortened()
                + task.cgroup()
                        .flatMap(Pod::uidOf)
                        .flatMap(uid -> Optional.ofNullable(pods.get(uid)))
                        .map(pod -> " of " + cut(pod.label()))
                        .orElse("");
    }

    private Optional<ContainerId> container(Task task) {
        return task.cgroup().flatMap(path -> containers.computeIfAbsent(path, ContainerId::of));
    }

    private static String cut(String text) {
        return text.length() <= LONGEST_NAME ? text : text.substring(0, LONGEST_NAME) + "...";
    }
}
