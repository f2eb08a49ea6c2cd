package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The commands that ask an exporter which runs: what they ask, and what becomes of whatever it answers. */
final class ServerCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> authorized = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private int status = 200;
    private String answer = "{}";

    @TempDir
    Path folder;

    @BeforeEach
    void serve() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            asked.add(exchange.getRequestURI().toString());
            authorized.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void end() {
        server.stop(0);
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        List<String> all = new ArrayList<>(List.of(arguments));
        if (all.stream().noneMatch(argument -> argument.startsWith("--url"))) {
            all.add("--url=" + url());
        }
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(all.toArray(String[]::new));
    }

    private String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @Test
    void listsIncidentsAndAsksForThoseThatAreWanted() {
        answer = """
                {"items":[
                {"id":12,"host":"db1","alertName":"LoadHigh","state":"open","startedAt":"2026-11-22T12:04:00Z",
                "dumpCount":2,"headline":"10 active tasks = 9 \\u001b[31mred"},
                {"id":3,"host":"db1","state":"ended","startedAt":"2026-11-22T10:00:00Z",
                "endedAt":"2026-11-22T12:05:00Z",
                "dumpCount":1,"headline":"4 active tasks"}],"next":"abc"}""";
        assertEquals(0, run("incidents", "--open", "--limit=2", "--cause=vfork", "--alert=a b"), err.toString());
        assertEquals(List.of("/api/v1/incidents?limit=2&open=true&alert=a+b&cause=vfork"), asked);
        assertEquals("""
                ID  STATE  STARTED               LASTED     DUMPS  ALERT     HEADLINE
                12  open   2026-11-22T12:04:00Z  until now  2      LoadHigh  10 active tasks = 9 \\u001b[31mred
                3   ended  2026-11-22T10:00:00Z  2 h 5 min  1      -         4 active tasks
                There are more: --limit shows up to 500, --to those before a time.
                """, out.toString());
    }

    @Test
    void showsAnIncidentByTheDumpWithTheMostTasks() {
        answer = """
                {"id":7,"host":"db1","state":"ended","startedAt":"2026-11-22T12:04:00Z",
                "endedAt":"2026-11-22T12:04:40Z",
                "headline":"10 active tasks = 10 waiting","links":{"page":"/incidents/7"},
                "alerts":[{"alertName":"LoadHigh","state":"firing","startsAt":"2026-11-22T12:04:00Z",
                "annotations":{"summary":"load of db1"}}],
                "dumps":[{"id":1,"takenAt":"2026-11-22T12:04:10Z","trigger":"alert","state":"complete","load1":4.42,
                "tasks":2,"reason":"alert LoadHigh","breakdown":{"parts":[{"tasks":2,"title":"few","processes":[]}]}},
                {"id":2,"takenAt":"2026-11-22T12:04:30Z","trigger":"follow_up","state":"complete","load1":9,
                "tasks":10,"reason":"still high","breakdown":{"parts":[{"tasks":10,"title":"waiting for ext4",
                "cgroup":"/db","processes":[{"comm":"postgres","tasks":10}]}]}}]}""";
        assertEquals(0, run("show", "7"), err.toString());
        String shown = out.toString();
        assertTrue(
                shown.startsWith("Incident 7 of db1, ended: since 2026-11-22T12:04:00Z, 40 s\n10 active tasks"), shown);
        assertTrue(shown.contains("LoadHigh  firing  2026-11-22T12:04:00Z         load of db1"), shown);
        assertTrue(shown.contains("2     2026-11-22T12:04:30Z  follow_up  complete  9.00  10     still high"), shown);
        assertTrue(shown.contains("In dump 2:\n"), shown);
        assertTrue(shown.contains("10     waiting for ext4  /db    postgres (10)"), shown);
        assertFalse(shown.contains("few"), shown);
        assertTrue(shown.contains("page: " + url() + "/incidents/7"), shown);
    }

    @Test
    void showsWhyNoDumpWouldBeTaken() {
        answer = """
                {"version":"0.2.0","host":"db1","ready":false,"notReady":"the archive does not answer",
                "source":{"kind":"bpf","reason":"the module is not loaded"},"notes":["one note"],
                "triggers":[{"name":"load","by":"exporter","words":"This exporter, at load 4.00."}],
                "limits":[{"kind":"manual","name":"manual","state":"throttled","why":"too soon",
                "next":"2026-11-22T12:04:10Z","window":{"used":3,"most":4,"seconds":60}}]}""";
        assertEquals(0, run("status"), err.toString());
        assertEquals("""
                host     db1
                version  0.2.0
                ready    no: the archive does not answer
                source   bpf: the module is not loaded
                archive  does not answer
                note     one note

                TRIGGER  TAKEN BY  WHEN
                load     exporter  This exporter, at load 4.00.

                LIMIT   NAME    STATE      USED    WHY
                manual  manual  throttled  3 of 4  too soon; next at 2026-11-22T12:04:10Z
                """, out.toString());
    }

    private static final String LOAD = """
            {"host":"db1","source":"bpf","load1":28.71,"load5":10.5,"load15":3.25,"byCause":
            [{"cause":"ext4-journal","load1":24.21},{"cause":"unseen","load1":4.5}],
            "byCgroup":[{"cgroup":"/db","load1":24.21,"uninterruptible":24}],
            "seen":{"tasks":25,"uninterruptible":24,"byCause":[{"cause":"ext4-journal","tasks":25}],
            "byCgroup":[{"cgroup":"/db","tasks":25,"uninterruptible":24}],
            "byProgram":[{"program":"db\\u001b[2J","tasks":25}]},
            "causes":{"ext4-journal":"waiting for the ext4 journal","unseen":"seen by no look"},
            "ticks":[{"at":"2026-11-22T12:04:10Z","active":30,"load1":28.71}]}""";

    @Test
    void showsTheLoadOfAnExporter() {
        answer = LOAD;
        assertEquals(0, run("top"), err.toString());
        assertEquals(List.of("/api/v1/load?ticks=1"), asked);
        assertEquals("""
                db1 at 12:04:10 UTC, by bpf
                load 28.71 10.50 3.25, 30 active tasks at the last tick, seen 25 of which 24 in uninterruptible sleep
                 LOAD1   TASKS  CAUSE
                 24.21      25  waiting for the ext4 journal
                  4.50       0  seen by no look
                """, out.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, run("top", "--by=cgroup"), err.toString());
        assertTrue(out.toString().contains(" 24.21      25      24  /db\n"), out.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, run("top", "--by=program"), err.toString());
        assertTrue(out.toString().contains("     25  db\\u001b[2J\n"), out.toString());
        out.getBuffer().setLength(0);
        answer = LOAD.replace("\"active\":30", "\"active\":99999999999");
        assertEquals(0, run("top"), err.toString());
        assertTrue(out.toString().contains("2147483647 active tasks"), out.toString());
        out.getBuffer().setLength(0);
        answer = LOAD;
        assertEquals(0, run("top", "--json"), err.toString());
        assertEquals(LOAD + '\n', out.toString());
    }

    @Test
    void saysWhyThereIsNoLoadToShow() {
        answer = "{}";
        fails("load-monitor-exporter: the answer has no load1: this is no exporter of load-monitor", "top");
        answer = "{\"load1\":1.5}";
        fails("load-monitor-exporter: the exporter is an older one, which does not say what top shows", "top");
        status = 403;
        answer = "{\"error\":{\"status\":403,\"code\":\"forbidden\",\"message\":\"Not from there.\"}}";
        fails("load-monitor-exporter: Not from there", "top");
    }

    @Test
    void writesTheExportersOwnJson() {
        answer = "{\"items\":[]}";
        assertEquals(0, run("incidents", "--json"), err.toString());
        assertEquals("{\"items\":[]}\n", out.toString());
    }

    @Test
    void provesWhoItIs() throws Exception {
        Path password = Files.writeString(folder.resolve("password"), "secret\n");
        assertEquals(0, run("status", "--username=anna", "--password-file=" + password), err.toString());
        assertEquals(0, run("status", "--token-file=" + password), err.toString());
        assertEquals(List.of("Basic YW5uYTpzZWNyZXQ=", "Bearer secret"), authorized);
    }

    @Test
    void saysInOneSentenceWhatIsInTheWay() throws Exception {
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        fails("load-monitor-exporter: --username and --password-file go together", "status", "--username=anna");
        fails("load-monitor-exporter: the first line of " + empty + " is empty", "status", "--token-file=" + empty);
        fails(
                "load-monitor-exporter: cannot read " + folder.resolve("gone") + ": there is no such file",
                "status",
                "--token-file=" + folder.resolve("gone"));
        fails(
                "load-monitor-exporter: " + empty + " holds no certificates in PEM: No certificate data found",
                "status",
                "--ca-file=" + empty);
        assertEquals(List.of(), asked);
        status = 404;
        answer = "{\"error\":{\"status\":404,\"code\":\"not_found\",\"message\":\"There is no incident 77.\"}}";
        fails("load-monitor-exporter: There is no incident 77", "show", "77");
        status = 302;
        answer = "";
        fails("load-monitor-exporter: " + url() + " answered with status 302", "status");
        status = 200;
        answer = "<html>";
        String said = fails(null, "status");
        assertTrue(said.startsWith("load-monitor-exporter: " + url() + " is no exporter of load-monitor"), said);
        int port = server.getAddress().getPort();
        server.stop(0);
        fails(
                "load-monitor-exporter: no exporter answers at http://127.0.0.1:" + port
                        + "; --url names another address",
                "status",
                "--url=http://127.0.0.1:" + port + "/");
    }

    private String fails(String sentence, String... arguments) {
        err.getBuffer().setLength(0);
        assertEquals(1, run(arguments));
        String said = err.toString();
        assertEquals(1, said.lines().count(), said);
        if (sentence != null) {
            assertEquals(sentence + "\n", said);
        }
        assertEquals("", out.toString());
        return said;
    }

    @Test
    void cutsALineWhereTheTerminalEndsAndLetsNoTextOfOthersOut() {
        TextTable table = new TextTable("A", "B").row("1\n2", "\u202eabcdefghijklmnopqrstuvwxyz");
        assertEquals(List.of("A         B", "1\\u000a2  \\u202e..."), table.lines(19));
        assertEquals(List.of(), new TextTable("A").lines(80));
    }
}
