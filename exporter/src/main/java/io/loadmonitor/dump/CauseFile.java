package io.loadmonitor.dump;

import io.loadmonitor.dump.LoadCause.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the text of a catalogue; {@code exporter/docs/causes.md} specifies it. It goes on after a problem, so that
 * whoever mends the file sees all of them at once.
 *
 * <pre>{@code
 * # a comment
 * cause ext4-journal
 *   title waiting for the ext4 journal
 *   explanation A change of the file system waits until its transaction is on disk.
 *   check The latency of the disk under it (iostat -x), and who calls fsync.
 *   source fs/jbd2/journal.c: jbd2_log_wait_commit
 *   frames 70 jbd2_log_wait_commit jbd2_journal_commit_transaction
 *   frames 70 wait_for_completion within jbd2_*
 * }</pre>
 */
final class CauseFile {
    private static final int MAX_CAUSES = 200;
    private static final int MAX_OWN_CAUSES = 100;
    private static final int MAX_RULES = 2_000;
    private static final int MAX_PROBLEMS = 50;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_.$][A-Za-z0-9_.$]{0,126}\\*?");

    private final String name;
    private final Map<String, Entry> known = new LinkedHashMap<>();
    private final boolean mayBeOtherwise;
    private final int mostCauses;
    private final List<String> problems = new ArrayList<>();
    private final List<CauseRule> rules = new ArrayList<>();

    /**
     * What was read.
     *
     * @param causes in the order of the text, those of the base first
     * @param rules of this text alone
     * @param otherwise for each kind the cause of what no rule knows; of this text alone
     * @param otherwiseInModule the same for what is in a module, where there is one
     */
    record Contents(
            List<LoadCause> causes,
            List<CauseRule> rules,
            Map<Kind, LoadCause> otherwise,
            Map<Kind, LoadCause> otherwiseInModule) {}

    /** A cause as its lines are read. */
    private static final class Entry {
        final String id;
        final int line;
        final Map<String, String> texts = new LinkedHashMap<>();
        final List<String> sources = new ArrayList<>();
        final List<RuleLine> rules = new ArrayList<>();
        boolean otherwise;
        boolean otherwiseInModule;
        boolean waitsForDevice;

        @Nullable
        LoadCause cause;

        Entry(String id, int line) {
            this.id = id;
            this.line = line;
        }
    }

    private record RuleLine(
            int line, boolean first, int specificity, FunctionNames names, Optional<FunctionNames> within) {}

    private CauseFile(String name, List<LoadCause> base) {
        this.name = name;
        this.mayBeOtherwise = base.isEmpty();
        this.mostCauses = base.isEmpty() ? MAX_CAUSES : base.size() + MAX_OWN_CAUSES;
        for (LoadCause cause : base) {
            Entry entry = new Entry(cause.id(), 0);
            entry.cause = cause;
            known.put(cause.id(), entry);
        }
    }

    /**
     * @param name of the file, for complaints
     * @param base causes that the text may add rules to; with an empty list the text has to give a cause for what no
     *     rule knows
     * @throws CauseFileException with every problem of the text, up to 50
     */
    static Contents parse(String text, String name, List<LoadCause> base) throws CauseFileException {
        CauseFile reading = new CauseFile(name, base);
        reading.read(text);
        return reading.contents();
    }

    private void read(String text) {
        Entry current = null;
        for (CatalogueLine line : CatalogueLine.of(text)) {
            if (!line.printable()) {
                complain(
                        line.number(),
                        '"' + EscapedText.of(line.text()).escaped() + "\" has characters that are not printable ASCII");
            } else if (line.key().equals("cause")) {
                current = entry(line.number(), line.value());
            } else if (current == null) {
                complain(line.number(), '"' + line.key() + "\" stands before the first cause");
            } else {
                property(current, line.number(), line.key(), line.value());
            }
            if (problems.size() >= MAX_PROBLEMS) {
                return;
            }
        }
    }

    private Entry entry(int line, String id) {
        Entry entry = known.get(id);
        if (entry != null && entry.cause == null) {
            complain(line, "\"" + id + "\" is there twice, first in line " + entry.line);
            return new Entry(id, line);
        }
        if (entry != null) {
            return entry;
        }
        entry = new Entry(id, line);
        if (known.size() >= mostCauses) {
            complain(
                    line,
                    mayBeOtherwise
                            ? "more than " + MAX_CAUSES + " causes"
                            : "more than " + MAX_OWN_CAUSES + " causes of your own");
        } else {
            known.put(id, entry);
        }
        return entry;
    }

    private void property(Entry entry, int line, String key, String value) {
        switch (key) {
            case "kind", "title", "title-in", "while", "explanation", "check" -> {
                if (entry.cause != null) {
                    complain(
                            line,
                            "\"" + entry.id + "\" is a cause of the catalogue: rules can be added to it, but its " + key
                                    + " stays");
                } else if (value.isEmpty()) {
                    complain(line, key + " is empty");
                } else if (entry.texts.putIfAbsent(key, value) != null) {
                    complain(line, key + " is there twice: \"" + value + '"');
                }
            }
            case "source" -> entry.sources.add(value);
            case "waits-for-device" -> {
                if (entry.cause != null) {
                    complain(
                            line,
                            "\"" + entry.id + "\" is a cause of the catalogue: rules can be added to it, but whether it"
                                    + " waits for a device stays");
                }
                entry.waitsForDevice = true;
            }
            case "otherwise" -> {
                if (mayBeOtherwise && value.equals("module")) {
                    entry.otherwiseInModule = true;
                } else if (mayBeOtherwise) {
                    entry.otherwise = true;
                } else {
                    complain(line, "\"otherwise\" is for the catalogue alone");
                }
            }
            case "frames", "first" -> rule(entry, line, key.equals("first"), value);
            default ->
                complain(
                        line,
                        '"' + key + "\" is no key: expected cause, kind, title, title-in, while, explanation,"
                                + " check, source, waits-for-device, frames or first");
        }
    }

    private void rule(Entry entry, int line, boolean first, String value) {
        List<String> words = Arrays.asList(value.split(" +"));
        if (!words.get(0).matches("[1-9][0-9]?")) {
            complain(line, '"' + words.get(0) + "\" is no specificity: expected 1 to 99, then functions");
            return;
        }
        int split = words.indexOf("within");
        List<String> names = words.subList(1, split < 0 ? words.size() : split);
        List<String> within = split < 0 ? List.of() : words.subList(split + 1, words.size());
        if (names.isEmpty() || split >= 0 && within.isEmpty()) {
            complain(
                    line,
                    "a rule needs functions" + (split < 0 ? "" : " before and after \"within\"") + ": \"" + value
                            + '"');
        }
        for (String word : words.subList(1, words.size())) {
            if (!isName(word)) {
                complain(
                        line,
                        '"' + word + "\" is no name of a function: expected letters, digits, '_', '.', '$', and at"
                                + " most one '*' at its end");
            } else if (word.indexOf('.', 1) > 0) {
                complain(line, '"' + word + "\" has a compiler's suffix; leave it out: names are compared without it");
            }
        }
        if (rules.size() + entry.rules.size() >= MAX_RULES) {
            complain(line, "more than " + MAX_RULES + " rules");
        }
        entry.rules.add(new RuleLine(
                line,
                first,
                Integer.parseInt(words.get(0)),
                new FunctionNames(names),
                split < 0 ? Optional.empty() : Optional.of(new FunctionNames(within))));
    }

    private Contents contents() throws CauseFileException {
        List<LoadCause> causes = new ArrayList<>();
        Map<Kind, LoadCause> otherwise = new EnumMap<>(Kind.class);
        Map<Kind, LoadCause> inModule = new EnumMap<>(Kind.class);
        for (Entry entry : known.values()) {
            LoadCause cause = entry.cause == null ? cause(entry) : entry.cause;
            if (cause == null) {
                continue;
            }
            causes.add(cause);
            if (entry.otherwise && otherwise.putIfAbsent(cause.kind(), cause) != null) {
                complain(
                        entry.line,
                        "there are two causes for what no rule of kind "
                                + cause.kind().text() + " knows: \"" + cause.id() + "\" and \""
                                + otherwise.get(cause.kind()).id() + '"');
            }
            if (entry.otherwiseInModule && inModule.putIfAbsent(cause.kind(), cause) != null) {
                complain(entry.line, "there are two causes for what is in a module: \"" + cause.id() + '"');
            }
            if (cause.namesModule() != entry.otherwiseInModule && entry.line > 0) {
                complain(entry.line, LoadCause.MODULE + " is for the title-in of \"otherwise module\" alone");
            }
            boolean ruled = cause.kind() == Kind.SLEEP || cause.kind() == Kind.CPU_KERNEL;
            if (!entry.rules.isEmpty() && !ruled) {
                complain(
                        entry.rules.get(0).line, "tasks of kind " + cause.kind().text() + " have no stack to look at");
            }
            if (entry.rules.isEmpty() && !entry.otherwise && !entry.otherwiseInModule && entry.line > 0) {
                complain(entry.line, "\"" + cause.id() + "\" has no rule");
            }
            for (RuleLine line : entry.rules) {
                rules.add(new CauseRule(
                        cause, line.specificity, line.first, line.names, line.within, name + ":" + line.line));
            }
        }
        if (mayBeOtherwise) {
            for (Kind kind : Kind.values()) {
                if (!otherwise.containsKey(kind)) {
                    problems.add(name + ": there is no cause of kind " + kind.text() + " with \"otherwise\"");
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new CauseFileException(problems);
        }
        return new Contents(List.copyOf(causes), List.copyOf(rules), Map.copyOf(otherwise), Map.copyOf(inModule));
    }

    private @Nullable LoadCause cause(Entry entry) {
        for (String key : List.of("title", "explanation", "check")) {
            if (!entry.texts.containsKey(key)) {
                complain(entry.line, "\"" + entry.id + "\" has no " + key);
                return null;
            }
        }
        Kind kind = Kind.SLEEP;
        String said = entry.texts.get("kind");
        if (said != null) {
            Optional<Kind> named = Arrays.stream(Kind.values())
                    .filter(value -> value.text().equals(said))
                    .findFirst();
            if (named.isEmpty()) {
                complain(entry.line, "\"" + entry.id + "\" is of kind \"" + said + "\": expected sleep or cpu-kernel");
                return null;
            }
            kind = named.get();
        }
        try {
            return new LoadCause(
                    entry.id,
                    kind,
                    text(entry, "title"),
                    Optional.ofNullable(entry.texts.get("title-in")),
                    Optional.ofNullable(entry.texts.get("while")),
                    text(entry, "explanation"),
                    text(entry, "check"),
                    entry.sources,
                    entry.waitsForDevice);
        } catch (IllegalArgumentException e) {
            complain(entry.line, e.getMessage());
            return null;
        }
    }

    private static String text(Entry entry, String key) {
        return entry.texts.getOrDefault(key, "");
    }

    /** Whether it can be the name of a function, or the beginning of one with {@code *} after it. */
    static boolean isName(String word) {
        return NAME.matcher(word).matches();
    }

    private void complain(int line, @Nullable String problem) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(name + ":" + line + ": " + problem);
        }
    }
}
