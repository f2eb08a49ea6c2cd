package io.loadmonitor.web.view;

/** One page. */
public sealed interface PageModel
        permits DumpListPage, DumpPage, ErrorPage, IncidentListPage, IncidentPage, LandingPage {
    /** The template's name below {@code src/main/jte}. */
    String template();
}
