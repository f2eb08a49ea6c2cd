/**
 * What the API says, as records that are written to JSON as they stand: the wire form, apart from the domain's records
 * so that those can change without breaking a client. Names are in camel case as Alertmanager's and Prometheus' own;
 * times are RFC 3339 in UTC; a field that is not known is left out. {@code exporter/docs/http-api.md} specifies each.
 */
@NullMarked
package io.loadmonitor.web.json;

import org.jspecify.annotations.NullMarked;
