/**
 * What the pages show, in words and in the order of the page; the templates in {@code src/main/jte} are compiled into
 * {@code io.loadmonitor.web.pages} and only lay it out. Everything that a task or an alert could have named comes
 * through {@link io.loadmonitor.web.view.VisibleText}, {@link io.loadmonitor.web.view.WebLink} or the dump's escaped
 * form.
 */
@NullMarked
package io.loadmonitor.web.view;

import org.jspecify.annotations.NullMarked;
