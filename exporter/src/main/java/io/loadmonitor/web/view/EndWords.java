package io.loadmonitor.web.view;

import io.loadmonitor.incident.EndReason;

/** How an end is known, in words. */
final class EndWords {
    private EndWords() {}

    static String of(EndReason reason) {
        return switch (reason) {
            case RESOLVED -> "resolved";
            case SUPERSEDED -> "the same alert fired anew";
            case SILENT -> "no word from Alertmanager: silenced?";
            case QUIET -> "no word from Alertmanager, and the load had been low for an hour: silenced?";
            case LOW -> "the load was not seen any more";
        };
    }
}
