/* SPDX-License-Identifier: BSD-2-Clause
 * readers.c - copies of the ledger and recordings, for auditors.
 *
 * That somebody reads is an event, committed before anything is handed
 * out. */
#include <string.h>

#include "approver/ledger.h"
#include "lib/err.h"
#include "lib/user.h"
#include "lib/wire.h"

#define AUDIT_GROUP "warrant-audit"
#define EXPORT "warrant-report export"

static int
check_reader(const struct client *c, struct err *e)
{
	struct user u;

	if (c->uid == 0)
		return 0;
	if (user_find_uid(c->uid, &u, e) == 1 &&
	    user_in_group(&u, AUDIT_GROUP, e) == 1)
		return 0;
	return err_set(e, ERR_DENIED, "only members of the group "
	    AUDIT_GROUP " and root read the ledger");
}

static int
write_down(const struct turn *t, const char *kind, const char *session,
    struct err *e)
{
	const struct client *c = t->client;

	return book_event(t->l->book, kind, session,
	    c->who.person[0] == '\0' ? NULL : c->who.person,
	    json_pack("{s:s, s:I, s:I}", "for", turn_str(t, "for"), "uid",
	    (json_int_t)c->uid, "pid", (json_int_t)c->pid), e);
}

static int
copy_now(struct ledger *l, struct item *it, struct err *e)
{
	it->fd = book_snapshot(l->book, e);
	return it->fd < 0 ? -1 : 0;
}

int
verb_snapshot(struct turn *t, json_t **answer, struct err *e)
{
	bool out = strncmp(turn_str(t, "for"), EXPORT, strlen(EXPORT)) == 0;

	(void)answer;
	if (check_reader(t->client, e) < 0 || write_down(t, out ?
	    "report.exported" : "report.read", NULL, e) < 0)
		return -1;
	t->item->after = copy_now;
	return 0;
}

int
readers_open(struct ledger *l, struct item *it, struct err *e)
{
	const char *id = json_string_value(json_object_get(it->msg,
	    "channel"));

	(void)l;
	(void)e;
	peer_read(it->client, json_pack("{s:s, s:s}", "op",
	    "recording.open", "channel", id));
	return 0;
}

int
verb_recording(struct turn *t, json_t **answer, struct err *e)
{
	const char *id = turn_str(t, "channel");

	(void)answer;
	if (!id_ok(id, 's'))
		return err_set(e, ERR_USAGE, "%s: no id of a session", id);
	if (check_reader(t->client, e) < 0 ||
	    write_down(t, "recording.read", id, e) < 0)
		return -1;
	t->item->after = readers_open;
	t->item->silent = true;
	return 0;
}
