package io.loadmonitor.dump;

/** By what the tasks of a dump can be put into groups. */
public enum GroupKind {
    /** The id of the cause. */
    CAUSE,
    /** The id of the stack's signature. */
    SIGNATURE,
    /** The process (tgid); tasks of which the dump does not say it, by the name of the program. */
    PROCESS,
    /** The path of the cgroup. */
    CGROUP,
    /** The container that the cgroup's path names. */
    CONTAINER
}
