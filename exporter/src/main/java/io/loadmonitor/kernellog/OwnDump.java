package io.loadmonitor.kernellog;

import io.loadmonitor.dump.DumpParser;
import io.loadmonitor.dump.RawDump;
import io.loadmonitor.dump.StackDump;
import io.loadmonitor.dump.StackDump.UnreadLine;
import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** This project's own dumps, from a file or printed into the log ({@code printk=1}). Not thread-safe. */
final class OwnDump {
    /** What the module puts before each line that it prints. */
    private static final String PRINTED = "load_monitor: ";

    /** Four times what the largest ring of the module that was ever of use holds. */
    private static final int MOST_BYTES = 16 << 20;

    private static final Pattern SYSRQ = Pattern.compile("^(?:sysrq: ?)?(?:SysRq ?: ?)?Show (?:Blocked )?State$");

    private final OpenReport open;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<NumberedLine> lines = new ArrayList<>();
    /** The dump that is being read was printed by the module, and so each of its lines begins. */
    private boolean printed;

    OwnDump(OpenReport open) {
        this.open = open;
    }

    /** Whether the line belongs to a dump; then it is settled when the dump ends. */
    boolean take(NumberedLine line) {
        String message = line.log().message();
        boolean printedNow = message.startsWith(PRINTED);
        String own = printedNow ? message.substring(PRINTED.length()) : message;
        if (lines.isEmpty() ? begins(own) : printedNow == printed && goesOn(own)) {
            add(line, own, printedNow);
            return true;
        }
        // Others print into the log meanwhile, too; only in a file a strange line ends the dump.
        if (printedNow || !printed) {
            end();
        }
        return false;
    }

    private static boolean begins(String message) {
        return message.startsWith("load_monitor dump ")
                || message.startsWith("task pid=")
                || message.startsWith("stack id=");
    }

    /** A dump without its footer ends where something else begins. */
    private static boolean goesOn(String message) {
        return message.length() <= TextLines.LONGEST
                && !message.startsWith("INFO: task ")
                && !message.startsWith("task:")
                && !message.startsWith("==> ")
                && !message.startsWith("[<")
                && !message.startsWith("!!!!!!!!!!")
                && !SYSRQ.matcher(message.length() > 64 ? "" : message.strip()).matches();
    }

    private void add(NumberedLine line, String message, boolean printedNow) {
        if (message.startsWith("load_monitor dump ")) {
            end();
            open.close();
        }
        printed = printedNow;
        lines.add(line);
        bytes.writeBytes(message.getBytes(StandardCharsets.ISO_8859_1));
        if (line.terminated()) {
            bytes.write('\n');
        }
        if (message.startsWith("end id=") || bytes.size() > MOST_BYTES) {
            end();
        }
    }

    /** No more of its lines will come. */
    void end() {
        if (lines.isEmpty()) {
            return;
        }
        StackDump parsed = DumpParser.parse(RawDump.of(bytes.toByteArray()));
        NumberedLine first = lines.get(0);
        boolean kept = (parsed.header().isPresent()
                        || !parsed.tasks().isEmpty()
                        || !parsed.stacks().isEmpty())
                && open.book().add(first.number(), first.log().stamp(), parsed);
        Set<Integer> unread = new HashSet<>();
        for (UnreadLine line : parsed.unreadLines()) {
            unread.add(line.number());
        }
        // The parser keeps the numbers of the first unread lines alone; the others come after them.
        int beyond = parsed.unreadCount() - unread.size();
        for (int i = lines.size(); i > 0 && beyond > 0; i--) {
            if (!lines.get(i - 1).log().message().isBlank() && unread.add(i)) {
                beyond--;
            }
        }
        for (int i = 0; i < lines.size(); i++) {
            NumberedLine line = lines.get(i);
            line.settle(
                    line.log().message().isBlank()
                            ? Fate.SKIPPED
                            : kept && !unread.contains(i + 1) ? Fate.UNDERSTOOD : Fate.UNREAD);
        }
        lines.clear();
        bytes.reset();
        printed = false;
    }
}
