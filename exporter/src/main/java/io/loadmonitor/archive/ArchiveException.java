package io.loadmonitor.archive;

/** The archive could not do what was asked. Nothing of the failed call is stored. The message is for people. */
public final class ArchiveException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Reason reason;

    ArchiveException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    ArchiveException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** For who gives nothing to the archive any more, because the program ends. */
    public static ArchiveException closing() {
        return new ArchiveException(Reason.CLOSED, "the exporter is shutting down");
    }

    public Reason reason() {
        return reason;
    }

    /** What a caller can do about it: FULL, STUCK and UNAVAILABLE may pass, the others need a person. */
    public enum Reason {
        /** No room: full or read-only disk, free space under the floor, as many captures waiting as are allowed. */
        FULL,
        /** The file is an archive of a newer version or another program's, or a text in it is damaged. */
        CORRUPT,
        /** The file is damaged, or no database at all. */
        DAMAGED,
        /** The file is not open: it could not be opened yet, or is not where it was. It is tried again. */
        UNAVAILABLE,
        /**
         * The disk does not answer. What was asked for is done when it is back, or not at all: ask again, it is done
         * once.
         */
        STUCK,
        /** The archive was closed. */
        CLOSED,
        /** Anything else that the database answered. */
        FAILED
    }
}
