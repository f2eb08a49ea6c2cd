/**
 * What must survive: alert inbox, incidents, dumps, limits. In: alerts and raw dumps. Out: pages of records. Owns JDBC;
 * uses Jackson to write the parsed form.
 *
 * <p>The embedded database is SQLite (sqlite-jdbc). Its native library is unpacked from the jar at the first use, into
 * {@code java.io.tmpdir}. Where that is mounted noexec or read-only the load fails ("failed to map segment from shared
 * object"): name a folder that allows execution with {@code -Dorg.sqlite.tmpdir=FOLDER}, or unpack the library once
 * ({@code org/sqlite/native/Linux/ARCHITECTURE/libsqlitejdbc.so} in the jar) and name its folder with
 * {@code -Dorg.sqlite.lib.path=FOLDER}; then nothing is unpacked at run time.
 *
 * <p>The file has mode 0600 and its folder, where the archive makes it, 0700: dumps show kernel stacks, which only root
 * may see. Beside it are {@code FILE-wal} and {@code FILE-shm} (SQLite's, same mode) and {@code FILE.lock}.
 */
@NullMarked
package io.loadmonitor.archive;

import org.jspecify.annotations.NullMarked;
