package io.loadmonitor;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Data flows one way and each outside library has one owner. */
@AnalyzeClasses(packages = "io.loadmonitor", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("io.loadmonitor.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyKernelUsesJna = ownedBy("kernel", "com.sun.jna..");

    @ArchTest
    static final ArchRule onlyMetricsUsesSimpleclient = ownedBy("metrics", "io.prometheus..");

    @ArchTest
    static final ArchRule onlyWebUsesJavalinAndTemplates =
            ownedBy("web", "io.javalin..", "org.eclipse.jetty..", "jakarta.servlet..", "gg.jte..");

    @ArchTest
    static final ArchRule onlyArchiveUsesJdbc = ownedBy("archive", "java.sql..", "javax.sql..", "org.sqlite..");

    @ArchTest
    static final ArchRule onlyAppUsesPicocli = ownedBy("app", "picocli..");

    @ArchTest
    static final ArchRule dumpKnowsNoOtherPackage = noClasses()
            .that()
            .resideInAPackage("io.loadmonitor.dump..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("io.loadmonitor.dump..", "io.loadmonitor.loadavg..", "java..", "org.jspecify..");

    @ArchTest
    static final ArchRule procfsKnowsNoOtherPackage = noClasses()
            .that()
            .resideInAPackage("io.loadmonitor.procfs..")
            .should()
            .dependOnClassesThat()
            .resideOutsideOfPackages("io.loadmonitor.procfs..", "io.loadmonitor.loadavg..", "java..", "org.jspecify..");

    private static ArchRule ownedBy(String owner, String... libraries) {
        return noClasses()
                .that()
                .resideOutsideOfPackage("io.loadmonitor." + owner + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries)
                .because(owner + " owns it")
                .allowEmptyShould(true);
    }
}
