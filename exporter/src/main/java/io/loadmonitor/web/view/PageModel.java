package io.loadmonitor.web.view;

/** One page. */
public sealed interface PageModel
        permits DiffPage,
                DumpListPage,
                DumpPage,
                ErrorPage,
                FlameFilePage,
                FleetHostPage,
                FleetPage,
                FleetSearchPage,
                FleetSignaturePage,
                IncidentListPage,
                IncidentPage,
                LandingPage {
    /** The template's name below {@code src/main/jte}. */
    String template();
}
