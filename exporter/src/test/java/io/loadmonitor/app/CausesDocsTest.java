package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The example of docs/causes.md does what it says. */
final class CausesDocsTest {
    private static final Pattern BLOCK = Pattern.compile("(?m)^```\\n((?:.*\\n)*?)```$");
    private static final Pattern COMMAND =
            Pattern.compile("`load-monitor-exporter\\.jar (explain --causes\\.file=own\\.txt stack\\.txt)`");

    @TempDir
    Path folder;

    @Test
    void ruleOfFiveLinesNamesTheCauseOfTheStackBesideIt() throws Exception {
        String docs = Files.readString(Path.of("docs/causes.md"));
        List<String> blocks =
                BLOCK.matcher(docs).results().map(result -> result.group(1)).toList();
        Matcher command = COMMAND.matcher(docs);
        assertTrue(command.find(), "no command in docs/causes.md");
        assertEquals(5, blocks.get(0).lines().count(), blocks.get(0));

        Path own = Files.writeString(folder.resolve("own.txt"), blocks.get(0));
        Path stack = Files.writeString(folder.resolve("stack.txt"), blocks.get(1));
        String[] arguments = command.group(1)
                .replace("own.txt", own.toString())
                .replace("stack.txt", stack.toString())
                .split(" ");
        assertEquals(blocks.get(2).strip(), firstLine(arguments));
        assertEquals(
                "2 captured tasks = 2 waiting in vendor: vendor_read_reply (backup)",
                firstLine("explain", stack.toString()),
                "without the rule");
    }

    private static String firstLine(String... arguments) {
        StringWriter out = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.getSubcommands().values().forEach(one -> one.setOut(new PrintWriter(out, true)));
        assertEquals(0, line.execute(arguments), out.toString());
        return out.toString().lines().findFirst().orElseThrow();
    }
}
