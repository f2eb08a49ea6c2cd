package io.loadmonitor.alert;

import java.util.Map;

/** What a rule asks of an alert's labels. A label that the alert lacks is empty text, as in Alertmanager. Immutable. */
public sealed interface LabelCondition permits LabelMatcher, LabelPattern {
    boolean holds(Map<String, String> labels);
}
