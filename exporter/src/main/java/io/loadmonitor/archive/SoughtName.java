package io.loadmonitor.archive;

import java.util.List;

/**
 * A name that is searched for, in the escaped form of dumps.
 *
 * @param text as it is sought
 * @param whole whether a name must be just this; else a name that has it within will do, in small or capital letters
 */
public record SoughtName(String text, boolean whole) {
    /** Shorter ones are in nearly every name, so they are compared whole. */
    public static final int LEAST_PART = 3;

    /** Of a kind. Each costs one look into the index; names beyond them, in the order of the alphabet, are not found. */
    static final int MOST_NAMES = 200_000;

    /** As people type it: in double quotes for a whole name. */
    public static SoughtName typed(String text) {
        boolean quoted = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted
                ? new SoughtName(text.substring(1, text.length() - 1), true)
                : new SoughtName(text, text.length() < LEAST_PART);
    }

    /** So that {@link #typed} gives this again. */
    public String shown() {
        return whole && text.length() >= LEAST_PART ? '"' + text + '"' : text;
    }

    /**
     * A condition on a dump's number. The different names are few beside their rows, so they are found by steps from
     * one to the next in the index, and only their rows are read.
     *
     * @param id column with the number
     * @param kind of names
     */
    DumpNames.Condition in(String id, String kind) {
        if (whole) {
            return DumpNames.named(id, kind, "value = ?", text);
        }
        String next = "SELECT value FROM dump_name WHERE kind = '" + kind + "'%s ORDER BY value LIMIT 1";
        return new DumpNames.Condition(
                id + " IN (WITH RECURSIVE known(value) AS (SELECT (" + next.formatted("")
                        + ") UNION ALL SELECT (" + next.formatted(" AND value > known.value")
                        + ") FROM known WHERE known.value IS NOT NULL LIMIT " + MOST_NAMES + ")"
                        + " SELECT dump_id FROM dump_name WHERE kind = '" + kind + "' AND value IN"
                        + " (SELECT value FROM known WHERE instr(lower(value), lower(?)) > 0))",
                List.of(text));
    }
}
