/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/relay.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/io.h"

#define SECOND_NS (INT64_C(1000) * 1000 * 1000)
#define SLOTS (6 + RELAY_WATCH)
#define AWAY_NS (INT64_C(50) * 1000 * 1000)
#define IN_MAX (2 * RECORDING_BLOCK)

enum slot { OUTER_IN, OUTER_OUT, OUTER_ERR, INNER_IN, INNER_OUT, INNER_ERR,
	WATCHES };

int
relay_open(struct relay *r, struct err *e)
{
	r->block = malloc(RECORDING_BLOCK);
	if (r->block == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	for (int i = 0; i < STREAM_N; i++)
		r->show[i] = (struct buf)BUF_INIT(RECORDING_SHOW);
	for (int i = 0; i < 3; i++)
		if ((r->outer[i] >= 0 && io_set_nonblock(r->outer[i], true,
		    e) < 0) || (r->inner[i] >= 0 &&
		    io_set_nonblock(r->inner[i], true, e) < 0))
			return -1;
	r->moved_ns = clock_mono_ns();
	r->tick_ns = r->moved_ns + SECOND_NS;
	return 0;
}

static int
inner_out(const struct relay *r)
{
	return r->tty ? r->inner[0] : r->inner[1];
}

static void
close_inner(struct relay *r)
{
	for (int i = 0; i < 3; i++)
		io_close(&r->inner[i]);
}

/* ---- writing ---------------------------------------------------------- */

/* Write what is in b; false when the reader is gone. */
static bool
write_some(struct relay *r, int fd, struct buf *b)
{
	while (b->len > 0) {
		ssize_t n = write(fd, b->p, b->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n < 0)
			return false;
		buf_drop(b, (size_t)n);
		r->moved_ns = clock_mono_ns();
	}
	return true;
}

/* The person's side no longer reads that stream. */
static void
outer_gone(struct relay *r, int which)
{
	buf_reset(&r->show[which]);
	io_close(&r->outer[which + 1]);
	if (r->tty) {
		r->hangup = true;
		close_inner(r);
	} else {
		io_close(&r->inner[which + 1]); /* SIGPIPE for the program */
		r->hangup = r->outer[1] < 0 && r->outer[2] < 0;
	}
}

static void
write_all(struct relay *r)
{
	for (int i = STREAM_OUT; i <= STREAM_ERR; i++)
		if (r->outer[i + 1] >= 0 &&
		    !write_some(r, r->outer[i + 1], &r->show[i]))
			outer_gone(r, i);
	if (r->inner[0] >= 0 &&
	    !write_some(r, r->inner[0], &r->show[STREAM_IN])) {
		buf_reset(&r->show[STREAM_IN]);
		if (!r->tty)
			io_close(&r->inner[0]);
	}
	if (r->in_eof && !r->tty && r->show[STREAM_IN].len == 0)
		io_close(&r->inner[0]);
}

/* ---- reading ---------------------------------------------------------- */

/* Bytes, 0 nothing now, -1 the end. */
static ssize_t
read_block(int fd, char *p)
{
	ssize_t n;

	do
		n = read(fd, p, RECORDING_BLOCK);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return n;
	return n < 0 && errno == EAGAIN ? 0 : -1;
}

static int
mark_foreground(struct relay *r, int64_t now, struct err *e)
{
	pid_t pgid = tcgetpgrp(r->inner[0]);

	return recording_foreground(r->rec, pgid > 0 ? (int)pgid : 0, now, e);
}

static int
read_output(struct relay *r, int i, struct err *e)
{
	int *fd = r->tty ? &r->inner[0] : &r->inner[i + 1];
	ssize_t n = read_block(*fd, r->block);
	int64_t now = clock_mono_ns();

	if (n == 0)
		return 0;
	if (n < 0 && r->tty && !r->leader_gone) {
		/* nobody has the terminal open just now (exec >&- 2>&- <&-);
		 * closing our side would hang up on the shell */
		r->away_ns = now + AWAY_NS;
		return 0;
	}
	if (n < 0) {
		if (r->tty)
			close_inner(r);
		else
			io_close(fd);
		return recording_end_stream(r->rec, (enum recording_stream)i,
		    &r->show[i], e);
	}
	r->moved_ns = now;
	if (r->tty && mark_foreground(r, now, e) < 0)
		return -1;
	return recording_output(r->rec, (enum recording_stream)i, r->block,
	    (size_t)n, now, &r->show[i], e);
}

static bool
echoes(const struct relay *r)
{
	struct termios t;

	return !r->tty || (r->inner[0] >= 0 &&
	    tcgetattr(r->inner[0], &t) == 0 && (t.c_lflag & ECHO) != 0);
}

static int
read_input(struct relay *r, struct err *e)
{
	ssize_t n = read_block(r->outer[0], r->block);
	int64_t now = clock_mono_ns();

	if (n == 0)
		return 0;
	if (n < 0) {
		r->in_eof = true;
		io_close(&r->outer[0]);
		if (r->tty) {
			r->hangup = true;
			close_inner(r);
		}
		return 0;
	}
	if (recording_input(r->rec, r->block, (size_t)n, echoes(r), now,
	    e) < 0)
		return -1;
	return buf_put(&r->show[STREAM_IN], r->block, (size_t)n, e);
}

/* ---- the loop --------------------------------------------------------- */

static void
want(struct pollfd *p, enum slot s, int fd, short events)
{
	if (fd >= 0) {
		p[s].fd = fd;
		p[s].events = events;
	}
}

static void
fill(const struct relay *r, int64_t now, struct pollfd p[SLOTS])
{
	bool away = now < r->away_ns && !r->leader_gone;

	for (int i = 0; i < SLOTS; i++)
		p[i] = (struct pollfd){ .fd = -1 };
	if (r->show[STREAM_IN].len == 0 && r->inner[0] >= 0 && !r->leader_gone)
		want(p, OUTER_IN, r->outer[0], POLLIN);
	if (r->show[STREAM_IN].len > 0 && !away)
		want(p, INNER_IN, r->inner[0], POLLOUT);
	for (int i = STREAM_OUT; i <= STREAM_ERR; i++) {
		if (r->show[i].len > 0)
			want(p, (enum slot)(OUTER_OUT + i), r->outer[i + 1],
			    POLLOUT);
		else if (!r->tty || (i == STREAM_OUT && !away))
			want(p, (enum slot)(INNER_OUT + i),
			    i == STREAM_OUT ? inner_out(r) : r->inner[2],
			    POLLIN);
		/* a reader that is gone shows without being written to */
		if (r->show[i].len == 0 && !r->tty)
			want(p, (enum slot)(OUTER_OUT + i), r->outer[i + 1],
			    0);
	}
	for (int i = 0; i < RELAY_WATCH; i++)
		if (r->watch[i].ready != NULL)
			want(p, (enum slot)(WATCHES + i), r->watch[i].fd,
			    POLLIN);
}

static int
timeout_ms(const struct relay *r, int64_t now)
{
	int64_t at = recording_deadline(r->rec), left;

	if (at < 0 || r->tick_ns < at)
		at = r->tick_ns;
	if (r->leader_gone && now + RELAY_QUIET_NS / 2 < at)
		at = now + RELAY_QUIET_NS / 2;
	if (r->away_ns > now && r->away_ns < at)
		at = r->away_ns;
	left = at - now;
	return left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}

static int
handle(struct relay *r, const struct pollfd p[SLOTS], struct err *e)
{
	const short there = POLLIN | POLLHUP | POLLERR | POLLNVAL;

	for (int i = 0; i < RELAY_WATCH; i++)
		if ((p[WATCHES + i].revents & there) != 0 &&
		    r->watch[i].fd == p[WATCHES + i].fd &&
		    r->watch[i].ready(r, r->arg, e) < 0)
			return -1;
	for (int i = STREAM_OUT; i <= STREAM_ERR; i++)
		if (p[OUTER_OUT + i].events == 0 &&
		    (p[OUTER_OUT + i].revents & (POLLERR | POLLHUP)) != 0 &&
		    r->outer[i + 1] >= 0)
			outer_gone(r, i);
	if (r->inner[0] >= 0 && r->outer[0] >= 0 &&
	    (p[OUTER_IN].revents & there) != 0 && read_input(r, e) < 0)
		return -1;
	if (inner_out(r) >= 0 && (p[INNER_OUT].revents & there) != 0 &&
	    read_output(r, STREAM_OUT, e) < 0)
		return -1;
	if (!r->tty && r->inner[2] >= 0 &&
	    (p[INNER_ERR].revents & there) != 0 &&
	    read_output(r, STREAM_ERR, e) < 0)
		return -1;
	write_all(r);
	return 0;
}

/* Is all that the program had to say through? */
static bool
drained(struct relay *r, int64_t now)
{
	bool ended = inner_out(r) < 0 && (r->tty || r->inner[2] < 0);

	if (!r->leader_gone)
		return false;
	if (r->gone_ns == 0)
		r->gone_ns = now;
	if (ended)
		return r->show[STREAM_OUT].len == 0 &&
		    r->show[STREAM_ERR].len == 0;
	/* a process in the background keeps a terminal open: do not wait for
	 * it; the reader of a pipe does wait, as without us */
	return r->tty && r->show[STREAM_OUT].len == 0 &&
	    (now - r->gone_ns > RELAY_DRAIN_NS ||
	    (now - r->moved_ns > RELAY_QUIET_NS &&
	    now - r->gone_ns > RELAY_QUIET_NS));
}

int
relay_run(struct relay *r, struct err *e)
{
	struct buf *show[STREAM_N] = { &r->show[0], &r->show[1],
	    &r->show[2] };

	while (!r->stop) {
		struct pollfd p[SLOTS];
		int64_t now = clock_mono_ns();
		int n;

		if (drained(r, now))
			break;
		fill(r, now, p);
		n = poll(p, SLOTS, timeout_ms(r, now));
		if (n < 0 && errno != EINTR)
			return err_sys(e, "poll");
		if (handle(r, p, e) < 0)
			return -1;
		now = clock_mono_ns();
		if (n > 0 && recording_settle(r->rec, now, e) < 0)
			return -1;
		if (recording_deadline(r->rec) >= 0 &&
		    now >= recording_deadline(r->rec) &&
		    recording_tick(r->rec, now, show, e) < 0)
			return -1;
		if (now >= r->tick_ns) {
			r->tick_ns = now + SECOND_NS;
			if (r->tick != NULL && r->tick(r, r->arg, now, e) < 0)
				return -1;
		}
		write_all(r);
	}
	for (int i = STREAM_OUT; i <= STREAM_ERR; i++)
		if (inner_out(r) >= 0 && (i == STREAM_OUT || !r->tty) &&
		    recording_end_stream(r->rec, (enum recording_stream)i,
		    &r->show[i], e) < 0)
			return -1;
	return 0;
}

int
relay_say(struct relay *r, const char *kind, const char *text,
    struct err *e)
{
	int to = r->tty ? STREAM_OUT : STREAM_ERR;
	struct buf *b = &r->show[to];

	if (recording_mark(r->rec, kind, text, clock_mono_ns(), e) < 0)
		return -1;
	if (r->outer[to + 1] < 0)
		return 0;
	if (buf_puts(b, r->tty ? "\r\n" : "", e) < 0 ||
	    buf_puts(b, text, e) < 0)
		return -1;
	return buf_puts(b, r->tty ? "\r\n" : "\n", e);
}

void
relay_drop(struct relay *r)
{
	for (int i = STREAM_OUT; i <= STREAM_ERR; i++)
		buf_reset(&r->show[i]);
}

void
relay_flush(struct relay *r)
{
	int64_t until = clock_mono_ns() + RELAY_DRAIN_NS;

	for (int i = STREAM_OUT; i <= STREAM_ERR; i++)
		while (r->outer[i + 1] >= 0 && r->show[i].len > 0 &&
		    clock_mono_ns() < until) {
			struct pollfd p = { .fd = r->outer[i + 1],
			    .events = POLLOUT };

			(void)poll(&p, 1, 100);
			if (!write_some(r, r->outer[i + 1], &r->show[i]))
				break;
		}
}

void
relay_close(struct relay *r)
{
	for (int i = 0; i < 3; i++) {
		io_close(&r->outer[i]);
		io_close(&r->inner[i]);
		buf_clear(&r->show[i]);
	}
	if (r->block != NULL)
		explicit_bzero(r->block, RECORDING_BLOCK);
	free(r->block);
	r->block = NULL;
}
