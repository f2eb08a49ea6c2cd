package io.loadmonitor.dump;

/**
 * {@code lock=1 wait=read} of a task: what it sleeps for.
 *
 * @param lock {@link KernelLock#id}
 * @param asReader whether it wants to share it; false where it wants it alone, and where the lock knows no sharing
 */
public record LockWait(int lock, boolean asReader) {
    public LockWait {
        if (lock < 1) {
            throw new IllegalArgumentException("lock is below 1: " + lock);
        }
    }
}
