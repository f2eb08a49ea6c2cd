package io.loadmonitor.desk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class InstanceNamesTest {
    @ParameterizedTest
    @CsvSource({
        "db1:9817, db1, true",
        "DB1, db1, true",
        "db1.example.com:9817, db1, true",
        "db1:9817, db1.example.com, true",
        "db1.example.com, db1.example.com, true",
        "db10:9817, db1, false",
        "db2.example.com, db1.example.com, false",
        "localhost:9817, db1, true",
        "127.0.0.1:9817, db1, true",
        "[::1]:9817, db1, true",
        "::1, db1, true",
        "192.0.2.7:9817, db1, false",
        "[2001:db8::7]:9817, db1, false",
    })
    void knowsItsOwnNamesAndAddresses(String instance, String host, boolean own) {
        assertEquals(own, InstanceNames.isOwn(instance, host));
    }
}
