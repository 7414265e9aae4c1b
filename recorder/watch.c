/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/watch.h"

#define TURN_NS (INT64_C(2) * 1000 * 1000 * 1000)

enum watch_verdict
watch_look(struct watch *w, int64_t passed_ns, int64_t limit_ns)
{
	w->waited_ns += passed_ns < TURN_NS ? passed_ns : TURN_NS;
	if (!w->due && w->waited_ns >= limit_ns / 3) {
		w->due = true;
		w->waited_ns = 0;
	}
	if (!w->due)
		return WATCH_WAIT;
	if (w->waited_ns >= limit_ns)
		return WATCH_HUNG;
	return w->asked ? WATCH_WAIT : WATCH_ASK;
}

void
watch_answered(struct watch *w)
{
	*w = (struct watch){ .due = false };
}
