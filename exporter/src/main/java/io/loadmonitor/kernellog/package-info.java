/**
 * What others captured: kernel logs, files of {@code /proc} and other tools' output in which tasks are listed with
 * their stacks. A line's way: {@code TextLines} (a line), {@code Unwrapping} (out of JSON, colours, HTML),
 * {@code Anchor} and {@code Prefixes} (where the message begins), {@code ReadingOrder} (which end is first),
 * {@code CallerLines} with a {@code LineReader} for each kind of report,
 * {@code ReportDraft} (which tasks are load). In: text.
 * Out: {@link io.loadmonitor.kernellog.KernelLog}, a {@link io.loadmonitor.dump.StackDump} for each report in it. Owns
 * no library (JDK only); knows the package {@code dump} alone.
 */
@NullMarked
package io.loadmonitor.kernellog;

import org.jspecify.annotations.NullMarked;
