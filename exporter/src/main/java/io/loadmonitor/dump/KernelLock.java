package io.loadmonitor.dump;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * {@code lock id=1 type=rwsem held=write owner=4242 waiters=37 name="kernfs_rwsem"}: a lock that tasks of a dump wait
 * for. Immutable.
 *
 * @param id from 1, within the dump; tasks say {@code lock=1}
 * @param owner pid of the task that has it, or of a semaphore the one that took it last; absent where nobody has it
 *     alone, and where its task was not found
 * @param readers how many share it
 * @param waiters tasks of the dump that wait for it
 * @param name of a lock of the kernel's own that there is once
 */
public record KernelLock(
        int id,
        Type type,
        Held held,
        OptionalLong owner,
        OptionalInt readers,
        OptionalInt waiters,
        Optional<EscapedText> name) {

    public KernelLock {
        if (id < 1) {
            throw new IllegalArgumentException("id is below 1: " + id);
        }
        owner.ifPresent(pid -> StackDump.requireNotNegative("owner", pid));
        readers.ifPresent(number -> StackDump.requireNotNegative("readers", number));
        waiters.ifPresent(number -> StackDump.requireNotNegative("waiters", number));
    }

    /** {@code type=}. */
    public enum Type {
        MUTEX("mutex", "a mutex", "mutex"),
        /** A lock that one task writes under, or several read under. */
        RW_SEMAPHORE("rwsem", "a reader-writer lock", "rwsem"),
        /** Whose readers write a number of their CPU, and wait only while somebody writes under it. */
        PERCPU_RW_SEMAPHORE("percpu_rwsem", "a per-CPU reader-writer lock", "percpu-rwsem"),
        SEMAPHORE("semaphore", "a semaphore", "semaphore"),
        /** With PREEMPT_RT what is behind every lock that sleeps. */
        RT_MUTEX("rt_mutex", "a lock", "mutex"),
        UNKNOWN("unknown", "a lock", "mutex");

        private final String text;
        private final String words;
        private final String cause;

        Type(String text, String words, String cause) {
            this.text = text;
            this.words = words;
            this.cause = cause;
        }

        /** As in the dump's text. */
        public String text() {
            return text;
        }

        /** Id of the catalogue's cause for a wait for one of which nothing else is known. */
        String cause() {
            return cause;
        }

        static Type of(String text) {
            return Arrays.stream(values())
                    .filter(type -> type.text.equals(text))
                    .findFirst()
                    .orElse(UNKNOWN);
        }
    }

    /** {@code held=}: who had it at that moment. */
    public enum Held {
        /** One task alone. */
        WRITE("write"),
        /** One that ended and did not give it back. */
        GONE("gone"),
        /** Readers, whose names no lock keeps. */
        READ("read"),
        /** Of a semaphore, which anybody may give back: its owner is who took it last. */
        TAKEN_LAST("last"),
        /** Nobody, though tasks wait: it is being handed over, or a wake-up was lost. */
        NOBODY("nobody"),
        /** It changed hands while it was looked at. */
        CHANGING("changing"),
        UNKNOWN("unknown");

        private final String text;

        Held(String text) {
            this.text = text;
        }

        /** As in the dump's text. */
        public String text() {
            return text;
        }

        static Held of(String text) {
            return Arrays.stream(values())
                    .filter(held -> held.text.equals(text))
                    .findFirst()
                    .orElse(UNKNOWN);
        }
    }

    /** {@code a reader-writer lock}, {@code the mutex cgroup_mutex}. */
    public String words() {
        return name.map(word -> type.words.replaceFirst("^a", "the") + " " + word.escaped())
                .orElse(type.words);
    }
}
