package io.loadmonitor.dump;

/** What became of a task from one dump to a later one of the same boot. */
public enum TaskChange {
    /** In the later dump alone. */
    NEW,
    /**
     * The same task, and no CPU was given to it in between: it waits for the same thing all the time, or, on a CPU, has
     * had it all the time.
     */
    PERSISTING,
    /** The same task in both dumps, but it was given a CPU in between. */
    MOVED,
    /** The same task in both dumps, which do not say whether it ran in between. */
    UNCLEAR,
    /** In the earlier dump alone: it ended, or makes up no load any more. */
    GONE
}
