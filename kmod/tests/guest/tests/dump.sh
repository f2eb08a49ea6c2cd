# shellcheck shell=dash
# SPDX-License-Identifier: GPL-2.0-only
# What a test reads out of the text of a dump. To be sourced by tests.sh.

# stack_of TEXT COMM: the id of the stack of the first task of that name.
stack_of() { printf '%s\n' "$1" | sed -n "s/^task .* stack=\([0-9]*\) .*comm=\"$2\"\$/\1/p" | head -n 1; }

# frames_of TEXT COMM: the functions of a task's stack, without offsets and without the thread's entry.
frames_of() {
	local id
	id=$(stack_of "$1" "$2")
	printf '%s\n' "$1" | awk -v id="$id" '
		/^stack / { in_it = $2 == "id=" id; next }
		/^  / { if (in_it) { sub(/^ */, ""); sub(/\+.*/, ""); if (!/^ret_from_fork/) print } ; next }
		{ in_it = 0 }' | tr '\n' ' '
}

# cgroup_of TEXT COMM: the paths of the control groups of the tasks of that name, or "none" of who has none.
cgroup_of() {
	printf '%s\n' "$1" | awk -v comm=" comm=\"$2\"\$" '
		/^cgroup / { id = $2; sub(/^id=/, "", id); path = $0; sub(/^[^"]*"/, "", path); sub(/".*/, "", path); of[id] = path }
		/^task / && $0 ~ comm {
			id = match($0, / cgroup_id=[0-9]+/) ? substr($0, RSTART + 11, RLENGTH - 11) : 0
			paths = paths (paths == "" ? "" : " ") (id in of ? of[id] : "none")
		}
		END { print paths }'
}

# value LINE KEY: what a record says.
value() { printf '%s\n' "$1" | sed -n "s/^[^\"]* $2=\([^ ]*\).*/\1/p" | head -n 1; }

# record TEXT KIND
record() { printf '%s\n' "$1" | grep "^$2 " | head -n 1; }

# counted TEXT KEY: the sum over all lines.
counted() { printf '%s\n' "$1" | sed "s/.*$2=\([0-9]*\).*/\1/" | awk '{ sum += $1 } END { print sum }'; }
