package io.loadmonitor.e2e;

/** Stacks for dumps that tests write. Innermost first, as a 6.1 kernel has them (ext4, jbd2, the block layer, NFS). */
final class KernelStacks {
    static final String JOURNAL = """
              jbd2_log_wait_commit+0x10c/0x140 [jbd2]
              ext4_sync_file+0xf7/0x340 [ext4]
              __x64_sys_fsync+0x33/0x60
              do_syscall_64+0x55/0xb0
              entry_SYSCALL_64_after_hwframe+0x6e/0xd8
            """;
    static final String WRITE = """
              jbd2_journal_begin_ordered_truncate+0x10/0xd0 [jbd2]
              add_transaction_credits+0xd1/0x2c0 [jbd2]
              start_this_handle+0x1b3/0x540 [jbd2]
              ext4_dirty_inode+0x3b/0x80 [ext4]
              __mark_inode_dirty+0x51/0x390
              ext4_buffered_write_iter+0x5e/0x110 [ext4]
              vfs_write+0x24d/0x410
              ksys_write+0x6b/0xf0
              do_syscall_64+0x55/0xb0
              entry_SYSCALL_64_after_hwframe+0x6e/0xd8
            """;
    static final String NFS = """
              rpc_wait_bit_killable+0x1a/0x90 [sunrpc]
              __rpc_execute+0x12a/0x380 [sunrpc]
              nfs4_proc_getattr+0x76/0x100 [nfsv4]
              nfs_getattr+0x1c9/0x4a0 [nfs]
              vfs_statx+0xa6/0x150
              __do_sys_newfstatat+0x3c/0x80
              do_syscall_64+0x55/0xb0
              entry_SYSCALL_64_after_hwframe+0x6e/0xd8
            """;
    /** A thread of a driver that always sleeps in D. */
    static final String VENDOR = """
              vendor_wait_event+0x61/0x90 [vendor]
              vendor_poll_thread+0x1c/0x40 [vendor]
              kthread+0xda/0x100
              ret_from_fork+0x22/0x30
            """;

    private KernelStacks() {}
}
