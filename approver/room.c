/* SPDX-License-Identifier: BSD-2-Clause
 * room.c - space for the store when the disk has none: a login must be
 * written down, or nobody can come and make room. */
#include <fcntl.h>
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/wire.h"

#define MIB (INT64_C(1024) * 1024)
#define KEPT (4 * MIB)		/* thousands of logins */
#define NEED MIB		/* the store's log grows so much at a time */
#define SPARE (16 * MIB)	/* left to others when the reserve is made */

void
room_open(struct ledger *l)
{
	l->reserve = (struct reserve){ .dir = open(l->start->statedir,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC), .size = KEPT };
	room_tick(l);
}

void
room_tick(struct ledger *l)
{
	struct err e = { 0 };
	int rc;

	if (l->reserved || l->reserve.dir < 0)
		return;
	rc = reserve_keep(&l->reserve, SPARE, &e);
	if (rc < 0 && !l->store_down)
		log_line(LOG_ERR, "store: %s", e.text);
	l->reserved = rc == 1;
}

static bool
comes_in(const json_t *msg)
{
	static const char *const ops[] = { "login.verified",
		"login.remembered", "conn.open", "channel.open" };

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strcmp(wire_op(msg), ops[i]) == 0)
			return true;
	return false;
}

void
room_make(struct ledger *l)
{
	bool wanted = false;
	int64_t room;

	for (const struct item *it = l->first; it != NULL; it = it->next)
		wanted = wanted || comes_in(it->msg);
	if (!wanted || !l->reserved)
		return;
	room = reserve_free(l->reserve.dir, NULL);
	if (room < 0 || room >= NEED || !reserve_release(&l->reserve))
		return;
	l->reserved = false;
	log_line(LOG_ALERT, "no space is left for the store: its reserve is "
	    "used, so that a login can be written down");
}
