/* SPDX-License-Identifier: BSD-2-Clause
 * monitor.h - the root process of warrantd.
 * in: PAM links (uid 0 alone), messages of gates, recorders and the ledger
 * out: gates, recorders, record files, and facts for the ledger
 *
 * It passes on; it decides nothing about persons, reads no terminal byte and
 * no byte of an ordinary user.  One loop; every peer has a bounded queue, and
 * one that sends what is no message is cut.  HACKING.md, "Messages".
 *
 *	monitor.c   set-up, signals, the loop, starting ledger and courier
 *	upstream.c  the link to the ledger: questions, facts, its questions
 *	pam.c       links of the PAM module
 *	conn.c      connections and their gates
 *	channel.c   channels and their recorders
 *	recording.c record files: made, opened, removed
 *	leftover.c  what was recorded while no warrantd was there
 *	digest.c    SHA-256 of sealed records, a piece a round */
#ifndef WARRANT_APPROVER_MONITOR_H
#define WARRANT_APPROVER_MONITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

#include "approver/child.h"
#include "approver/link.h"
#include "approver/loop.h"
#include "lib/id.h"

struct channel;
struct conf;
struct conn;
struct digest_job;
struct err;
struct monitor;
struct pam;
struct question;

#define MONITOR_CONNS 4096	/* connections at one time */
#define MONITOR_PAMS 1024	/* PAM links that have no connection yet */
#define MONITOR_CHANNELS 256	/* of one connection */
#define MONITOR_FACTS 20000	/* facts that wait for the ledger */
#define MONITOR_ANSWER_MS 5000	/* a login waits so long for the ledger */

struct monitor_start {
	const char *config;	/* path of the configuration */
	const char *rundir, *statedir, *libexecdir;
	const char *self;	/* path of warrantd, for --role */
	bool foreground;
	bool verbose;
};

/* A part of warrantd in a process of its own. */
struct part {
	const char *role;
	struct child child;
	struct source ended;	/* its pidfd */
	unsigned failures;	/* in a row, each within a minute */
	int64_t started_ns, start_at_ns;
};

struct monitor {
	const struct monitor_start *start;
	struct loop loop;
	struct conf *conf;
	uid_t rec_uid;
	gid_t rec_gid;
	int sessions;		/* folder of recordings, by descriptor */
	int spool;		/* folder of spool files */
	int pid_file;
	int ledger_socket, approver_socket, courier_socket, keys_socket;
	struct source pam_socket, signals;
	struct part ledger, courier;
	int courier_link;	/* our end; the courier sees us end by it */
	struct link up;		/* to the ledger */
	struct question *first, *last;
	size_t facts;
	int64_t next_id;
	struct conn *conns;
	size_t conn_count;
	struct pam *pams;
	size_t pam_count;
	struct digest_job *jobs;
	json_t *leftovers;	/* ids of records without a seal */
	int64_t leftovers_at_ns;	/* look at them again then */
	bool reserved;		/* the reserve is there */
	bool stopping;
};

/* Run until SIGTERM: 0, or -1 with *e when it cannot start. */
int monitor_run(const struct monitor_start *start, struct err *e);

/* ---- upstream.c ------------------------------------------------------- */

/* The answer to a question: msg (borrowed) when it was ok, else NULL and
 * why. */
typedef void answer_fn(struct monitor *m, void *arg, const json_t *msg,
    const struct err *why);

/* Ask the ledger (msg is stolen).  fn is called once, also when no answer
 * comes in time; never after monitor_forget(m, arg). */
void monitor_ask(struct monitor *m, json_t *msg, answer_fn *fn, void *arg);

/* Tell the ledger a fact that must not be lost (msg is stolen): it is sent
 * again to the next ledger until one has said ok. */
void monitor_tell(struct monitor *m, json_t *msg);

/* Tell the ledger what is outdated by the next one: lost when it is down. */
void monitor_mention(struct monitor *m, json_t *msg);

void monitor_forget(struct monitor *m, const void *arg);

/* A new ledger is there: its end of the link is fd. */
int upstream_open(struct monitor *m, int fd, struct err *e);

/* Give up on questions that are too old; ms until the next one is. */
int upstream_tick(struct monitor *m);
void upstream_free(struct monitor *m);

/* ---- conn.c ----------------------------------------------------------- */

struct conn {
	struct monitor *m;
	struct conn *next;
	char id[ID_MAX];
	json_t *known;		/* conn.known, told to each new ledger */
	json_t *holds;		/* id to exec.hold, likewise */
	pid_t pid;		/* the sshd process that opened it */
	uint64_t start;		/* of that process, as in struct proc */
	uint32_t session;	/* audit session, PROC_NO_SESSION unusable */
	uid_t uid;
	struct link gate;
	struct child child;
	struct source ended;
	struct channel *channels;
	size_t channel_count;
	char why[32];		/* of its end, "" until it is known */
	unsigned pins;		/* of the loop: gate and ended */
};

/* A connection as the ledger (answer) and the PAM module (open) told it. */
struct conn *conn_make(struct monitor *m, pid_t pid, const json_t *open,
    const json_t *answer, struct err *e);

/* Start its gate: descriptor 3 is our link, 4 PAM's (borrowed here), 5 the
 * listening socket of its shells. */
int conn_start(struct conn *c, int pam_fd, const json_t *open,
    struct err *e);

struct conn *conn_find(struct monitor *m, const char *id);

/* Whose connection does this process belong to?  By the audit session when
 * that session was made for the connection, else by its ancestors.  NULL:
 * none. */
struct conn *conn_of_pid(struct monitor *m, pid_t pid);

/* Send a message to the gate (msg is stolen); a gate that does not read is
 * ended, and with it the connection. */
void conn_send(struct conn *c, json_t *msg, const int *fds, size_t n);

/* What its gate holds, to a new ledger; the masked words of one of them, as
 * its recorder told. */
void conn_holds_known(const struct conn *c);
void conn_hold_words(struct conn *c, const json_t *event);

/* A channel of it has gone; free what can be. */
void conn_settle(struct conn *c);

/* ---- pam.c ------------------------------------------------------------ */

/* pam.sock is readable. */
void pam_accept(struct source *s, uint32_t events);

/* ---- channel.c -------------------------------------------------------- */

/* "channel.ask" of the gate. */
void channel_ask(struct conn *c, const json_t *msg);

/* "channel.exit" of the gate. */
void channel_exit(struct conn *c, const json_t *msg);

/* "recorder.hung" of the gate: it is killed. */
void channel_hung(struct conn *c, const json_t *msg);

/* Does the connection have this channel? */
bool channel_is_of(const struct conn *c, const char *id);

/* A fact of a recorder, for the ledger; conn may be NULL.  False: it is none
 * that we know. */
bool channel_fact(struct monitor *m, const char *conn, const char *channel,
    const json_t *msg);

/* Tell a new ledger about the channels of c. */
void channel_known(const struct conn *c);

/* The ledger has opened a channel that never began: tell it so. */
void channel_void(struct monitor *m, const char *id, const char *text);

/* Has any connection this channel? */
bool channel_is_open(const struct monitor *m, const char *id);

/* ---- recording.c ------------------------------------------------------ */

/* Keep the reserve; ms until it is tried again, -1 it is there. */
int recording_tick(struct monitor *m);

/* Enough space (last: else the reserve is used), and two new files: the record (read and write, locked, so
 * that a later warrantd sees whether its recorder still lives) and the
 * spool.  0, or -1 with *e; what is open by then is in the two. */
int recording_make(struct monitor *m, const char *id, bool last, int *record,
    int *spool, struct err *e);

/* A read-only descriptor of a recording, or -1 with *e. */
int recording_open(struct monitor *m, const char *id, struct err *e);

/* Remove the files of a recording that retention says is gone. */
void recording_remove(struct monitor *m, const char *id);

/* ---- leftover.c ------------------------------------------------------- */

/* Tell the ledger what the recorder of this channel could tell nobody; conn:
 * NULL when it is not known.  Its seal (caller: json_decref), or NULL.  The
 * file stays until the seal is told: what is told twice is not lost. */
json_t *spool_take(struct monitor *m, const char *conn, const char *channel);

/* The ledger has no seal of this recording: seal it, once nobody writes it. */
void leftover_take(struct monitor *m, const char *id);

/* Look at those again; ms until the next look, -1 none. */
int leftover_tick(struct monitor *m);

/* ---- digest.c --------------------------------------------------------- */

/* Hash all of fd (owned from here), then tell the ledger msg (stolen, a
 * channel.seal) with "sha256" and "size" added; then remove the spool file
 * of that channel. */
void digest_start(struct monitor *m, int fd, json_t *msg);

/* A piece of the first job; true while there is more to do. */
bool digest_step(struct monitor *m);
void digest_free(struct monitor *m);

#endif
