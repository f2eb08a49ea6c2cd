package io.loadmonitor.web.view;

/**
 * The way in. It answers anybody, so it says nothing about tasks.
 *
 * @param notReady why not; empty text when it is ready
 * @param stacksRemedy what would let dumps hold stacks; empty text when they can
 * @param remoteAllowed whether the rest answers clients beyond loopback
 */
public record LandingPage(
        String version,
        String host,
        String source,
        String sourceReason,
        String notReady,
        String stacksRemedy,
        String telemetryPath,
        boolean remoteAllowed)
        implements PageModel {
    @Override
    public String template() {
        return "index.jte";
    }
}
