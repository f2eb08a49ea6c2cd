package io.loadmonitor.web.view;

import java.util.Optional;

/**
 * An annotation of an alert.
 *
 * @param link where the value is a web address
 */
public record Annotation(String name, String value, Optional<WebLink> link) {
    static Annotation of(String name, String value) {
        return new Annotation(VisibleText.of(name), VisibleText.of(value), WebLink.of(value));
    }
}
