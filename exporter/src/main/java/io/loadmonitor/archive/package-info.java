/**
 * What must survive: alert inbox, incidents, dumps, limits. In: alerts and raw dumps. Out: pages of records. Owns
 * JDBC; uses Jackson to write the parsed form.
 */
@NullMarked
package io.loadmonitor.archive;

import org.jspecify.annotations.NullMarked;
