/* SPDX-License-Identifier: BSD-2-Clause
 * guard.h - warrant-gate: one connection.
 * in: descriptors 3 monitor, 4 the PAM link, 5 the socket of its shells; the
 * listener of its exec filter comes by the PAM link
 * out: an answer to every execve, channels handed to recorders, an end
 *
 * One loop, no terminal byte.  Messages: HACKING.md.
 *
 *	guard.c          set-up, the loop, the monitor, PAM
 *	guard_exec.c     what may start, and who is told of it
 *	guard_rules.c    the rules of each role, and which of them fits
 *	guard_hold.c     what waits for a person's word
 *	guard_second.c   the second look, at what really runs
 *	guard_shell.c    warrant-shell: hello, hand-over, exit
 *	guard_channel.c  channels and the recorder of each
 *	guard_end.c      time, ends, killing all that is left */
#ifndef WARRANT_RECORDER_GUARD_H
#define WARRANT_RECORDER_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "lib/id.h"
#include "lib/sum.h"
#include "lib/user.h"
#include "recorder/argv.h"
#include "recorder/caller.h"
#include "recorder/rules.h"
#include "recorder/task.h"
#include "recorder/transfer.h"
#include "recorder/watch.h"

struct err;

#define GUARD_MONITOR 3
#define GUARD_PAM 4
#define GUARD_SOCKET 5
#define GUARD_CHANNELS 64
#define GUARD_HELD 64		/* programs that wait at one time */
#define GUARD_SEEN 1024		/* sessions (setsid) remembered */
#define GUARD_SEND_MS 2000
#define GUARD_CANNOT_RECORD 76	/* exit status of the shell */
#define GUARD_NOT_ALLOWED 77

enum channel_state {
	CHANNEL_NONE = 0,
	CHANNEL_HELLO,		/* a shell is connected, has said nothing */
	CHANNEL_LOBBY,		/* it shows its built-ins */
	CHANNEL_ASKED,		/* the monitor was asked */
	CHANNEL_STARTING,	/* the recorder gets ready */
	CHANNEL_RUNNING,	/* the real shell may run */
	CHANNEL_REFUSED,	/* recorded, but not run */
	CHANNEL_DRAINING	/* the real shell has ended */
};

/* One connection of a warrant-shell, and what became of it. */
struct gchannel {
	enum channel_state state;
	int shell;		/* link to warrant-shell; -1 gone */
	int recorder;		/* link to the recorder; -1 none */
	struct task client;	/* warrant-shell */
	pid_t leader;		/* the real shell, 0 not told yet */
	char id[ID_MAX];	/* s-..., "" before the monitor gave one */
	char role[64];
	char real_shell[USER_PATH_MAX];
	bool tty, refuse_pipes, mask_pipes;
	bool over;		/* told to end: nothing more may start */
	bool stuck;		/* the recorder takes nothing any more */
	json_t *hello;
	unsigned ways;		/* that files may go: TRANSFER_IN, _OUT */
	struct transfer *transfer;	/* to be started directly, or NULL */
	const char *masked;	/* a transfer that masks may alter, or NULL */
	char why_not[TRANSFER_WHY_MAX];	/* it may not run as asked, or "" */
	int refused;		/* exit status of what was refused or failed */
	int outer[3];		/* the person's: until the recorder has them */
	int inner[3];		/* our ends: until the recorder has them */
	int child[3];		/* the shell's ends, or the slave in [0] */
	unsigned tty_dev;	/* of the inner pty, as in task.tty */
	int64_t until_us, until_boot_us;	/* 0: no limit known */
	int64_t end_ns;		/* be done by then, else kill; 0 none */
	json_t *queue;		/* for the recorder, that has no room now */
	struct watch watch;	/* over the recorder */
	uint64_t execs, told;
	struct sum sum;		/* of its execs */
	const struct rules *rules;	/* one of guard.set; NULL: none yet */
};

/* The rules of a role as the ledger gave them; channels share equal ones. */
struct ruleset {
	char *text;
	struct rules rules;
};

enum held_state {
	HELD_WAITING = 0,	/* nobody has decided */
	HELD_APPROVED		/* and has not run yet */
};

/* A program that waits, or may run because somebody said so. */
struct held {
	struct held *next;
	enum held_state state;
	char id[ID_MAX];	/* h-... */
	int channel;
	bool open;		/* the call waits; else it was stopped (^Z), or
				 * tried and may be tried again */
	bool looked_at;		/* it is running up to the second look */
	bool session;		/* approved as often as it is asked */
	struct caller caller;	/* what was asked */
	int64_t deadline_ns;
};

/* A program that may start, up to its first instruction. */
struct second {
	struct second *next;
	pid_t pid;		/* the thread that calls */
	int channel;		/* -1: of none */
	char held[ID_MAX];	/* whose approval, "" by the rules alone */
	bool dying;
	struct caller caller;
};

/* A session (setsid(2)) and the channel it belongs to. */
struct seen {
	pid_t sid;
	uint64_t start;		/* of the process that was seen in it first */
	int channel;
};

struct guard {
	char conn[ID_MAX];
	struct user account;	/* name, uid, gid alone */
	pid_t pid;		/* sshd's */
	uint64_t pid_start;
	uint32_t audit;		/* its audit session when its own */
	char rundir[USER_PATH_MAX];
	dev_t shell_dev;	/* warrant-shell's file */
	ino_t shell_ino;
	gid_t rec_gid;
	int64_t idle_ns, lost_ns, hung_ns;
	int listener;
	bool pam_closed, monitor_lost, ending, ran;
	bool revoked;		/* a grant has ended with a channel running */
	int64_t ready_ns, idle_since_ns, lost_since_ns, counted_ns, swept_ns;
	int64_t watched_ns;
	char why[32];		/* why all of it ends */
	unsigned char key[ARGV_KEY_SIZE];
	struct gchannel channel[GUARD_CHANNELS];
	struct seen seen[GUARD_SEEN];
	size_t seen_n;		/* written so far; a ring */
	int64_t until_us, until_boot_us;	/* of the grant that ends last */
	struct ruleset set[GUARD_CHANNELS];
	size_t sets;
	struct held *held;
	size_t held_n;
	struct second *second;
	int stops;		/* signalfd(2) of SIGCHLD */
	uint64_t loose;		/* execs of no channel */
	uint64_t loose_told;
	bool done;		/* the listener is empty: exit */
};

/* ---- guard.c ---------------------------------------------------------- */

/* Tell the monitor (msg is stolen). */
void guard_tell(struct guard *g, json_t *msg);

/* ---- guard_exec.c ----------------------------------------------------- */

/* The listener is readable.  -1 with *e: it is broken. */
int guard_exec(struct guard *g, struct err *e);

/* Numbers of execs since the last time, for the ledger. */
void guard_exec_counts(struct guard *g);

/* Record one exec, ch NULL: of no channel.  decision: log, deny, hold,
 * approved, mismatch; held: id or NULL. */
void guard_exec_tell(struct guard *g, struct gchannel *ch,
    const struct caller *c, const char *decision, bool verified,
    const char *held);

/* The channel a process of this connection belongs to, or NULL: ask
 * guard_owns() first, the number of its terminal may be another's by now. */
struct gchannel *guard_channel_of(struct guard *g, const struct task *t);

/* Is this process of the connection at all?  Its sshd is not. */
bool guard_owns(const struct guard *g, const struct task *t);

/* ---- guard_rules.c ---------------------------------------------------- */

/* The rules of a channel that begins: array of rules.h, NULL none. */
int guard_rules_take(struct guard *g, struct gchannel *c,
    const json_t *rules, struct err *e);
void guard_rules_free(struct guard *g);

/* The rule that fits what is asked, or NULL.  Of no channel (ch NULL) the
 * rules of all that ran here count, and what would wait is refused. */
const struct rule *guard_rule(const struct guard *g,
    const struct gchannel *ch, const struct caller *c);

/* Must what runs be looked at, too? */
bool guard_enforces(const struct guard *g, const struct gchannel *ch);

/* rules_second by the rules of this channel, or of all. */
bool guard_rules_second(const struct guard *g, const struct gchannel *ch,
    bool approved, const struct caller *asked, const struct caller *is,
    const char **why);

/* ---- guard_hold.c ----------------------------------------------------- */

/* A rule holds it: wait, or go on if that was approved.  c is taken. */
void guard_hold(struct guard *g, struct gchannel *ch, struct caller *c,
    const struct rule *rule);

/* `hold' of the monitor: somebody has decided. */
void guard_hold_decided(struct guard *g, const json_t *msg);

/* What was approved has run (done), or could not be started. */
void guard_hold_ran(struct guard *g, const char *id, bool done);

/* Those that were left, stopped or not answered in time; true while any
 * waits. */
bool guard_hold_tick(struct guard *g);

/* The channel is over: nothing of it waits any more. */
void guard_hold_drop(struct guard *g, const struct gchannel *ch);

/* ---- guard_second.c --------------------------------------------------- */

/* Block SIGCHLD and open g->stops. */
int guard_second_open(struct guard *g, struct err *e);

/* Let the call go on and look at what it starts (c is taken); held: the id of
 * an approval, or NULL.  False when it cannot be looked at: c is then as it
 * was, not answered. */
bool guard_second_begin(struct guard *g, struct gchannel *ch,
    struct caller *c, const char *held);

/* g->stops is readable. */
void guard_second(struct guard *g);

/* ---- guard_shell.c ---------------------------------------------------- */

/* A warrant-shell connects. */
void guard_accept(struct guard *g);

/* A message of it, or its end. */
void guard_shell(struct guard *g, struct gchannel *c);

/* It may start: inner pty or pipes are made and sent, `run`. */
int guard_run(struct guard *g, struct gchannel *c, struct err *e);

/* The outer terminal is taken and an inner one made, or three pipes.  -1
 * with *e. */
int guard_make_inner(struct guard *g, struct gchannel *c, struct err *e);

/* Tell the shell to leave with this status; text may be NULL. */
void guard_shell_no(struct gchannel *c, int status, const char *text);

/* ---- guard_channel.c -------------------------------------------------- */

struct gchannel *guard_channel_new(struct guard *g, int shell,
    const struct task *client);
struct gchannel *guard_channel_find(struct guard *g, const char *id);
int guard_channel_index(const struct guard *g, const struct gchannel *c);

/* channel.ok of the monitor; link is the recorder's (owned). */
void guard_channel_ok(struct guard *g, struct gchannel *c, const json_t *msg,
    int link);

/* A message of the recorder, or its end. */
void guard_recorder(struct guard *g, struct gchannel *c);

/* Tell the recorder (msg is stolen); what it has no room for waits. */
void guard_record(struct gchannel *c, json_t *msg);

/* It has room again. */
void guard_record_more(struct gchannel *c);

/* Find recorders that do not answer any more, and end their channels. */
void guard_watch(struct guard *g, int64_t now_ns);

/* The real shell has ended, or its parent was lost (status: as by wait). */
void guard_channel_left(struct guard *g, struct gchannel *c, const char *key,
    int value);
void guard_channel_free(struct guard *g, struct gchannel *c);

/* ---- guard_end.c ------------------------------------------------------ */

/* End one channel with a line to the person. */
void guard_end_channel(struct guard *g, struct gchannel *c, const char *why,
    const char *text);

/* End the connection: nothing starts, everything is killed until the
 * listener is empty. */
void guard_end(struct guard *g, const char *why, const char *text);

/* Deadlines of all kinds; ms until the next look. */
int guard_tick(struct guard *g);

#endif
