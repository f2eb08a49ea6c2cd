package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.loadmonitor.archive.CaptureLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/http-api.md} says what the server does. */
@Timeout(60)
final class HttpApiDocumentTest {
    private static final Pattern ROUTE = Pattern.compile("(?m)^\\| `((?:GET|POST) /[^` ]*)` \\|");

    /** Command line, status, body: in the document it is broken into lines. */
    private static final Pattern EXAMPLE = Pattern.compile("(?m)^```\n\\$ curl (.+)\n(\\d{3})\n((?s:.+?))\n```$");

    /** Fields whose names are data, and lists that an example cuts short. */
    private static final Set<String> FREE = Set.of("counts", "labels", "annotations");

    private final String document = read();

    @Test
    void listsEveryRouteAndNoOther(@TempDir Path folder) throws Exception {
        Set<String> documented = new TreeSet<>();
        Matcher matcher = ROUTE.matcher(document);
        while (matcher.find()) {
            documented.add(matcher.group(1));
        }
        Set<String> served;
        try (RunningServer server = RunningServer.start(folder)) {
            served = server.routes().stream()
                    .filter(route -> !route.startsWith("HEAD "))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertEquals(served, documented);
    }

    @Test
    void givesExamplesThatWork(@TempDir Path folder) throws Exception {
        CaptureLimits usual = CaptureLimits.DEFAULT;
        CaptureLimits unlimited = new CaptureLimits(usual.waiting(), usual.dumps(), usual.manual(), Duration.ZERO);
        try (RunningServer server = RunningServer.start(folder, unlimited)) {
            int run = 0;
            for (Matcher example = EXAMPLE.matcher(document); example.find(); run++) {
                HttpResponse<String> answer = server.send(request(server, example.group(1)));
                String what = example.group(1) + "\n" + answer.body();
                assertEquals(Integer.parseInt(example.group(2)), answer.statusCode(), what);
                if (example.group(3).startsWith("{")) {
                    assertAlike("", RunningServer.JSON.readTree(example.group(3)), RunningServer.json(answer), what);
                } else {
                    assertTrue(answer.body().contains(example.group(3)), what);
                }
                JsonNode body =
                        example.group(3).startsWith("{") ? RunningServer.json(answer) : RunningServer.JSON.nullNode();
                long dump = body.path("id")
                        .asLong(body.path("alerts").path(0).path("dumpId").asLong());
                if (answer.statusCode() == 202) {
                    server.await(dump, "complete");
                }
            }
            assertEquals(12, run, "examples in the document");
        }
    }

    private static HttpRequest.Builder request(RunningServer server, String curl) {
        Matcher address = Pattern.compile("http://localhost:9817([^' ]*)").matcher(curl);
        assertTrue(address.find(), curl);
        HttpRequest.Builder request = server.request(address.group(1));
        Matcher body = Pattern.compile(" -d '(.*)'$").matcher(curl);
        if (body.find()) {
            request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body.group(1)));
        }
        return request;
    }

    /** The same fields of the same kinds, in objects and in the first elements of lists. */
    private static void assertAlike(String path, JsonNode documented, JsonNode answered, String what) {
        assertEquals(documented.getNodeType(), answered.getNodeType(), path + " of " + what);
        if (documented.isArray()) {
            assertAlike(path + "[0]", documented.path(0), answered.path(0), what);
        }
        if (documented.isObject() && FREE.stream().noneMatch(path::endsWith)) {
            assertEquals(names(documented), names(answered), path + " of " + what);
            names(documented)
                    .forEach(name -> assertAlike(path + "." + name, documented.get(name), answered.get(name), what));
        }
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        for (Iterator<String> i = object.fieldNames(); i.hasNext(); ) {
            names.add(i.next());
        }
        return names;
    }

    private static String read() {
        try {
            return Files.readString(Path.of("docs/http-api.md"));
        } catch (IOException e) {
            throw new UncheckedIOException("run from the folder exporter", e);
        }
    }
}
