package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class ExplainCommandTest {
    private static final Path CAPTURES = Path.of("src/test/resources/io/loadmonitor/kernellog/captures");
    private static final Path DUMPS = Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64");
    private static final Path ORIGINAL = CAPTURES.resolve("debian-6.1.0-56-original-module.txt");
    private static final String RIGHT_TO_LEFT = "\u202e";

    private final CommandLine line = Main.commandLine();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    ExplainCommandTest() {
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        line.getSubcommands()
                .values()
                .forEach(command -> command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)));
    }

    @Test
    void namesTheCauseInTheFirstLine() {
        List<String> lines = explain(ORIGINAL.toString());
        assertTrue(
                lines.get(0).startsWith("10 captured tasks (load 4.42) = 2 waiting for a vfork child"), lines.get(0));
        assertTrue(lines.get(1).startsWith("Original load-monitor module at 35.568101"), lines.get(1));
        assertTrue(lines.stream().anyMatch(text -> text.matches(" +6 +60\\.0% .* init 6")), out.toString());
        assertTrue(lines.contains("     10  tasks in the dump"), out.toString());
        assertTrue(lines.contains("Listed but no load: 38 tasks"), out.toString());
        assertTrue(
                lines.stream().anyMatch(text -> text.matches(" +20  idle kernel workers: rescuer_thread .*")),
                out.toString());
    }

    @Test
    void groupsByProcessAndCgroup() {
        List<String> lines = explain(DUMPS.resolve("cgroups.dump").toString());
        assertTrue(lines.contains("By process"), out.toString());
        assertTrue(lines.contains("By cgroup"), out.toString());
        assertFalse(lines.contains("By container"), "none of the tasks is in one: " + out);
    }

    @Test
    void saysWhatBecameOfTheTasksSinceTheDumpBefore() throws Exception {
        String[] dumps = Files.readString(DUMPS.resolve("three-dumps.dump")).split("(?m)^(?=load_monitor dump )");
        Path before = Files.writeString(folder.resolve("before"), dumps[dumps.length - 2]);
        Path after = Files.writeString(folder.resolve("after"), dumps[dumps.length - 1]);
        List<String> lines = explain("--before", before.toString(), after.toString());
        int table = lines.indexOf("    new  persisting  moved  unclear   gone");
        assertTrue(table > 0, out.toString());
        assertTrue(lines.get(table - 1).matches("Since the dump before, \\d+\\.\\d s ago"), lines.get(table - 1));
        assertEquals("      0           2      8        0      1  all", lines.get(table + 1));
        assertTrue(lines.stream().anyMatch(text -> text.matches(" +0 +2 +0 +0 +0  .*vfork.*")), out.toString());

        out.getBuffer().setLength(0);
        explain("--before", before.toString(), "--json", after.toString());
        JsonNode report =
                new ObjectMapper().readTree(out.toString()).path("reports").path(0);
        JsonNode counts = report.path("compared").path("counts");
        assertEquals(2, counts.path("persisting").asInt(), report.toString());
        assertEquals(1, counts.path("gone").asInt());
        assertFalse(report.path("compared").has("dumpId"), "the dump before is of no archive");
        assertEquals(5, report.path("groups").size());
        for (JsonNode way : report.path("groups")) {
            int sum = 0;
            for (JsonNode group : way.path("groups")) {
                sum += group.path("tasks").asInt();
            }
            assertEquals(report.path("tasks").asInt(), sum);
        }
    }

    @Test
    void saysWhichDevicesWereSuspended() throws Exception {
        Path dump = Path.of("../kmod/tests/captures/6.1.0-56-cloud-amd64/causes/suspended-device.dump");
        List<String> lines = explain(dump.toString());
        assertTrue(
                lines.stream()
                        .anyMatch(
                                text -> text.matches("Devices: dm-0 \\(volume\\) is suspended; 1 mapped device, looked"
                                        + " at \\d+ ms after the dump")),
                out.toString());
        out.getBuffer().setLength(0);
        explain("--json", dump.toString());
        JsonNode devices = new ObjectMapper()
                .readTree(out.toString())
                .path("reports")
                .path(0)
                .path("devices");
        assertEquals(
                "1 1 [{\"dev\":\"dm-0\",\"name\":\"volume\"}]",
                devices.path("mapped").asText() + " "
                        + devices.path("suspended").asText() + " " + devices.path("suspendedDevices"));
        assertTrue(devices.path("ageMillis").isNumber(), devices.toString());

        Path resumed = Files.writeString(
                folder.resolve("resumed"),
                Files.readString(dump)
                        .replaceAll("devices .*\ndevice .*\n", "devices age_ms=3 mapped=1 suspended=0\n"));
        out.getBuffer().setLength(0);
        assertFalse(String.join("\n", explain(resumed.toString())).contains("Devices"), out.toString());
    }

    /** What the kernel said last before a dump may be a report of its own; in a dump it is no more than a line. */
    @ParameterizedTest
    @ValueSource(strings = {"", "> "})
    void takesNoMessageInADumpForAReport(String prefix) throws Exception {
        String dump = Files.readString(DUMPS.resolve("manual-busy-vfork.dump"));
        int footer = dump.lastIndexOf("end id=");
        String with = dump.substring(0, footer)
                + "memory age_ms=1 total_kb=16410832 available_kb=1204112\n"
                + "message level=3 text=\"[ 1234.500000] INFO: task rsync:2001 blocked for more than 120 seconds.\"\n"
                + "message level=6 text=\"[ 1234.500100] task:rsync           state:D stack:0 pid:2001 ppid:1\"\n"
                + "message level=6 text=\"[ 1234.500200] Call Trace:\"\n"
                + "message text=\"[ 1234.500300] ==> /proc/7/stack <==\"\n"
                + dump.substring(footer);
        List<String> lines = explain(Files.writeString(
                        folder.resolve("said"), with.replaceAll("(?m)^", prefix).replaceAll(prefix + "$", ""))
                .toString());
        assertFalse(out.toString().contains("report 1 of"), out.toString());
        assertFalse(out.toString().contains("incomplete"), out.toString());
        assertTrue(lines.contains("  Memory: 1.2 of 16.8 GB available."), out.toString());
        int said = lines.indexOf("What the kernel said last");
        assertTrue(said > 0, out.toString());
        assertEquals("  [ 1234.500000] INFO: task rsync:2001 blocked for more than 120 seconds.", lines.get(said + 1));
        assertEquals("  [ 1234.500300] ==> /proc/7/stack <==", lines.get(said + 4));
    }

    /** The text is made up: no module that draws samples has been captured yet. */
    @Test
    void scalesAFairSampleUpAndSaysSo() throws Exception {
        Path dump = Files.writeString(folder.resolve("sampled"), """
                load_monitor dump version=1 id=17 source=kmod boot_id=b release=6.12.0
                load avg1=40.00 avg5=1.00 avg15=1.00 active=40 cpus=2
                count running=30 uninterruptible=10 captured=4 truncated=36 sampled=4 of=40
                cgroup id=1 path="/app"
                task pid=811 tgid=800 state=R on=queue queued_ms=40 run_delay_ms=9120 cgroup_id=1 leader="java" \
                comm="GC#0"
                task pid=812 tgid=800 state=R on=queue cgroup_id=1 leader="java" comm="GC#1"
                task pid=900 tgid=900 state=R on=sleep flags=delayed cgroup_id=1 comm="nginx"
                task pid=94 tgid=94 state=D on=sleep wchan=submit_bio_wait comm="vf"
                end id=17 tasks=4
                """);
        String estimate = "estimated from a fair sample of 4 of 40 tasks";
        List<String> lines = explain(dump.toString());
        assertTrue(lines.get(0).endsWith(" (" + estimate + ")"), lines.get(0));
        assertTrue(lines.contains("     20   50.0%  waiting for a CPU  java 20"), out.toString());
        assertTrue(lines.contains("     40  tasks " + estimate), out.toString());
        assertTrue(lines.contains("By process, " + estimate), out.toString());
        assertTrue(lines.contains("     20   50.0%  java (800)"), out.toString());
        assertTrue(lines.contains("     10   25.0%  cgroup not in the dump  10 in D"), out.toString());
        assertTrue(
                lines.contains("By stack, in a fair sample of 4 of 40 tasks; these numbers are not scaled up:"),
                out.toString());
        assertTrue(lines.contains("2 tasks waiting for a CPU: java (811 \"GC#0\", 812 \"GC#1\")"), out.toString());
        assertTrue(
                lines.contains("1 task asleep, but still counted as running [delayed]: nginx (900)"), out.toString());
        assertFalse(out.toString().contains("not in the dump%"), out.toString());

        out.getBuffer().setLength(0);
        explain("--before", dump.toString(), "--json", dump.toString());
        JsonNode report =
                new ObjectMapper().readTree(out.toString()).path("reports").path(0);
        assertEquals(
                "{\"sampled\":4,\"of\":40,\"text\":\"" + estimate + "\"}",
                report.path("breakdown").path("estimated").toString());
        assertEquals(4, report.path("tasks").asInt());
        assertEquals(
                "20 0.5",
                report.path("breakdown").path("parts").path(1).path("tasks") + " "
                        + report.path("breakdown").path("parts").path(1).path("share"));
        assertTrue(report.path("compared").path("sampled").asBoolean(), report.toString());
        JsonNode thread = report.path("taskList").path(0);
        assertEquals(
                "java GC#0 40 9120 /app",
                thread.path("leader").asText() + " " + thread.path("comm").asText() + " " + thread.path("queuedMillis")
                        + " " + thread.path("runDelayMillis") + " "
                        + thread.path("cgroup").asText());
    }

    @Test
    void refusesADumpBeforeThatIsNone() throws Exception {
        Path after = DUMPS.resolve("manual-busy-vfork.dump");
        Path other = Files.writeString(
                folder.resolve("other"), Files.readString(after).replaceAll("boot_id=\\S+", "boot_id=another"));
        Path nothing = Files.writeString(folder.resolve("nothing"), "hello\n");
        for (Path before : List.of(other, nothing, folder.resolve("missing"))) {
            err.getBuffer().setLength(0);
            assertEquals(1, line.execute("explain", "--before", before.toString(), after.toString()), out.toString());
            assertTrue(err.toString().contains(before.getFileName().toString()), err.toString());
        }
        assertEquals(1, line.execute("explain", "--before", "-", "-"));
        assertTrue(err.toString().contains("standard input can only be one"), err.toString());
    }

    @Test
    void readsStandardInputWithoutAFile() throws Exception {
        InputStream before = System.in;
        try {
            System.setIn(Files.newInputStream(ORIGINAL));
            assertEquals(0, explainFrom("/dev/null"), err.toString());
            String piped = out.toString();
            out.getBuffer().setLength(0);
            System.setIn(Files.newInputStream(ORIGINAL));
            assertEquals(0, line.execute("explain", "-"), err.toString());
            assertEquals(out.toString(), piped);
            assertTrue(piped.contains(" active tasks") || piped.contains(" tasks"), piped);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void asksForATextAtATerminal() throws Exception {
        for (String terminal : List.of("/dev/pts/3", "/dev/tty1", "/dev/console")) {
            err.getBuffer().setLength(0);
            assertEquals(2, explainFrom(terminal));
            assertEquals(
                    Optional.of("load-monitor-exporter: a text is missing: give a FILE, or a pipe as in"
                            + " \"dmesg | load-monitor-exporter explain\"; - reads what you type"),
                    err.toString().lines().findFirst());
        }
        assertEquals("", out.toString());
    }

    /** Without a file, as if standard input were that. */
    private int explainFrom(String device) throws IOException {
        Path link = folder.resolve("stdin");
        Files.deleteIfExists(link);
        ExplainCommand explain = (ExplainCommand)
                line.getSubcommands().get("explain").getCommandSpec().userObject();
        explain.standardInput = Files.createSymbolicLink(link, Path.of(device));
        return line.execute("explain");
    }

    @Test
    void reportsEachOfSeveral() throws Exception {
        byte[] first = Files.readAllBytes(CAPTURES.resolve("debian-6.1.0-56-sysrq-w.txt"));
        byte[] second = Files.readAllBytes(ORIGINAL);
        Path both = folder.resolve("both.txt");
        Files.write(both, first);
        Files.write(both, second, java.nio.file.StandardOpenOption.APPEND);
        List<String> lines = explain(both.toString());
        assertEquals(
                2,
                lines.stream()
                        .filter(text -> text.matches("[0-9]+ captured tasks .*= .*"))
                        .count(),
                out.toString());
        assertTrue(out.toString().contains("report 2 of 2"), out.toString());
    }

    @Test
    void writesTheSameAsJson() throws Exception {
        assertEquals(0, line.execute("explain", "--json", ORIGINAL.toString()), err.toString());
        JsonNode root = new ObjectMapper().readTree(out.toString());
        JsonNode report = root.get("reports").get(0);
        assertEquals("original", report.get("source").asText());
        assertEquals(10, report.get("tasks").asInt());
        int parts = 0;
        double share = 0;
        for (JsonNode part : report.get("breakdown").get("parts")) {
            parts += part.get("tasks").asInt();
            share += part.get("share").asDouble();
        }
        assertEquals(10, parts);
        assertEquals(1, share, 0.005);
        assertEquals(38, report.get("listedButNoLoad").size());
        assertEquals(
                "idle-worker",
                report.get("listedButNoLoad").get(0).get("reason").asText());
        assertFalse(report.has("takenAt"), "the text does not say the time of day");
        assertEquals(202, root.get("lines").get("total").asInt());
    }

    @Test
    void letsNoNameDoAnythingToTheTerminal() throws Exception {
        Path file = folder.resolve("hostile.txt");
        String name = "\u001b[2J" + RIGHT_TO_LEFT + "x";
        Files.write(
                file,
                ("uninterrupted task, comm: " + name + ", pid 3\n"
                                + " f\u001b[2J+0x1/0x2\n " + RIGHT_TO_LEFT + "g+0x1/0x2\n"
                                + "Tainted: \u001b]0;title\u0007\n"
                                + "Nov 22 12:04:10 kernel: INFO: task " + name
                                + ":9 blocked for more than 120 seconds.\n"
                                + "INFO: task " + name + ":9 is blocked on a mutex likely owned by task " + name
                                + ":7.\n")
                        .getBytes(StandardCharsets.UTF_8));
        for (String[] options : new String[][] {{"--color=never"}, {"--json"}}) {
            out.getBuffer().setLength(0);
            assertEquals(0, line.execute("explain", options[0], file.toString()), err.toString());
            assertTrue(out.toString().chars().allMatch(c -> c == '\n' || c >= 0x20 && c <= 0x7e), out.toString());
            assertTrue(out.toString().contains("x1b[2J"), out.toString());
        }
    }

    @Test
    void showsScriptsAndEscapesOfADumpAsText() throws Exception {
        String hostile = "<script>\u001b[2J" + RIGHT_TO_LEFT + "x";
        Path file = folder.resolve("hostile.dump");
        Files.writeString(
                file,
                "load_monitor dump version=1 id=1 source=kmod\n"
                        + "trigger kind=manual reason=\"" + hostile + "\" cause=present\n"
                        + "load avg1=1.00 avg5=1.00 avg15=1.00 active=2 cpus=1\n"
                        + "stack id=1 tasks=1\n  f" + hostile + "+0x1/0x2\n"
                        + "task pid=1 state=D on=sleep stack=1 cgroup=\"/" + hostile + "\" comm=\"" + hostile + "\"\n"
                        // As the module itself writes it.
                        + "task pid=2 state=D on=sleep stack=1 cgroup=\"/<script>\\x1b[2J\\xe2\\x80\\xae\""
                        + " comm=\"\\x1b[31m<b>\"\n"
                        + "end id=1 tasks=2\n");
        for (String option : List.of("--color=never", "--json")) {
            out.getBuffer().setLength(0);
            explain(option, file.toString());
            assertTrue(out.toString().chars().allMatch(c -> c == '\n' || c >= 0x20 && c <= 0x7e), out.toString());
            assertTrue(out.toString().contains("x1b[31m<b>"), out.toString());
            assertTrue(out.toString().contains("<script>"), out.toString());
        }
        out.getBuffer().setLength(0);
        String headline = explain(file.toString()).get(0);
        assertTrue(headline.matches("2 active tasks \\(load 1.00\\) = \\d .*"), headline);
    }

    @Test
    void saysThatStacksMightNotBeReadAndWhatHelps() throws Exception {
        Path file = folder.resolve("nobody.dump");
        Files.writeString(
                file,
                "load_monitor dump version=1 id=1 source=procfs\nload avg1=1.00 avg5=1.00 avg15=1.00 active=1 cpus=2\n"
                        + "count stacks_readable=0 stacks_refused=1\n"
                        + "task pid=1 state=D on=sleep stack=0 flags=stack_refused since_ms=3000 comm=\"vf\"\nend"
                        + " id=1 tasks=1\n");
        List<String> lines = explain(file.toString());
        assertEquals(
                "1 active task (load 1.00) = 1 in uninterruptible sleep, stack not readable: run as root, or use the"
                        + " module (vf)",
                lines.get(0));
        assertTrue(lines.stream().anyMatch(text -> text.startsWith("! Stacks could not be read")), out.toString());
        out.getBuffer().setLength(0);
        explain("--json", file.toString());
        assertTrue(out.toString().contains("Stacks could not be read"), out.toString());
    }

    @Test
    void coloursOnlyWhenAsked() {
        explain(ORIGINAL.toString());
        assertFalse(out.toString().contains("\u001b"), "standard output is no terminal here");
        String plain = out.toString();
        out.getBuffer().setLength(0);
        explain("--color=always", ORIGINAL.toString());
        assertTrue(out.toString().startsWith("\u001b[1m10 captured tasks (load 4.42)"), out.toString());
        assertEquals(plain, out.toString().replaceAll("\u001b\\[[0-9]+m", ""));
    }

    @Test
    void honoursNoColor() {
        assertFalse(Colour.AUTO.wanted(Map.of("TERM", "xterm", "NO_COLOR", "1")));
        assertFalse(Colour.AUTO.wanted(Map.of("TERM", "dumb")));
        assertTrue(Colour.ALWAYS.wanted(Map.of("NO_COLOR", "1")));
        assertFalse(Colour.NEVER.wanted(Map.of("TERM", "xterm")));
    }

    @Test
    void showsWhatItDidNotUnderstandAndGoesOn() throws Exception {
        Path file = Files.writeString(
                folder.resolve("log.txt"),
                "[  1.0] usb 1-1: new device\n".repeat(30) + Files.readString(ORIGINAL, StandardCharsets.ISO_8859_1));
        explain(file.toString());
        assertTrue(out.toString().contains("30 lines were not understood"), out.toString());
        assertTrue(
                out.toString().contains("  line 1: [  1.0] usb 1-1: new device  and 29 more like it"), out.toString());
    }

    @Test
    void refusesTextWithoutAnyReportAndSaysHowMuchItRead() throws Exception {
        Path file = Files.writeString(folder.resolve("log.txt"), "Hello\nthere\n");
        assertEquals(1, line.execute("explain", file.toString()));
        assertTrue(err.toString().contains("of its 2 lines 2 were not understood"), err.toString());
        assertEquals("", out.toString());
    }

    private List<String> explain(String... arguments) {
        String[] all = new String[arguments.length + 1];
        all[0] = "explain";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        assertEquals(0, line.execute(all), err.toString());
        return out.toString().lines().toList();
    }
}
