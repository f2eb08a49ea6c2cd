# syntax=docker/dockerfile:1
# Two stages: the build has a JDK and Maven, the result a Java runtime cut to what the exporter uses, its native libraries
# already unpacked (nothing is written or loaded from /tmp, so a read-only root and a noexec /tmp are fine), and no root. For amd64 and arm64.
ARG BASE=docker.io/library/debian:bookworm-slim
ARG BUILD_BASE=${BASE}

FROM --platform=$BUILDPLATFORM ${BUILD_BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY pom.xml ./
COPY .mvn .mvn
COPY exporter/pom.xml exporter/runtime-modules exporter/jvm.options exporter/
COPY exporter/src/main exporter/src/main
COPY bin bin
COPY packaging/classes.list packaging/
# The commit, which a build without .git cannot find out: docker build $(.ci/revision --image) ...
ARG REVISION=unknown
ARG REVISION_DATE=unknown
RUN mvn -B -ntp -q -pl exporter -am package -DskipTests "-Dbuild.revision=$REVISION" "-Dbuild.revision.date=$REVISION_DATE"
# The runtime and the libraries of the image's machine, which need not be this one: jlink makes a runtime of another machine's
# modules as well, and nothing below runs there. So buildx and buildah need no emulator for --platform.
ARG TARGETARCH
RUN arch=${TARGETARCH:-$(dpkg --print-architecture)} \
    && case "$arch" in \
         amd64) jna=linux-x86-64 sqlite=x86_64 ;; \
         arm64) jna=linux-aarch64 sqlite=aarch64 ;; \
         *) echo "no native libraries for $arch" >&2; exit 1 ;; \
       esac \
    && if [ "$arch" != "$(dpkg --print-architecture)" ]; then \
         dpkg --add-architecture "$arch" && apt-get update && cd /tmp && apt-get download "openjdk-17-jdk-headless:$arch" \
         && dpkg-deb -x openjdk-17-jdk-headless_*.deb /opt/jdk && rm -rf openjdk-17-jdk-headless_*.deb /var/lib/apt/lists/*; \
       fi \
    && modules=$(find / -xdev -path "*/java-17-openjdk-$arch/jmods" -type d | head -n 1) \
    && jlink --module-path "$modules" --output /opt/load-monitor/runtime --add-modules "$(cat /build/exporter/runtime-modules)" \
         --strip-java-debug-attributes --no-header-files --no-man-pages --compress=2 \
    && mkdir /opt/load-monitor/lib /opt/load-monitor/bin && cd /build && cp bin/load-monitor /opt/load-monitor/bin/ \
    && cp exporter/target/load-monitor-exporter.jar exporter/jvm.options packaging/classes.list /opt/load-monitor/ \
    && mkdir /tmp/native && cd /tmp/native \
    && jar xf /opt/load-monitor/load-monitor-exporter.jar com/sun/jna org/sqlite/native \
    && cp "com/sun/jna/$jna/libjnidispatch.so" "org/sqlite/native/Linux/$sqlite/libsqlitejdbc.so" /opt/load-monitor/lib/ \
    && install -d -o 65534 -g 65534 -m 0700 /var/lib/load-monitor
COPY packaging/healthy /opt/load-monitor/healthy
RUN mkdir /opt/commands && ln -s /opt/load-monitor/bin/load-monitor /opt/commands/load-monitor
# The archive of classes, by which it starts in about half of the time. Of another machine it cannot be made here: Java then
# starts without one. It is for a jar of one time of change, which is the commit's where the build gives all files that.
# No two of these archives are the same to the byte, so who compares images builds them with SHARE_CLASSES=no.
ARG SHARE_CLASSES=yes
RUN [ "$REVISION_DATE" = unknown ] || touch --date="$REVISION_DATE" /opt/load-monitor/load-monitor-exporter.jar; \
    [ "$SHARE_CLASSES" != yes ] || [ "${TARGETARCH:-$(dpkg --print-architecture)}" != "$(dpkg --print-architecture)" ] \
    || /opt/load-monitor/bin/load-monitor share-classes /opt/load-monitor/classes.jsa

# The platform is what it would be without being named, but for buildah 1.28, which goes on with the stage's before.
FROM --platform=$TARGETPLATFORM ${BASE}
ARG VERSION=unknown
ARG REVISION=unknown
ARG REVISION_DATE=unknown
LABEL org.opencontainers.image.title="load-monitor" \
      org.opencontainers.image.description="Who makes this Linux host's load, where in the kernel, and why" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$REVISION_DATE"
COPY --from=build /opt/load-monitor /opt/load-monitor
COPY --from=build --chown=65534:65534 /var/lib/load-monitor /var/lib/load-monitor
COPY LICENSE /opt/load-monitor/
# For whoever asks the exporter from within: docker exec NAME load-monitor status
COPY --from=build /opt/commands/ /usr/local/bin/
USER 65534:65534
EXPOSE 9817
VOLUME /var/lib/load-monitor
# SQLite is asked by several threads; a pool of memory for each would keep what a large answer needed once.
ENV MALLOC_ARENA_MAX=1
# Any answer of the server will do, also that it wants a password or TLS. Another port than 9817: -e HEALTH_PORT=...
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/opt/load-monitor/healthy"]
ENTRYPOINT ["/opt/load-monitor/runtime/bin/java", \
    "@/opt/load-monitor/jvm.options", \
    "-XX:SharedArchiveFile=/opt/load-monitor/classes.jsa", "-Xshare:auto", "-Xlog:cds=off", \
    "-Djna.boot.library.path=/opt/load-monitor/lib", "-Djna.nounpack=true", \
    "-Dorg.sqlite.lib.path=/opt/load-monitor/lib", "-Dorg.sqlite.lib.name=libsqlitejdbc.so", \
    "-jar", "/opt/load-monitor/load-monitor-exporter.jar"]
CMD ["--archive.path=/var/lib/load-monitor/archive.db"]
