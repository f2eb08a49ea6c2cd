package io.loadmonitor.incident;

import io.loadmonitor.archive.IntakeOutcome;
import java.util.List;

/** Hears of alerts after they were taken in. Called by the thread that took them in; must not block or throw. */
@FunctionalInterface
public interface AlertObserver {
    void takenIn(List<IntakeOutcome> outcomes);
}
