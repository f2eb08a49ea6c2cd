package io.loadmonitor.web.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.loadmonitor.archive.ArchivedDump;
import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.EscapedText;
import io.loadmonitor.dump.FairSample;
import io.loadmonitor.dump.Frame;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.ProcessCount;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.web.view.Site;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A dump with all that its text says. Without a text only the fields of {@link DumpItem} are there. */
public record DumpDetail(
        @JsonUnwrapped DumpItem summary,
        @JsonUnwrapped @Nullable Content content) {
    public static DumpDetail of(ArchivedDump dump, Site site) {
        return new DumpDetail(
                DumpItem.of(dump.summary(), site),
                dump.dump()
                        .flatMap(content -> dump.breakdown().map(breakdown -> Content.of(content, breakdown)))
                        .orElse(null));
    }

    /** What the text says. */
    public record Content(
            @Nullable Header header,
            @Nullable String cause,
            @Nullable Asker asker,
            @Nullable Load load,
            @Nullable Map<String, Long> counts,
            @Nullable Cost cost,
            @Nullable Devices devices,
            Breakdown breakdown,
            List<Stack> stacks,
            List<Task> taskList,
            int unreadLines) {

        static Content of(StackDump dump, LoadBreakdown breakdown) {
            return new Content(
                    dump.header().map(Header::of).orElse(null),
                    dump.trigger()
                            .flatMap(StackDump.Trigger::presence)
                            .map(presence -> presence.name().toLowerCase(Locale.ROOT))
                            .orElse(null),
                    dump.trigger()
                            .flatMap(StackDump.Trigger::asker)
                            .map(Asker::of)
                            .orElse(null),
                    dump.load().map(Load::of).orElse(null),
                    dump.counts()
                            .<Map<String, Long>>map(counts -> new TreeMap<>(counts.values()))
                            .orElse(null),
                    dump.cost().map(Cost::of).orElse(null),
                    dump.devices().map(Devices::of).orElse(null),
                    Breakdown.of(breakdown),
                    dump.stacks().stream().map(Stack::of).toList(),
                    dump.tasks().stream().map(Task::of).toList(),
                    dump.unreadLines().size());
        }
    }

    /** The first line. */
    public record Header(
            int version,
            long sourceId,
            String source,
            @Nullable String bootId,
            @Nullable String release) {
        static Header of(StackDump.Header header) {
            return new Header(
                    header.version(),
                    header.id(),
                    header.source(),
                    header.bootId().orElse(null),
                    header.release().orElse(null));
        }
    }

    /** Who asked for the dump, and is not among its tasks. */
    public record Asker(long pid, String comm) {
        static Asker of(StackDump.Asker asker) {
            return new Asker(asker.pid(), asker.comm().escaped());
        }
    }

    /** The load line. */
    public record Load(
            double load1,
            double load5,
            double load15,
            @Nullable Integer active,
            @Nullable Integer cpus,
            @Nullable List<Integer> silentCpus) {
        static Load of(StackDump.Load load) {
            return new Load(
                    load.load1(),
                    load.load5(),
                    load.load15(),
                    Absent.orNull(load.active()),
                    Absent.orNull(load.cpus()),
                    load.silentCpus().isEmpty() ? null : load.silentCpus());
        }
    }

    /** The cost line. */
    public record Cost(
            @Nullable Long captureNanos,
            @Nullable Long irqOffMaxNanos,
            @Nullable Long rcuMaxNanos) {
        static Cost of(StackDump.Cost cost) {
            return new Cost(
                    Absent.orNull(cost.captureNanos()),
                    Absent.orNull(cost.irqOffMaxNanos()),
                    Absent.orNull(cost.rcuMaxNanos()));
        }
    }

    /** The device-mapper devices beside the dump; not there when nobody looked. */
    public record Devices(
            @Nullable Long ageMillis,
            @Nullable Integer mapped,
            @Nullable Integer suspended,
            List<Device> suspendedDevices) {
        static Devices of(MappedDevices devices) {
            return new Devices(
                    Absent.orNull(devices.ageMillis()),
                    Absent.orNull(devices.mapped()),
                    Absent.orNull(devices.suspended()),
                    devices.listed().stream().map(Device::of).toList());
        }
    }

    /** One that is suspended. */
    public record Device(String dev, @Nullable String name) {
        static Device of(MappedDevices.Device device) {
            return new Device(
                    device.dev().escaped(),
                    device.name().map(EscapedText::escaped).orElse(null));
        }
    }

    /**
     * What the load consisted of: the parts sum to tasks, and tasks and remainder to active.
     *
     * @param estimated from what; not there when the numbers are counted
     */
    public record Breakdown(
            int tasks,
            @Nullable Integer active,
            @Nullable Integer remainder,
            @Nullable Estimated estimated,
            List<Part> parts) {
        static Breakdown of(LoadBreakdown breakdown) {
            return new Breakdown(
                    breakdown.tasks(),
                    Absent.orNull(breakdown.active()),
                    Absent.orNull(breakdown.remainder()),
                    breakdown.sample().map(Estimated::of).orElse(null),
                    breakdown.parts().stream().map(Part::of).toList());
        }
    }

    /**
     * The dump is a fair sample, and numbers of tasks are scaled up.
     *
     * @param sampled tasks in the dump
     * @param of that they stand for
     */
    public record Estimated(int sampled, int of, String text) {
        static Estimated of(FairSample sample) {
            return new Estimated(sample.tasks(), sample.of(), sample.estimate());
        }
    }

    /** @param chronic whether the host always has it */
    public record Part(
            String cause,
            String detail,
            String title,
            String explanation,
            String check,
            int tasks,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean chronic,
            @Nullable String cgroup,
            List<Process> processes) {
        static Part of(LoadPart part) {
            return new Part(
                    part.cause().id(),
                    part.detail(),
                    part.title(),
                    part.cause().explanation(),
                    part.cause().check(),
                    part.tasks(),
                    part.chronic(),
                    part.cgroup().map(EscapedText::escaped).orElse(null),
                    part.processes().stream().map(Process::of).toList());
        }
    }

    /** How many tasks of one program are in a part. */
    public record Process(String comm, int tasks) {
        static Process of(ProcessCount count) {
            return new Process(count.comm().escaped(), count.tasks());
        }
    }

    /** A stack, innermost frame first. */
    public record Stack(int id, List<String> frames) {
        static Stack of(CallStack stack) {
            return new Stack(
                    stack.id(), stack.frames().stream().map(Frame::toString).toList());
        }
    }

    /** A task line. */
    public record Task(
            long pid,
            @Nullable Long tgid,
            @Nullable Long ppid,
            @Nullable Integer cpu,
            String state,
            String on,
            @Nullable Long sinceMillis,
            @Nullable Long switches,
            @Nullable Long startNanos,
            @Nullable Long queuedMillis,
            @Nullable Long runDelayMillis,
            @Nullable Integer stack,
            @Nullable List<String> flags,
            @Nullable String waitChannel,
            @Nullable String cgroup,
            @Nullable String leader,
            String comm) {
        static Task of(StackDump.Task task) {
            return new Task(
                    task.pid(),
                    Absent.orNull(task.tgid()),
                    Absent.orNull(task.ppid()),
                    Absent.orNull(task.cpu()),
                    task.state().name().toLowerCase(Locale.ROOT),
                    task.placement().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                    Absent.orNull(task.sinceMillis()),
                    Absent.orNull(task.switches()),
                    Absent.orNull(task.startNanos()),
                    Absent.orNull(task.queuedMillis()),
                    Absent.orNull(task.runDelayMillis()),
                    task.stackId() == 0 ? null : task.stackId(),
                    task.flags().isEmpty() ? null : List.copyOf(new TreeSet<>(task.flags())),
                    task.waitChannel().orElse(null),
                    task.cgroup().map(EscapedText::escaped).orElse(null),
                    task.leader().map(EscapedText::escaped).orElse(null),
                    task.comm().escaped());
        }
    }
}
