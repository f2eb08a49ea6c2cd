# shellcheck shell=bash
# Sourced by the scripts beside it: what is built, of which version and of when. They run in the tree's top folder.
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. .ci/lib.bash

jar=exporter/target/load-monitor-exporter.jar
build=build
mvn=(${MVN:-mvn} ${MVN_FLAGS:--B -ntp})
project_version=$(sed -n 's|^  <version>\(.*\)</version>$|\1|p' pom.xml)
[ -n "$project_version" ] || die "pom.xml has no line '  <version>...</version>': it says which version is built"
revision=$(git describe --always --abbrev=40 --dirty --exclude='*' 2>/dev/null) ||
    die "this is no git tree: packages carry the commit and its time; build them in a clone"
# Every file of a package has the time of the commit, so that two builds of it are the same.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH TZ=UTC0 LC_ALL=C.UTF-8
umask 022

# 0.2.0 of a release; of a commit before it 0.2.0~git20261130193404.8ccd540, which is lower, and higher than that of an
# earlier commit.
version=${project_version%-SNAPSHOT}
if [ "$version" != "$project_version" ]; then
    version+="~git$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).${revision:0:7}"
    [ "${revision%-dirty}" = "$revision" ] || version+=.dirty
fi

need() { # need PROGRAM PACKAGE
    command -v "$1" >/dev/null || die "'$1' is missing: install the Debian package $2, or let .ci/packages install all"
}

# The jar, of this very commit: make does not know when one was built.
current_jar() {
    local has=
    [ ! -e "$jar" ] || has=$("${JAVA:-java}" -jar "$jar" --version | sed -n 's/^revision \([^ ]*\) .*/\1/p')
    [ "$has" = "$revision" ] || build_jar
}
build_jar() {
    local flags
    mapfile -t flags < <(.ci/revision | tr ' ' '\n')
    echo "building $jar of $revision" >&2
    "${mvn[@]}" -q -pl exporter -am package -DskipTests "${flags[@]}"
}
