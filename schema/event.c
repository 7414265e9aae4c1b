/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "schema/digest.h"
#include "schema/merkle.h"

/* In the order of names: event_kind_find searches it by halves. */
static const struct event_kind kinds[] = {
	{ "anchor.failed", CLASS_SYSTEM, 3, true, "an anchor failed" },
	{ "anchor.made", CLASS_SYSTEM, 6, false, "a checkpoint was anchored" },
	{ "channel.exec", CLASS_COMMAND, 6, false, "a program was started" },
	{ "channel.file", CLASS_COMMAND, 6, false, "files were moved" },
	{ "channel.killed", CLASS_ACCESS, 4, false, "a session was killed" },
	{ "channel.lost", CLASS_SYSTEM, 3, true, "a recording is lost" },
	{ "channel.mask", CLASS_COMMAND, 6, false, "values were masked" },
	{ "channel.open", CLASS_COMMAND, 6, false, "a shell or command began" },
	{ "channel.seal", CLASS_COMMAND, 6, false, "a recording was sealed" },
	{ "channel.unfollowed", CLASS_COMMAND, 4, true,
	    "what a transfer moved could not be followed" },
	{ "channel.unwatched", CLASS_ADMIN, 6, false,
	    "a session was no longer watched" },
	{ "channel.watched", CLASS_ADMIN, 5, false,
	    "a session was watched while it ran" },
	{ "clock.step", CLASS_SYSTEM, 4, true, "the clock stepped" },
	{ "config.loaded", CLASS_ADMIN, 5, false, "a configuration was loaded" },
	{ "connection.close", CLASS_ACCESS, 6, false, "a connection ended" },
	{ "connection.open", CLASS_ACCESS, 6, false, "a connection began" },
	{ "daemon.crash", CLASS_SYSTEM, 3, true, "the daemon had crashed" },
	{ "daemon.start", CLASS_SYSTEM, 5, false, "the daemon started" },
	{ "daemon.stop", CLASS_SYSTEM, 5, false, "the daemon stopped" },
	{ "decision.approve", CLASS_ACCESS, 5, false, "a request was approved" },
	{ "decision.deny", CLASS_ACCESS, 5, false, "a request was denied" },
	{ "erase.run", CLASS_ADMIN, 4, false, "a person was erased" },
	{ "exec.approved", CLASS_ACCESS, 5, false,
	    "a held program was approved" },
	{ "exec.count", CLASS_COMMAND, 6, false, "programs were counted" },
	{ "exec.denied", CLASS_COMMAND, 4, false, "a program was refused" },
	{ "exec.held", CLASS_COMMAND, 5, false, "a program was held" },
	{ "exec.refused", CLASS_ACCESS, 5, false, "a held program was refused" },
	{ "exec.unheld", CLASS_COMMAND, 6, false, "a held program went on" },
	{ "grant.expired", CLASS_ACCESS, 6, false, "a grant expired" },
	{ "grant.issued", CLASS_ACCESS, 5, false, "a grant was issued" },
	{ "grant.replaced", CLASS_ACCESS, 6, false, "a grant was prolonged" },
	{ "grant.revoked", CLASS_ACCESS, 4, false, "a grant was revoked" },
	{ "hold.placed", CLASS_ADMIN, 5, false, "a legal hold was placed" },
	{ "hold.released", CLASS_ADMIN, 4, false, "a legal hold was released" },
	{ "identity.rejected", CLASS_ACCESS, 4, false, "a sign-in was rejected" },
	{ "identity.verified", CLASS_ACCESS, 6, false, "a person signed in" },
	{ "key.rotated", CLASS_SYSTEM, 6, false, "the signing key changed" },
	{ "keys.seen", CLASS_ADMIN, 5, false, "a provider has new keys" },
	{ "login.allowed", CLASS_ACCESS, 6, false, "a login was allowed" },
	{ "login.breakglass", CLASS_ACCESS, 1, true, "break-glass was used" },
	{ "login.denied", CLASS_ACCESS, 4, false, "a login was denied" },
	{ "person.locked", CLASS_ACCESS, 4, false, "a person was locked out" },
	{ "person.unlocked", CLASS_ACCESS, 4, false, "a person was unlocked" },
	{ "purge.run", CLASS_ADMIN, 5, false, "old records were removed" },
	{ "recorder.failed", CLASS_SYSTEM, 2, true, "a recorder failed" },
	{ "recording.read", CLASS_ADMIN, 5, false, "a recording was read" },
	{ "report.exported", CLASS_ADMIN, 5, false, "the ledger was exported" },
	{ "report.read", CLASS_ADMIN, 5, false, "the ledger was read" },
	{ "request.created", CLASS_ACCESS, 5, false, "access was asked for" },
	{ "request.lapsed", CLASS_ACCESS, 6, false, "a request lapsed" },
	{ "request.withdrawn", CLASS_ACCESS, 6, false,
	    "a request was withdrawn" },
	{ "reserve.used", CLASS_SYSTEM, 2, true,
	    "no disk space was left, and the reserve was used" },
	{ "review.signed", CLASS_ADMIN, 5, false, "an exception was explained" },
	{ "store.restored", CLASS_SYSTEM, 2, true, "the store was restored" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const struct event_kind *
event_kind_at(size_t i)
{
	return i < KINDS ? &kinds[i] : NULL;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, ((const struct event_kind *)b)->kind);
}

const struct event_kind *
event_kind_find(const char *kind)
{
	return bsearch(kind, kinds, KINDS, sizeof(kinds[0]), by_name);
}

const char *
event_class_name(enum event_class c)
{
	static const char *const names[] = {
		"access", "command", "admin", "system"
	};

	return names[c];
}

bool
event_kind_stays(const char *kind)
{
	static const char *const stay[] = { "purge.run", "erase.run",
		"hold.placed", "hold.released", "key.rotated" };

	for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
		if (strcmp(stay[i], kind) == 0)
			return true;
	return false;
}

static bool
boot_ok(const char *s)
{
	if (strlen(s) != EVENT_BOOT_MAX - 1)
		return false;
	for (int i = 0; i < EVENT_BOOT_MAX - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' :
		    strchr("0123456789abcdef", s[i]) == NULL)
			return false;
	}
	return true;
}

static bool
session_ok(const char *s)
{
	return s[0] == '\0' || id_ok(s, 's') || id_ok(s, 'c');
}

int
event_check(const struct event *v, struct err *e)
{
	char when[CLOCK_TEXT_MAX];
	int64_t back;

	if (v->seq < 0 || v->mono_us < 0)
		return err_set(e, ERR_INPUT, "event: a negative number");
	clock_format(v->wall_us, when);
	if (v->wall_us <= 0 || clock_parse(when, &back, NULL) < 0 ||
	    back != v->wall_us)
		return err_set(e, ERR_INPUT, "event: time out of range");
	if (!boot_ok(v->boot))
		return err_set(e, ERR_INPUT, "event: no boot id: %s", v->boot);
	if (event_kind_find(v->kind) == NULL)
		return err_set(e, ERR_INPUT, "event: no such kind: %s",
		    v->kind);
	if (!session_ok(v->session))
		return err_set(e, ERR_INPUT, "event: no id: %s", v->session);
	if (v->who[0] != '\0' && !id_ok(v->who, 'p'))
		return err_set(e, ERR_INPUT, "event: no person: %s", v->who);
	return 0;
}

static const char *
or_dash(const char *s)
{
	return s[0] == '\0' ? "-" : s;
}

int
event_record(const struct event *v, struct buf *b, struct err *e)
{
	char when[CLOCK_TEXT_MAX], hash[DIGEST_HEX];

	clock_format(v->wall_us, when);
	hex_of(v->body_hash, EVENT_HASH, hash);
	return buf_printf(b, e, "warrant-event/v1\nseq %" PRId64
	    "\ntime %s\nboot %s %" PRId64 "\nkind %s\nsession %s\nwho %s\n"
	    "body %s\n", v->seq, when, v->boot, v->mono_us, v->kind,
	    or_dash(v->session), or_dash(v->who), hash);
}

/* The text behind "key " on the next line, cut at its LF; NULL for none. */
static char *
value_of(char **p, const char *key)
{
	size_t n = strlen(key);
	char *at = *p, *end = strchr(at, '\n');

	if (end == NULL || strncmp(at, key, n) != 0 || at[n] != ' ')
		return NULL;
	*end = '\0';
	*p = end + 1;
	return at + n + 1;
}

static int
take_text(char **p, const char *key, char *ret, size_t size)
{
	const char *v = value_of(p, key);

	if (v == NULL || strlen(v) >= size)
		return -1;
	(void)strcpy(ret, strcmp(v, "-") == 0 ? "" : v);
	return 0;
}

static int
take_number(const char *s, int64_t *ret)
{
	char *end;

	if (s == NULL || s[0] < '0' || s[0] > '9')
		return -1;
	*ret = strtoll(s, &end, 10);
	return *end == '\0' ? 0 : -1;
}

static int
take_boot(char **p, struct event *v)
{
	char *at = value_of(p, "boot"), *blank;

	blank = at == NULL ? NULL : strchr(at, ' ');
	if (blank == NULL || blank - at != EVENT_BOOT_MAX - 1)
		return -1;
	*blank = '\0';
	(void)strcpy(v->boot, at);
	return take_number(blank + 1, &v->mono_us);
}

static int
take_lines(char *p, struct event *v)
{
	static const char head[] = "warrant-event/v1\n";
	const char *when, *hash;

	if (strncmp(p, head, sizeof(head) - 1) != 0)
		return -1;
	p += sizeof(head) - 1;
	if (take_number(value_of(&p, "seq"), &v->seq) < 0)
		return -1;
	when = value_of(&p, "time");
	if (when == NULL || clock_parse(when, &v->wall_us, NULL) < 0 ||
	    take_boot(&p, v) < 0 ||
	    take_text(&p, "kind", v->kind, sizeof(v->kind)) < 0 ||
	    take_text(&p, "session", v->session, sizeof(v->session)) < 0 ||
	    take_text(&p, "who", v->who, sizeof(v->who)) < 0)
		return -1;
	hash = value_of(&p, "body");
	if (hash == NULL || digest_unhex(hash, v->body_hash, EVENT_HASH) < 0)
		return -1;
	return *p == '\0' ? 0 : -1;
}

int
event_parse(const char *p, size_t n, struct event *ret, struct err *e)
{
	struct buf back = BUF_INIT(EVENT_RECORD_MAX);
	char text[EVENT_RECORD_MAX];
	struct event v = { 0 };
	int rc = -1;

	if (n >= sizeof(text) || memchr(p, '\0', n) != NULL)
		return err_set(e, ERR_INPUT, "no event record");
	memcpy(text, p, n);
	text[n] = '\0';
	if (take_lines(text, &v) < 0) {
		(void)err_set(e, ERR_INPUT, "no event record");
	} else if (event_check(&v, e) == 0 && event_record(&v, &back, e) == 0) {
		if (back.len == n && memcmp(back.p, p, n) == 0)
			rc = 0;
		else
			(void)err_set(e, ERR_INPUT,
			    "event record in another form");
	}
	buf_clear(&back);
	if (rc == 0)
		*ret = v;
	return rc;
}

int
event_leaf(const struct event *v, unsigned char ret[EVENT_HASH],
    struct err *e)
{
	struct buf b = BUF_INIT(EVENT_RECORD_MAX);
	int rc = -1;

	if (event_record(v, &b, e) == 0)
		rc = merkle_leaf(b.p, b.len, ret, e);
	buf_clear(&b);
	return rc;
}

int
event_body_hash(const unsigned char salt[EVENT_SALT], const char *body,
    size_t n, unsigned char ret[EVENT_HASH], struct err *e)
{
	return digest_2(salt, EVENT_SALT, body, n, ret, e);
}
