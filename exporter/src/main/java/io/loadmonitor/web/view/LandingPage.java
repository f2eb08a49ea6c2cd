package io.loadmonitor.web.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way in. It answers anybody, so it says nothing about tasks but to who may read dumps.
 *
 * @param load null for who may not read dumps, and where it cannot be read
 * @param kept null for who may not read dumps, and while the archive does not answer
 * @param mayTrigger whether a dump would be taken for this reader
 * @param notReady why not; empty text when it is ready
 * @param stacksRemedy what would let dumps hold stacks; empty text when they can
 * @param byItself who takes dumps by itself, a sentence each; empty when nobody does
 * @param notes what else a person has to know
 * @param remoteAllowed whether the rest answers clients beyond loopback
 */
public record LandingPage(
        @Nullable LoadNow load,
        @Nullable KeptState kept,
        boolean mayTrigger,
        String version,
        String host,
        String source,
        String sourceReason,
        String notReady,
        String stacksRemedy,
        List<String> byItself,
        List<String> notes,
        String telemetryPath,
        boolean remoteAllowed)
        implements PageModel {
    public LandingPage {
        byItself = List.copyOf(byItself);
        notes = List.copyOf(notes);
    }

    @Override
    public String template() {
        return "index.jte";
    }
}
