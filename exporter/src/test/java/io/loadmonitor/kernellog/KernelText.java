package io.loadmonitor.kernellog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Lines as kernels and tools print them, of a scene. The forms are those of kernel/hung_task.c, sched_show_task of
 * kernel/sched/core.c, show_stack of each architecture, kernel/watchdog.c, kernel/rcu/tree_stall.h,
 * lib/nmi_backtrace.c, kernel/workqueue.c, fs/proc/base.c, crash, drgn, ps and offcputime.
 */
final class KernelText {
    private KernelText() {}

    static String line(String form, Object... values) {
        return String.format(Locale.ROOT, form, values);
    }

    private static String named(Scene scene) {
        return line("INFO: task %s:%d blocked for more than 122 seconds.", scene.comm(), scene.pid());
    }

    /** 6.3 and later. */
    static List<String> hungTask(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                named(scene),
                "      Not tainted 6.7.3 #1",
                "\"echo 0 > /proc/sys/kernel/hung_task_timeout_secs\" disables this message."));
        lines.addAll(shown(scene, 'D'));
        return lines;
    }

    static List<String> shown(Scene scene, char state) {
        List<String> lines = new ArrayList<>(List.of(
                line(
                        "task:%-15.15s state:%c stack:0     pid:%-5d tgid:%-5d ppid:%-6d flags:0x00000002",
                        scene.comm(), state, scene.pid(), scene.pid(), 901),
                "Call Trace:",
                " <TASK>"));
        scene.frames().forEach(frame -> lines.add(" " + frame));
        lines.add(" </TASK>");
        return lines;
    }

    /** 4.14 to 5.7. */
    static List<String> hungTaskInColumns(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                named(scene),
                "      Not tainted 4.19.0 #1",
                line("%-15.15s D    0 %5d %6d 0x00000000", scene.comm(), scene.pid(), 901),
                "Call Trace:"));
        scene.frames().forEach(frame -> lines.add(" " + frame));
        return lines;
    }

    /** 2.6.32 to 4.9, x86: with addresses. */
    static List<String> hungTaskWithAddresses(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                named(scene),
                line("%-15.15s D ffff88107fc54440     0 %5d %6d 0x00000000", scene.comm(), scene.pid(), 901),
                " ffff8804347f7c20 0000000000000046 ffff8804347f7fd8 0000000000013180",
                "Call Trace:"));
        scene.frames().forEach(frame -> lines.add(" [<ffffffff811ee000>] " + frame));
        return lines;
    }

    static List<String> sysrqBlocked(Scene scene) {
        List<String> lines = new ArrayList<>(List.of("sysrq: Show Blocked State"));
        lines.addAll(shown(scene, 'D'));
        return lines;
    }

    /** arm before 5.18: each function as the caller of the one above. */
    static List<String> arm(Scene scene, boolean bothOffsets) {
        List<String> lines = new ArrayList<>(List.of(
                named(scene), line("%-15.15s D c0398690     0 %5d %6d 0x00000000", scene.comm(), scene.pid(), 2)));
        List<String> frames = scene.frames();
        for (int i = 0; i + 1 < frames.size(); i++) {
            String callee = bothOffsets ? frames.get(i) : frames.get(i).replaceAll("\\+0x\\S+", "");
            lines.add(line("[<c0398690>] (%s) from [<c03973d0>] (%s)", callee, frames.get(i + 1)));
        }
        return lines;
    }

    /** arm since 5.18. */
    static List<String> armSince518(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                named(scene),
                line(
                        "task:%-15.15s state:D stack:    0 pid:%5d ppid:%6d flags:0x00000000",
                        scene.comm(), scene.pid(), 2)));
        List<String> frames = scene.frames();
        for (int i = 0; i + 1 < frames.size(); i++) {
            lines.add(line(" %s from %s", frames.get(i).replaceAll("\\+0x\\S+", ""), frames.get(i + 1)));
        }
        return lines;
    }

    static List<String> ppc64(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                named(scene), line("%-15.15s D    0 %5d %6d 0x00000808", scene.comm(), scene.pid(), 2), "Call Trace:"));
        lines.add("[c000000003f93a10] [c0000000000164f8] __switch_to+0x268/0x450 (unreliable)");
        scene.frames().forEach(frame -> lines.add("[c000000003f93a70] [c0000000009425b4] " + frame));
        return lines;
    }

    static List<String> s390(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                named(scene),
                line("%-15.15s D 00000000005e0cc2     0 %5d %6d 0x00000000", scene.comm(), scene.pid(), 1),
                "Call Trace:"));
        List<String> frames = scene.frames();
        lines.add("([<00000000005e0cc2>] " + frames.get(0) + ")");
        frames.subList(1, frames.size()).forEach(frame -> lines.add(" [<00000000005e1234>] " + frame));
        return lines;
    }

    /** scripts/decode_stacktrace.sh. */
    static List<String> decoded(Scene scene) {
        List<String> lines = new ArrayList<>(hungTask(scene).subList(0, 5));
        for (String frame : scene.frames()) {
            String module = frame.contains("[") ? " " + frame.replaceAll(".*\\[(.*)\\]", "$1") : "";
            lines.add(" " + frame.replaceAll("\\+.*", "")
                    + " (kernel/sched/core.c:5378 (discriminator 2) ./include/linux/wait.h:69)" + module);
        }
        return lines;
    }

    /** As syzbot shows them. */
    static List<String> withPlaces(Scene scene) {
        List<String> lines = new ArrayList<>(hungTask(scene).subList(0, 5));
        lines.add(" context_switch kernel/sched/core.c:5378 [inline]");
        scene.frames().forEach(frame -> lines.add(" " + frame.replaceAll(" \\[.*", "") + " kernel/sched/core.c:6699"));
        return lines;
    }

    static List<String> withoutStack(Scene scene) {
        return hungTask(scene).subList(0, 3);
    }

    /** kernel/hung_task.c since 6.15: who holds the lock, and its stack. */
    static List<String> heldBy(Scene scene, String sentence) {
        List<String> lines = new ArrayList<>(
                hungTask(new Scene("rwsem", "mkdir", 2001, List.of("rwsem_down_write_slowpath", "path_openat"), "")));
        lines.add(line(sentence, "mkdir", 2001, scene.comm(), scene.pid()));
        lines.addAll(shown(scene, 'S'));
        return lines;
    }

    static List<String> prompt(Scene scene, String prompt) {
        List<String> lines = new ArrayList<>(List.of(line("%ssudo cat /proc/%d/stack", prompt, scene.pid())));
        scene.frames().forEach(frame -> lines.add("[<0>] " + frame));
        return lines;
    }

    static List<String> promptForAll(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                line("root@box:~# cat /proc/%d/comm", scene.pid()),
                scene.comm(),
                line("root@box:~# cat /proc/%d/wchan", scene.pid()),
                scene.functions().get(0) + "root@box:~# grep State /proc/" + scene.pid() + "/status",
                "State:\tD (disk sleep)"));
        lines.addAll(prompt(scene, "root@box:~# "));
        return lines;
    }

    static List<String> crash(Scene scene, String command) {
        List<String> lines = new ArrayList<>(List.of(
                command,
                line("PID: %-6d TASK: ffff8f6e30ecdac0  CPU: 8   COMMAND: \"%s\"", scene.pid(), scene.comm())));
        List<String> frames = scene.frames();
        for (int i = 0; i < frames.size(); i++) {
            String module = frames.get(i).contains("[") ? " " + frames.get(i).replaceAll(".*(\\[.*\\])", "$1") : "";
            lines.add(line(
                    " #%d [ffffa6218ab6bc68] %s at ffffffff95a00af6%s",
                    i, frames.get(i).replaceAll("\\+.*", ""), module));
        }
        lines.add("    RIP: 00007f7a1b7e5f00  RSP: 00007ffd3ac4c0a8  RFLAGS: 00010246");
        return lines;
    }

    static List<String> drgn(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(line(">>> prog.stack_trace(%d)", scene.pid())));
        List<String> frames = scene.frames();
        for (int i = 0; i < frames.size(); i++) {
            lines.add(line(
                    "#%-2d %s (./kernel/sched/core.c:5378:2)", i, frames.get(i).replaceAll("\\+.*", "")));
        }
        return lines;
    }

    static List<String> ps(Scene scene, String above, String row) {
        return List.of(
                above,
                row.replace("PID", Integer.toString(scene.pid()))
                        .replace("WCHAN", line("%-32s", scene.functions().get(0)))
                        .replace("CMD", scene.comm()));
    }

    static List<String> folded(Scene scene) {
        List<String> functions =
                new ArrayList<>(List.of(scene.comm().replace(' ', '_'), "entry_SYSCALL_64_after_hwframe"));
        for (int i = scene.functions().size() - 1; i >= 0; i--) {
            functions.add(scene.functions().get(i));
        }
        return List.of(String.join(";", functions) + ";schedule;__schedule;finish_task_switch.isra.0 24100000");
    }

    /** kernel/watchdog.c; what the CPU did is below the interrupt. */
    static List<String> softLockup(Scene scene) {
        List<String> lines = new ArrayList<>(
                List.of(line("watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [%s:%d]", scene.comm(), scene.pid())));
        lines.addAll(onCpu(scene, 1));
        return lines;
    }

    static List<String> hardLockup(Scene scene) {
        List<String> lines = new ArrayList<>(List.of("NMI watchdog: Watchdog detected hard LOCKUP on cpu 1"));
        lines.addAll(onCpu(scene, 1));
        return lines;
    }

    private static List<String> onCpu(Scene scene, int cpu) {
        List<String> lines = new ArrayList<>(List.of(
                line("CPU: %d PID: %d Comm: %s Not tainted 6.5.5 #1", cpu, scene.pid(), scene.comm()),
                "Hardware name: QEMU Standard PC",
                "RIP: 0010:" + scene.functions().get(0) + "+0x11e/0x4f0",
                "Code: 48 8b 05 00 00",
                "Call Trace:",
                " <IRQ>",
                " ? watchdog_timer_fn+0x1b8/0x220",
                " __hrtimer_run_queues+0x112/0x2b0",
                " </IRQ>",
                " <TASK>",
                " asm_sysvec_apic_timer_interrupt+0x1a/0x20"));
        scene.functions().subList(1, scene.functions().size()).forEach(name -> lines.add(" " + name + "+0x24/0x40"));
        lines.add(" </TASK>");
        return lines;
    }

    /** kernel/rcu/tree_stall.h, the CPU that noticed it itself: the culprit is below the interrupt's frames. */
    static List<String> rcuStall(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                "rcu: INFO: rcu_preempt self-detected stall on CPU",
                "rcu: \t1-....: (5249 ticks this GP) idle=3c4/1/0x4000000000000000 softirq=1298/1298 fqs=2625",
                "\t(t=5250 jiffies g=1297 q=12 ncpus=4)",
                "NMI backtrace for cpu 1"));
        List<String> trace = onCpu(scene, 1);
        lines.addAll(trace.subList(0, 2));
        lines.addAll(List.of(
                "Call Trace:",
                " <IRQ>",
                " dump_stack_lvl+0x46/0x5e",
                " nmi_cpu_backtrace.cold+0x32/0x6b",
                " rcu_sched_clock_irq.cold+0x5c/0x2c2",
                " </IRQ>",
                " <TASK>",
                " asm_sysvec_apic_timer_interrupt+0x16/0x20"));
        lines.add("RIP: 0010:" + scene.functions().get(0) + "+0x11e/0x4f0");
        scene.functions().subList(1, scene.functions().size()).forEach(name -> lines.add(" " + name + "+0x24/0x40"));
        return lines;
    }

    /** The same of a kernel before 4.9, which marks the interrupt's frames beside them. */
    static List<String> oldRcuStall(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                "INFO: rcu_sched self-detected stall on CPU { 1}  (t=5250 jiffies g=1298 c=1297 q=0)",
                "NMI backtrace for cpu 1",
                line("CPU: 1 PID: %d Comm: %s Not tainted 3.10.0-957.el7.x86_64 #1", scene.pid(), scene.comm()),
                "Call Trace:",
                " <IRQ>  [<ffffffff8185cb45>] dump_stack+0x19/0x1b",
                " [<ffffffff8126321e>] rcu_check_callbacks+0x442/0x730",
                " <EOI>  [<ffffffff8125f9bb>] " + scene.functions().get(0) + "+0x11e/0x4f0"));
        scene.functions()
                .subList(1, scene.functions().size())
                .forEach(name -> lines.add(" [<ffffffff8125f9bb>] " + name + "+0x24/0x40"));
        return lines;
    }

    /** sysrq-l: the CPU that prints it, an idle one and a busy one. */
    static List<String> backtraces(Scene scene) {
        List<String> lines = new ArrayList<>(List.of(
                "sysrq: Show backtrace of all active CPUs",
                "NMI backtrace for cpu 0",
                "CPU: 0 PID: 611 Comm: bash Not tainted 6.5.5 #1",
                "Call Trace:",
                " <TASK>",
                " dump_stack_lvl+0x46/0x5e",
                " nmi_trigger_cpumask_backtrace+0xe3/0x120",
                " __handle_sysrq+0xa2/0x170",
                " write_sysrq_trigger+0x24/0x40",
                " </TASK>",
                "Sending NMI from CPU 0 to CPUs 1-2:",
                "NMI backtrace for cpu 2 skipped: idling at default_idle+0xf/0x20",
                "NMI backtrace for cpu 1"));
        lines.addAll(onCpu(scene, 1));
        return lines;
    }

    static List<String> workqueueLockup(Scene scene) {
        return List.of(
                "BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 37s!",
                "Showing busy workqueues and worker pools:",
                "workqueue events: flags=0x0",
                "  pwq 2: cpus=1 node=0 flags=0x0 nice=0 active=2/256 refcnt=3",
                "    in-flight: " + scene.pid() + ":" + scene.functions().get(0),
                "    pending: vmstat_shepherd",
                "pool 2: cpus=1 node=0 flags=0x0 nice=0 hung=37s workers=3 idle: 5 18");
    }

    static List<String> idle() {
        return List.of(
                "INFO: rcu_sched detected stalls on CPUs/tasks: { 3} (detected by 1, t=109779 jiffies, g="
                        + "1298, c=1297, q=0)",
                "Task dump for CPU 3:",
                "swapper/3       R  running task        0     0      1 0x0000080c",
                "Call Trace:",
                " ? default_idle+0x2e/0x50");
    }

    /** A log viewer's order. */
    static List<String> newestFirst(List<String> lines) {
        List<String> turned = new ArrayList<>(lines);
        java.util.Collections.reverse(turned);
        return turned;
    }
}
