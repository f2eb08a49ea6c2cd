# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the scripts beside this file share. To be sourced by bash.

set -Eeuo pipefail
trap 'echo "${BASH_SOURCE[0]}:$LINENO: failed: $BASH_COMMAND" >&2' ERR

lm_qemu_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lm_cache=${LOAD_MONITOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/load-monitor}

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

# lm_site base|security: the Debian mirror that this machine's own apt uses.
lm_site() {
    apt-get indextargets --format '$(ORIGIN)|$(RELEASE)|$(SITE)' 'Created-By: Packages' |
        awk -F '|' -v kind="$1" '
            $1 == "Debian" && (kind == "security") == ($2 ~ /-security$/) { print $3; exit }'
}

# lm_base_suite SUITE: trixie-backports is installed on top of trixie.
lm_base_suite() { printf '%s\n' "${1%-backports}"; }

lm_suite_root() { printf '%s\n' "$lm_cache/suites/$1"; }

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

# lm_in_suite SUITE COMMAND...: runs a command in the suite's chroot.
lm_in_suite() {
    local root
    root=$(lm_suite_root "$1")
    shift
    lm_in_root "$root" "$@"
}

# lm_install SUITE LOG PACKAGE...: in the suite's chroot. What was broken off there is finished first: else it would
# stay in the way for ever.
lm_install() {
    local suite=$1 log=$2
    shift 2
    lm_quietly "$lm_cache/logs/$log" lm_in_suite "$suite" sh -c \
        'dpkg --configure -a && apt-get install -y --fix-broken "$@"' sh "$@"
}

# lm_arch KERNEL: amd64 or arm64.
lm_arch() { cat "$1/arch" 2>/dev/null || echo amd64; }

# lm_cross KERNEL: what a cross compiler's programs are called in front; nothing for this machine's own.
lm_cross() { [ "$(lm_arch "$1")" = amd64 ] || printf '%s\n' "aarch64-linux-gnu-"; }
