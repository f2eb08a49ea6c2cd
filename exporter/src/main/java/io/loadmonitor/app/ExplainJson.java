package io.loadmonitor.app;

import io.loadmonitor.dump.CallStack;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.ChangeCount;
import io.loadmonitor.dump.DumpComparison;
import io.loadmonitor.dump.GroupKind;
import io.loadmonitor.dump.LoadBreakdown;
import io.loadmonitor.dump.LoadPart;
import io.loadmonitor.dump.MappedDevices;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.Placement;
import io.loadmonitor.dump.StackDump.State;
import io.loadmonitor.dump.StackDump.Task;
import io.loadmonitor.dump.TaskChange;
import io.loadmonitor.dump.TaskGroup;
import io.loadmonitor.dump.TaskGroups;
import io.loadmonitor.json.JsonArray;
import io.loadmonitor.json.JsonObject;
import io.loadmonitor.kernellog.Blocker;
import io.loadmonitor.kernellog.KernelLog;
import io.loadmonitor.kernellog.ListedTask;
import io.loadmonitor.kernellog.LogReport;
import io.loadmonitor.kernellog.ReportContext;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The report for programs; {@code exporter/docs/explain.md} describes it. What the text does not say is left out. Names
 * stand in the escaped form of the dump text. Stateless.
 */
final class ExplainJson {
    private ExplainJson() {}

    /** @param before the dump with which the first report is compared */
    static String of(KernelLog log, CauseCatalogue causes, Optional<StackDump> before) {
        JsonObject root = new JsonObject();
        JsonArray reports = root.putArray("reports");
        for (LogReport report : log.reports()) {
            JsonObject node = reports.addObject();
            report(report, causes, node);
            if (reports.size() == 1) {
                before.ifPresent(earlier ->
                        changes(DumpComparison.of(earlier, report.dump(), causes), node.putObject("since_before")));
            }
        }
        JsonObject lines = root.putObject("lines");
        lines.put("total", log.lines()).put("understood", log.understood());
        lines.put("skipped", log.skipped()).put("unread", log.unread());
        JsonArray unread = root.putArray("unread_lines");
        log.unreadLines()
                .forEach(line -> unread.addObject().put("number", line.number()).put("text", line.text()));
        JsonArray kinds = root.putArray("unread_kinds");
        log.unreadKinds()
                .forEach(kind -> kinds.addObject()
                        .put("first_line", kind.firstLine())
                        .put("text", kind.text())
                        .put("lines", kind.lines()));
        return root.indented();
    }

    private static void report(LogReport report, CauseCatalogue causes, JsonObject node) {
        StackDump dump = report.dump();
        LoadBreakdown load = LogHeadline.load(report, causes);
        node.put("kind", report.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        dump.header().ifPresent(header -> {
            node.put("source", header.source());
            header.release().ifPresent(release -> node.put("release", release));
        });
        node.put("first_line", report.firstLine());
        report.stamp().ifPresent(stamp -> node.put("stamp", stamp));
        dump.time().flatMap(StackDump.Time::wall).ifPresent(wall -> node.put("time", wall.toString()));
        node.put("headline", LogHeadline.of(report, load, causes));
        node.put("complete", dump.complete());
        dump.load().ifPresent(value -> {
            JsonObject averages = node.putObject("load");
            averages.put("avg1", value.load1()).put("avg5", value.load5()).put("avg15", value.load15());
            value.active().ifPresent(active -> averages.put("active", active));
            value.cpus().ifPresent(cpus -> averages.put("cpus", cpus));
        });
        dump.counts().ifPresent(counts -> {
            JsonObject values = node.putObject("counts");
            new TreeMap<>(counts.values()).forEach(values::put);
        });
        dump.devices().ifPresent(devices -> devices(devices, node.putObject("devices")));
        node.put("tasks_total", dump.tasks().size());
        load.sample()
                .ifPresent(sample -> node.putObject("estimated")
                        .put("sampled", sample.tasks())
                        .put("of", sample.of())
                        .put("text", sample.estimate()));
        JsonArray parts = node.putArray("parts");
        load.parts().forEach(part -> part(part, load.tasks(), parts.addObject()));
        groups(TaskGroups.of(dump, causes, Set.of()), node.putObject("groups"));
        stacks(dump, node.putArray("stacks"));
        JsonArray tasks = node.putArray("tasks");
        for (int i = 0; i < dump.tasks().size(); i++) {
            JsonObject task = tasks.addObject();
            task(dump.tasks().get(i), task);
            Optional.ofNullable(report.context().works().get(dump.tasks().get(i).pid()))
                    .ifPresent(work -> task.put("work", work));
            if (i < report.context().offCpuMicros().size()) {
                task.put("off_cpu_us", report.context().offCpuMicros().get(i));
            }
        }
        JsonArray listed = node.putArray("listed_but_no_load");
        report.listed().forEach(task -> listed(task, listed.addObject()));
        context(report.context(), node);
        JsonArray warnings = node.putArray("warnings");
        ExplainText.warnings(report).forEach(warnings::add);
    }

    private static void context(ReportContext context, JsonObject node) {
        JsonArray events = node.putArray("events");
        context.events().forEach(events::add);
        JsonArray blockers = node.putArray("lock_holders");
        for (Blocker blocker : context.blockers()) {
            JsonObject one = blockers.addObject();
            one.put("waiter_pid", blocker.waiterPid())
                    .put("waiter", blocker.waiter().escaped());
            one.put("lock", blocker.lock());
            blocker.holder().ifPresent(holder -> one.put("holder", holder.escaped()));
            blocker.holderPid().ifPresent(pid -> one.put("holder_pid", pid));
            one.put("last_known", blocker.formerly());
            blocker.holderState().ifPresent(state -> one.put("holder_state", state));
            JsonArray frames = one.putArray("frames");
            blocker.frames().forEach(frame -> frames.add(frame.toString()));
        }
        context.repeats().ifPresent(repeats -> {
            JsonObject seen = node.putObject("seen").put("times", repeats.times());
            repeats.first().ifPresent(first -> seen.put("first", first));
            repeats.last().ifPresent(last -> seen.put("last", last));
        });
    }

    private static void devices(MappedDevices devices, JsonObject node) {
        devices.ageMillis().ifPresent(age -> node.put("age_ms", age));
        devices.mapped().ifPresent(mapped -> node.put("mapped", mapped));
        devices.suspended().ifPresent(suspended -> node.put("suspended", suspended));
        JsonArray listed = node.putArray("suspended_devices");
        for (MappedDevices.Device device : devices.listed()) {
            JsonObject one = listed.addObject().put("dev", device.dev().escaped());
            device.name().ifPresent(name -> one.put("name", name.escaped()));
        }
    }

    private static void part(LoadPart part, int whole, JsonObject node) {
        node.put("title", part.title()).put("tasks", part.tasks());
        node.put("percent", Math.round(1000.0 * part.tasks() / whole) / 10.0);
        JsonArray processes = node.putArray("processes");
        part.processes()
                .forEach(process -> processes
                        .addObject()
                        .put("comm", process.comm().escaped())
                        .put("tasks", process.tasks()));
    }

    private static void groups(TaskGroups groups, JsonObject node) {
        for (GroupKind kind : GroupKind.values()) {
            JsonArray list = node.putArray(kind.name().toLowerCase(Locale.ROOT));
            for (TaskGroup group : groups.by(kind)) {
                JsonObject one = list.addObject();
                if (!group.key().isEmpty()) {
                    one.put("key", group.key());
                }
                one.put("title", group.title()).put("tasks", group.tasks()).put("in_d", group.uninterruptible());
                group.timeInD()
                        .ifPresent(time ->
                                one.put("in_d_max_ms", time.maxMillis()).put("in_d_median_ms", time.medianMillis()));
            }
        }
    }

    private static void changes(DumpComparison comparison, JsonObject node) {
        node.put("complete", comparison.complete());
        if (comparison.sampled()) {
            node.put("sampled", true);
        }
        for (TaskChange change : TaskChange.values()) {
            node.put(change.name().toLowerCase(Locale.ROOT), comparison.of(change));
        }
        JsonArray causes = node.putArray("causes");
        for (ChangeCount count : comparison.byCause()) {
            JsonObject one = causes.addObject().put("key", count.key()).put("title", count.title());
            for (TaskChange change : TaskChange.values()) {
                one.put(change.name().toLowerCase(Locale.ROOT), count.of(change));
            }
        }
    }

    private static void stacks(StackDump dump, JsonArray node) {
        Map<Integer, Integer> tasks = new HashMap<>();
        dump.tasks().forEach(task -> tasks.merge(task.stackId(), 1, Integer::sum));
        for (CallStack stack : dump.stacks()) {
            JsonObject one = node.addObject();
            one.put("id", stack.id()).put("tasks", tasks.getOrDefault(stack.id(), 0));
            JsonArray frames = one.putArray("frames");
            stack.frames().forEach(frame -> frames.add(frame.toString()));
        }
    }

    private static void task(Task task, JsonObject node) {
        if (!task.flags().contains("pid_unknown")) {
            node.put("pid", task.pid());
        }
        task.tgid().ifPresent(tgid -> node.put("tgid", tgid));
        task.ppid().ifPresent(ppid -> node.put("ppid", ppid));
        if (!task.flags().contains("comm_unknown")) {
            node.put("comm", task.comm().escaped());
        }
        task.leader().ifPresent(leader -> node.put("leader", leader.escaped()));
        task.cgroup().ifPresent(cgroup -> node.put("cgroup", cgroup.escaped()));
        if (task.state() != State.UNKNOWN) {
            node.put("state", task.state().text());
        }
        if (task.placement() != Placement.UNKNOWN) {
            node.put("on", task.placement().text());
        }
        if (task.stackId() != 0) {
            node.put("stack", task.stackId());
        }
        task.queuedMillis().ifPresent(millis -> node.put("queued_ms", millis));
        task.runDelayMillis().ifPresent(millis -> node.put("run_delay_ms", millis));
        task.waitChannel().ifPresent(function -> node.put("wchan", function));
        JsonArray flags = node.putArray("flags");
        new TreeSet<>(task.flags()).forEach(flags::add);
    }

    private static void listed(ListedTask task, JsonObject node) {
        if (task.pid() != 0) {
            node.put("pid", task.pid());
        }
        task.comm().ifPresent(comm -> node.put("comm", comm.escaped()));
        task.state().ifPresent(state -> node.put("state", state));
        node.put("reason", task.reason().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        task.function().ifPresent(function -> node.put("function", function));
    }
}
