# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# One boot of a kernel with the module, its helpers and one of the guest's scripts. To be sourced after
# lib.sh.

tests=$lm_qemu_dir/..
session_work=$(mktemp -d)
trap 'rm -rf "$session_work"' EXIT
session_passed=0
session_failed=0
session_lines=()
# More kernel parameters for the guests.
session_append=

# session KERNEL SCRIPT [BOOT-OPTION...]: boots guest/SCRIPT.sh and counts its results.
session() {
    local kernel=$1 script=$2 release log status ok bad plan known original
    shift 2
    release=$(cat "$kernel/release")
    log=$lm_cache/logs/console-$script-$release
    known=$("$lm_qemu_dir/build-module" "$kernel" "$tests/known_stack")
    original=$("$lm_qemu_dir/build-module" "$kernel" "$tests/original_way")
    "$lm_qemu_dir/make-initramfs" "$session_work/initramfs" "$kernel" "$tests/guest/$script.sh" \
        --kernel-module loop \
        --file "$("$lm_qemu_dir/build-module" "$kernel" "$tests/..")/load_monitor.ko" load_monitor.ko \
        --file "$known/known_stack.ko" known_stack.ko --file "$original/original_way.ko" original_way.ko \
        --file "$("$lm_qemu_dir/build-program" "$kernel" "$tests/guest/act.c")" bin/act \
        --file "$("$lm_qemu_dir/build-program" "$kernel" "$tests/guest/press.c")" bin/press \
        --file "$tests/guest/tests.sh" tests.sh --file "$tests/guest/stress.sh" stress.sh \
        --file "$tests/guest/lib.sh" lib.sh --file "$tests/guest/dump.awk" dump.awk
    lm_say "booting $release for $script"
    SECONDS=0
    status=0
    # Warnings, and what lockdep and RCU say, are of a level that "quiet" keeps from the console.
    # no_timer_check: on a busy host the emulated timer is too late for the kernel's test of it.
    "$lm_qemu_dir/boot" "$kernel" "$session_work/initramfs" "$log" --append "loglevel=5 no_timer_check $session_append" "$@" || status=$?
    grep -E '^(KTAP|ok |not ok |# |1\.\.)' "$log" || true
    ok=$(grep -c '^ok ' "$log" || true)
    bad=$(grep -c '^not ok ' "$log" || true)
    # A script may run others before its own tests: one plan each.
    plan=$(sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$log" | awk '{ sum += $1 } END { print sum }')
    # A guest that fell silent, or a console that shows a fault, is a failure of its own.
    if [ "${plan:-0}" != $((ok + bad)) ] || { [ "$status" != 0 ] && [ "$bad" = 0 ]; }; then
        bad=$((bad + 1))
        echo "not ok - $release: status $status after $ok tests of ${plan:-an unknown number}; the end of the console:"
        tail -n 30 "$log" | sed 's/^/# /'
    fi
    session_passed=$((session_passed + ok))
    session_failed=$((session_failed + bad))
    session_lines+=("$(printf '%-44s %3d passed, %d failed, %3d s' "$release $script" "$ok" "$bad" "$SECONDS")")
}

session_summary() {
    echo
    printf '%s\n' "${session_lines[@]}"
    echo "$session_passed passed, $session_failed failed"
    [ "$session_failed" = 0 ] || exit 1
}
