package io.loadmonitor.web;

import io.loadmonitor.archive.Archive;
import io.loadmonitor.archive.ArchiveException;
import io.loadmonitor.dump.CauseCatalogue;
import io.loadmonitor.dump.LoadCause;
import io.loadmonitor.web.view.SearchForm;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The causes that lists can be searched by: those that are in force, and those that dumps in the archive have. */
final class CauseChoice {
    private final Archive archive;
    private final Supplier<CauseCatalogue> causes;

    CauseChoice(Archive archive, Supplier<CauseCatalogue> causes) {
        this.archive = archive;
        this.causes = causes;
    }

    /** @throws Refusal for a cause that does not exist: an empty list would look as if it had not occurred */
    void check(QueryParameters parameters) throws ArchiveException {
        Optional<String> wanted = parameters.text("cause");
        if (wanted.isPresent()
                && causes.get().cause(wanted.get()).isEmpty()
                && !archive.causes().containsKey(wanted.get())) {
            throw QueryParameters.bad("cause", wanted.get(), "the id of a cause, as causes.md lists them");
        }
    }

    /** Those that occur in the archive, by title, and the one that is asked for. */
    List<SearchForm.Cause> options(QueryParameters parameters) throws ArchiveException {
        Map<String, Integer> occurring = archive.causes();
        CauseCatalogue catalogue = causes.get();
        return Stream.concat(occurring.keySet().stream(), parameters.text("cause").stream())
                .distinct()
                .map(id -> new SearchForm.Cause(
                        id, catalogue.cause(id).map(LoadCause::title).orElse(id), occurring.getOrDefault(id, 0)))
                .sorted(Comparator.comparing(SearchForm.Cause::title))
                .toList();
    }
}
