/**
 * What is told of a dump and of an incident, once: pages, JSON, Markdown and the terminal are views of it. In: dumps,
 * captured texts, what the archive has of an incident. Out: records of words and numbers, in {@code report.json} with
 * their names in JSON. Owns no library.
 */
@NullMarked
package io.loadmonitor.report;

import org.jspecify.annotations.NullMarked;
