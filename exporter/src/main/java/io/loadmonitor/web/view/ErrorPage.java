package io.loadmonitor.web.view;

/** What went wrong, for a browser. */
public record ErrorPage(int status, String message) implements PageModel {
    @Override
    public String template() {
        return "error.jte";
    }

    public String title() {
        return switch (status) {
            case 400 -> "That request is not understood";
            case 403 -> "Not from here";
            case 404 -> "Not found";
            case 405 -> "Not that way";
            case 410 -> "No longer there";
            case 503 -> "Not now";
            default -> status >= 500 ? "Something failed" : "That is not possible";
        };
    }

    public String text() {
        return VisibleText.of(message);
    }
}
