// SPDX-License-Identifier: GPL-2.0-only
/* The stand-ins that are more than a line, and what tests set. */
#include "shim.h"

void (*host_at_barrier)(void);
void (*host_at_rest)(void);
unsigned int host_allocated;
unsigned int host_refuse;
unsigned int host_rcu_depth;
struct hrtimer *host_timer;
unsigned long avenrun[3];
struct task_struct *host_current;
struct task_struct **host_tasks;
unsigned int host_tasks_count;
const char *host_boot_id;

void *vzalloc(size_t size)
{
	void *memory;

	if (host_refuse && !--host_refuse)
		return NULL;
	memory = calloc(1, size);
	host_allocated += !!memory;
	return memory;
}

void vfree(void *memory)
{
	host_allocated -= !!memory;
	free(memory);
}

static bool host_leap(long year)
{
	return year % 4 == 0 && (year % 100 || year % 400 == 0);
}

/* Day by day through years and months: slow, and plain. */
void time64_to_tm(s64 seconds, int offset, struct tm *date)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	long days, year = 1970;
	int month = 0, length;

	seconds += offset;
	days = seconds / 86400;
	seconds %= 86400;
	for (; days >= 365 + host_leap(year); year++)
		days -= 365 + host_leap(year);
	for (;; month++) {
		length = lengths[month] + (month == 1 && host_leap(year));
		if (days < length)
			break;
		days -= length;
	}
	*date = (struct tm){
		.tm_sec = seconds % 60,
		.tm_min = seconds / 60 % 60,
		.tm_hour = seconds / 3600,
		.tm_mday = days + 1,
		.tm_mon = month,
		.tm_year = year - 1900,
	};
}

struct file *filp_open(const char *path, int flags, int mode)
{
	static struct file file;

	EXPECT_TEXT(path, "/proc/sys/kernel/random/boot_id");
	EXPECT_SAME(flags, O_RDONLY);
	EXPECT_SAME(mode, 0);
	if (!host_boot_id)
		return (struct file *)-ENOENT;
	file.content = host_boot_id;
	return &file;
}

ssize_t kernel_read(struct file *file, void *to, size_t size, loff_t *position)
{
	size_t length = strlen(file->content) - *position;

	length = length < size ? length : size;
	memcpy(to, file->content + *position, length);
	*position += length;
	return length;
}

void filp_close(struct file *file, void *owner)
{
	EXPECT(file->content && !owner, "the file is open, and nobody's");
	file->content = NULL;
}

struct new_utsname *init_utsname(void)
{
	static struct new_utsname name = { .release = "6.99.1-host" };

	return &name;
}
