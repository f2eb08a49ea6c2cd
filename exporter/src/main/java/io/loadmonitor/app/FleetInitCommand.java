package io.loadmonitor.app;

import io.loadmonitor.fleet.FleetAddress;
import io.loadmonitor.fleet.FleetException;
import io.loadmonitor.fleet.FleetRetention;
import io.loadmonitor.fleet.FleetSchema;
import io.loadmonitor.fleet.FleetUpkeep;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes the fleet's store, or brings it to this program's version. */
@Command(
        name = "init",
        description = "Make the store in a database, or bring it to this program's version; all of it or nothing.",
        abbreviateSynopsis = true)
final class FleetInitCommand implements Callable<Integer> {
    @Mixin
    HelpOption help = new HelpOption();

    @Mixin
    FleetOptions fleet = new FleetOptions();

    @Option(names = "--dry-run", description = "Only say what would be done.")
    boolean dryRun;

    @Mixin
    LogOptions log = new LogOptions();

    @Override
    public Integer call() {
        log.install();
        try {
            FleetAddress address = fleet.needed();
            FleetSchema schema = new FleetSchema();
            (dryRun ? schema.plan(address) : schema.apply(address)).lines().forEach(System.out::println);
            if (!dryRun) {
                return FleetMaintainCommand.print(new FleetUpkeep(FleetRetention.DEFAULT).makeDays(address), false);
            }
            return 0;
        } catch (StartException | FleetException e) {
            return FleetMaintainCommand.failed(e);
        }
    }
}
