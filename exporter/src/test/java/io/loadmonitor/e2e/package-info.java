/**
 * The whole loop with its real parts: the packaged jar, Prometheus, Alertmanager, a browser, a kernel in a virtual
 * machine. Everything listens on loopback, keeps its data in a temporary folder and ends with its test.
 */
@NullMarked
package io.loadmonitor.e2e;

import org.jspecify.annotations.NullMarked;
