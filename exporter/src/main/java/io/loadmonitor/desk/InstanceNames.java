package io.loadmonitor.desk;

import io.loadmonitor.alert.LabelPattern;
import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * Whether an alert's label {@code instance} names this host. A name proves it when it is the host's own, with or
 * without its domain, or a loopback or own address. Any other name may be an alias or a container's outer address, so
 * the one that most alerts of the last 30 days had is believed, and a different one is another host: an alert that a
 * route or a proxy brought to the wrong exporter. Nothing is looked up in DNS. Safe for use by several threads.
 */
public final class InstanceNames {
    private static final Pattern PORT = Pattern.compile(":[0-9]{1,5}$");
    private static final Pattern ADDRESS =
            Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    /**
     * What is configured.
     *
     * @param own names of this host; then no other is
     * @param refused whether alerts that name another host are not stored
     */
    public record Settings(Optional<LabelPattern> own, boolean refused) {
        public static final Settings DEFAULT = new Settings(Optional.empty(), false);
    }

    private final Supplier<Settings> settings;
    private final Archive archive;

    /** @param settings asked for each time */
    public InstanceNames(Supplier<Settings> settings, Archive archive) {
        this.settings = settings;
        this.archive = archive;
    }

    /** Whether alerts that name another host are not to be stored. */
    boolean refused() {
        return settings.get().refused();
    }

    /** Whether it is known to name another host. */
    public boolean foreign(String instance) throws ArchiveException {
        if (instance.isEmpty()) {
            return false;
        }
        Optional<LabelPattern> own = settings.get().own();
        if (own.isPresent()) {
            return !own.get().matches(instance);
        }
        if (isOwn(instance, archive.host())) {
            return false;
        }
        return archive.usualInstance().filter(usual -> !usual.equals(instance)).isPresent();
    }

    static boolean isOwn(String instance, String hostName) {
        String name = instance.matches("\\[.*\\](:[0-9]+)?")
                ? instance.substring(1, instance.indexOf(']'))
                : ADDRESS.matcher(instance).matches()
                                && instance.chars().filter(c -> c == ':').count() > 1
                        ? instance
                        : PORT.matcher(instance).replaceFirst("");
        if (ADDRESS.matcher(name).matches()) {
            return isOwnAddress(name);
        }
        String asked = name.toLowerCase(Locale.ROOT);
        String host = hostName.toLowerCase(Locale.ROOT);
        return asked.equals("localhost")
                || asked.equals(host)
                || asked.startsWith(host + ".")
                || host.startsWith(asked + ".");
    }

    /** An address in digits is never looked up. */
    private static boolean isOwnAddress(String digits) {
        try {
            InetAddress address = InetAddress.getByName(digits);
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (UnknownHostException | SocketException notTold) {
            return false;
        }
    }
}
