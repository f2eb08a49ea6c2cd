# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts beside this file share. To be sourced by bash.

set -Eeuo pipefail
trap 'echo "${BASH_SOURCE[0]}:$LINENO: failed: $BASH_COMMAND" >&2' ERR

lm_qemu_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lm_cache=${LOAD_MONITOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/load-monitor}

# Debian's linux-source of this version is what the debug kernel is built from, and where checkpatch.pl is taken.
lm_source_version=6.12

lm_say() { printf '[%s] %s\n' "$(date +%H:%M:%S)" "$*" >&2; }

lm_die() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

# lm_need COMMAND PACKAGE: the package that brings a missing command is named.
lm_need() {
    command -v "$1" >/dev/null || lm_die "'$1' is missing; install the Debian package $2"
}

# lm_quietly LOG COMMAND...: a long command's output is shown only when it fails.
lm_quietly() {
    local log=$1
    shift
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        lm_die "failed: $* (the whole log is in $log)"
    fi
}

# lm_second_try WHAT: says what has passed at its second try only, also to whoever sums up (LOAD_MONITOR_SECOND_TRIES=FILE).
lm_second_try() {
    echo "second try: $1"
    [ -z "${LOAD_MONITOR_SECOND_TRIES:-}" ] || echo "$1" >>"$LOAD_MONITOR_SECOND_TRIES"
}

# lm_open_console LOG: makes the file $lm_console beside LOG: another run with the same cache may have the same part and
# kernel at the same time, and what it writes is not this one's.
# lm_keep_console LOG: puts it in LOG's place.
lm_console=
lm_open_console() {
    lm_console=$(mktemp "$1.XXXXXX")
}
lm_keep_console() {
    [ -z "$lm_console" ] || mv -f "$lm_console" "$1"
    lm_console=
}

# lm_wait_until_alone: before a second try, until nobody holds the lock LOAD_MONITOR_ALONE=FILE, if there is to be one.
lm_wait_until_alone() {
    [ -n "${LOAD_MONITOR_ALONE:-}" ] || return 0
    lm_say "waiting until nothing else runs, for a second try"
    flock "$LOAD_MONITOR_ALONE" true
}

# lm_wait_for_guest PID CONSOLE SILENCE SECONDS: until that emulator ends; returns its status. It is ended, with status
# 124, when the console has not grown for SILENCE seconds (the guest hangs), or after SECONDS whatever happens. How long a
# guest takes depends on who else is on this host; whether it gets on does not. Who is ended meanwhile ends $lm_watcher, too.
lm_watcher=
lm_wait_for_guest() {
    local guest=$1 console=$2 silence=$3 seconds=$4 status=0 over=0
    (
        trap - EXIT ERR
        trap exit TERM
        size=
        grown=$SECONDS
        began=$SECONDS
        # Whoever reads what this script writes is not to wait for a sleep that is left over.
        while sleep 5 >/dev/null 2>&1 & wait $! && kill -0 "$guest" 2>/dev/null; do
            now=$(stat -c %s "$console" 2>/dev/null || true)
            [ "$now" = "$size" ] || grown=$SECONDS
            size=$now
            if [ $((SECONDS - grown)) -ge "$silence" ]; then
                lm_say "the guest has not said a word for $silence s"
            elif [ $((SECONDS - began)) -ge "$seconds" ]; then
                lm_say "the guest was not done after $seconds s"
            else
                continue
            fi
            kill "$guest"
            exit 124
        done
    ) &
    lm_watcher=$!
    wait "$guest" || status=$?
    kill "$lm_watcher" 2>/dev/null || true
    wait "$lm_watcher" || over=$?
    lm_watcher=
    [ "$over" != 124 ] || status=124
    return "$status"
}

# lm_site base|security: the Debian mirror that this machine's own apt uses.
lm_site() {
    apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(SITE)' 'Created-By: Packages' |
        awk -F '|' -v kind="$1" '
            $1 == "Debian" && (kind == "security") == ($2 ~ /-security$/) { print $3; exit }'
}

# lm_base_suite SUITE: trixie-backports is installed on top of trixie.
lm_base_suite() { printf '%s\n' "${1%-backports}"; }

# lm_sources SUITE: the lines of a sources.list, of the mirrors that this machine's own apt uses.
lm_sources() {
    local base signed='' site security
    base=$(lm_base_suite "$1")
    site=$(lm_site base)
    security=$(lm_site security)
    [ -n "$site" ] || lm_die "apt on this machine has no Debian mirror configured"
    [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] || signed="[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] "
    echo "deb $signed$site $base main"
    [ "$1" = "$base" ] || echo "deb $signed$site $1 main"
    case $base in
    sid | unstable | experimental) ;;
    *) [ -z "$security" ] || echo "deb $signed$security $base-security main" ;;
    esac
}

# lm_architectures SUITE: what its package lists are of. Those of one architecture are read in half the time, and of
# some suites no other kernel is tested; fetch-kernel makes the file where it is asked for one.
lm_architectures() {
    case $1 in
    bullseye | trixie) [ -e "$lm_cache/apt/$1/foreign" ] || { echo amd64 && return; } ;;
    esac
    echo amd64,arm64
}

# lm_apt SUITE PROGRAM ARGUMENT...: one of this machine's apt programs, on the package lists of a suite and on
# what lm_install has put into its tree: nothing of this machine's own packages is seen or changed. Some machines'
# apt keeps no index of the lists; to make it takes seconds each time.
lm_apt() {
    local state=$lm_cache/apt/$1 program=$2 architectures
    architectures=$(lm_architectures "$1")
    shift 2
    "$program" -o "Dir::State=$state" -o "Dir::State::lists=$state/lists" -o "Dir::State::status=$state/status" \
        -o "Dir::Cache=$state/cache" -o Dir::Cache::pkgcache=pkgcache.bin -o Dir::Cache::srcpkgcache=srcpkgcache.bin \
        -o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o "Dir::Etc::preferences=$state/preferences" -o Dir::Etc::preferencesparts=/dev/null -o Acquire::Languages=none \
        -o APT::Architecture=amd64 -o "APT::Architectures=$architectures" \
        -o APT::Install-Recommends=false -o APT::Sandbox::User=root "$@"
}

# lm_refresh SUITE: package lists that are no older than a day. LOAD_MONITOR_OFFLINE=1 takes what is there.
lm_refresh() {
    local suite=$1 state=$lm_cache/apt/$1
    mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$lm_cache/logs"
    (
        flock 8
        [ ! -e "$state/refreshed" ] || { [ -z "${LOAD_MONITOR_OFFLINE:-}" ] && [ -n "$(find "$state/refreshed" -mmin +1440)" ]; } || exit 0
        [ -e "$state/status" ] || : >"$state/status"
        lm_sources "$suite" >"$state/sources.list"
        # Else apt would take a package from backports only when nothing else has it.
        [ "$suite" = "$(lm_base_suite "$suite")" ] ||
            printf 'Package: *\nPin: release n=%s\nPin-Priority: 900\n' "$suite" >"$state/preferences"
        lm_say "refreshing the package lists of $suite"
        lm_quietly "$lm_cache/logs/update-$suite" lm_apt "$suite" apt-get update
        touch "$state/refreshed"
    ) 8>"$state/lock"
}

# Of a kernel's modules, what no guest has the hardware for: half of the 4,200 of a kernel that is not for clouds.
lm_no_hardware=()
for lm_modules in drivers/{gpu,hid,hwmon,iio,infiniband,input,media,mtd,net/ethernet,net/usb,net/wireless,staging,usb} sound; do
    lm_no_hardware+=(--exclude "*/lib/modules/*/kernel/$lm_modules/*")
done

# lm_download SUITE FOLDER PACKAGE...: the packages, unpacked into FOLDER/tree.
lm_download() {
    local suite=$1 folder=$2 deb
    shift 2
    rm -rf "$folder"
    mkdir -p "$folder/tree"
    (cd "$folder" && lm_apt "$suite" apt-get download "$@") || return 1
    for deb in "$folder"/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -C "$folder/tree" -x "${lm_no_hardware[@]}" || return 1
    done
    rm "$folder"/*.deb
}

lm_suite_root() { printf '%s\n' "$lm_cache/roots/$1"; }

# lm_tree SUITE: makes the suite's tree, empty, if there is none. The caller holds the suite's lock.
lm_tree() {
    local root name
    root=$(lm_suite_root "$1")
    [ ! -d "$root" ] || return 0
    # What is written down without its tree is not there.
    : >"$lm_cache/apt/$1/status"
    rm -rf "$root.new"
    mkdir -p "$root.new"/{dev,proc,tmp,usr/{bin,sbin,lib,lib64}}
    for name in bin sbin lib lib64; do ln -s "usr/$name" "$root.new/$name"; done
    mknod -m 666 "$root.new/dev/null" c 1 3
    mknod -m 666 "$root.new/dev/zero" c 1 5
    mknod -m 666 "$root.new/dev/urandom" c 1 9
    mv "$root.new" "$root"
}

# lm_install SUITE LOG PACKAGE...: unpacks the packages and what they need into the suite's tree. What the tree is for
# are compilers and headers: no script of a package runs, which is what takes most of an installation's time, and no
# manual is kept. The caller holds the suite's lock.
lm_install() {
    local suite=$1 log=$lm_cache/logs/$2 state=$lm_cache/apt/$1 root deb name version of unpacked=()
    root=$(lm_suite_root "$suite")
    shift 2
    lm_tree "$suite"
    rm -f "$state"/cache/archives/*.deb
    lm_quietly "$log" lm_apt "$suite" apt-get install --yes --download-only '?and(?essential,?architecture(amd64))' "$@"
    for deb in "$state"/cache/archives/*.deb; do
        [ -e "$deb" ] || continue
        dpkg-deb --fsys-tarfile "$deb" | tar -C "$root" -x --keep-directory-symlink \
            --exclude ./usr/share/doc --exclude ./usr/share/man --exclude ./usr/share/locale
        # NAME_VERSION_ARCHITECTURE.deb, where apt writes a colon as %3a.
        IFS=_ read -r name version of <<<"$(basename "$deb" .deb)"
        [ "$of" != arm64 ] || name=$name:arm64
        unpacked+=("$name=${version//%3a/:}")
    done
    if [ ${#unpacked[@]} -gt 0 ]; then
        # A later stanza of the same package is of an earlier version of it.
        lm_apt "$suite" apt-cache show "${unpacked[@]}" | awk 'BEGIN { RS = ""; ORS = "\n\n" }
            { package = architecture = "" }
            match($0, /(^|\n)Package: [^\n]*/) { package = substr($0, RSTART, RLENGTH); sub(/^\n/, "", package) }
            match($0, /\nArchitecture: [^\n]*/) { architecture = substr($0, RSTART, RLENGTH) }
            NR == FNR { $0 = $0 "\nStatus: install ok installed" }
            !seen[package architecture]++' - "$state/status" >"$state/status.new"
        mv "$state/status.new" "$state/status"
        rm -f "$state"/cache/archives/*.deb
    fi
    # What these packages' scripts would have done.
    [ -e "$root/bin/sh" ] || ln -s dash "$root/bin/sh"
    [ -e "$root/usr/bin/awk" ] || ln -s mawk "$root/usr/bin/awk"
}

# lm_in_root FOLDER COMMAND...: runs a command in a chroot. It has a /proc there (objtool of the newest
# kernels reads its own limits, Java asks where it is), mounted for this command alone, where mounting is
# allowed.
lm_in_root() {
    local root=$1 private=()
    shift
    # shellcheck disable=SC2016
    ! unshare --mount true 2>/dev/null ||
        private=(unshare --mount /bin/sh -c 'mount --bind /proc "$1/proc" && shift && exec "$@"' sh "$root")
    "${private[@]}" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
        chroot "$root" "$@"
}

# lm_in_suite SUITE COMMAND...: runs a command in the suite's tree.
lm_in_suite() {
    local root
    root=$(lm_suite_root "$1")
    shift
    lm_in_root "$root" "$@"
}

# lm_arch KERNEL: amd64 or arm64.
lm_arch() { cat "$1/arch" 2>/dev/null || echo amd64; }

# lm_cross KERNEL: what a cross compiler's programs are called in front; nothing for this machine's own.
lm_cross() { [ "$(lm_arch "$1")" = amd64 ] || printf '%s\n' "aarch64-linux-gnu-"; }
