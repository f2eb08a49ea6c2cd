# syntax=docker/dockerfile:1
# Two stages: the build has a JDK and Maven, the result a Java runtime cut to what the exporter uses, its native libraries
# already unpacked (nothing is written or loaded from /tmp, so a read-only root and a noexec /tmp are fine), and no root.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY pom.xml ./
COPY .mvn .mvn
COPY exporter/pom.xml exporter/runtime-modules exporter/jvm.options exporter/
COPY exporter/src/main exporter/src/main
# The commit, which a build without .git cannot find out: docker build $(.ci/revision --image) ...
ARG REVISION=unknown
ARG REVISION_DATE=unknown
RUN mvn -B -ntp -q -pl exporter -am package -DskipTests "-Dbuild.revision=$REVISION" "-Dbuild.revision.date=$REVISION_DATE"
RUN jlink --output /opt/load-monitor/runtime --add-modules "$(cat exporter/runtime-modules)" \
        --strip-java-debug-attributes --no-header-files --no-man-pages --compress=2 \
    && mkdir /opt/load-monitor/lib && cp exporter/target/load-monitor-exporter.jar exporter/jvm.options /opt/load-monitor/ \
    && mkdir /tmp/native && cd /tmp/native \
    && jar xf /opt/load-monitor/load-monitor-exporter.jar com/sun/jna org/sqlite/native \
    && case "$(uname -m)" in \
         x86_64) jna=linux-x86-64 sqlite=x86_64 ;; \
         aarch64) jna=linux-aarch64 sqlite=aarch64 ;; \
         *) echo "no native libraries for $(uname -m)" >&2; exit 1 ;; \
       esac \
    && cp "com/sun/jna/$jna/libjnidispatch.so" "org/sqlite/native/Linux/$sqlite/libsqlitejdbc.so" /opt/load-monitor/lib/ \
    && install -d -o 65534 -g 65534 -m 0700 /var/lib/load-monitor

FROM ${BASE}
LABEL org.opencontainers.image.title="load-monitor" \
      org.opencontainers.image.description="Who makes this Linux host's load, where in the kernel, and why" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/load-monitor /opt/load-monitor
COPY --from=build --chown=65534:65534 /var/lib/load-monitor /var/lib/load-monitor
COPY LICENSE /opt/load-monitor/
USER 65534:65534
EXPOSE 9817
VOLUME /var/lib/load-monitor
# SQLite is asked by several threads; a pool of memory for each would keep what a large answer needed once.
ENV MALLOC_ARENA_MAX=1
ENTRYPOINT ["/opt/load-monitor/runtime/bin/java", \
    "@/opt/load-monitor/jvm.options", \
    "-Djna.boot.library.path=/opt/load-monitor/lib", "-Djna.nounpack=true", \
    "-Dorg.sqlite.lib.path=/opt/load-monitor/lib", "-Dorg.sqlite.lib.name=libsqlitejdbc.so", \
    "-jar", "/opt/load-monitor/load-monitor-exporter.jar"]
CMD ["--archive.path=/var/lib/load-monitor/archive.db"]
