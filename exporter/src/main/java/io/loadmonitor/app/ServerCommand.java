package io.loadmonitor.app;

import io.loadmonitor.json.JsonReader;
import io.loadmonitor.json.JsonValue;
import io.loadmonitor.json.MalformedJsonException;
import io.loadmonitor.kernel.TerminalMode;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks an exporter which runs: one request, and its answer as JSON or for eyes. */
abstract class ServerCommand implements Callable<Integer> {
    private static final Path STANDARD_OUTPUT = Path.of("/proc/self/fd/1");

    /** What is no terminal gets whole lines. */
    private static final int ENDLESS = Integer.MAX_VALUE;

    @Mixin
    HelpOption help = new HelpOption();

    @Mixin
    ServerOptions server = new ServerOptions();

    @Spec
    CommandSpec spec = CommandSpec.create();

    /** What is asked for: a path of the API with its query. */
    abstract String path();

    /** Writes it for eyes, in lines of so many characters at most where that makes sense. */
    abstract void show(JsonValue answer, PrintWriter out, int width);

    @Override
    public final Integer call() {
        try {
            byte[] bytes = Progress.during(
                    "asking " + server.url, () -> server.client().get(path()));
            PrintWriter out = spec.commandLine().getOut();
            if (server.json) {
                out.println(new String(bytes, StandardCharsets.UTF_8));
            } else {
                JsonValue answer = new JsonReader().read(bytes);
                show(
                        answer,
                        out,
                        Terminal.is(STANDARD_OUTPUT) ? TerminalMode.size().columns() : ENDLESS);
            }
            out.flush();
            return 0;
        } catch (ServerException e) {
            return fail(e.getMessage());
        } catch (MalformedJsonException e) {
            return fail(server.url + " is no exporter of load-monitor: its answer is no JSON (" + e.getMessage() + ')');
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private int fail(String why) {
        spec.commandLine().getErr().println(Main.name() + ": " + why);
        return 1;
    }
}
