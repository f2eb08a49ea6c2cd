/**
 * The program: command line, configuration, wiring. Owns picocli; the one place that knows every package.
 */
@NullMarked
package io.loadmonitor.app;

import org.jspecify.annotations.NullMarked;
