/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-replay(1): look at a recording. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/id.h"
#include "lib/io.h"
#include "report/castline.h"
#include "report/commands.h"
#include "report/confine.h"
#include "report/html.h"
#include "report/player.h"
#include "report/report.h"
#include "report/screen.h"
#include "report/tape.h"
#include "schema/record_read.h"

#define EVENT_BYTES (2 * 1024 * 1024)
#define WAIT_MAX 3600.0		/* s, of one poll */
#define KEPT ".screens"	/* behind a recording's name */
#define FOLLOW_MS 100	/* between two looks at what grows */

enum mode { PLAY, TEXT, CAST, RAW, JSON, COMMANDS, HTML, KEEP };

struct replay {
	enum mode mode;
	double speed, idle;	/* idle: longest pause shown, s; 0 any */
	bool json;
	bool follow;		/* it may still grow: wait for that */
	const char *when;	/* begin there, as it was given */
	const char *search;
	const char *kept;	/* the file of its screens; NULL: none */
	double at;		/* s of the recording shown */
	struct screen screen;
	char *held;		/* o or e that a b line may replace */
	size_t held_n;
	bool holding;
	struct html_options html;
};

/* ---- what is shown ---------------------------------------------------- */

static int
put(struct replay *p, const char *s, size_t n, struct err *e)
{
	struct buf out = BUF_INIT(EVENT_BYTES);
	int rc;

	if (p->mode == RAW)
		return io_write_all(STDOUT_FILENO, s, n, e);
	rc = screen_put(&p->screen, s, n, &out, e);
	if (rc == 0 && out.len > 0)
		rc = io_write_all(STDOUT_FILENO, out.p, out.len, e);
	buf_clear(&out);
	return rc;
}

/* Raw mode waits one line, for the exact bytes that may follow. */
static int
release(struct replay *p, struct err *e)
{
	int rc = p->holding ? put(p, p->held, p->held_n, e) : 0;

	p->holding = false;
	return rc;
}

static int
hold(struct replay *p, const char *s, size_t n, struct err *e)
{
	free(p->held);
	p->held = malloc(n + 1);
	if (p->held == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	(void)memcpy(p->held, s, n);
	p->held_n = n;
	p->holding = true;
	return 0;
}

static int
put_exact(struct replay *p, const char *b64, struct err *e)
{
	size_t max = B64_DECODED_MAX(strlen(b64));
	uint8_t *bytes = malloc(max);
	ssize_t n = -1;

	if (bytes != NULL)
		n = b64_decode(b64, strlen(b64), bytes, max, e);
	if (n >= 0 && p->holding) {
		p->holding = false;
		n = put(p, (char *)bytes, (size_t)n, e);
	}
	free(bytes);
	return n < 0 ? -1 : 0;
}

/* Wait until it is time for what happened at t. */
static void
wait_for(struct replay *p, double t)
{
	double pause = t - p->at;

	if (p->idle > 0 && pause > p->idle)
		pause = p->idle;
	for (pause /= p->speed; pause > 0; pause -= WAIT_MAX)
		(void)poll(NULL, 0, (int)((pause < WAIT_MAX ? pause :
		    WAIT_MAX) * 1000) + 1);
	p->at = t;
}

/* The record ends here for now: more may come. */
static bool
wait_for_more(void *arg)
{
	(void)arg;
	(void)poll(NULL, 0, FOLLOW_MS);
	return true;
}

/* ---- lines ------------------------------------------------------------ */

static int
event(struct replay *p, const char *line, size_t n, struct err *e)
{
	struct castline l;
	int rc = 0;

	if (castline_parse(line, n, &l, e) < 0)
		return -1;
	if (p->mode == PLAY && !p->follow)
		wait_for(p, (double)l.t_us / 1e6);
	if (l.code == 'b' && p->mode == RAW)
		rc = put_exact(p, l.text, e);
	else if (release(p, e) < 0)
		rc = -1;
	else if (castline_shown(&l))
		rc = p->mode == RAW ? hold(p, l.text, l.n, e) :
		    put(p, l.text, l.n, e);
	castline_clear(&l);
	return rc;
}

static int
take_line(struct replay *p, const char *line, size_t n, bool first,
    struct err *e)
{
	if (p->mode == CAST || (p->mode == JSON && !first)) {
		if (io_write_all(STDOUT_FILENO, line, n, e) < 0)
			return -1;
		return io_write_all(STDOUT_FILENO, "\n", 1, e);
	}
	return first ? 0 : event(p, line, n, e);
}

static int
replay(struct replay *p, int fd, struct err *e)
{
	struct record_reader *r = NULL;
	const char *line;
	bool first = true;
	size_t n;
	int rc = 0;

	if (record_reader_open(fd, NULL, &r, e) < 0)
		return -1;
	if (p->follow)
		record_reader_wait(r, wait_for_more, p);
	while ((rc = record_next(r, &line, &n, e)) > 0) {
		if (take_line(p, line, n, first, e) < 0) {
			rc = -1;
			break;
		}
		first = false;
	}
	if (rc == 0)
		rc = release(p, e);
	if (rc == 0 && p->follow && record_summary(r)->closed)
		(void)fprintf(stderr, "\r\nwarrant-replay: the session has "
		    "ended\r\n");
	if (rc == 0)
		castline_tell_cut(record_summary(r));
	record_reader_free(r);
	return rc;
}

/* ---- main ------------------------------------------------------------- */

static void
usage(FILE *to)
{
	(void)fputs("usage: warrant-replay [--speed N] [--idle S] "
	    "[--at TIME] [--follow]\n"
	    "                      [--text | --cast | --raw | --json | "
	    "--commands |\n"
	    "                       --search REGEX] [--socket PATH] "
	    "SESSION | FILE\n"
	    "       warrant-replay --html [--from TIME] [--to TIME] [--out FILE]\n"
	    "                      [--socket PATH] SESSION | FILE\n"
	    "       warrant-replay --keep FILE\n"
	    "Plays a recording; every line that is shown is verified.\n\n"
	    "  -a, --at TIME    begin there: seconds, 1:23:45, -2h, "
	    "yesterday, or\n"
	    "                   2026-11-24T12:00:00Z; with --text: print the\n"
	    "                   screen of then\n"
	    "  -c, --cast       asciicast version 2, as it is kept\n"
	    "  -C, --commands   the programs that were started (--json)\n"
	    "  -e, --search R   the lines of the screen that match, with "
	    "their times\n"
	    "  -f, --follow     show what there is, then what comes, until it "
	    "ends\n"
	    "  -F, --from TIME  a page begins here\n"
	    "  -h, --help       this text\n"
	    "  -H, --html       a page that plays it in a browser\n"
	    "  -i, --idle S     show pauses as at most S seconds\n"
	    "  -j, --json       one event a line\n"
	    "  -k, --keep       draw it all once, and keep screens in "
	    "FILE.screens\n"
	    "  -o, --out FILE   the page, to a new file\n"
	    "  -r, --raw        the exact bytes of output, at once\n"
	    "  -s, --speed N    so many times as fast\n"
	    "  -S, --socket P   the daemon's socket\n"
	    "  -t, --text       output as plain text, at once\n"
	    "  -T, --to TIME    a page ends here\n"
	    "  -V, --version    the version\n\n"
	    "Keys:\n", to);
	(void)fprintf(to, "%s\n", player_keys);
}

/* /dev/fd/N is a descriptor that was handed over: its file may be none that
 * we could open.  The number, or -1 when what is no such name. */
static int
handed_over(const char *what)
{
	static const char folder[] = "/dev/fd/";
	int fd, at = 0;

	if (strncmp(what, folder, sizeof(folder) - 1) != 0 ||
	    sscanf(what + sizeof(folder) - 1, "%d%n", &fd, &at) != 1 ||
	    what[sizeof(folder) - 1 + (size_t)at] != '\0')
		return -1;
	return fd;
}

static int
open_recording(const char *what, const char *socket, struct err *e)
{
	char line[128];
	struct report r = { .socket = socket, .line = line };
	int fd = handed_over(what);

	if (fd >= 0) {
		fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0)
			(void)err_sys(e, "%.200s", what);
		return fd;
	}
	if (!id_ok(what, 's')) {
		fd = open(what, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			(void)err_sys(e, "%.200s", what);
		return fd;
	}
	(void)snprintf(line, sizeof(line), "warrant-replay %s", what);
	fd = source_recording(&r, what, e);
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

/* On a terminal, with keys. */
static int
play(const struct replay *p, struct tape *t, int fd, struct err *e)
{
	struct player_options o = { .speed = p->speed, .idle = p->idle,
	    .follow = p->follow };

	if (p->when != NULL && castline_when(p->when, t->head.wall_us,
	    clock_wall_us(), &o.at_us, e) < 0)
		return -1;
	return player_run(t, fd, &o, e);
}

/* What jumps in a recording, or makes that exact. */
static int
with_tape(const struct replay *p, int fd, struct err *e)
{
	struct tape *t;
	int rc;

	if (p->mode == KEEP && p->kept == NULL)
		return err_set(e, ERR_USAGE, "screens are kept beside a "
		    "file: name one");
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	rc = tape_open(t, fd, e);
	if (rc == 0 && p->mode != KEEP && p->kept != NULL)
		rc = tape_kept_file(t, p->kept, e);
	if (rc == 0)
		rc = confine(p->mode == KEEP, e);
	if (rc == 0)
		rc = p->mode == KEEP ? tape_keep(t, p->kept, e) :
		    p->mode == TEXT ? screen_print(t, p->when, stdout, e) :
		    play(p, t, fd, e);
	tape_close(t);
	free(t);
	return rc;
}

static int
show(struct replay *p, int fd, struct err *e)
{
	if (p->mode == KEEP || (p->search == NULL &&
	    ((p->mode == TEXT && p->when != NULL) ||
	    (p->mode == PLAY && isatty(STDOUT_FILENO) == 1))))
		return with_tape(p, fd, e);
	if (confine(p->html.file != NULL, e) < 0)
		return -1;
	if (p->mode == HTML)
		return html_write(fd, &p->html, e);
	if (p->search != NULL)
		return search_print(fd, p->search, p->mode == JSON, stdout,
		    e);
	if (p->mode == COMMANDS)
		return commands_print(fd, p->json, stdout, e);
	if (p->when != NULL)
		return err_set(e, ERR_USAGE, "--at is for a terminal, or "
		    "with --text");
	p->screen.text = p->mode == TEXT;
	return replay(p, fd, e);
}

static int
run(struct replay *p, const char *what, const char *socket, struct err *e)
{
	int fd = open_recording(what, socket, e), rc;
	char kept[PATH_MAX];

	if (fd < 0)
		return -1;
	if (!id_ok(what, 's') && handed_over(what) < 0 &&
	    snprintf(kept, sizeof(kept), "%s" KEPT, what) < PATH_MAX)
		p->kept = kept;
	rc = show(p, fd, e);
	if (fflush(stdout) != 0 && rc == 0)
		rc = err_sys(e, "standard output");
	free(p->held);
	io_close(&fd);
	return rc;
}

/* 0, or -1 when the value is none. */
static int
number(const char *s, double *ret)
{
	char *end;
	double d = strtod(s, &end);

	if (end == s || *end != '\0' || !(d > 0) || d > 1e6)
		return -1;
	*ret = d;
	return 0;
}

/* Do these options go together? */
static bool
fit(const struct replay *p)
{
	const struct html_options *h = &p->html;

	if (p->mode == HTML)
		return !p->follow;
	return h->file == NULL && h->from == NULL && h->to == NULL;
}

static const struct option longs[] = {
	{ "at", required_argument, NULL, 'a' },
	{ "cast", no_argument, NULL, 'c' },
	{ "commands", no_argument, NULL, 'C' },
	{ "follow", no_argument, NULL, 'f' },
	{ "from", required_argument, NULL, 'F' },
	{ "help", no_argument, NULL, 'h' },
	{ "html", no_argument, NULL, 'H' },
	{ "idle", required_argument, NULL, 'i' },
	{ "json", no_argument, NULL, 'j' },
	{ "keep", no_argument, NULL, 'k' },
	{ "out", required_argument, NULL, 'o' },
	{ "raw", no_argument, NULL, 'r' },
	{ "search", required_argument, NULL, 'e' },
	{ "socket", required_argument, NULL, 'S' },
	{ "speed", required_argument, NULL, 's' },
	{ "text", no_argument, NULL, 't' },
	{ "to", required_argument, NULL, 'T' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 }
};

int
main(int argc, char **argv)
{
	struct replay p = { .speed = 1 };
	const char *socket = NULL;
	struct err e = { 0 };
	int c, bad = 0;

	while ((c = getopt_long(argc, argv, "a:Cce:fF:hHi:jko:rS:s:tT:V", longs,
	    NULL)) != -1)
		switch (c) {
		case 'a': p.when = optarg; break;
		case 'C': p.mode = COMMANDS; break;
		case 'c': p.mode = CAST; break;
		case 'e': p.search = optarg; break;
		case 'f': p.follow = true; break;
		case 'F': p.html.from = optarg; break;
		case 'H': p.mode = HTML; break;
		case 'i': bad |= number(optarg, &p.idle); break;
		case 'j':
			p.json = true;
			p.mode = p.mode == COMMANDS ? COMMANDS : JSON;
			break;
		case 'k': p.mode = KEEP; break;
		case 'o': p.html.file = optarg; break;
		case 'r': p.mode = RAW; break;
		case 'S': socket = optarg; break;
		case 's': bad |= number(optarg, &p.speed); break;
		case 't': p.mode = TEXT; break;
		case 'T': p.html.to = optarg; break;
		case 'h':
			usage(stdout);
			return 0;
		case 'V':
			(void)puts("warrant-replay " PACKAGE_VERSION);
			return 0;
		default:
			bad = -1;
		}
	if (bad != 0 || argc - optind != 1 || !fit(&p)) {
		usage(stderr);
		return err_exit_status(ERR_USAGE);
	}
	(void)signal(SIGPIPE, SIG_DFL);
	if (run(&p, argv[optind], socket, &e) == 0)
		return 0;
	(void)fprintf(stderr, "warrant-replay: %s\n", e.text);
	return err_exit_status(e.code);
}
