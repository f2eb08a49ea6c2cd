# Sourced by the scripts beside it: the cache, and how they speak.
cache=${LOAD_MONITOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/load-monitor}
say() { printf '\n== %s  [%s]\n' "$*" "$(date -u +%H:%M:%S)"; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
