package io.loadmonitor.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a dump must hold to be found, all of it in the same dump. Empty ones let everything through.
 *
 * @param cause id of a cause that some of its tasks have, by the catalogue of when its text was read
 * @param comm a task of such a name is in it, compared in escaped form
 * @param cgroup a task of this cgroup or below it is in it; without a slash at its beginning a task of a cgroup whose
 *     path has it within
 * @param container the beginning of the id or name of a container that a task of it is in
 * @param function such a function is in one of its stacks
 */
public record DumpNames(
        Optional<String> cause,
        Optional<SoughtName> comm,
        Optional<String> cgroup,
        Optional<String> container,
        Optional<SoughtName> function) {
    /** Finds every dump. */
    public static final DumpNames ANY =
            new DumpNames(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public DumpNames withCause(String id) {
        return new DumpNames(Optional.of(id), comm, cgroup, container, function);
    }

    /** A whole name. */
    public DumpNames withComm(String name) {
        return withComm(new SoughtName(name, true));
    }

    public DumpNames withComm(SoughtName name) {
        return new DumpNames(cause, Optional.of(name), cgroup, container, function);
    }

    public DumpNames withCgroup(String path) {
        return new DumpNames(cause, comm, Optional.of(path), container, function);
    }

    public DumpNames withContainer(String id) {
        return new DumpNames(cause, comm, cgroup, Optional.of(id), function);
    }

    /** A whole name. */
    public DumpNames withFunction(String name) {
        return withFunction(new SoughtName(name, true));
    }

    public DumpNames withFunction(SoughtName name) {
        return new DumpNames(cause, comm, cgroup, container, Optional.of(name));
    }

    /** A condition on the number of a dump. */
    record Condition(String sql, List<Object> values) {
        Condition {
            values = List.copyOf(values);
        }
    }

    /** @param id column with the dump's number */
    List<Condition> conditions(String id) {
        List<Condition> conditions = new ArrayList<>();
        cause.ifPresent(name -> conditions.add(named(id, "cause", "value = ?", name)));
        comm.ifPresent(name -> conditions.add(name.in(id, "comm")));
        cgroup.ifPresent(path -> {
            if (!path.startsWith("/")) {
                conditions.add(SoughtName.typed(path).in(id, "cgroup"));
                return;
            }
            String below = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
            // What is below begins with the path and a slash; "0" is the character after "/".
            conditions.add(
                    named(id, "cgroup", "(value = ? OR value >= ? AND value < ?)", path, below + "/", below + "0"));
        });
        // "~" comes after every character of an id or of a name.
        container.ifPresent(
                start -> conditions.add(named(id, "container", "value >= ? AND value < ?", start, start + "~")));
        function.ifPresent(name -> conditions.add(name.in(id, "function")));
        return conditions;
    }

    boolean any() {
        return Stream.of(cause, comm, cgroup, container, function).allMatch(Optional::isEmpty);
    }

    static Condition named(String id, String kind, String condition, Object... values) {
        return new Condition(
                id + " IN (SELECT dump_id FROM dump_name WHERE kind = '" + kind + "' AND " + condition + ")",
                List.of(values));
    }
}
