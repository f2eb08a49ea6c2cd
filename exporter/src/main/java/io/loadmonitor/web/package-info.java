/**
 * HTTP in and out. In: requests. Out: JSON, raw dumps, pages. Owns Javalin and the page templates.
 */
@NullMarked
package io.loadmonitor.web;

import org.jspecify.annotations.NullMarked;
