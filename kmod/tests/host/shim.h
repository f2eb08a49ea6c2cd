/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module finds where it includes a header of the kernel: run-host lets each of them lead
 * here. Declarations, and stand-ins of a few lines that do what the tests need to see.
 */
#ifndef HOST_SHIM_H
#define HOST_SHIM_H

#include <asm/errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "host.h"

/* Types and words of the compiler. */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int s32;
typedef long long s64;

#define U32_MAX 0xffffffffU
#define U64_MAX 0xffffffffffffffffULL

#define noinline __attribute__((__noinline__))
#define fallthrough __attribute__((__fallthrough__))
#define __printf(string, first) __attribute__((__format__(__printf__, string, first)))
#define __releases(lock)
#define __acquires(lock)

#define IS_ENABLED(option) 0
#define host_string_of(text) #text
#define host_string(macro) host_string_of(macro)
#define __is_defined(macro) (host_string(macro)[0] == '1')

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define container_of(pointer, type, member) \
	((type *)((char *)(pointer) - offsetof(type, member)))

#define READ_ONCE(value) __atomic_load_n(&(value), __ATOMIC_RELAXED)
#define WRITE_ONCE(value, new) __atomic_store_n(&(value), new, __ATOMIC_RELAXED)
#define data_race(expression) (expression)

/* A test may let the other CPUs go on here, between two reads. */
extern void (*host_at_barrier)(void);

static inline void smp_rmb(void)
{
	if (host_at_barrier)
		host_at_barrier();
}

static inline void smp_mb(void)
{
}

typedef struct {
	int value;
} atomic_t;

#define ATOMIC_INIT(number) { number }
#define atomic_inc(atomic) ((void)(atomic)->value++)
#define atomic_read(atomic) ((atomic)->value)

/* Numbers. */

#define min_t(type, left, right) ({		\
	type _left = (left);			\
	type _right = (right);			\
	_left < _right ? _left : _right; })
#define max_t(type, left, right) ({		\
	type _left = (left);			\
	type _right = (right);			\
	_left > _right ? _left : _right; })
#define min(left, right) min_t(typeof(left), left, right)
#define max(left, right) max_t(typeof(left), left, right)

static inline u64 div_u64_rem(u64 number, u32 divisor, u32 *rest)
{
	*rest = number % divisor;
	return number / divisor;
}

static inline u64 div_u64(u64 number, u32 divisor)
{
	return number / divisor;
}

static inline u64 div64_u64(u64 number, u64 divisor)
{
	return number / divisor;
}

static inline u64 mul_u64_u32_shr(u64 number, u32 factor, unsigned int shift)
{
	return (u64)((__uint128_t)number * factor >> shift);
}

static inline size_t array_size(size_t count, size_t size)
{
	size_t all;

	return __builtin_mul_overflow(count, size, &all) ? SIZE_MAX : all;
}

/* Any mixture will do that spreads well; the kernel's own is another one. */
static inline u32 host_mix(u64 number)
{
	number = (number ^ number >> 31) * 0x9e3779b97f4a7c15ULL;
	number = (number ^ number >> 29) * 0xd6e8feb86659fd93ULL;
	return number >> 32;
}

#define BIT(n) (1UL << (n))

static inline u32 hash_long(unsigned long value, unsigned int bits)
{
	return (value * 0x61c8864680b583ebULL) >> (64 - bits);
}

static inline u32 jhash_1word(u32 word, u32 seed)
{
	return host_mix((u64)seed << 32 | word);
}

static inline u32 jhash(const void *key, u32 length, u32 seed)
{
	const u8 *bytes = key;

	while (length--)
		seed = host_mix((u64)seed << 8 ^ *bytes++);
	return seed;
}

struct rnd_state {
	u64 state;
};

static inline void prandom_seed_state(struct rnd_state *dice, u64 seed)
{
	dice->state = seed;
}

static inline u32 prandom_u32_state(struct rnd_state *dice)
{
	dice->state += 0x9e3779b97f4a7c15ULL;
	return host_mix(dice->state);
}

/* Text. The kernel's letters and digits are ASCII's, whatever the sign of a char. */

static inline int isdigit(int byte)
{
	return byte >= '0' && byte <= '9';
}

static inline int isxdigit(int byte)
{
	return isdigit(byte) || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
}

static inline int vscnprintf(char *to, size_t size, const char *format, va_list arguments)
{
	int length = vsnprintf(to, size, format, arguments);

	return length < (int)size ? length : (int)size - 1;
}

static inline __printf(3, 4) int scnprintf(char *to, size_t size, const char *format, ...)
{
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vscnprintf(to, size, format, arguments);
	va_end(arguments);
	return length;
}

/* Of no array that is larger than the text: cut off, and always ended. */
static inline void strscpy(char *to, const char *from, size_t size)
{
	size_t length = min(strlen(from), size - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

/* The prefix's length, or 0. */
static inline size_t str_has_prefix(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? 0 : length;
}

/* Memory: counted, and refused when a test says so. */

#define GFP_KERNEL 0

/* Blocks that nobody has freed. */
extern unsigned int host_allocated;
/* The allocation that is refused, counted down to 1; 0: none. */
extern unsigned int host_refuse;

void *vzalloc(size_t size);
void vfree(void *memory);

#define kvcalloc(count, size, flags) vzalloc(array_size(count, size))
#define kvfree(memory) vfree(memory)

/* Locks: nobody else is there, but who takes one twice would wait for ever. */

typedef struct {
	bool held;
} spinlock_t;

#define raw_spinlock_t spinlock_t
#define DEFINE_SPINLOCK(name) spinlock_t name
#define DEFINE_RAW_SPINLOCK(name) spinlock_t name

static inline void spin_lock(spinlock_t *lock)
{
	EXPECT(!lock->held, "the lock is free");
	lock->held = true;
}

static inline void spin_unlock(spinlock_t *lock)
{
	EXPECT(lock->held, "the lock is held");
	lock->held = false;
}

#define raw_spin_lock_irq(lock) spin_lock(lock)
#define raw_spin_unlock_irq(lock) spin_unlock(lock)
#define raw_spin_lock_irqsave(lock, flags) do { (flags) = 0; spin_lock(lock); } while (0)
#define raw_spin_unlock_irqrestore(lock, flags) do { (void)(flags); spin_unlock(lock); } while (0)

/* Waiting: what others do meanwhile is the test's, and so is the signal that ends it. */

typedef struct {
	bool told;
} wait_queue_head_t;

#define DECLARE_WAIT_QUEUE_HEAD(name) wait_queue_head_t name
#define wake_up_interruptible(queue) ((void)((queue)->told = true))

/* 0, or what a signal makes of it. */
int host_wait(wait_queue_head_t *queue);

#define wait_event_interruptible(queue, condition) ({		\
	int _result = 0;					\
	while (!_result && !(condition))			\
		_result = host_wait(&(queue));			\
	_result; })

/* Lists. */

struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

#define LIST_HEAD(name) struct list_head name = { &(name), &(name) }
#define list_entry(node, type, member) container_of(node, type, member)
#define list_next_entry(entry, member) \
	list_entry((entry)->member.next, typeof(*(entry)), member)
#define list_first_entry_or_null(head, type, member) \
	(list_empty(head) ? NULL : list_entry((head)->next, type, member))
#define list_for_each_entry(entry, head, member)				\
	for ((entry) = list_entry((head)->next, typeof(*(entry)), member);	\
	     &(entry)->member != (head);					\
	     (entry) = list_next_entry(entry, member))

static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline bool list_is_last(const struct list_head *node, const struct list_head *head)
{
	return node->next == head;
}

static inline void list_add(struct list_head *node, struct list_head *behind)
{
	node->prev = behind;
	node->next = behind->next;
	behind->next->prev = node;
	behind->next = node;
}

static inline void list_del_init(struct list_head *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	node->next = node;
	node->prev = node;
}

static inline void list_move_tail(struct list_head *node, struct list_head *head)
{
	list_del_init(node);
	list_add(node, head->prev);
}

struct kref {
	unsigned int count;
};

static inline void kref_init(struct kref *ref)
{
	ref->count = 1;
}

static inline void kref_get(struct kref *ref)
{
	EXPECT(ref->count, "who takes a reference finds one");
	ref->count++;
}

static inline void kref_put(struct kref *ref, void (*release)(struct kref *ref))
{
	EXPECT(ref->count, "who gives a reference back has one");
	if (!--ref->count)
		release(ref);
}

/* Time. */

#define NSEC_PER_USEC 1000L
#define NSEC_PER_MSEC 1000000L
#define NSEC_PER_SEC 1000000000L

#ifndef HZ
#define HZ 250
#endif
#define TICK_NSEC (NSEC_PER_SEC / HZ)
/* Five minutes before a counter of 32 bits wraps. */
#define INITIAL_JIFFIES ((unsigned long)(unsigned int)(-300 * HZ))

typedef s64 ktime_t;

/* Both are the test's. */
u64 ktime_get_ns(void);
u64 get_jiffies_64(void);

static inline ktime_t ktime_get(void)
{
	return ktime_get_ns();
}

static inline ktime_t ktime_add_ns(ktime_t time, u64 nanoseconds)
{
	return time + nanoseconds;
}

static inline ktime_t ns_to_ktime(u64 nanoseconds)
{
	return nanoseconds;
}

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

struct tm {
	int tm_sec;
	int tm_min;
	int tm_hour;
	int tm_mday;
	int tm_mon;
	long tm_year;
};

void time64_to_tm(s64 seconds, int offset, struct tm *date);

enum hrtimer_restart {
	HRTIMER_NORESTART,
	HRTIMER_RESTART,
};

#define HRTIMER_MODE_ABS 0
#define HRTIMER_MODE_ABS_HARD 1
#define CLOCK_MONOTONIC 1

struct hrtimer {
	enum hrtimer_restart (*function)(struct hrtimer *timer);
	ktime_t expires;
	bool active;
};

/* The one that was set up last. */
extern struct hrtimer *host_timer;

static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *timer),
				 int clock, int mode)
{
	EXPECT_SAME(clock, CLOCK_MONOTONIC);
	EXPECT_SAME(mode, HRTIMER_MODE_ABS_HARD);
	timer->function = function;
	host_timer = timer;
}

static inline void hrtimer_start(struct hrtimer *timer, ktime_t expires, int mode)
{
	EXPECT_SAME(mode, HRTIMER_MODE_ABS_HARD);
	timer->expires = expires;
	timer->active = true;
}

static inline void hrtimer_set_expires(struct hrtimer *timer, ktime_t expires)
{
	timer->expires = expires;
}

static inline void hrtimer_cancel(struct hrtimer *timer)
{
	timer->active = false;
}

/* The load averages, as <linux/sched/loadavg.h> has them. */

#define FSHIFT 11
#define FIXED_1 (1 << FSHIFT)
#define LOAD_FREQ (5 * HZ + 1)
#define EXP_1 1884

extern unsigned long avenrun[3];

/* Tasks: what the module looks at, of the kernel that features.h describes. */

#define TASK_RUNNING 0x0000
#define TASK_INTERRUPTIBLE 0x0001
#define TASK_UNINTERRUPTIBLE 0x0002
#define __TASK_STOPPED 0x0004
#define __TASK_TRACED 0x0008
#define TASK_WAKEKILL 0x0100
#define TASK_NOLOAD 0x0400
#define TASK_FROZEN 0x8000
#define TASK_IDLE (TASK_UNINTERRUPTIBLE | TASK_NOLOAD)
#define PF_FROZEN 0x10000
#define SCHED_NORMAL 0
#define SCHED_DEADLINE 6
#define TASK_COMM_LEN 16

struct task_struct {
	unsigned int __state;
	long state;
	unsigned int flags;
	unsigned int policy;
	struct {
		unsigned int dl_throttled : 1;
	} dl;
	struct {
		unsigned char sched_delayed;
	} se;
	bool throttled;
	int on_rq;
	int on_cpu;
	void *blocked_on;
	unsigned long nvcsw;
	unsigned long nivcsw;
	int exit_state;
	u64 start_time;
	unsigned int in_iowait : 1;
	pid_t pid;
	char comm[TASK_COMM_LEN];

	/* The test's: references beside its own, and whether it is still in the list of tasks. */
	unsigned int pins;
	bool dead;
	bool leader;
};

extern struct task_struct *host_current;

#define current host_current

static inline struct task_struct *get_task_struct(struct task_struct *task)
{
	task->pins++;
	return task;
}

static inline void put_task_struct(struct task_struct *task)
{
	EXPECT(task->pins, "who gives a task back has pinned it");
	task->pins--;
}

static inline bool pid_alive(const struct task_struct *task)
{
	return !task->dead;
}

static inline pid_t task_pid_nr(const struct task_struct *task)
{
	return task->pid;
}

static inline bool thread_group_leader(const struct task_struct *task)
{
	return task->leader;
}

/* The test's tasks, each a process of its own, in the order in which they began. */
extern struct task_struct **host_tasks;
extern unsigned int host_tasks_count;

#define for_each_process_thread(process, thread)						\
	for (unsigned int _next = 0;								\
	     _next < host_tasks_count && ((process) = (thread) = host_tasks[_next]); _next++)

extern unsigned int host_rcu_depth;
/* A test may let others go on here. */
extern void (*host_at_rest)(void);

static inline void rcu_read_lock(void)
{
	host_rcu_depth++;
}

static inline void rcu_read_unlock(void)
{
	EXPECT(host_rcu_depth, "who leaves a section is in one");
	host_rcu_depth--;
}

static inline void cond_resched(void)
{
	EXPECT_SAME(host_rcu_depth, 0);
	if (host_at_rest)
		host_at_rest();
}

#define cpu_relax() ((void)0)
#define set_current_state(state) ((void)(state))
#define __set_current_state(state) ((void)(state))
#define schedule_hrtimeout_range(end, slack, mode) ((void)(end), (void)(slack), (void)(mode), 0)

/* Threads of the kernel: the test's, which runs what they are to do when it is their turn. */

#define MIN_NICE (-20)
#define PTR_ERR(pointer) ((int)(long)(pointer))

struct task_struct *kthread_create(int (*function)(void *data), void *data, const char *name);
int kthread_stop(struct task_struct *thread);
bool kthread_should_stop(void);
void wake_up_process(struct task_struct *thread);
void sched_set_normal(struct task_struct *thread, int nice);
void sched_set_fifo_low(struct task_struct *thread);
void schedule(void);

/* Locks that tasks sleep for, as far as the module reads them. */

struct mutex {
	unsigned long owner;
};

struct rw_semaphore {
	unsigned long count;
	unsigned long owner;
};

struct semaphore {
	unsigned int count;
	unsigned long last_holder;
};

struct rt_mutex_base {
	struct task_struct *owner;
};

struct percpu_rw_semaphore {
	struct {
		struct task_struct *task;
	} writer;
	int block;
};

/* What the tests let be read is there. */
static inline long copy_from_kernel_nofault(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
	return 0;
}

static inline unsigned int ilog2(unsigned long value)
{
	return 63 - __builtin_clzl(value);
}

static inline unsigned long roundup_pow_of_two(unsigned long value)
{
	return value < 2 ? 1 : 1UL << (ilog2(value - 1) + 1);
}

/* CPUs. */

#define HOST_CPUS 256

struct cpumask {
	bool set[HOST_CPUS];
};

static inline int host_next_cpu(int cpu, const struct cpumask *mask)
{
	do {
		cpu++;
	} while (cpu < HOST_CPUS && !mask->set[cpu]);
	return cpu;
}

#define for_each_cpu(cpu, mask)						\
	for ((cpu) = host_next_cpu(-1, mask); (cpu) < HOST_CPUS;	\
	     (cpu) = host_next_cpu(cpu, mask))

typedef void (*smp_call_func_t)(void *info);
typedef struct {
	smp_call_func_t func;
	void *info;
} call_single_data_t;

/* The boot's id is read from a file, the release from a structure. */

struct file {
	const char *content;
};

extern const char *host_boot_id;

#define O_RDONLY 0
#define IS_ERR(pointer) ((unsigned long)(pointer) >= -4095UL)

struct file *filp_open(const char *path, int flags, int mode);
ssize_t kernel_read(struct file *file, void *to, size_t size, loff_t *position);
void filp_close(struct file *file, void *owner);

struct new_utsname {
	char release[65];
};

struct new_utsname *init_utsname(void);

#define KSYM_SYMBOL_LEN 512

/* Who is told of modules that come and go: the test's. */

#define NOTIFY_DONE 0
#define MODULE_STATE_LIVE 0
#define MODULE_STATE_GOING 2

struct notifier_block {
	int (*notifier_call)(struct notifier_block *block, unsigned long state, void *module);
};

int register_module_notifier(struct notifier_block *block);
int unregister_module_notifier(struct notifier_block *block);

#endif
