package io.loadmonitor.kernellog;

import io.loadmonitor.dump.StackDump.Load;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The original load-monitor module's lines. Not thread-safe. */
final class OriginalLines implements LineReader {
    private static final Pattern BANNER = Pattern.compile("^!{10,80}$");
    private static final Pattern LOAD =
            Pattern.compile("^Load: (\\d{1,9}\\.\\d{1,2}), (\\d{1,9}\\.\\d{1,2}), (\\d{1,9}\\.\\d{1,2})$");
    private static final Pattern PHASE = Pattern.compile("^dump (running|uninterrupted) task\\.$");
    private static final Pattern TASK =
            Pattern.compile("^(running|uninterrupted) task, comm: (.{0,15}), pid (\\d{1,10})$");

    private final OpenReport open;

    OriginalLines(OpenReport open) {
        this.open = open;
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        boolean in = open.is(LogKind.ORIGINAL);
        if (BANNER.matcher(text).matches()) {
            return Optional.of(open.open(LogKind.ORIGINAL, line));
        }
        Matcher load = LOAD.matcher(text);
        if (load.matches()) {
            if (!in || open.opened().load.isPresent()) {
                Fate fate = open.open(LogKind.ORIGINAL, line);
                if (fate == Fate.UNREAD) {
                    return Optional.of(fate);
                }
            }
            open.opened().load = Optional.of(new Load(
                    Double.parseDouble(load.group(1)),
                    Double.parseDouble(load.group(2)),
                    Double.parseDouble(load.group(3)),
                    OptionalInt.empty(),
                    OptionalInt.empty()));
            return Optional.of(Fate.UNDERSTOOD);
        }
        Matcher phase = PHASE.matcher(text);
        Matcher task = TASK.matcher(text);
        boolean isPhase = phase.matches();
        if (!isPhase && !task.matches()) {
            return Optional.empty();
        }
        boolean blocked = (isPhase ? phase.group(1) : task.group(1)).equals("uninterrupted");
        if (!in || open.opened().blockedListed && !blocked) {
            if (open.open(LogKind.ORIGINAL, line) == Fate.UNREAD) {
                return Optional.of(Fate.UNREAD);
            }
        }
        open.opened().blockedListed = blocked;
        open.task = null;
        if (isPhase) {
            return Optional.of(Fate.UNDERSTOOD);
        }
        return Optional.of(open.begin(OptionalLong.of(Long.parseLong(task.group(3))), begun -> {
            begun.comm = Optional.of(task.group(2));
            begun.state = Optional.of(blocked ? 'D' : 'R');
        }));
    }
}
