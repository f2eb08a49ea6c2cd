package io.loadmonitor.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** {@code make demo}: the loop in a virtual machine, for somebody to watch. */
public final class Demo {
    private Demo() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("load-monitor-demo");
        Timeline timeline = new Timeline("demo");
        timeline.step("booting a virtual machine; files are in " + folder);
        try (Vm vm = Vm.start(folder, "bookworm", "cloud-amd64", Duration.ofHours(2))) {
            timeline.step("its exporter is ready: " + vm.exporter().address());
            try (Alertmanager alertmanager =
                            Alertmanager.start(folder, vm.exporter().hostAndPort());
                    Prometheus prometheus = Prometheus.start(
                            folder,
                            vm.exporter().hostAndPort(),
                            List.of(vm.nodeExporter()),
                            alertmanager.address(),
                            4)) {
                timeline.step("Prometheus is at " + prometheus.address() + ", Alertmanager at http://"
                        + alertmanager.address());
                Loop loop = new Loop(vm.exporter(), prometheus, timeline, () -> vm.tail() + alertmanager.tail());
                JsonNode incident = loop.run(vm);
                System.out.println();
                System.out.println(new Report(vm.exporter()).of(incident));
            }
            vm.off();
            timeline.step("machine off");
        }
    }
}
