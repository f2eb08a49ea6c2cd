package io.loadmonitor.web;

/**
 * A kind of request with places of its own, so that no other kind can take the threads of this one: whoever reads pages
 * or downloads dumps, however many and however slowly, takes none from Prometheus and Alertmanager. A place is a thread
 * while the answer is made and, where it is not {@link #whole}, until the client has taken it.
 */
enum Lane {
    /** Prometheus. */
    SCRAPE(3, 2, true),
    /** What asks whether it is ready: this looks at the archive, so it may have to wait for it. */
    READINESS(2, 1, true),
    /** Alertmanager. */
    WEBHOOK(3, 2, true),
    /** One incident or dump, for people and programs. */
    REPORT(4, 2, false),
    /** Files, which may take their reader a while. */
    DOWNLOAD(4, 2, false),
    /** What is small: lists, the landing page, styles, orders. */
    SMALL(4, 2, false);

    /** Of a lane: more would not get their turn in time. They hold a connection and no thread. */
    static final int MOST_WAITING = 32;

    /** Of one client in a lane. */
    static final int MOST_WAITING_OF_ONE = 16;

    private final int places;
    private final int placesOfOne;
    private final boolean whole;

    Lane(int places, int placesOfOne, boolean whole) {
        this.places = places;
        this.placesOfOne = placesOfOne;
        this.whole = whole;
    }

    /** Requests that are answered at a time. */
    int places() {
        return places;
    }

    /** Of one client. */
    int placesOfOne() {
        return placesOfOne;
    }

    /**
     * Whether it is for the programs that watch over the host. Their answers are small: they are held in memory, so
     * that a slow reader holds no place.
     */
    boolean whole() {
        return whole;
    }

    /** Threads that answer, in all lanes together. */
    static int allPlaces() {
        int all = 0;
        for (Lane lane : values()) {
            all += lane.places;
        }
        return all;
    }
}
