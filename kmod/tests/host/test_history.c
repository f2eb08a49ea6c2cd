// SPDX-License-Identifier: GPL-2.0-only
#include "shim.h"

#include "history.h"

/* Three times round. */
#define ADDED (3 * LM_TICKS + 7)

static struct lm_tick added[ADDED];

static void check_all(unsigned int count)
{
	unsigned int known = count < LM_TICKS ? count : LM_TICKS;
	struct lm_tick tick = { .active = 77 };
	unsigned int back;

	host_try("%u ticks", count);
	for (back = 0; back < known; back++) {
		EXPECT(lm_history_get(back, &tick), "tick %u of %u", back, count);
		EXPECT_SAME(tick.time_ns, added[count - 1 - back].time_ns);
		EXPECT_SAME(tick.active, added[count - 1 - back].active);
		EXPECT_SAME(tick.average, added[count - 1 - back].average);
	}
	tick.active = 77;
	EXPECT(!lm_history_get(known, &tick), "no tick before the first");
	EXPECT(!lm_history_get(LM_TICKS, &tick), "no more than there is room for");
	EXPECT(!lm_history_get(U32_MAX, &tick), "no tick before all time");
	EXPECT(!lm_history_get(U32_MAX - LM_TICKS + 1, &tick), "no way round to the newest");
	EXPECT_SAME(tick.active, 77);
}

static void has_every_tick_of_the_last_hours(void)
{
	unsigned int count;

	check_all(0);
	for (count = 0; count < ADDED; count++) {
		added[count].time_ns = host_random();
		added[count].active = host_random();
		added[count].average = host_random();
		lm_history_add(added + count);
		if (count < 10 || count % LM_TICKS < 3 || count % LM_TICKS > LM_TICKS - 3 ||
		    host_chance(50))
			check_all(count + 1);
	}
}

const struct host_test host_tests[] = {
	HOST_TEST(has_every_tick_of_the_last_hours),
	{ }
};
