package io.loadmonitor.web;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.Utf8ByteOutput;
import io.javalin.http.Context;
import io.loadmonitor.web.view.PageModel;
import io.loadmonitor.web.view.Site;
import java.util.List;
import java.util.Map;

/** Lays pages out with the templates that the build has compiled. Safe for use by several threads. */
final class PageRenderer {
    private final TemplateEngine templates = TemplateEngine.createPrecompiled(
            null, ContentType.Html, PageRenderer.class.getClassLoader(), "io.loadmonitor.web.pages");

    private final String base;
    private final Asset styles = new Asset(Asset.STYLES, "text/css; charset=utf-8");
    private final Asset icon = new Asset(Asset.ICON, "image/svg+xml");

    private final Asset flameStyles = new Asset(Asset.FLAME_STYLES, "text/css; charset=utf-8");
    private final Asset flameScript =
            new Asset(Asset.FLAME_SCRIPT, "text/javascript; charset=utf-8", List.of("pattern.js", "flame.js"));

    private final Asset pageScript = new Asset(Asset.PAGE_SCRIPT, "text/javascript; charset=utf-8");
    private final boolean fleet;

    /** @param site to which the links of pages lead */
    PageRenderer(Site site) {
        this(site, false);
    }

    private PageRenderer(Site site, boolean fleet) {
        this.base = site.base();
        this.fleet = fleet;
    }

    /** The pages of a fleet lead to each other. */
    static PageRenderer ofFleet(Site site) {
        return new PageRenderer(site, true);
    }

    Asset styles() {
        return styles;
    }

    Asset icon() {
        return icon;
    }

    Asset flameStyles() {
        return flameStyles;
    }

    Asset pageScript() {
        return pageScript;
    }

    Asset flameScript() {
        return flameScript;
    }

    void answer(Context context, int status, PageModel page) {
        context.status(status).contentType("text/html; charset=utf-8").result(render(page));
    }

    byte[] render(PageModel page) {
        Utf8ByteOutput html = new Utf8ByteOutput();
        templates.render(
                page.template(),
                Map.of(
                        "page",
                        page,
                        "base",
                        base,
                        "css",
                        base + styles.address(),
                        "icon",
                        base + icon.address(),
                        "script",
                        base + pageScript.address(),
                        "flameCss",
                        base + flameStyles.address(),
                        "flameScript",
                        base + flameScript.address(),
                        "fleet",
                        fleet),
                html);
        return html.toByteArray();
    }

    /** A page that holds its styles and its script, and so needs no server. */
    byte[] renderAlone(PageModel page) {
        Utf8ByteOutput html = new Utf8ByteOutput();
        templates.render(
                page.template(),
                Map.of(
                        "page",
                        page,
                        "styles",
                        styles.text(),
                        "flameStyles",
                        flameStyles.text(),
                        "script",
                        flameScript.text(),
                        "policy",
                        policyAlone()),
                html);
        return html.toByteArray();
    }

    /** Nothing but the very styles and script of {@link #renderAlone}; the text of the page can add none. */
    String policyAlone() {
        return "default-src 'none'; base-uri 'none'; form-action 'none'; script-src " + flameScript.policyHash()
                + "; style-src " + styles.policyHash() + " " + flameStyles.policyHash();
    }
}
