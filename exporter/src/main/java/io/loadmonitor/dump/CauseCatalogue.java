package io.loadmonitor.dump;

import io.loadmonitor.dump.LoadCause.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What load can consist of, and how a stack tells. The catalogue of the jar knows Linux 5.10 to 7.x; a user's own file
 * adds to it. {@code exporter/docs/causes.md} describes both. Immutable, safe for use by several threads.
 */
public final class CauseCatalogue {
    private static final String RESOURCE = "causes.txt";
    private static final int MAX_BYTES = 1 << 20;
    private static final CauseCatalogue STANDARD = read();

    private final List<LoadCause> causes;
    private final List<CauseRule> rules;
    private final CauseIndex index;
    private final Map<Kind, LoadCause> otherwise;
    private final Map<Kind, LoadCause> otherwiseInModule;

    private CauseCatalogue(
            List<LoadCause> causes,
            List<CauseRule> rules,
            Map<Kind, LoadCause> otherwise,
            Map<Kind, LoadCause> otherwiseInModule) {
        this.causes = List.copyOf(causes);
        this.rules = List.copyOf(rules);
        this.index = new CauseIndex(this.rules);
        this.otherwise = Map.copyOf(otherwise);
        this.otherwiseInModule = Map.copyOf(otherwiseInModule);
    }

    /** The catalogue of the jar. */
    public static CauseCatalogue standard() {
        return STANDARD;
    }

    /**
     * This catalogue and a user's own file. Of rules that are equally specific and look at the same frame, the user's
     * wins.
     *
     * @throws CauseFileException when the file cannot be read or used, with every problem as {@code file:line: ...}
     */
    public CauseCatalogue with(Path file) throws CauseFileException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new CauseFileException(List.of(file + ": larger than " + MAX_BYTES + " bytes"));
            }
            return with(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new CauseFileException(List.of(file + ": there is no such file"));
        } catch (CharacterCodingException e) {
            throw new CauseFileException(List.of(file + ": is no UTF-8 text"));
        } catch (IOException e) {
            throw new CauseFileException(List.of(file + ": cannot be read: " + e));
        }
    }

    /** @param name of the file that the text is from, for complaints */
    CauseCatalogue with(String text, String name) throws CauseFileException {
        CauseFile.Contents own = CauseFile.parse(text, name, causes);
        List<CauseRule> both = new ArrayList<>(own.rules());
        both.addAll(rules);
        return new CauseCatalogue(own.causes(), both, otherwise, otherwiseInModule);
    }

    /** Every cause there is, in the order of the text: the bounded list for a metric's label. */
    public List<LoadCause> causes() {
        return causes;
    }

    /** Empty for an id that is in no file, such as one from an older version's archive. */
    public Optional<LoadCause> cause(String id) {
        return causes.stream().filter(cause -> cause.id().equals(id)).findFirst();
    }

    /** In the order in which they win when all else is equal. */
    List<CauseRule> rules() {
        return rules;
    }

    /**
     * Those of them that name the function, in the same order.
     *
     * @param function without the compiler's suffix
     */
    List<CauseRule> rules(String function) {
        return index.rules(function);
    }

    /** The cause of tasks of this kind that no rule knows and that are in a module. */
    Optional<LoadCause> otherwiseInModule(Kind kind) {
        return Optional.ofNullable(otherwiseInModule.get(kind));
    }

    /** The cause of tasks of this kind that no rule knows. */
    LoadCause otherwise(Kind kind) {
        LoadCause cause = otherwise.get(kind);
        if (cause == null) {
            throw new IllegalStateException("no cause of kind " + kind);
        }
        return cause;
    }

    private static CauseCatalogue read() {
        try (InputStream in = CauseCatalogue.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing in the jar");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            CauseFile.Contents contents = CauseFile.parse(text, RESOURCE, List.of());
            return new CauseCatalogue(
                    contents.causes(), contents.rules(), contents.otherwise(), contents.otherwiseInModule());
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE + " cannot be read", e);
        } catch (CauseFileException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }
}
