# SPDX-License-Identifier: GPL-2.0-only
# Reads dumps and prints a line for each thing that does not add up; the last line is "dumps N".

# Not by match(): what is no literal is compiled for each line anew.
function value(line, key,    at, rest) {
	at = index(line, " " key "=")
	if (!at)
		return ""
	rest = substr(line, at + length(key) + 2)
	at = index(rest, " ")
	return at ? substr(rest, 1, at - 1) : rest
}

function wrong(text) { print "dump " id ": " text }

# The frames of the stacks, which most lines are.
open && /^  [^ ]/ { next }
/^load_monitor dump / {
	if (open)
		wrong("no footer")
	open = 1
	dumps++
	id = value($0, "id") + 0
	tasks = running = delayed = uninterruptible = stacks = unstable = unwind_failed = partial = no_room = 0
	split("", promised)
	split("", cgroups)
	split("", locks)
	split("", waiters)
	owners = 0
	split("", found)
	if (value($0, "version") != 1 || value($0, "source") != "kmod")
		wrong("header: " $0)
	if (last && id <= last)
		wrong("follows " last)
	last = id
	next
}
!open { print "outside of a dump: " $0; next }
/^count / {
	c_running = value($0, "running")
	c_delayed = value($0, "delayed")
	c_sampled = value($0, "sampled")
	c_of = value($0, "of")
	c_uninterruptible = value($0, "uninterruptible")
	c_captured = value($0, "captured")
	c_truncated = value($0, "truncated")
	c_stacks = value($0, "stacks")
	c_unstable = value($0, "unstable")
	c_unwind_failed = value($0, "unwind_failed")
	c_partial = value($0, "partial")
	c_no_room = value($0, "no_room")
	next
}
/^load / { c_active = value($0, "active"); next }
/^stack / {
	stacks++
	if (value($0, "id") != stacks)
		wrong("stack out of order: " $0)
	promised[stacks] = value($0, "tasks")
	next
}
/^task / {
	# A name may look like flags.
	flags = $0
	sub(/ (leader|comm)=".*/, "", flags)
	owner = flags ~ / flags=([a-z_]+\|)*owner(\||$| )/
	state = value($0, "state")
	lock = value(flags, "lock")
	if (lock != "" && !(lock in locks))
		wrong("a lock that is not there: " $0)
	if (lock != "" && value(flags, "wait") !~ /^(read|write)$/)
		wrong("it waits for a lock, and does not say how: " $0)
	if (owner) {
		# It is no load, and in no count.
		owners++
		found[value($0, "stack")]++
		if (value($0, "stack") != 0 && !(value($0, "stack") in promised))
			wrong("a stack that is not there: " $0)
		if (state !~ /^[RDS]$/)
			wrong("state: " $0)
		next
	}
	tasks++
	if (lock != "") waiters[lock]++
	if (state == "R") running++
	else if (state == "D") uninterruptible++
	else wrong("state: " $0)
	stack = value($0, "stack")
	if (stack == 0 && value($0, "on") != "cpu-user" && value($0, "flags") == "")
		wrong("no stack and no reason: " $0)
	if (stack != 0 && !(stack in promised))
		wrong("a stack that is not there: " $0)
	found[stack]++
	cgroup = value(flags, "cgroup_id")
	if (cgroup != "" && !(cgroup in cgroups))
		wrong("a cgroup that is not there: " $0)
	if (flags ~ / flags=([a-z_]+\|)*delayed(\||$| )/) delayed++
	if (flags ~ / flags=([a-z_]+\|)*unstable(\||$| )/) unstable++
	if (flags ~ / flags=([a-z_]+\|)*unwind_failed(\||$| )/) unwind_failed++
	if (flags ~ / flags=([a-z_]+\|)*partial(\||$| )/) partial++
	if (flags ~ / flags=([a-z_]+\|)*no_room(\||$| )/) no_room++
	if ($0 !~ / comm="([^"\\]|\\.)*"$/)
		wrong("does not end with a name: " $0)
	next
}
/^end / {
	if (value($0, "id") != id) wrong("footer of another dump: " $0)
	if (value($0, "tasks") != tasks + owners) wrong("footer: " $0 " after " tasks " tasks and " owners " owners")
	if (c_captured != tasks) wrong("captured=" c_captured ", " tasks " task lines")
	if (c_running + c_uninterruptible != tasks + c_truncated)
		wrong("running=" c_running " uninterruptible=" c_uninterruptible " captured=" tasks " truncated=" c_truncated)
	if (c_active != c_running + c_uninterruptible) wrong("active=" c_active)
	if (c_sampled != "" && (c_sampled != tasks || c_of != c_active || !c_truncated))
		wrong("sampled=" c_sampled " of=" c_of ", " tasks " task lines of active=" c_active)
	if (c_truncated == 0) {
		if (c_running != running) wrong("running=" c_running ", " running " lines")
		if (c_uninterruptible != uninterruptible) wrong("uninterruptible=" c_uninterruptible ", " uninterruptible " lines")
		if (c_delayed + 0 != delayed) wrong("delayed=" c_delayed ", " delayed " lines")
		if (c_unstable != unstable) wrong("unstable=" c_unstable ", " unstable " lines")
		if (c_unwind_failed != unwind_failed)
			wrong("unwind_failed=" c_unwind_failed ", " unwind_failed " lines")
		if (c_partial != partial) wrong("partial=" c_partial ", " partial " lines")
		if (c_no_room != no_room) wrong("no_room=" c_no_room ", " no_room " lines")
		for (lock in locks)
			if (locks[lock] != waiters[lock] + 0)
				wrong("lock " lock " has " waiters[lock] + 0 " waiters, not " locks[lock])
		for (stack in promised)
			if (promised[stack] != found[stack])
				wrong("stack " stack " has " found[stack] " tasks, not " promised[stack])
	}
	if (c_stacks != stacks) wrong("stacks=" c_stacks ", " stacks " printed")
	open = 0
	next
}
/^cgroup / {
	if ($0 !~ /^cgroup id=[1-9][0-9]* path="([^"\\]|\\.)*"( controller=[a-z_,]+)?$/)
		wrong("cgroup: " $0)
	if (value($0, "id") in cgroups)
		wrong("a cgroup for the second time: " $0)
	cgroups[value($0, "id")] = 1
	next
}
/^lock / {
	if ($0 !~ /^lock id=[1-9][0-9]* type=(mutex|rwsem|semaphore|rt_mutex|percpu_rwsem)( held=(write|read|last|nobody|gone|changing))?( owner=[1-9][0-9]*)?( readers=[1-9][0-9]*)? waiters=[0-9]+( name="[A-Za-z0-9_.]+")?$/)
		wrong("lock: " $0)
	if (($0 ~ / owner=/) != ($0 ~ / held=(write|last) /) && !($0 ~ / type=percpu_rwsem held=write /))
		wrong("an owner, and not held by one: " $0)
	if (($0 ~ / readers=/) != ($0 ~ / held=read /))
		wrong("readers, and not read: " $0)
	if (value($0, "id") in locks)
		wrong("a lock for the second time: " $0)
	locks[value($0, "id")] = value($0, "waiters")
	next
}
/^trigger / || /^time / || /^tick / || /^cost / || /^history / { next }
# What the exporter adds.
/^devices age_ms=[0-9]+ mapped=[0-9]+ suspended=[0-9]+$/ || /^device dev="dm-[0-9]+" .*suspended=1$/ { next }
{ wrong("unknown line: " $0) }
END {
	if (open)
		wrong("no footer")
	print "dumps " dumps + 0
}
