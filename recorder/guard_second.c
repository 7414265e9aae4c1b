/* SPDX-License-Identifier: BSD-2-Clause
 * guard_second.c - the second look, at what really runs.
 *
 * What a caller shows may be changed by another thread of it before the
 * kernel reads it (seccomp_unotify(2)).  So the caller is seized while it
 * waits for our answer, let go on, and stopped before the first instruction
 * of the new program (ptrace(2), PTRACE_EVENT_EXEC): there the kernel's own
 * facts are read, and what may not run is killed.  Nothing stays traced. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/err.h"
#include "lib/log.h"
#include "recorder/guard.h"

int
guard_second_open(struct guard *g, struct err *e)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return err_sys(e, "sigprocmask");
	g->stops = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return g->stops < 0 ? err_sys(e, "signalfd") : 0;
}

bool
guard_second_begin(struct guard *g, struct gchannel *ch, struct caller *c,
    const char *held)
{
	struct second *s = calloc(1, sizeof(*s));

	if (s == NULL || ptrace(PTRACE_SEIZE, c->task.pid, NULL,
	    (void *)(PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)) < 0) {
		free(s);
		return false;
	}
	s->pid = c->task.pid;
	s->channel = ch == NULL ? -1 : guard_channel_index(g, ch);
	if (held != NULL)
		memcpy(s->held, held, strlen(held) + 1);
	s->caller = *c;
	c->argv = (struct buf)BUF_INIT(CALLER_ARGV_MAX);
	s->next = g->second;
	g->second = s;
	/* gone meanwhile, or let go on: either way one more report comes */
	(void)caller_continue(g->listener, &s->caller);
	(void)ptrace(PTRACE_INTERRUPT, s->pid, NULL, NULL);
	return true;
}

static void
forget(struct guard *g, struct second *s)
{
	struct second **at = &g->second;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	caller_clear(&s->caller);
	free(s);
}

static struct second *
find(const struct guard *g, pid_t pid)
{
	struct second *s = g->second;

	while (s != NULL && s->pid != pid)
		s = s->next;
	return s;
}

/* It may not run: dead before it does anything. */
static void
put_down(struct guard *g, struct gchannel *ch, const struct caller *is,
    const char *why)
{
	struct buf exe = BUF_INIT(256);

	task_kill(&is->task);
	argv_escape(&exe, is->exe, strlen(is->exe) + 1);
	log_line(LOG_WARNING, "%s: %s killed before it ran: %s", g->conn,
	    exe.p == NULL ? "" : exe.p, why);
	if (ch != NULL)
		guard_record(ch, json_pack("{s:s, s:o}", "op", "say", "text",
		    json_sprintf("warrant: %s was killed before it ran: %s",
		    exe.p == NULL ? "" : exe.p, why)));
	buf_clear(&exe);
}

/* The kernel has started something: is it what may run? */
static void
started(struct guard *g, struct second *s, pid_t pid)
{
	struct gchannel *ch = s->channel < 0 ? NULL :
	    &g->channel[s->channel];
	bool approved = s->held[0] != '\0', good;
	const char *why = "it cannot be looked at";
	struct caller is;

	if (ch != NULL && ch->state == CHANNEL_NONE)
		ch = NULL;
	if (caller_started(pid, &is, NULL) < 0) {
		is = s->caller; /* as far as is known */
		is.task.pid = pid;
		s->caller.argv = (struct buf)BUF_INIT(0);
		good = false;
	} else {
		good = !g->ending && (ch == NULL || !ch->over) &&
		    guard_rules_second(g, ch, approved, &s->caller, &is,
		    &why);
	}
	guard_exec_tell(g, ch, &is, !good ? "mismatch" : approved ?
	    "approved" : "log", true, approved ? s->held : NULL);
	if (approved)
		guard_hold_ran(g, s->held, good);
	if (good) {
		(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
		caller_clear(&is);
		forget(g, s);
		return;
	}
	put_down(g, ch, &is, why);
	caller_clear(&is);
	s->pid = pid;
	s->dying = true; /* its end is reported once more */
}

/* execve has failed; a signal that stopped it is passed on. */
static void
failed(struct guard *g, struct second *s, int status)
{
	int sig = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);

	(void)ptrace(PTRACE_DETACH, s->pid, NULL, (void *)(intptr_t)sig);
	if (s->held[0] != '\0')
		guard_hold_ran(g, s->held, false);
	forget(g, s);
}

static void
report(struct guard *g, pid_t pid, int status)
{
	unsigned long caller = 0;
	struct second *s;

	if (!WIFSTOPPED(status)) {
		s = find(g, pid);
		if (s == NULL)
			return;
		if (!s->dying && s->held[0] != '\0')
			guard_hold_ran(g, s->held, false);
		forget(g, s);
		return;
	}
	if (status >> 8 == (SIGTRAP | (PTRACE_EVENT_EXEC << 8))) {
		/* a thread that calls takes the name of its process */
		if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &caller) < 0)
			caller = (unsigned long)pid;
		s = find(g, (pid_t)caller);
		if (s != NULL) {
			started(g, s, pid);
			return;
		}
	}
	s = find(g, pid);
	if (s == NULL) {
		(void)ptrace(PTRACE_DETACH, pid, NULL, NULL);
	} else if (s->dying) {
		(void)ptrace(PTRACE_CONT, pid, NULL, (void *)SIGKILL);
	} else {
		failed(g, s, status);
	}
}

void
guard_second(struct guard *g)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	while (read(g->stops, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, __WALL | WNOHANG)) > 0)
		report(g, pid, status);
}
