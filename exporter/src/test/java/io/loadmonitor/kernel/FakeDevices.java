package io.loadmonitor.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The device mapper's files as ordinary ones: {@code sys/block/dm-N/dm/suspended}, and udev's links in {@code mapper}.
 */
public final class FakeDevices {
    private final Path root;

    public FakeDevices(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(blocks());
        Files.createDirectories(links());
    }

    public DeviceMapper mapper() {
        return new DeviceMapper(root.resolve("sys"), links());
    }

    public Path blocks() {
        return root.resolve("sys/block");
    }

    public Path links() {
        return root.resolve("mapper");
    }

    /** A device with this text as its state: {@code "1\n"} for a suspended one. */
    public void device(String dev, String state) throws IOException {
        Files.writeString(Files.createDirectories(blocks().resolve(dev + "/dm")).resolve("suspended"), state);
    }

    /** A suspended device with a name. */
    public void suspended(String dev, String name) throws IOException {
        device(dev, "1\n");
        Files.createSymbolicLink(links().resolve(name), Path.of("../" + dev));
    }
}
