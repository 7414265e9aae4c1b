/* SPDX-License-Identifier: BSD-2-Clause
 * channel.c - channels, and the recorder of each. */
#include "approver/monitor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define RECORDER_QUEUE 64
/* SHA-256 of nothing: the record of a channel that never began */
#define NO_BYTES "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b" \
    "7852b855"

struct channel {
	struct conn *c;
	struct channel *next;
	int64_t chan;		/* the gate's number */
	char id[ID_MAX];	/* "" until the ledger gave one */
	struct link recorder;
	struct child child;
	struct source ended;
	int record;		/* read and write, kept to hash it */
	json_t *known;		/* channel.known, told to each new ledger */
	json_t *command;	/* as it was asked for, or NULL */
	json_t *seal;		/* what the recorder said last */
	json_t *exit;		/* how the real shell ended */
	bool tty;
	bool failed;		/* said so already */
	unsigned pins;
};

bool
channel_is_of(const struct conn *c, const char *id)
{
	for (const struct channel *ch = c->channels; ch != NULL;
	    ch = ch->next)
		if (strcmp(ch->id, id) == 0)
			return true;
	return false;
}

void
channel_known(const struct conn *c)
{
	for (const struct channel *ch = c->channels; ch != NULL;
	    ch = ch->next)
		if (ch->known != NULL)
			monitor_mention(c->m, json_incref(ch->known));
}

/* ---- its end ---------------------------------------------------------- */

static void
channel_free(struct channel *ch)
{
	struct channel **at = &ch->c->channels;

	while (*at != ch)
		at = &(*at)->next;
	*at = ch->next;
	ch->c->channel_count--;
	monitor_forget(ch->c->m, ch);
	io_close(&ch->record);
	json_decref(ch->known);
	json_decref(ch->command);
	json_decref(ch->seal);
	json_decref(ch->exit);
	free(ch);
}

static void
settle(struct channel *ch)
{
	struct conn *c = ch->c;
	json_t *seal;

	if (ch->pins > 0)
		return;
	seal = spool_take(c->m, c->id, ch->id);
	if (ch->seal == NULL)
		ch->seal = json_incref(seal);
	json_decref(seal);
	if (ch->seal == NULL)
		ch->seal = json_pack("{s:s, s:s}", "op", "channel.seal",
		    "state", "interrupted");
	seal = ch->seal;
	ch->seal = NULL;
	(void)json_object_set_new(seal, "op", json_string("channel.seal"));
	(void)json_object_set_new(seal, "channel", json_string(ch->id));
	if (ch->exit != NULL) { /* the gate knows better how it ended */
		(void)json_object_del(seal, "status");
		(void)json_object_del(seal, "signal");
		(void)json_object_update(seal, ch->exit);
	}
	digest_start(c->m, ch->record, seal);
	ch->record = -1;
	channel_free(ch);
	conn_settle(c);
}

void
channel_void(struct monitor *m, const char *id, const char *text)
{
	monitor_tell(m, json_pack("{s:s, s:s, s:s}", "op", "recorder.failed",
	    "channel", id, "text", text));
	monitor_tell(m, json_pack("{s:s, s:s, s:s, s:I, s:I, s:s}", "op",
	    "channel.seal", "channel", id, "state", "interrupted", "length",
	    (json_int_t)0, "size", (json_int_t)0, "sha256", NO_BYTES));
}

static void
say_no(struct conn *c, int64_t chan, int status, const char *text)
{
	conn_send(c, json_pack("{s:s, s:I, s:i, s:s}", "op", "channel.no",
	    "chan", (json_int_t)chan, "code", status, "text", text), NULL,
	    0);
}

static void
refuse(struct channel *ch, int status, const char *text)
{
	struct conn *c = ch->c;

	say_no(c, ch->chan, status, text);
	channel_free(ch);
	conn_settle(c);
}

/* It cannot be recorded any more: nothing of it may go on. */
static void
failed(struct channel *ch, const char *text)
{
	if (ch->failed)
		return;
	ch->failed = true;
	log_line(LOG_ALERT, "%s: recorder: %s", ch->id, text);
	monitor_tell(ch->c->m, json_pack("{s:s, s:s, s:s}", "op",
	    "recorder.failed", "channel", ch->id, "text", text));
	conn_send(ch->c, json_pack("{s:s, s:s, s:s, s:s}", "op", "end",
	    "channel", ch->id, "why", "recorder-failed", "text",
	    "this session cannot be recorded any more and ends here"), NULL,
	    0);
}

/* ---- the recorder ----------------------------------------------------- */

bool
channel_fact(struct monitor *m, const char *conn, const char *channel,
    const json_t *msg)
{
	static const struct {
		const char *op, *as;
	} facts[] = { { "mask", "channel.mask" }, { "file", "channel.file" },
	    { "exec.event", "exec.event" } };

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		json_t *copy;

		if (strcmp(wire_op(msg), facts[i].op) != 0)
			continue;
		copy = json_copy((json_t *)(uintptr_t)msg);
		(void)json_object_set_new(copy, "op",
		    json_string(facts[i].as));
		(void)json_object_set_new(copy, "channel",
		    json_string(channel));
		if (conn != NULL)
			(void)json_object_set_new(copy, "conn",
			    json_string(conn));
		monitor_tell(m, copy);
		return true;
	}
	return false;
}

static void
recorder_message(struct link *l, const json_t *msg, struct wire_fds *fds)
{
	struct channel *ch = l->owner;
	const char *op = wire_op(msg), *text = "";
	json_t *copy;

	(void)fds;
	if (strcmp(op, "exec.event") == 0)
		conn_hold_words(ch->c, msg);
	if (strcmp(op, "head") == 0) {
		copy = json_copy((json_t *)(uintptr_t)msg);
		(void)json_object_set_new(copy, "op",
		    json_string("channel.head"));
		(void)json_object_set_new(copy, "channel",
		    json_string(ch->id));
		monitor_mention(ch->c->m, copy);
	} else if (strcmp(op, "seal") == 0 && ch->seal == NULL) {
		ch->seal = json_copy((json_t *)(uintptr_t)msg);
	} else if (strcmp(op, "failed") == 0) {
		(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL);
		failed(ch, text);
	} else if (!channel_fact(ch->c->m, ch->c->id, ch->id, msg)) {
		log_line(LOG_WARNING, "%s: recorder sent unknown %.40s",
		    ch->id, op);
	}
}

static void
recorder_closed(struct link *l, const struct err *why)
{
	struct channel *ch = l->owner;

	if (why != NULL)
		log_line(LOG_ERR, "%s: recorder: %s", ch->id, why->text);
}

static void
recorder_gone(struct link *l)
{
	struct channel *ch = l->owner;

	ch->pins--;
	settle(ch);
}

static const struct link_ops recorder_ops = { .message = recorder_message,
    .closed = recorder_closed, .gone = recorder_gone,
    .queue_max = RECORDER_QUEUE };

static void
ended_gone(struct source *s)
{
	struct channel *ch = s->owner;

	ch->pins--;
	settle(ch);
}

static void
recorder_ended(struct source *s, uint32_t events)
{
	struct channel *ch = s->owner;
	char text[80];
	int status = 0;

	(void)events;
	if (link_is_open(&ch->recorder)) {
		/* what it said last is read before it is buried */
		ch->recorder.source.ready(&ch->recorder.source, EPOLLIN);
		if (link_is_open(&ch->recorder))
			return;
	}
	loop_del(&ch->c->m->loop, s);
	(void)child_wait(&ch->child, &status, NULL);
	(void)child_status_text(status, text, sizeof(text));
	if (ch->seal == NULL)
		failed(ch, text);
	else if (status != 0)
		log_line(LOG_ERR, "%s: warrant-recorder %s", ch->id, text);
}

/* ---- its beginning ---------------------------------------------------- */

/* Start the recorder; *gate_end is what the gate gets. */
static int
start_recorder(struct channel *ch, int spool, int *gate_end, struct err *e)
{
	struct monitor *m = ch->c->m;
	const char *const argv[] = { "warrant-recorder", NULL };
	int own[2] = { -1, -1 }, gate[2] = { -1, -1 }, rc = -1;
	char program[256];
	struct child_start s = { .path = program, .argv = argv, .fds = 4,
	    .uid = m->rec_uid, .gid = m->rec_gid };

	(void)snprintf(program, sizeof(program), "%s/warrant-recorder",
	    m->start->libexecdir);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, own) < 0 ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, gate) < 0) {
		(void)err_sys(e, "socketpair");
		goto out;
	}
	s.fd[0] = own[1];
	s.fd[1] = gate[1];
	s.fd[2] = ch->record;
	s.fd[3] = spool;
	if (child_start(&s, &ch->child, e) < 0)
		goto out;
	ch->ended = (struct source){ .fd = ch->child.pidfd,
	    .ready = recorder_ended, .gone = ended_gone, .owner = ch };
	if (loop_add(&m->loop, &ch->ended, EPOLLIN, e) < 0) {
		child_end(&ch->child);
		goto out;
	}
	ch->pins++;
	rc = link_open(&ch->recorder, &m->loop, own[0], &recorder_ops, ch, e);
	own[0] = -1; /* link_open owns it; without it the recorder ends */
	if (rc == 0) {
		ch->pins++;
		*gate_end = gate[0];
		gate[0] = -1;
	}
out:
	io_close(&own[0]);
	io_close(&own[1]);
	io_close(&gate[0]);
	io_close(&gate[1]);
	return rc;
}

/* Some keys of the ledger's answer, those that are there. */
static void
take(json_t *to, const json_t *from, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		json_t *v = json_object_get(from, *keys);

		if (v != NULL)
			(void)json_object_set(to, *keys, v);
	}
}

static void
begin(struct channel *ch, const json_t *answer, int gate_end)
{
	static const char *const to_recorder[] = { "header", "profiles",
	    "mask_key", "mask_key_id", "pipes", "transfer", "until_us",
	    "rules", "sync_us", NULL };
	static const char *const to_gate[] = { "channel", "role", "grant",
	    "until_us", "shell", "transfer", "pipes", "notice",
	    "exec_rules", NULL };
	static const char *const to_ledger[] = { "channel", "role", "grant",
	    "until_us", NULL };
	json_t *record = json_pack("{s:s}", "op", "record");
	json_t *ok = json_pack("{s:s, s:I}", "op", "channel.ok", "chan",
	    (json_int_t)ch->chan);
	struct err e = { 0 };

	take(record, answer, to_recorder);
	take(ok, answer, to_gate);
	ch->known = json_pack("{s:s, s:s}", "op", "channel.known", "conn",
	    ch->c->id);
	take(ch->known, answer, to_ledger);
	(void)json_object_set(ch->known, "opened_us", json_object_get(
	    json_object_get(answer, "header"), "opened_us"));
	if (ch->command != NULL)
		(void)json_object_set(ch->known, "command", ch->command);
	(void)json_object_set_new(ch->known, "tty", json_boolean(ch->tty));
	if (link_send(&ch->recorder, record, NULL, 0, &e) < 0)
		log_line(LOG_ERR, "%s: recorder: %s", ch->id, e.text);
	conn_send(ch->c, ok, &gate_end, 1);
	log_line(LOG_INFO, "%s: channel of %s", ch->id, ch->c->id);
}

static void
opened(struct monitor *m, void *arg, const json_t *msg,
    const struct err *why)
{
	struct channel *ch = arg;
	const char *id = NULL, *text = "";
	int spool = -1, gate_end = -1;
	struct err e = { 0 };

	if (msg == NULL) {
		refuse(ch, err_exit_status(why->code), why->text);
		return;
	}
	if (json_is_true(json_object_get(msg, "lobby"))) {
		(void)wire_str_opt(msg, "text", ERR_TEXT_MAX, &text, NULL);
		conn_send(ch->c, json_pack("{s:s, s:I, s:s}", "op",
		    "channel.lobby", "chan", (json_int_t)ch->chan, "text",
		    text), NULL, 0);
		channel_free(ch);
		return;
	}
	if (wire_str(msg, "channel", ID_MAX, &id, &e) < 0 || !id_ok(id, 's')) {
		refuse(ch, err_exit_status(ERR_UNAVAILABLE),
		    "the ledger gave no channel");
		return;
	}
	(void)snprintf(ch->id, sizeof(ch->id), "%s", id);
	if (recording_make(m, ch->id, json_is_true(json_object_get(msg,
	    "reserve")), &ch->record, &spool, &e) == 0 &&
	    start_recorder(ch, spool, &gate_end, &e) == 0) {
		begin(ch, msg, gate_end);
	} else {
		log_line(LOG_ALERT, "%s: cannot record: %s", ch->id, e.text);
		if (ch->pins == 0) {
			channel_void(m, ch->id, e.text);
			refuse(ch, err_exit_status(ERR_CANNOT_RECORD),
			    e.text);
		} else { /* the recorder sees the end of its link, and ends */
			say_no(ch->c, ch->chan,
			    err_exit_status(ERR_CANNOT_RECORD), e.text);
		}
	}
	io_close(&spool);
}

void
channel_ask(struct conn *c, const json_t *msg)
{
	json_t *question;
	struct channel *ch;
	int64_t chan = 0;

	if (wire_int(msg, "chan", 0, INT32_MAX, &chan, NULL) < 0) {
		log_line(LOG_WARNING, "%s: channel.ask without a number",
		    c->id);
		return;
	}
	ch = c->channel_count >= MONITOR_CHANNELS ? NULL :
	    calloc(1, sizeof(*ch));
	if (ch == NULL) {
		say_no(c, chan, err_exit_status(ERR_CANNOT_RECORD),
		    "too many channels on this connection");
		return;
	}
	ch->c = c;
	ch->chan = chan;
	ch->record = -1;
	ch->next = c->channels;
	c->channels = ch;
	c->channel_count++;
	ch->command = json_incref(json_object_get(msg, "command"));
	ch->tty = json_is_true(json_object_get(msg, "tty"));
	question = json_copy((json_t *)(uintptr_t)msg);
	(void)json_object_set_new(question, "op",
	    json_string("channel.open"));
	(void)json_object_set_new(question, "conn", json_string(c->id));
	monitor_ask(c->m, question, opened, ch);
}

/* The channel of c that a message names, or NULL. */
static struct channel *
named(const struct conn *c, const json_t *msg)
{
	struct channel *ch = c->channels;
	const char *id = NULL;

	if (wire_str(msg, "channel", ID_MAX, &id, NULL) < 0)
		return NULL;
	while (ch != NULL && strcmp(ch->id, id) != 0)
		ch = ch->next;
	return ch;
}

void
channel_exit(struct conn *c, const json_t *msg)
{
	static const char *const keys[] = { "status", "signal", NULL };
	struct channel *ch = named(c, msg);

	if (ch == NULL || ch->exit != NULL)
		return;
	ch->exit = json_object();
	take(ch->exit, msg, keys);
}

void
channel_hung(struct conn *c, const json_t *msg)
{
	struct channel *ch = named(c, msg);

	if (ch == NULL || ch->child.pid == 0)
		return;
	failed(ch, "it does not answer, and was killed");
	(void)kill(ch->child.pid, SIGKILL);
}

bool
channel_is_open(const struct monitor *m, const char *id)
{
	for (const struct conn *c = m->conns; c != NULL; c = c->next)
		if (channel_is_of(c, id))
			return true;
	return false;
}
