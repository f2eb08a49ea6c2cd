package io.loadmonitor.kernellog;

import java.util.List;

/**
 * A blocked task whose cause is known: what a text of it must be read as, whatever its form.
 *
 * @param cause by the catalogue
 * @param comm its name
 * @param pid its number
 * @param functions of its stack, innermost first, without the way into sleep
 * @param module of the innermost; empty for the kernel itself
 */
record Scene(String cause, String comm, int pid, List<String> functions, String module) {
    /** Real stacks' functions; of each the catalogue's cause. Whoever changes a cause's name changes it here alone. */
    static final List<Scene> ALL = List.of(
            new Scene(
                    "ext4-journal", "mail", 447, List.of("jbd2_log_wait_commit", "ext4_sync_file", "do_fsync"), "jbd2"),
            new Scene("nfs", "df", 448, List.of("rpc_wait_bit_killable", "nfs4_proc_getattr", "vfs_statx"), "sunrpc"),
            new Scene("btrfs-transaction", "rsync", 2003, List.of("wait_current_trans", "start_transaction"), "btrfs"),
            new Scene("xfs-log", "postgres", 3310, List.of("xlog_wait_on_iclog", "xfs_file_fsync", "do_fsync"), "xfs"),
            new Scene("ceph", "cp", 930, List.of("ceph_mdsc_wait_request", "ceph_mdsc_do_request"), "ceph"),
            new Scene("fuse", "ls", 931, List.of("request_wait_answer", "fuse_simple_request", "fuse_lookup"), ""),
            new Scene("md-raid", "dd", 932, List.of("md_write_start", "raid5_make_request", "submit_bio_noacct"), ""),
            new Scene(
                    "usb",
                    "usb-storage",
                    352,
                    List.of("usb_sg_wait", "usb_stor_bulk_srb", "usb_stor_control_thread"),
                    ""),
            new Scene("zfs", "txg_sync", 2830, List.of("cv_wait_common", "txg_wait_synced", "dmu_tx_wait"), "spl"),
            new Scene("rtnl-lock", "ip", 77, List.of("__mutex_lock", "rtnl_lock", "rtnetlink_rcv_msg"), ""),
            new Scene("block-io", "fio", 78, List.of("submit_bio_wait", "blkdev_issue_flush", "blkdev_fsync"), ""),
            new Scene(
                    "page-lock",
                    "java worker",
                    1582,
                    List.of("folio_wait_bit_common", "__folio_lock", "truncate"),
                    ""));

    /** {@code name+0x1a/0x60 [module]} of each function, after the way into sleep. */
    List<String> frames() {
        List<String> frames = new java.util.ArrayList<>(List.of("__schedule+0x2a6/0x700", "schedule+0x38/0xa0"));
        for (int i = 0; i < functions.size(); i++) {
            frames.add(functions.get(i) + "+0x" + Integer.toHexString(0x1a + i) + "/0x1" + i + "0"
                    + (i == 0 && !module.isEmpty() ? " [" + module + "]" : ""));
        }
        frames.add("entry_SYSCALL_64_after_hwframe+0x65/0xca");
        return frames;
    }
}
