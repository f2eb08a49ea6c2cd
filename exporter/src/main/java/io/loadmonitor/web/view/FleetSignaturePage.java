package io.loadmonitor.web.view;

import io.loadmonitor.fleet.FleetStore.Kernel;
import io.loadmonitor.fleet.FleetStore.Place;
import io.loadmonitor.fleet.FleetStore.Sighting;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A place in the kernel, and who has it.
 *
 * @param hosts in the time that is shown
 */
public record FleetSignaturePage(
        String id,
        String title,
        List<String> frames,
        Moment firstSeen,
        Moment from,
        Moment to,
        List<FleetRows.HostRow> hosts,
        Optional<Moment> first,
        List<KernelRow> kernels)
        implements PageModel {
    public FleetSignaturePage {
        frames = List.copyOf(frames);
        hosts = List.copyOf(hosts);
        kernels = List.copyOf(kernels);
    }

    /** @param seen empty where the fleet has the kernel and not this place on it */
    public record KernelRow(String release, Optional<Moment> seen, long hosts) {}

    public static FleetSignaturePage of(
            Place place, List<Sighting> hosts, List<Kernel> kernels, Instant from, Instant to) {
        return new FleetSignaturePage(
                place.signature(),
                VisibleText.of(place.title()),
                place.frames().stream().map(VisibleText::of).toList(),
                Moment.of(place.firstSeen()),
                Moment.of(from),
                Moment.of(to),
                hosts.stream().map(FleetRows.HostRow::of).toList(),
                hosts.stream()
                        .flatMap(host -> host.first().stream())
                        .min(Instant::compareTo)
                        .map(Moment::of),
                kernels.stream()
                        .filter(kernel ->
                                kernel.hosts() > 0 || kernel.firstSeen().isPresent())
                        .map(kernel -> new KernelRow(
                                VisibleText.of(kernel.release()),
                                kernel.firstSeen().map(Moment::of),
                                kernel.hosts()))
                        .toList());
    }

    @Override
    public String template() {
        return "fleetsignature.jte";
    }
}
