package io.loadmonitor.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class LoadServerTest {
    @Test
    void tellsThePartsAndTheTicks(@TempDir Path folder) throws Exception {
        try (RunningServer server = RunningServer.start(folder)) {
            JsonNode answer = RunningServer.json(server.get("/api/v1/load"));
            assertEquals(28.71, answer.path("load1").asDouble());
            assertEquals(5.004, answer.path("intervalSeconds").asDouble());
            assertEquals(
                    "[{\"cause\":\"ext4-journal\",\"load1\":23.8},{\"cause\":\"on-cpu\",\"load1\":4.41},"
                            + "{\"cause\":\"unseen\",\"load1\":0.5}]",
                    answer.path("byCause").toString());
            assertEquals(
                    "[{\"cgroup\":\"/system.slice/db.service\",\"load1\":28.2,\"uninterruptible\":24},"
                            + "{\"cgroup\":\"unseen\",\"load1\":0.5,\"uninterruptible\":0},"
                            + "{\"cgroup\":\"other\",\"load1\":0.01,\"uninterruptible\":0}]",
                    answer.path("byCgroup").toString());
            assertEquals(
                    "waiting for the ext4 journal",
                    answer.path("causes").path("ext4-journal").asText());
            assertEquals(2, answer.path("ticks").size());
            assertEquals(
                    "{\"at\":\"2026-11-22T12:04:05.004Z\",\"load1\":28.6,\"looked\":false,"
                            + "\"tasks\":{\"ext4-journal\":24},\"byCause\":{\"ext4-journal\":28.6}}",
                    answer.path("ticks").path(0).toString());
            assertEquals(30, answer.path("ticks").path(1).path("active").asInt());
        }
    }

    @Test
    void givesAsManyTicksAsAreWanted(@TempDir Path folder) throws Exception {
        try (RunningServer server = RunningServer.start(folder)) {
            JsonNode one = RunningServer.json(server.get("/api/v1/load?ticks=1"));
            assertEquals(1, one.path("ticks").size());
            assertEquals(
                    "2026-11-22T12:04:10.004Z",
                    one.path("ticks").path(0).path("at").asText());
            assertEquals(
                    0,
                    RunningServer.json(server.get("/api/v1/load?ticks=0"))
                            .path("ticks")
                            .size());
            HttpResponse<String> refused = server.get("/api/v1/load?ticks=1441");
            assertEquals(400, refused.statusCode(), refused.body());
            assertEquals(400, server.get("/api/v1/load?tick=1").statusCode());
        }
    }
}
