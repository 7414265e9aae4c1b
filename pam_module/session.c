/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/session.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/execfilter.h"
#include "lib/io.h"
#include "lib/wire.h"
#include "pam_module/account.h"
#include "pam_module/link.h"

/* The ledger is asked and a process started: longer than a plain question,
 * and the person has proven who they are. */
#define SESSION_MS 6000

/* A number of /proc/self/NAME, -1 when it is not set or not there. */
static json_int_t
proc_number(const char *name)
{
	struct buf b = BUF_INIT(64);
	char path[64];
	long long n = -1;
	char *end;

	(void)snprintf(path, sizeof(path), "/proc/self/%s", name);
	if (io_read_file(path, &b, NULL) == 0 && b.len > 0) {
		n = strtoll(b.p, &end, 10);
		if (end == b.p || n >= (long long)UINT32_MAX)
			n = -1;
	}
	buf_clear(&b);
	return (json_int_t)n;
}

static json_t *
open_message(const struct session_ask *q, const char *nested)
{
	const struct account *a = q->account;

	return json_pack("{s:s, s:s*, s:s, s:I, s:s, s:s, s:s, s:I, s:I, "
	    "s:I, s:s*, s:b}", "op", "conn.open", "login", q->login,
	    "account", a->user.name, "uid", (json_int_t)a->user.uid,
	    "rhost", a->rhost, "service", a->service, "tty", a->tty,
	    "pid", (json_int_t)getpid(),
	    "audit_session", proc_number("sessionid"),
	    "loginuid", proc_number("loginuid"),
	    "nested", nested, "breakglass", q->breakglass);
}

/* Ask the monitor for a connection: s->link and s->conn. */
static int
ask_open(const struct session_ask *q, const char *nested, struct session *s,
    struct err *e)
{
	json_t *answer = NULL, *msg = open_message(q, nested);
	const char *conn = NULL;
	int rc = -1;

	if (msg == NULL)
		return err_set(e, ERR_INPUT, "conn.open has no valid text");
	s->link = link_open(q->rundir, "pam.sock", e);
	if (s->link < 0) {
		json_decref(msg);
		return -1;
	}
	if (wire_ask(s->link, msg, NULL, 0, &answer, NULL, SESSION_MS,
	    e) == 0 && wire_str(answer, "conn", ID_MAX - 1, &conn, e) == 0) {
		if (id_ok(conn, 'c')) {
			(void)snprintf(s->conn, sizeof(s->conn), "%s", conn);
			rc = 0;
		} else {
			(void)err_set(e, ERR_INPUT, "the monitor's "
			    "connection id is none");
		}
	}
	json_decref(answer);
	if (rc < 0)
		io_close(&s->link);
	return rc;
}

/* Install the filter, hand the listener over, wait for GO. */
static int
gate_up(struct session *s, struct err *e)
{
	json_t *answer = NULL, *msg;
	int listener = -1, rc;

	if (execfilter_install(&listener, e) < 0)
		return -1;
	msg = json_pack("{s:s}", "op", "conn.gate");
	rc = wire_ask(s->link, msg, &listener, 1, &answer, NULL, SESSION_MS,
	    e);
	io_close(&listener); /* the gate's is the only one */
	json_decref(answer);
	return rc < 0 ? err_prefix(e, "warrant-gate") : 0;
}

int
session_join(const struct session_ask *q, struct session *ret, struct err *e)
{
	struct session s = { .link = -1, .nested = true };
	const char *conn;

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != SECCOMP_MODE_FILTER)
		return 0;
	/* a hint only: the monitor goes by the facts of this process */
	conn = getenv("WARRANT_SESSION");
	if (ask_open(q, conn != NULL && id_ok(conn, 'c') ? conn : "", &s,
	    e) == 0) {
		*ret = s;
		return 1;
	}
	return e->code == ERR_UNAVAILABLE || e->code == ERR_TIMEOUT ? -1 : 0;
}

int
session_open(const struct session_ask *q, struct session *ret, struct err *e)
{
	struct session s = { .link = -1 };

	if (ask_open(q, NULL, &s, e) < 0)
		return -1;
	if (gate_up(&s, e) < 0) {
		io_close(&s.link);
		return -1;
	}
	*ret = s;
	return 0;
}

void
session_close(struct session *s)
{
	json_t *bye;

	if (s->link < 0)
		return;
	bye = json_pack("{s:s}", "op", "conn.close");
	(void)wire_send(s->link, bye, NULL, 0, LINK_MS, NULL);
	json_decref(bye);
	io_close(&s->link);
}
