/**
 * Alertmanager webhook, version 4. In: the body of a POST. Out: {@link io.loadmonitor.alert.Alert} records. Uses
 * Jackson to read JSON.
 */
@NullMarked
package io.loadmonitor.alert;

import org.jspecify.annotations.NullMarked;
