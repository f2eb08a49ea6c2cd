// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bits.h>
#include <linux/cgroup.h>
#include <linux/errno.h>
#include <linux/hash.h>
#include <linux/minmax.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "cgroups.h"
#include "compat.h"

/* A host of 250 pods has about a thousand groups; paths in Kubernetes are up to 200 long. */
#define LM_CGROUPS_MAX 4096
#define LM_PATHS_SIZE (512 * 1024)
#define LM_BUCKETS_BITS 10
#define LM_BUCKETS BIT(LM_BUCKETS_BITS)

struct lm_cgroup {
	/* Names it together, as long as the machine runs. */
	u64 id;
	int hierarchy;
	/* Its path, in lm_paths; of a path that found no room there is none. */
	u32 path;
	bool has_path;
	/* The last attempt at the text that has its record. */
	u32 printed;
	/* The next in the same bucket; 0 ends the chain. */
	u32 next;
	const char *controller;
};

/* One dump is taken at a time: no lock. Number 0 is no group. */
static struct lm_cgroup *lm_cgroups;
static char *lm_paths;
static u32 *lm_cgroup_buckets;
static u32 lm_cgroups_used;
static u32 lm_paths_used;

int lm_cgroups_init(void)
{
	lm_cgroups = vzalloc(array_size(LM_CGROUPS_MAX + 1, sizeof(*lm_cgroups)));
	lm_paths = vzalloc(LM_PATHS_SIZE);
	lm_cgroup_buckets = vzalloc(array_size(LM_BUCKETS, sizeof(*lm_cgroup_buckets)));
	if (lm_cgroups && lm_paths && lm_cgroup_buckets)
		return 0;
	lm_cgroups_exit();
	return -ENOMEM;
}

void lm_cgroups_exit(void)
{
	vfree(lm_cgroup_buckets);
	vfree(lm_paths);
	vfree(lm_cgroups);
}

void lm_cgroups_clear(void)
{
	lm_cgroups_used = 0;
	lm_paths_used = 0;
	memset(lm_cgroup_buckets, 0, LM_BUCKETS * sizeof(*lm_cgroup_buckets));
}

#ifdef LM_HAVE_CGROUPS

/*
 * The group that tells most about the task. In the unified hierarchy where it is used. A host with
 * hierarchies of version 1 may have every task in the unified one's root, or not have mounted it:
 * then "/" would be said of all of them and be true of none, so it is the first controller's
 * hierarchy in which the task is not in the root, if there is one.
 */
static struct cgroup *lm_cgroup_of(struct task_struct *task, const char **controller)
{
	struct css_set *set = task_css_set(task);
	struct cgroup *unified = task_dfl_cgroup(task);
	int i;

	*controller = NULL;
	if (cgroup_parent(unified))
		return unified;
	for (i = 0; i < CGROUP_SUBSYS_COUNT; i++) {
		struct cgroup_subsys_state *css = set->subsys[i];

		if (!css || css->cgroup->root == unified->root || !cgroup_parent(css->cgroup))
			continue;
		*controller = css->ss->name;
		return css->cgroup;
	}
	return unified;
}

static void lm_cgroup_note_path(struct lm_cgroup *noted, struct cgroup *group)
{
	size_t room = LM_PATHS_SIZE - lm_paths_used;
	int length = room ? cgroup_path(group, lm_paths + lm_paths_used, room) : 0;

	/* A path that is cut off would be that of another group. */
	noted->has_path = length > 0 && length < room;
	noted->path = lm_paths_used;
	if (noted->has_path)
		lm_paths_used += length + 1;
}

static u32 lm_cgroups_find(struct cgroup *group, const char *controller)
{
	u64 id = cgroup_id(group);
	int hierarchy = group->root->hierarchy_id;
	u32 *bucket = lm_cgroup_buckets + hash_64(id, LM_BUCKETS_BITS);
	struct lm_cgroup *noted;
	u32 number;

	for (number = *bucket; number; number = lm_cgroups[number].next) {
		noted = lm_cgroups + number;
		if (noted->id == id && noted->hierarchy == hierarchy)
			return noted->has_path ? number : LM_CGROUP_NO_ROOM;
	}
	if (lm_cgroups_used == LM_CGROUPS_MAX)
		return LM_CGROUP_NO_ROOM;
	number = ++lm_cgroups_used;
	noted = lm_cgroups + number;
	noted->id = id;
	noted->hierarchy = hierarchy;
	noted->controller = controller;
	noted->printed = 0;
	noted->next = *bucket;
	*bucket = number;
	lm_cgroup_note_path(noted, group);
	return noted->has_path ? number : LM_CGROUP_NO_ROOM;
}

u32 lm_cgroups_add(struct task_struct *task)
{
	const char *controller;
	struct cgroup *group;
	u32 number;

	rcu_read_lock();
	group = lm_cgroup_of(task, &controller);
	number = lm_cgroups_find(group, controller);
	rcu_read_unlock();
	return number;
}

#else /* !LM_HAVE_CGROUPS */

u32 lm_cgroups_add(struct task_struct *task)
{
	return LM_CGROUP_NONE;
}

#endif

const char *lm_cgroups_path(u32 number)
{
	return lm_paths + lm_cgroups[number].path;
}

const char *lm_cgroups_controller(u32 number)
{
	return lm_cgroups[number].controller;
}

bool lm_cgroups_print_once(u32 number, unsigned int attempt)
{
	if (lm_cgroups[number].printed == attempt)
		return false;
	lm_cgroups[number].printed = attempt;
	return true;
}
