#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The tests of what the module does, as KTAP: their order, one line each. The functions are in tests/, by topic.
# shellcheck source=lib.sh
. /lib.sh
for topic in dump module no_load stacks cpus sleepers automatic averages knobs device room truth stats locks; do
	# shellcheck source=/dev/null
	. /tests/$topic.sh
done

echo "KTAP version 1"
uname -r | sed 's/^/# kernel /'

check "loads with one line and its defaults" loads_with_one_line
check "unloads with one line and leaves nothing" unloads_with_one_line
check "refuses unfit parameters" refuses_unfit_parameters
load_module
check "has no idle worker, and not itself, at rest" is_empty_at_rest
check "knows the stacks of parked threads frame by frame" knows_parked_threads
check "has sleepers that are still in the queue" has_delayed_sleepers
check "leaves out sleepers that are no load" leaves_out_what_is_no_load
check "leaves out processes without CPU quota where the kernel tells" leaves_out_throttled_processes
# Before the tests with hundreds of tasks: their echo in the average lasts for minutes.
check "takes a dump by itself when the load crosses the threshold" crosses_the_threshold_alone
check "takes a dump by itself at a number of active tasks" crosses_the_active_threshold_alone
check "repeats no dump while the load decays, and none within the hysteresis" repeats_no_dump_of_an_echo
check "says when a stack is not whole" says_when_a_stack_is_not_whole
check "prints no stack of another sleep" prints_no_stack_of_another_sleep
check "believes no name of a module that went" believes_no_name_of_a_module_that_went
check "believes no name in modules when one went" believes_no_name_in_modules_when_one_went
check "names no code that was made at run time" names_no_code_made_at_run_time
check "knows the stack of a thread that spins on a CPU" knows_a_spinning_thread
check "names an interrupted place exactly" names_an_interrupted_place_exactly
check "holds the stack of who dies" holds_the_stack_of_who_dies
check "names a CPU that does not answer" names_a_cpu_that_does_not_answer
check "leaves a CPU alone that a cpuset isolates" leaves_a_cpu_alone_that_a_cpuset_isolates
check "goes on while a CPU goes off line" goes_on_without_hotplug
check "looks for no file in sysfs when a dump is there" looks_for_no_file_in_sysfs
check "leaves return probes alone" leaves_return_probes_alone
check "names the holder of each kind of lock" names_the_holder_of_each_kind
check "follows three locks to the task that holds up all" follows_three_locks
check "names a holder on a CPU" names_a_holder_on_a_cpu
check "says that the holder of a lock ended" says_that_the_holder_ended
check "shows a deadlock" shows_a_deadlock
check "claims nothing wrong of locks that change hands" claims_nothing_wrong_of_locks_that_change_hands
check "leaves locks out on request" leaves_locks_out_on_request
check "finds vfork parents in D" finds_vfork_parents
check "finds the writer to a frozen file system" finds_a_frozen_filesystem
check "finds the reader of a suspended dm device" finds_the_reader_of_a_suspended_disk
check "finds the reader of a slow disk" finds_the_reader_of_a_slow_disk
check "names the cgroup" has_cgroup
check "agrees with the averages from 0 to 64 tasks" agrees_with_the_averages
check "counts short sleepers as the kernel does" counts_short_sleepers_as_the_kernel_does
check "keeps the phase of the load ticks over a stopped CPU" keeps_the_phase_over_a_stopped_cpu
check "has the history in every dump" has_the_history_in_every_dump
check "refuses bad values and keeps the old one" refuses_bad_values
check "takes good values" takes_good_values
check "checks the reason" checks_the_reason
check "names who asked, and leaves it out" names_who_asked
check "spaces manual dumps" spaces_manual_dumps
check "takes one dump at a time" takes_one_dump_at_a_time
check "escapes hostile names" escapes_hostile_names
check "reads the same in any size" reads_the_same_in_any_size
check "adds up in every dump" adds_up
check "serves several readers while dumps are taken" serves_several_readers
check "tells an overtaken reader once" tells_an_overtaken_reader_once
check "wakes pollers of last_id" wakes_pollers_of_last_id
check "wakes readers of the device" wakes_readers_of_the_device
check "seeks to both ends" seeks_to_both_ends
check "lets only administrators in" lets_only_administrators_in
check "lets only administrators set anything" lets_only_administrators_set
check "lets a group read" lets_a_group_read
check "refuses to unload while it is open" refuses_to_unload_while_open
check "counts what it leaves out" counts_what_it_leaves_out
check "keeps a fair sample where there is no room for all" keeps_a_fair_sample
check "keeps the dump of the crossing" keeps_the_dump_of_the_crossing
check "counts the tasks whose stacks find no room" counts_stacks_without_room
check "tells the truth about a task and its host" tells_the_truth
check "tells what was so when it looked" tells_what_was_so_when_it_looked
check "names the process of a thread, and its wait for a CPU" names_the_process_of_a_thread
check "counts its dumps in stats" counts_its_dumps
check "says when a dump found no room" says_when_there_is_no_room
check "prints to the kernel log on request" prints_to_the_log
check "leaves out who has used up his deadline time" leaves_out_a_throttled_deadline_task
check "is clean in the kernel log" is_clean_in_the_log
rmmod load_monitor
echo "1..$number"
[ $failed = 0 ]
