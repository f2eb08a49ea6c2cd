/**
 * The log: what every package and library says through SLF4J becomes lines on one stream, as logfmt or JSON. In: calls
 * of {@code org.slf4j.Logger}. Out: lines. Owns SLF4J's provider and the bridge from {@code java.util.logging}.
 */
@NullMarked
package io.loadmonitor.log;

import org.jspecify.annotations.NullMarked;
