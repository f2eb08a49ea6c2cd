package io.loadmonitor.report.json;

/** How much of the whole something is, in thousandths: as exact as people need it. */
final class Share {
    private static final double THOUSANDTHS = 1000;

    private Share() {}

    /** @return 0 to 1; 0 of nothing */
    static double of(int part, int whole) {
        return whole == 0 ? 0 : Math.round(THOUSANDTHS * part / whole) / THOUSANDTHS;
    }
}
