package io.loadmonitor.web;

import java.util.Optional;

/** Reads the configuration again. */
@FunctionalInterface
public interface Reload {
    /** Why the new configuration was refused, with the old one still at work; empty when it is in force. */
    Optional<String> reload();
}
