/**
 * Alertmanager webhook, version 4. In: the body of a POST. Out: {@link io.loadmonitor.alert.AlertMessage} and its
 * {@link io.loadmonitor.alert.Alert} records, or one sentence that says which field of which alert is wrong.
 * Also Alertmanager's matchers: {@link io.loadmonitor.alert.LabelMatcher}. Owns RE2/J.
 */
@NullMarked
package io.loadmonitor.alert;

import org.jspecify.annotations.NullMarked;
