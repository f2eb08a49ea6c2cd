package io.loadmonitor.app;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;

/** For a fuzzer: what holds for any configuration file. */
public final class ConfigFuzz {
    private ConfigFuzz() {}

    /** Called by its name. */
    public static void fuzzerTestOneInput(byte[] text) {
        try {
            assertFalse(ConfigFile.parse(new String(text, StandardCharsets.UTF_8), "config.yml")
                    .rules()
                    .toString()
                    .isEmpty());
        } catch (ConfigException e) {
            complaints("config.yml", e);
        }
    }

    /** Each names the file, and none can forge a line of a log. */
    static void complaints(String name, ConfigException e) {
        assertFalse(e.problems().isEmpty());
        e.problems()
                .forEach(problem -> assertTrue(
                        problem.startsWith(name + ":") && problem.chars().noneMatch(Character::isISOControl), problem));
    }
}
