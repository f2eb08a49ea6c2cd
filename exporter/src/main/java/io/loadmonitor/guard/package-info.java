/**
 * Who may come in: passwords, certificates and rates, as Prometheus' web.config.file has them. In: what a client gives.
 * Out: whether it is let in. Owns the bcrypt library.
 */
@NullMarked
package io.loadmonitor.guard;

import org.jspecify.annotations.NullMarked;
