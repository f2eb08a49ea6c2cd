/**
 * What Prometheus reads. In: states of the other packages. Out: metric families as text. Owns simpleclient.
 */
@NullMarked
package io.loadmonitor.metrics;

import org.jspecify.annotations.NullMarked;
