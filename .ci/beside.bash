# Sourced by the scripts beside it after lib.bash: what runs beside something else, and what needs a second try.

# beside NAME COMMAND...: in the background, as a process group of its own, which ends with this script; $! is its process.
# Its output is left in the cache as logs/NAME. A test of it that fails is tried again between no others_run and
# others_are_done: a second try is to be alone.
beside_groups=()
alone=$cache/logs/alone.lock
beside() {
    local name=$1
    shift
    mkdir -p "$cache/logs"
    # The lock (7) is this script's alone.
    LOAD_MONITOR_ALONE=$alone setsid "$@" >"$cache/logs/$name" 2>&1 </dev/null 7>&- &
    beside_groups+=($!)
}
others_run() {
    mkdir -p "$cache/logs"
    exec 7>"$alone"
    flock 7
}
others_are_done() { flock -u 7; }

# joined NAME PROCESS: waits for what runs beside and shows what it had to say; fails as it does.
joined() {
    local status=0
    wait "$2" || status=$?
    cat "$cache/logs/$1"
    return "$status"
}

# Tests write down what has passed at its second try only; who began the list shows it at the end.
own_list=
if [ -z "${LOAD_MONITOR_SECOND_TRIES:-}" ]; then
    own_list=$(mktemp)
    export LOAD_MONITOR_SECOND_TRIES=$own_list
fi
say_second_tries() {
    [ -n "$own_list" ] && [ -s "$own_list" ] || return 0
    printf '\nPassed at the second try only:\n'
    sed 's/^/  /' "$own_list"
    : >"$own_list"
}

stop_beside() {
    local group
    for group in "${beside_groups[@]}"; do kill -TERM -- "-$group" 2>/dev/null || true; done
    # Also where something else has failed.
    say_second_tries
    [ -z "$own_list" ] || rm -f "$own_list"
}
trap stop_beside EXIT
