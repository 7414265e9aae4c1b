/* SPDX-License-Identifier: BSD-2-Clause
 * ledger.h - the process that writes the store (uid warrant).
 * in: questions on ledger.sock, approver.sock and the monitor's link
 * out: answers, each after what it says has been committed
 *
 * The messages of one round of the loop are one transaction with one signed
 * checkpoint; each is a savepoint in it, so that one that fails leaves no
 * trace.  Answers leave after the commit; if it fails, all of them say so
 * and nothing was done.  What is kept in memory (who is connected, which
 * channels run, one-time logins) changes at once and is taken back by the
 * same undo.
 *
 *	ledger.c    set-up, the round: timers, messages, commit, answers
 *	verbs.c     table of questions: who may ask, which fields, function
 *	peer.c      links of ledger.sock and approver.sock, who is behind them
 *	logins.c    verified sign-ins, connections
 *	channels.c  channels, execs, masks, seals
 *	requests.c  request, status, cancel, wait, extend, roles
 *	decisions.c approve, deny, revoke, ls, show
 *	holds.c     programs that wait for a word
 *	sessions.c  what runs now: listed, watched, killed
 *	reviews.c   exceptions, explained
 *	purge.c     when retention looks for what is too old
 *	show.c      requests and grants as messages
 *	readers.c   snapshot and recording, for auditors */
#ifndef WARRANT_APPROVER_LEDGER_H
#define WARRANT_APPROVER_LEDGER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "approver/book.h"
#include "approver/link.h"
#include "approver/loop.h"
#include "approver/policy.h"
#include "approver/retention.h"
#include "approver/remember.h"
#include "approver/reserve.h"
#include "lib/id.h"

struct conf;
struct err;

#define LEDGER_CLIENTS 2048	/* of ledger.sock and approver.sock */
#define LEDGER_CLIENTS_UID 64	/* of one uid on approver.sock */
#define LEDGER_LOGIN_US (INT64_C(600) * 1000000)	/* life of a login */
#define LEDGER_PAGE 40000	/* bytes of a list in one answer */
#define LEDGER_COMMAND_MAX 256	/* bytes of a command that are shown */
#define LEDGER_NOW_MAX 64	/* what a role is to a person now */

struct ledger_start {
	const struct conf *conf;
	const char *statedir;
	int monitor_fd;		/* link to the monitor; its end ends us */
	int ledger_fd, approver_fd;	/* listening, owned from here */
};

/* Serve until SIGTERM or the end of the monitor; all that was acknowledged
 * is then committed, sealed and anchored: 0.  -1 with *e when it cannot
 * start. */
int ledger_run(const struct ledger_start *start, struct err *e);

/* ---- what it holds ---------------------------------------------------- */

/* A person as far as this process knows: by a connection or [approver]. */
struct who {
	char person[ID_MAX];
	char name[BOOK_NAME_MAX];
	char groups[BOOK_GROUPS_MAX];	/* one a line */
	char conn[ID_MAX];	/* "" by [approver] */
	char account[BOOK_NAME_MAX];	/* of the connection */
};

/* A sign-in that was verified and not yet used. */
struct login {
	struct login *next;
	char id[ID_MAX];
	struct who who;
	char rhost[BOOK_NAME_MAX], service[64];
	int64_t until_us;
	bool used;
};

struct live_conn {
	struct live_conn *next;
	struct who who;		/* who.conn is its id */
	bool ended;
};

struct live_channel {
	struct live_channel *next;
	char id[ID_MAX], conn[ID_MAX], grant[ID_MAX];
	char role[BOOK_NAME_MAX];
	char command[LEDGER_COMMAND_MAX];	/* "" a shell */
	bool tty;
	int64_t opened_us;
	int64_t until_us;
	int64_t end_us;		/* of a revoked grant: end it then; 0 */
	unsigned warned;	/* bits of warnings given */
	bool sealed;
};

enum client_kind { CLIENT_PAM, CLIENT_PERSON };

struct client {
	struct client *next;
	struct ledger *l;
	struct link link;
	enum client_kind kind;
	pid_t pid;
	uid_t uid;
	int64_t asked;		/* id of a question to the monitor, 0 none */
	bool reads;		/* that question opens a recording for it */
	struct who who;		/* who.person is "" for nobody */
	char waits[ID_MAX];	/* request it waits for */
	char watches[ID_MAX];	/* channel whose recording it was given, "" */
	int64_t watch_us;	/* since then, boot clock */
	bool closed;		/* link is gone; freed when no item names it */
	unsigned items;
};

#define SAID_NAME 129		/* of a name, in a line for a terminal */
#define SAID_MESSAGE 257	/* and of a message */
#define HOLD_VOTES 8
#define HOLD_EXE 1024		/* bytes that are kept of a path */
#define HOLD_WORDS 4096		/* and of the words, masked */

/* A program that a gate holds.  It lives as long as the gate says so. */
struct live_hold {
	struct live_hold *next;
	char id[ID_MAX], channel[ID_MAX], conn[ID_MAX];
	char person[ID_MAX], account[BOOK_NAME_MAX];
	char role[BOOK_NAME_MAX], rule[BOOK_NAME_MAX];
	char exe[HOLD_EXE], cwd[HOLD_EXE], argv[HOLD_WORDS];
	int64_t uid, euid, asked_us, lapse_us;
	struct {
		char person[ID_MAX];
		char groups[BOOK_GROUPS_MAX];
	} yes[HOLD_VOTES];
	size_t votes;
	bool decided, over;
};

/* A message of this round. */
struct item {
	struct item *next;
	struct client *client;	/* NULL: the monitor */
	json_t *msg;
	json_t *answer;		/* after its turn */
	int (*after)(struct ledger *l, struct item *it, struct err *e);
	int fd;			/* to go with the answer, -1 none */
	bool silent;		/* no answer now */
};

/* How to take back what memory holds, newest first. */
struct undo {
	struct undo *next;
	void (*fn)(void *arg);
	void *arg;
};

struct ledger {
	const struct ledger_start *start;
	struct loop loop;
	struct policy policy;
	struct retention retention;
	struct book *book;
	struct link up;
	struct source ledger_socket, approver_socket, signals;
	struct client *clients;
	size_t client_count;
	struct item *first, *last;
	struct undo *undo;
	struct login *logins;
	struct remembered *remembered;
	struct live_conn *conns;
	struct live_channel *channels;
	struct live_hold *holds;
	json_t *changed;	/* ids of requests that changed this round */
	json_t *outgoing;	/* messages for the monitor, after commit */
	int64_t next_id;
	int64_t tick_us, epoch_us, purge_us;	/* next, boot clock */
	int64_t offset_us;	/* wall - boot, of the last tick */
	bool frozen;		/* the clock stepped: no new grants */
	bool store_down;	/* said so in the log */
	bool reserved;		/* reserve is there */
	struct reserve reserve;	/* disk space for the store */
	bool stopping;
};

/* One message that is served. */
struct turn {
	struct ledger *l;
	struct item *item;
	const struct client *client;	/* NULL: the monitor */
	const struct who *who;		/* of FROM_PERSON */
	const json_t *msg;
	int64_t now_us;
};

/* ---- room.c ------------------------------------------------------------ */

/* Keep some disk space for the store, from the start and again when there is
 * some; give it back for a round in which somebody comes in. */
void room_open(struct ledger *l);
void room_tick(struct ledger *l);
void room_make(struct ledger *l);

/* ---- purge.c ----------------------------------------------------------- */

/* before_us: when the newest event was as we started, 0 for a new store. */
void purge_start(struct ledger *l, int64_t before_us);
void purge_tick(struct ledger *l, int64_t boot_us);

/* ---- verbs.c ---------------------------------------------------------- */

/* 0 with *answer, or -1 with *e. */
typedef int verb_fn(struct turn *t, json_t **answer, struct err *e);

/* Serve one message inside the transaction. */
int verbs_serve(struct turn *t, json_t **answer, struct err *e);

/* Borrowed text of a field that the table checked; "" when absent. */
const char *turn_str(const struct turn *t, const char *key);
int64_t turn_int(const struct turn *t, const char *key);
bool turn_bool(const struct turn *t, const char *key);

/* One answer's worth of a list: LEDGER_PAGE bytes, behind the first skip. */
struct page {
	const struct turn *t;
	json_t *list;
	size_t skip, bytes;
	bool more;
};

/* May one more of about so many bytes join?  1 yes, 0 it is skipped, -1 the
 * page is full, and there is more. */
int page_take(struct page *p, size_t bytes);

/* ---- ledger.c --------------------------------------------------------- */

/* Take back what was done in memory if this message or round fails. */
void ledger_undo(struct ledger *l, void (*fn)(void *), void *arg);

/* Tell the monitor (msg is stolen) once the round is committed. */
void ledger_tell(struct ledger *l, json_t *msg);

/* The request changed: those who wait for it hear so after the commit. */
void ledger_changed(struct ledger *l, const char *request);

/* The message joins the round. */
void ledger_take(struct ledger *l, struct client *c, const json_t *msg);

/* ---- peer.c ----------------------------------------------------------- */

void peer_accept(struct source *s, uint32_t events);
/* An answer of the monitor; fd (-1 none) is owned from here. */
void peer_answer(struct ledger *l, json_t *msg, int fd);

/* Ask the monitor (msg is stolen) for a recording; its answer goes to c. */
void peer_read(struct client *c, json_t *msg);
void peer_send(struct client *c, json_t *msg, int fd);
void peer_release(struct client *c);
void peer_tell_waiting(struct ledger *l);

/* The groups of a person as an expression sees them. */
uint32_t peer_match(const struct who *w, const struct authority_expr *x);
uint32_t groups_match(const char *groups, const struct authority_expr *x);

/* ---- logins.c --------------------------------------------------------- */

/* Sign-ins and connections that are over are forgotten; between rounds. */
void logins_sweep(struct ledger *l, int64_t now_us);

/* A connection that is open, or NULL. */
struct live_conn *conn_live(const struct ledger *l, const char *id);

/* ---- channels.c ------------------------------------------------------- */

/* Warnings, ends of grants, the moves to a grant that follows. */
void channels_tick(struct ledger *l, int64_t now_us);

/* Channels that are sealed are forgotten; between rounds. */
void channels_sweep(struct ledger *l);

/* The grant was ended: what runs under it is told text and ends at this
 * moment, 0 at once.  How many.  What connections have left behind that run
 * nothing more under it ends too, at once. */
unsigned channels_end_grant(struct ledger *l, const char *grant,
    const char *why, const char *text, int64_t at_us);

/* What runs under the old grant goes on under g. */
void channels_extend(struct ledger *l, const struct grant *g,
    const char *old);

/* A channel that is open, or NULL. */
struct live_channel *channel_live(const struct ledger *l, const char *id);

/* ---- holds.c ---------------------------------------------------------- */

/* The words of a held program, masked, as its recorder told them. */
void hold_words(struct ledger *l, const char *hold, const char *argv);

/* Holds that are over are forgotten; between rounds. */
void holds_sweep(struct ledger *l);

/* Tell what runs in it to end. */
void channel_end(struct ledger *l, struct live_channel *ch, const char *why,
    const char *text);

/* ---- locks.c ----------------------------------------------------------- */

/* 0, or -1 with *e (ERR_DENIED: by whom and why) when the person is locked
 * out. */
int locks_refuse(struct ledger *l, const char *person, struct err *e);

/* ---- readers.c -------------------------------------------------------- */

/* After the commit: the recording `channel' of the question, by descriptor. */
int readers_open(struct ledger *l, struct item *it, struct err *e);

/* The link of one who watches has closed: his look ends with it. */
void sessions_unwatch(struct client *c);

/* ---- requests.c ------------------------------------------------------- */

/* Requests that lapse, grants that end: in a transaction. */
int requests_tick(struct ledger *l, int64_t now_us, struct err *e);

/* ---- show.c ----------------------------------------------------------- */

/* Shapes of HACKING.md, "approver.sock"; viewer may be NULL. */
json_t *show_request(struct ledger *l, const struct request *r,
    const struct who *viewer, bool all, int64_t now_us);
json_t *show_grant(struct ledger *l, const struct grant *g);

/* What those who wait hear; NULL with *e. */
json_t *request_news(struct ledger *l, const char *request, struct err *e);

/* Is this person one of the role's approvers, and not who asked? */
bool may_decide(struct ledger *l, const struct who *w,
    const struct request *r);

/* Names the state that a decision was made on. */
void request_expect(const struct request *r, size_t decisions,
    char ret[32]);

struct tally request_tally(struct ledger *l, const struct request *r,
    const struct decision *d, size_t n);

extern verb_fn verb_explain, verb_lock, verb_locks, verb_unlock;
extern verb_fn verb_kill, verb_sessions, verb_watch, verb_watch_end;
extern verb_fn verb_hold, verb_hold_decide, verb_holds, verb_unhold;
extern verb_fn verb_approve, verb_cancel, verb_channel_file, verb_channel_head,
    verb_channel_known, verb_channel_mask, verb_channel_open,
    verb_channel_seal, verb_conn_close, verb_conn_known, verb_conn_open,
    verb_deny, verb_exec, verb_extend, verb_login_check,
    verb_login_rejected, verb_login_remembered, verb_login_verified,
    verb_ls, verb_monitor_ready, verb_recorder_failed, verb_recording, verb_request,
    verb_reserve_used, verb_revoke,
    verb_roles, verb_show, verb_snapshot, verb_status, verb_wait,
    verb_whoami;

#endif
