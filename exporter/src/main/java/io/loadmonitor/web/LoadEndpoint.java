package io.loadmonitor.web;

import io.javalin.http.Context;
import io.loadmonitor.sample.LoadTickParts;
import io.loadmonitor.web.json.LoadAnswer;
import java.io.IOException;
import java.util.List;
import java.util.Set;

/** What the load average consists of. */
final class LoadEndpoint {
    /** Two hours. */
    private static final int MOST_TICKS = 1440;

    private final WebParts parts;
    private final Json json;

    LoadEndpoint(WebParts parts, Json json) {
        this.parts = parts;
        this.json = json;
    }

    void load(Context context) {
        QueryParameters parameters = QueryParameters.only(context.queryString(), Set.of("ticks"));
        int most = parameters.number("ticks", MOST_TICKS, 0, MOST_TICKS);
        List<LoadTickParts> ticks = parts.load().ticks();
        List<LoadTickParts> wanted = ticks.subList(Math.max(0, ticks.size() - most), ticks.size());
        try {
            json.answer(
                    context,
                    200,
                    LoadAnswer.of(parts.load().now(), wanted, parts.causes().get()));
        } catch (IOException unreadable) {
            throw new Refusal(503, "unavailable", "the load average cannot be read: " + unreadable.getMessage());
        }
    }
}
