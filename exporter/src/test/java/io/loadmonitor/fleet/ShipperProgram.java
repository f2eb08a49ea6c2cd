package io.loadmonitor.fleet;

import java.nio.file.Path;
import java.util.Optional;

/** Ships an archive until it is killed. Arguments: the file, the host's name, the store's address. */
final class ShipperProgram {
    private ShipperProgram() {}

    public static void main(String[] arguments) throws Exception {
        FleetArchive archive =
                FleetArchive.open(Path.of(arguments[0]), arguments[1], FleetAddress.of(arguments[2], Optional.empty()));
        archive.ship();
        Thread.sleep(600_000);
    }
}
