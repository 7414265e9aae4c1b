/* SPDX-License-Identifier: BSD-2-Clause
 * peer.c - links of ledger.sock and approver.sock, and who is behind them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "approver/ledger.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define CLIENT_QUEUE 64
#define ACCEPTS_A_TURN 32

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77	/* Linux 6.5 */
#endif

uint32_t
groups_match(const char *groups, const struct authority_expr *x)
{
	char copy[BOOK_GROUPS_MAX], *save = NULL;
	const char *group[BOOK_GROUPS_MAX / 2];
	size_t n = 0, len = strlen(groups);

	if (len >= sizeof(copy))
		return 0;
	memcpy(copy, groups, len + 1);
	for (char *g = strtok_r(copy, "\n", &save); g != NULL;
	    g = strtok_r(NULL, "\n", &save))
		group[n++] = g;
	return authority_match(x, group, n);
}

uint32_t
peer_match(const struct who *w, const struct authority_expr *x)
{
	return groups_match(w->groups, x);
}

/* ---- links ------------------------------------------------------------ */

static void
client_free(struct client *c)
{
	struct client **at = &c->l->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	c->l->client_count--;
	free(c);
}

void
peer_release(struct client *c)
{
	c->items--;
	if (c->closed && c->items == 0)
		client_free(c);
}

static void
on_gone(struct link *link)
{
	struct client *c = link->owner;

	c->closed = true;
	sessions_unwatch(c);
	if (c->items == 0)
		client_free(c);
}

static void
on_closed(struct link *link, const struct err *why)
{
	struct client *c = link->owner;

	if (why != NULL)
		log_line(LOG_WARNING, "%s: process %ld of uid %u is cut: %s",
		    c->kind == CLIENT_PAM ? "ledger.sock" : "approver.sock",
		    (long)c->pid, (unsigned)c->uid, why->text);
}

static void
on_message(struct link *link, const json_t *msg, struct wire_fds *fds)
{
	struct client *c = link->owner;

	(void)fds;
	ledger_take(c->l, c, msg);
}

static const struct link_ops client_ops = { .message = on_message,
    .closed = on_closed, .gone = on_gone, .queue_max = CLIENT_QUEUE };

void
peer_send(struct client *c, json_t *msg, int fd)
{
	struct err e = { 0 };

	if (c->closed) {
		json_decref(msg);
		io_close(&fd);
		return;
	}
	if (link_send(&c->link, msg, &fd, fd >= 0 ? 1 : 0, &e) < 0) {
		log_line(LOG_WARNING, "process %ld of uid %u: %s",
		    (long)c->pid, (unsigned)c->uid, e.text);
		link_close(&c->link);
	}
}

/* ---- who is it -------------------------------------------------------- */

/* Ask the monitor whose connection this process belongs to; until it has
 * answered nothing is read from the peer. */
static void
ask_monitor(struct client *c)
{
	struct ledger *l = c->l;
	socklen_t len = sizeof(int);
	json_t *msg;
	struct err e = { 0 };
	int pidfd = -1;

	if (getsockopt(c->link.source.fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd,
	    &len) < 0)
		pidfd = -1;
	msg = json_pack("{s:s, s:I, s:I, s:I, s:I}", "op", "peer.conn",
	    "pid", (json_int_t)c->pid, "boot_us",
	    (json_int_t)clock_boot_us(), "uid", (json_int_t)c->uid,
	    "id", (json_int_t)++l->next_id);
	link_pause(&c->link, true);
	if (link_send(&l->up, msg, &pidfd, pidfd >= 0 ? 1 : 0, &e) < 0) {
		log_line(LOG_ERR, "link to the monitor: %s", e.text);
		link_close(&c->link);
		return;
	}
	c->asked = l->next_id;
}

static void
join_groups(const struct conf_section *s, char ret[BOOK_GROUPS_MAX])
{
	size_t at = 0;

	ret[0] = '\0';
	for (size_t i = 0; i < conf_list_n(s, "groups"); i++) {
		const char *g = conf_list(s, "groups", i);
		size_t n = strlen(g);

		if (at + n + 2 > BOOK_GROUPS_MAX)
			return;
		memcpy(ret + at, g, n);
		at += n;
		ret[at++] = '\n';
		ret[at] = '\0';
	}
}

/* [approver NAME]: the person is made in the store when it is new. */
static void
by_uid(struct client *c)
{
	struct ledger *l = c->l;
	const struct local *local = policy_local(&l->policy, c->uid);
	struct err e = { 0 };

	if (local == NULL)
		return;
	if (book_begin(l->book, &e) == 0 &&
	    book_local_person(l->book, local->issuer, local->sub,
	    local->name, c->who.person, &e) == 0 &&
	    book_commit(l->book, &e) == 0) {
		(void)snprintf(c->who.name, sizeof(c->who.name), "%s",
		    local->name);
		join_groups(local->section, c->who.groups);
		return;
	}
	book_rollback(l->book);
	c->who = (struct who){ .person = "" };
	log_line(LOG_ERR, "[approver %s]: %s", local->name, e.text);
}

static void
by_conn(struct client *c, const char *id)
{
	for (const struct live_conn *k = c->l->conns; k != NULL; k = k->next)
		if (!k->ended && strcmp(k->who.conn, id) == 0)
			c->who = k->who;
}

void
peer_answer(struct ledger *l, json_t *msg, int fd)
{
	const char *conn = NULL;
	struct client *c = l->clients;
	int64_t id = 0;

	(void)wire_int_opt(msg, "id", 1, INT64_MAX, &id, NULL);
	while (c != NULL && (c->asked != id || c->closed))
		c = c->next;
	if (c == NULL || id == 0) {
		io_close(&fd);
		return; /* an end or a line was passed on, or the peer left */
	}
	c->asked = 0;
	if (c->reads) {
		c->reads = false;
		(void)json_object_del(msg, "id");
		peer_send(c, json_incref(msg), fd);
		link_pause(&c->link, false);
		return;
	}
	io_close(&fd);
	(void)wire_str_opt(msg, "conn", ID_MAX, &conn, NULL);
	if (conn != NULL)
		by_conn(c, conn);
	else if (c->uid != 0)
		by_uid(c);
	link_pause(&c->link, false);
}

void
peer_read(struct client *c, json_t *msg)
{
	struct ledger *l = c->l;
	struct err e = { 0 };

	(void)json_object_set_new(msg, "id", json_integer(++l->next_id));
	c->asked = l->next_id;
	c->reads = true;
	link_pause(&c->link, true);
	if (link_send(&l->up, msg, NULL, 0, &e) < 0) {
		log_line(LOG_ERR, "link to the monitor: %s", e.text);
		link_close(&c->link);
	}
}

static bool
too_many(const struct ledger *l, enum client_kind kind, uid_t uid)
{
	size_t n = 0;

	if (l->client_count >= LEDGER_CLIENTS)
		return true;
	if (kind == CLIENT_PAM || uid == 0)
		return false;
	for (const struct client *c = l->clients; c != NULL; c = c->next)
		n += c->kind == kind && c->uid == uid;
	return n >= LEDGER_CLIENTS_UID;
}

static void
add_client(struct ledger *l, int fd, enum client_kind kind)
{
	struct err e = { 0 };
	struct client *c;
	uid_t uid = (uid_t)-1;
	pid_t pid = 0;

	if (wire_peer(fd, &pid, &uid, NULL, &e) < 0 ||
	    (kind == CLIENT_PAM && uid != 0) || too_many(l, kind, uid)) {
		log_line(LOG_WARNING, "%s: uid %u, process %ld: refused",
		    kind == CLIENT_PAM ? "ledger.sock" : "approver.sock",
		    (unsigned)uid, (long)pid);
		io_close(&fd);
		return;
	}
	c = calloc(1, sizeof(*c));
	if (c == NULL) {
		io_close(&fd);
		return;
	}
	if (link_open(&c->link, &l->loop, fd, &client_ops, c, &e) < 0) {
		free(c);
		return;
	}
	c->l = l;
	c->kind = kind;
	c->pid = pid;
	c->uid = uid;
	c->next = l->clients;
	l->clients = c;
	l->client_count++;
	if (kind == CLIENT_PERSON)
		ask_monitor(c);
}

void
peer_accept(struct source *s, uint32_t events)
{
	struct ledger *l = s->owner;
	enum client_kind kind = s == &l->ledger_socket ? CLIENT_PAM :
	    CLIENT_PERSON;

	(void)events;
	for (int i = 0; i < ACCEPTS_A_TURN; i++) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			return;
		add_client(l, fd, kind);
	}
}

/* ---- those who wait for a decision ------------------------------------ */

static bool
is_changed(const struct ledger *l, const char *request)
{
	const json_t *one;
	size_t i;

	json_array_foreach(l->changed, i, one)
		if (strcmp(json_string_value(one), request) == 0)
			return true;
	return false;
}

static bool
is_pending(const json_t *news)
{
	const char *state = json_string_value(json_object_get(news,
	    "state"));

	return state != NULL && strcmp(state, "pending") == 0;
}

void
peer_tell_waiting(struct ledger *l)
{
	if (json_array_size(l->changed) == 0)
		return;
	for (struct client *c = l->clients; c != NULL; c = c->next) {
		struct err e = { 0 };
		json_t *news;

		if (c->closed || c->waits[0] == '\0' ||
		    !is_changed(l, c->waits))
			continue;
		news = request_news(l, c->waits, &e);
		if (news == NULL)
			news = wire_no(&e);
		if (!is_pending(news))
			c->waits[0] = '\0';
		peer_send(c, news, -1);
	}
}
