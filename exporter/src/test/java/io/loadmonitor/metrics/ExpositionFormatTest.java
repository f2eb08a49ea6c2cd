package io.loadmonitor.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpositionFormatTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        ''                                                                                  | TEXT
        */*                                                                                 | TEXT
        text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8                      | TEXT
        text/plain                                                                          | TEXT
        application/json                                                                    | TEXT
        application/openmetrics-text                                                        | OPENMETRICS
        application/openmetrics-text; version=1.0.0; charset=utf-8                           | OPENMETRICS
        Application/OpenMetrics-Text;Version="1.0.0"                                        | OPENMETRICS
        application/openmetrics-text;version=0.0.1                                          | TEXT
        application/openmetrics-text;q=0                                                    | TEXT
        application/openmetrics-text;q=0.3,text/plain;q=0.5                                  | TEXT
        application/openmetrics-text;q=0.5,text/plain;q=0.3                                  | OPENMETRICS
        application/openmetrics-text;q=0.5,*/*                                              | TEXT
        application/openmetrics-text;q=0.5,text/plain;q=0.1,*/*                              | OPENMETRICS
        application/openmetrics-text;q=0.5,*/*,text/plain;q=0.1                              | OPENMETRICS
        application/openmetrics-text;q=nonsense,text/plain;q=0.1                             | TEXT
        ,;q=1,;;,=                                                                          | TEXT
        """)
    void prefersWhatTheClientPrefers(String accept, ExpositionFormat expected) {
        assertEquals(expected, ExpositionFormat.preferred(accept));
    }

    @Test
    void givesOpenMetricsToPrometheus() {
        assertEquals(
                ExpositionFormat.OPENMETRICS,
                ExpositionFormat.preferred("application/openmetrics-text;version=1.0.0,"
                        + "application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"),
                "2.42");
        assertEquals(
                ExpositionFormat.OPENMETRICS,
                ExpositionFormat.preferred("application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,"
                        + "application/openmetrics-text;version=0.0.1;q=0.4,"
                        + "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                        + "text/plain;version=0.0.4;q=0.2,*/*;q=0.1"),
                "3");
    }

    @Test
    void doesNotReadAHeaderWithoutEnd() {
        assertEquals(
                ExpositionFormat.TEXT,
                ExpositionFormat.preferred("a/b,".repeat(100_000) + "application/openmetrics-text"));
    }
}
