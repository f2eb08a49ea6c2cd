/**
 * The Grafana dashboards of {@code grafana/dashboards/}, as a reader of their JSON and a set of rules for them. No
 * Grafana runs in these tests: the rules say what its own linter would, and the loop tests run every expression.
 */
@NullMarked
package io.loadmonitor.grafana;

import org.jspecify.annotations.NullMarked;
