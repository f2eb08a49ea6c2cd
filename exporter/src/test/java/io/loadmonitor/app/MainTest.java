package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

final class MainTest {
    private final CommandLine line = Main.commandLine();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    MainTest() {
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        line.getSubcommands()
                .values()
                .forEach(command -> command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --bogus                              | Unknown option: '--bogus'
        --source=x                           | '--source': expected auto, kmod, bpf or procfs but was 'x'
        --web.listen-address=9817            | "9817" is no listen address
        --web.config.file=a --web.config.file=b | '--web.config.file'
        --host.name=                         | "" is not 1 to 255 printable ASCII characters without spaces
        --host.name=dü                       | "dü" is not 1 to 255 printable ASCII characters without spaces
        --log.level                          | '--log.level'
        --log.level=debug dump               | --log.level must stand after the command "dump"
        --config.file=a --config.file=b      | '--config.file'
        bogus                                | 'bogus'
        dump --reason=ä                      | "ä" is not 1 to 63 printable ASCII characters
        explain a b                          | 'b'
        """)
    void wrongUseIsExplainedInOneLineAndExits2(String arguments, String complaint) {
        assertEquals(2, line.execute(arguments.split(" ")));
        assertTrue(err.toString().lines().findFirst().orElse("").contains(complaint), err.toString());
        assertEquals(2, err.toString().lines().count(), err.toString());
        assertEquals("", out.toString());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        incidnts           | Did you mean incidents
        stauts             | status
        incidents --opne   | Did you mean --open?
        """)
    void saysWhatMayHaveBeenMeant(String arguments, String meant) {
        assertEquals(2, line.execute(arguments.split(" ")));
        assertTrue(err.toString().lines().skip(1).findFirst().orElse("").contains(meant), err.toString());
    }

    @Test
    void writesACompletionForBash() {
        assertEquals(0, line.execute("generate-completion"), err.toString());
        assertTrue(out.toString().contains("complete -F _complete_load-monitor-exporter"), out.toString());
    }

    @Test
    void listensOnEveryAddressThatIsGiven() {
        ParseResult result = line.parseArgs("--web.listen-address=127.0.0.1:1", "--web.listen-address", "[::1]:2");
        assertEquals(
                List.of(new ListenAddress("127.0.0.1", 1), new ListenAddress("::1", 2)),
                result.matchedOptionValue("--web.listen-address", List.of()));
    }

    @Test
    void listensOnItsOwnPortByDefault() {
        line.parseArgs();
        assertEquals(List.of(new ListenAddress("", 9817)), ((Main) line.getCommand()).options.listenAddresses);
    }

    @Test
    void helpOfACommandIsThatCommandsOwn() {
        assertEquals(0, line.execute("help", "explain"), err.toString());
        assertTrue(out.toString().startsWith("Usage: load-monitor-exporter explain"), out.toString());
    }

    @Test
    void helpListsFlagsAndCommands() {
        assertEquals(0, line.execute("--help"));
        assertTrue(out.toString().contains("--web.listen-address=ADDRESS"), out.toString());
        assertTrue(out.toString().contains("explain"), out.toString());
    }

    @Test
    void explainsADump(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("dump.txt"), """
                load_monitor dump version=1 id=17 source=kmod boot_id=6f1c release=6.1.0-56-cloud-amd64
                trigger kind=manual reason="alert LoadHigh" cause=present
                time wall=2026-11-22T12:04:10.123456Z monotonic_ns=35570173000
                load avg1=4.42 avg5=1.10 avg15=0.37 active=3 cpus=2
                count scanned=67 running=1 uninterruptible=2 captured=3
                stack id=1 tasks=2
                  kernel_clone+0x1af/0x3e0
                  __do_sys_vfork+0x43/0x70
                task pid=94 tgid=94 cpu=0 state=D on=sleep stack=1 comm="vf"
                task pid=95 tgid=95 cpu=0 state=D on=sleep stack=1 comm="vf"
                task pid=96 tgid=96 cpu=1 state=R on=cpu-user stack=0 comm="busy\\n(1)"
                end id=17 tasks=3
                """);
        assertEquals(0, line.execute("explain", file.toString()), err.toString());
        List<String> lines = out.toString().lines().toList();
        assertTrue(
                lines.get(0)
                        .startsWith("3 active tasks at 12:04:10 (load 4.42) = 2 waiting for a vfork child to"
                                + " execute a program (vf) + 1 on CPU"),
                out.toString());
        assertTrue(lines.contains("      3  tasks in the dump"), out.toString());
        assertTrue(lines.contains("         scanned=67"), out.toString());
    }

    @Test
    void explainsADumpWithCausesOfTheUsersOwn(@TempDir Path folder) throws Exception {
        Path causes = Files.writeString(folder.resolve("causes.txt"), """
                cause vendor-card
                  title waiting for the vendor's card
                  explanation The card has not answered.
                  check Its lamp.
                  frames 70 vendor_wait
                """);
        Path file = Files.writeString(folder.resolve("dump.txt"), """
                load_monitor dump version=1 id=17 source=kmod
                stack id=1 tasks=1
                  vendor_wait+0x1/0x2 [vendor]
                task pid=94 tgid=94 cpu=0 state=D on=sleep stack=1 comm="vf"
                end id=17 tasks=1
                """);
        assertEquals(0, line.execute("explain", "--causes.file=" + causes, file.toString()), err.toString());
        assertTrue(out.toString().startsWith("1 captured task = 1 waiting for the vendor's card (vf)"), out.toString());
        assertTrue(out.toString().contains("  Check: Its lamp."), out.toString());

        Files.writeString(causes, "cause vendor-card\n  colour red\n");
        assertEquals(1, line.execute("explain", "--causes.file=" + causes, file.toString()));
        assertTrue(err.toString().contains(causes + ":2: \"colour\" is no key"), err.toString());
    }

    @Test
    void saysThatADumpWasCutOffAndWhatItDidNotUnderstand(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("dump.txt"), """
                load_monitor dump version=1 id=17 source=kmod
                task what is this
                task pid=96 tgid=96 cpu=1 state=R on=cpu-user stack=0 comm="busy"
                """);
        assertEquals(0, line.execute("explain", file.toString()), err.toString());
        assertTrue(out.toString().contains("cut off"), out.toString());
        assertTrue(out.toString().contains("line 2: task what is this"), out.toString());
    }

    @Test
    void refusesToExplainWhatIsNoDump(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("dump.txt"), "Hello\n");
        assertEquals(1, line.execute("explain", file.toString()));
        assertTrue(err.toString().contains("holds no dump of load-monitor"), err.toString());
        assertEquals(1, line.execute("explain", "/proc/self/nothing"));
        assertTrue(err.toString().contains("there is no file \"/proc/self/nothing\""), err.toString());
    }
}
