package io.loadmonitor.app;

import io.loadmonitor.fleet.FleetException;
import io.loadmonitor.fleet.FleetRetention;
import io.loadmonitor.fleet.FleetUpkeep;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the store's days to come and drops its old ones. */
@Command(
        name = "maintain",
        description = "Make the partitions of the days to come and delete what is too old. To be run each day.",
        abbreviateSynopsis = true,
        showDefaultValues = true)
final class FleetMaintainCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    @Mixin
    HelpOption help = new HelpOption();

    @Mixin
    FleetOptions fleet = new FleetOptions();

    @Option(
            names = "--keep.parts",
            paramLabel = "DAYS",
            defaultValue = "90",
            description = "Dumps and what they consist of.")
    int parts = FleetRetention.DEFAULT.partDays();

    @Option(names = "--keep.texts", paramLabel = "DAYS", defaultValue = "14", description = "Texts of dumps.")
    int texts = FleetRetention.DEFAULT.textDays();

    @Option(
            names = "--keep.load",
            paramLabel = "DAYS",
            defaultValue = "7",
            description = "Load by cause of each host, a row a minute and cause.")
    int load = FleetRetention.DEFAULT.loadDays();

    @Option(
            names = "--keep.fleet-load",
            paramLabel = "DAYS",
            defaultValue = "90",
            description = "Load by cause of all hosts together.")
    int fleetLoad = FleetRetention.DEFAULT.fleetLoadDays();

    @Option(
            names = "--keep.incidents",
            paramLabel = "DAYS",
            defaultValue = "400",
            description = "Incidents, after their end.")
    int incidents = FleetRetention.DEFAULT.incidentDays();

    @Option(
            names = "--keep.words",
            paramLabel = "DAYS",
            defaultValue = "400",
            description = "Stacks and names that nothing holds any more, and hosts that are silent.")
    int words = FleetRetention.DEFAULT.wordDays();

    @Option(names = "--dry-run", description = "Only say what would be done.")
    boolean dryRun;

    @Mixin
    LogOptions log = new LogOptions();

    @Override
    public Integer call() {
        log.install();
        try {
            FleetRetention retention = new FleetRetention(parts, texts, load, fleetLoad, incidents, words);
            return print(new FleetUpkeep(retention).run(fleet.needed(), dryRun), dryRun);
        } catch (StartException | FleetException | IllegalArgumentException e) {
            return failed(e);
        }
    }

    static int print(FleetUpkeep.Report report, boolean dryRun) {
        report.done().forEach(System.out::println);
        report.failed().forEach(line -> System.err.println("not done: " + line));
        if (report.done().isEmpty() && report.failed().isEmpty()) {
            System.out.println(dryRun ? "nothing to do" : "nothing was to do");
        }
        return report.failed().isEmpty() ? 0 : FAILED;
    }

    static int failed(Exception why) {
        System.err.println(Main.NAME + ": " + why.getMessage());
        return FAILED;
    }
}
