package io.loadmonitor.capture;

/** Looks at the tasks of the load cheaply, again and again, and leaves nothing behind. */
public interface LoadLookout {
    /** By what it looks. */
    SourceKind kind();

    /**
     * One look. Waits for nothing that a stuck task holds for longer than a source's limit.
     *
     * @throws CaptureException when nothing could be seen; {@link CaptureException.Reason#BUSY} while a dump is taken
     */
    LoadLook look() throws CaptureException;
}
