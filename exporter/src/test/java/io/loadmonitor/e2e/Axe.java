package io.loadmonitor.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Deque's axe-core, which looks for what keeps people from using a page. All of its rules, also its advice. */
public final class Axe {
    private static final String LOOK = """
            const done = arguments[arguments.length - 1];
            document.querySelectorAll('details').forEach(details => details.open = true);
            axe.run(document, {resultTypes: ['violations']}).then(
                found => done(found.violations.map(rule => rule.id + ': ' + rule.help + ': '
                    + rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160) + ' '
                        + (node.any[0] ?? node.all[0] ?? node.none[0])?.message).join(' | '))),
                failed => done([String(failed)]));""";

    private final Browser browser;

    /** From now on it is in each page that this browser opens; the page's own policy has no say in it. */
    public Axe(Browser browser) throws IOException {
        this.browser = browser;
        browser.driver()
                .executeCdpCommand(
                        "Page.addScriptToEvaluateOnNewDocument",
                        Map.of("source", Files.readString(Program.requireScript("axe.min.js"))));
        browser.driver().manage().timeouts().scriptTimeout(Duration.ofMinutes(2));
    }

    /** What it finds on the page that is shown, with all that is folded away unfolded; a line each. */
    public List<String> look() {
        return ((List<?>) browser.driver().executeAsyncScript(LOOK))
                .stream().map(String.class::cast).toList();
    }
}
