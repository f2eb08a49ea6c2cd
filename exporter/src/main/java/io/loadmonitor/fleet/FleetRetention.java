package io.loadmonitor.fleet;

/**
 * How long the store keeps what.
 *
 * @param partDays dumps and what they consist of
 * @param textDays texts of dumps
 * @param loadDays load by cause of each host
 * @param fleetLoadDays load by cause of all together
 * @param incidentDays incidents, after their end
 * @param wordDays stacks, control groups and programs that nothing holds any more, hosts that say nothing any more
 */
public record FleetRetention(
        int partDays, int textDays, int loadDays, int fleetLoadDays, int incidentDays, int wordDays) {
    public static final FleetRetention DEFAULT = new FleetRetention(90, 14, 7, 90, 400, 400);

    public FleetRetention {
        require("parts", partDays);
        require("texts", textDays);
        require("load", loadDays);
        require("fleet-load", fleetLoadDays);
        require("incidents", incidentDays);
        require("words", wordDays);
        if (wordDays < partDays) {
            throw new IllegalArgumentException("stacks and names would be forgotten after " + wordDays
                    + " days while parts of " + partDays + " days name them");
        }
    }

    private static void require(String what, int days) {
        if (days < 1 || days > 3650) {
            throw new IllegalArgumentException(what + " are kept for " + days + " days; expected 1 to 3650");
        }
    }
}
