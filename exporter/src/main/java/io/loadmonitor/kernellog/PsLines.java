package io.loadmonitor.kernellog;

import io.loadmonitor.kernellog.KernelLogReader.Fate;
import io.loadmonitor.kernellog.KernelLogReader.NumberedLine;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What ps prints, and the crash utility's, with the columns in any order: they are told by their heading, or by the
 * command above. The last column may have blanks in it. Not thread-safe.
 */
final class PsLines implements LineReader {
    private static final Set<String> PID = Set.of("PID", "TID", "LWP", "SPID");
    private static final Set<String> STATE = Set.of("S", "ST", "STAT", "STATE", "S.");
    private static final Set<String> NAME = Set.of("CMD", "COMMAND", "COMM", "ARGS", "UCMD", "UCOMM", "EXE");
    private static final Pattern COMMAND = Pattern.compile("^(?:.{0,120}[\\s;|&(])?ps (?:[\\w-]{1,20} ){0,8}?"
            + "-?[A-Za-z]{0,8}o[ =]?([a-z%_]{1,12}(?::\\d{1,4})?=?(?:,[a-z%_]{1,12}(?::\\d{1,4})?"
            + "=?){1,20})(?:[ |;].{0,300})?$");
    /** Its output goes into another command, and is not shown. */
    private static final Pattern SUBSTITUTED = Pattern.compile("(?:\\$\\(|`) ?(?:sudo )?ps ");

    private static final Pattern HEADING =
            Pattern.compile("^(?:[A-Z%][A-Z%/._+]{0,11}\\s{1,40}){2,24}(?:[A-Z]{2,8}|Command)$");
    /** What {@code ps f} and {@code pstree} draw before a child's name. */
    private static final Pattern BRANCHES = Pattern.compile("^[|`\\\\_\\s-]{1,200}(?=[\\[/\\w(])");
    /** Of the crash utility's ps, when only its rows were kept: {@code crash> ps | grep UN}. */
    private static final Pattern CRASH = Pattern.compile("^crash(?:64)?> ps\\b.{0,100}\\bUN\\b.{0,40}$");

    private static final List<String> CRASH_COLUMNS =
            List.of("PID", "PPID", "CPU", "TASK", "ST", "%MEM", "VSZ", "RSS", "COMM");
    private static final Pattern STATE_TEXT =
            Pattern.compile("^(?:([A-Za-z])[<NLslI+]{0,6}|UN|RU|IN|ID|ZO|ST|TR|DE|SW|WA|PA)$");
    private static final Pattern WAIT = Pattern.compile("^[A-Za-z_.][\\w.]{1,127}$");
    /** What ps shows without a width for the column. */
    private static final int CUT = 6;

    /** A row of {@code ps aux}, of which only rows were kept. */
    private static final Pattern ROW_OF_AUX =
            Pattern.compile("^[\\w.+-]{1,32} +\\d{1,10} +\\d{1,4}\\.\\d +\\d{1,3}\\.\\d +\\d{1,12} +\\d{1,12} "
                    + "+(?:\\?|tty\\S{1,12}|pts/\\d{1,6}|console) +[DRSTZIXtW][<NLsl+]{0,6} +\\S{4,8} "
                    + "+\\d{1,8}:\\d\\d .{1,800}$");

    private static final List<String> COLUMNS_OF_AUX =
            List.of("USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND");

    private final OpenReport open;
    private List<String> columns = List.of();

    PsLines(OpenReport open) {
        this.open = open;
    }

    @Override
    public Optional<Fate> read(NumberedLine line, String text) {
        Matcher command = COMMAND.matcher(text);
        if (command.matches() && !SUBSTITUTED.matcher(text).find()) {
            List<String> named =
                    List.of(command.group(1).toUpperCase(Locale.ROOT).split("(?::\\d+)?=?,"));
            List<String> known =
                    named.stream().map(name -> name.replaceAll("[:=].*", "")).toList();
            return heading(line, known);
        }
        if (CRASH.matcher(text).matches()) {
            return heading(line, CRASH_COLUMNS);
        }
        if (HEADING.matcher(text).matches()) {
            return heading(line, List.of(text.toUpperCase(Locale.ROOT).split("\\s+")));
        }
        if (!open.is(LogKind.PS)
                && line.log().stamp().isEmpty()
                && ROW_OF_AUX.matcher(text).matches()) {
            heading(line, COLUMNS_OF_AUX);
        }
        return open.is(LogKind.PS) ? row(text) : Optional.empty();
    }

    private Optional<Fate> heading(NumberedLine line, List<String> names) {
        boolean useful = names.stream().anyMatch(PID::contains)
                && (names.stream().anyMatch(STATE::contains) || names.contains("WCHAN"));
        if (!useful) {
            return Optional.empty();
        }
        columns = names;
        return Optional.of(open.ensure(LogKind.PS, line));
    }

    private Optional<Fate> row(String text) {
        String[] cells = text.replaceFirst("^> *", "").split("\\s+", columns.size());
        Optional<String> pid = cell(cells, PID);
        Optional<String> state = cell(cells, STATE);
        boolean fits = cells.length >= columns.size() - 1
                && pid.filter(number -> number.matches("\\d{1,10}")).isPresent()
                && state.map(letters -> STATE_TEXT.matcher(letters).matches()).orElse(true);
        if (!fits) {
            return Optional.empty();
        }
        Optional<String> channel =
                cell(cells, Set.of("WCHAN")).filter(name -> WAIT.matcher(name).matches());
        Fate fate = open.begin(OptionalLong.of(Long.parseLong(pid.get())), begun -> {
            begun.comm = cell(cells, NAME).map(PsLines::name);
            begun.state = state.map(PsLines::letter);
            begun.waitChannel = channel;
        });
        if (channel.filter(name -> name.length() == CUT).isPresent()) {
            open.opened().noteOnce("ps cuts the column WCHAN to 6 characters, unless it is asked for wchan:32.");
        }
        return Optional.of(fate);
    }

    private Optional<String> cell(String[] cells, Set<String> names) {
        for (int i = 0; i < Math.min(cells.length, columns.size()); i++) {
            if (names.contains(columns.get(i))) {
                return Optional.of(cells[i]);
            }
        }
        return Optional.empty();
    }

    private static char letter(String state) {
        return switch (state) {
            case "UN" -> 'D';
            case "RU" -> 'R';
            case "IN" -> 'S';
            default -> state.charAt(0);
        };
    }

    /** {@code df} of {@code /usr/bin/df -h}, {@code txg_sync} of {@code [txg_sync]}. */
    private static String name(String command) {
        String text = BRANCHES.matcher(command.strip()).replaceFirst("");
        if (text.startsWith("[") && text.endsWith("]")) {
            text = text.substring(1, text.length() - 1);
        } else {
            text = text.split("\\s", 2)[0];
            text = text.startsWith("/") ? text.substring(text.lastIndexOf('/') + 1) : text;
        }
        return text.substring(0, Math.min(text.length(), 64));
    }
}
