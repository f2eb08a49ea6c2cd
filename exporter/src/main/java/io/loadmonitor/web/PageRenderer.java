package io.loadmonitor.web;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import io.javalin.http.Context;
import io.loadmonitor.web.view.PageModel;
import java.util.Map;

/** Lays pages out with the templates that the build has compiled. Safe for use by several threads. */
final class PageRenderer {
    private final TemplateEngine templates = TemplateEngine.createPrecompiled(
            null, ContentType.Html, PageRenderer.class.getClassLoader(), "io.loadmonitor.web.pages");

    private final Asset styles = new Asset(Asset.STYLES, "text/css; charset=utf-8");
    private final Asset icon = new Asset(Asset.ICON, "image/svg+xml");

    Asset styles() {
        return styles;
    }

    Asset icon() {
        return icon;
    }

    void answer(Context context, int status, PageModel page) {
        context.status(status).contentType("text/html; charset=utf-8").result(render(page));
    }

    byte[] render(PageModel page) {
        Utf8ByteOutput html = new Utf8ByteOutput();
        templates.render(page.template(), Map.of("page", page, "css", styles.address(), "icon", icon.address()), html);
        return html.toByteArray();
    }
}
