package io.loadmonitor.archive;

import io.loadmonitor.alert.Alert;
import java.time.Instant;
import java.util.Optional;

/**
 * What the first message about an alert told.
 *
 * @param rule that wanted it
 * @param externalUrl of the Alertmanager
 * @param at when it was stored
 */
record ToldAlert(Alert alert, String rule, Optional<String> externalUrl, Instant at) {}
