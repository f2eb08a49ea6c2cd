/**
 * What is told of a dump, as records that are written to JSON as they stand: the HTTP API and {@code explain --json}
 * have the same names for it. Names are in camel case; times are RFC 3339 in UTC; names of tasks are in the escaped
 * form of the dump text; a field that is not known is left out. {@code exporter/docs/http-api.md} specifies each.
 */
@NullMarked
package io.loadmonitor.report.json;

import org.jspecify.annotations.NullMarked;
