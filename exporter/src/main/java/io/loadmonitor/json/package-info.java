/**
 * JSON. In: bytes, or records and trees. Out: values of which nothing is known yet, or bytes. Owns Jackson; nothing
 * of it leaves the package, but for the annotations on the records of {@code web.json}.
 */
@NullMarked
package io.loadmonitor.json;

import org.jspecify.annotations.NullMarked;
