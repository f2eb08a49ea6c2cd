package io.loadmonitor.desk;

import io.loadmonitor.archive.IntakeOutcome;
import java.util.List;

/** Hears of alerts after they were taken in. Called by the thread that took them in; must not block or throw. */
@FunctionalInterface
public interface AlertObserver {
    void takenIn(List<IntakeOutcome> outcomes);

    /** @param alerts of a message that could not be read; 1 or more */
    default void malformed(int alerts) {}
}
