package io.loadmonitor.guard;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a client may do. None includes another, but that everybody who may do anything may ask for health. */
public enum Role {
    /** Whether the exporter lives and is ready; the styles of its pages. */
    HEALTH,
    /** Metrics. */
    SCRAPE,
    /** Pages, dumps, incidents, status. */
    READ,
    /** Alertmanager's messages: what they hold is stored, and dumps are taken because of them. */
    ALERT,
    /** A dump now. */
    TRIGGER,
    /** Reading the configuration again. */
    ADMINISTER;

    /** As it stands in the file and in answers. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty when there is none of this word. */
    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }
}
