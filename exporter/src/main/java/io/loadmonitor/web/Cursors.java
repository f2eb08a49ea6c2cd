package io.loadmonitor.web;

import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.archive.Page;

/** Asks the archive for a page, with a bad cursor told to whoever sent it. */
final class Cursors {
    private Cursors() {}

    static <T> Page<T> checked(QueryParameters parameters, Question<T> question) throws ArchiveException {
        try {
            return question.ask();
        } catch (IllegalArgumentException e) {
            throw parameters
                    .text("cursor")
                    .map(cursor -> QueryParameters.bad("cursor", cursor, "the \"next\" of an earlier answer"))
                    .orElseThrow(() -> e);
        }
    }

    /** A call of the archive. */
    @FunctionalInterface
    interface Question<T> {
        Page<T> ask() throws ArchiveException;
    }
}
