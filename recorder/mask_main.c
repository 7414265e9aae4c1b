/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-mask(1): the masker as a filter. */
#include "config.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/hex.h"
#include "lib/io.h"
#include "recorder/mask/mask.h"

#define READ_LEN  65536
#define PATHS_MAX 32

struct settings {
	const char *paths[PATHS_MAX];
	size_t npaths;
	const char *profiles, *events;
	struct mask_options mask;
	bool list, test;
};

struct events {
	FILE *file;
	bool failed;
};

static int64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
write_event(void *ctx, const struct mask_event *ev)
{
	struct events *to = ctx;
	char fp[2 * MASK_FP_LEN + 1];

	hex_of(ev->fp, MASK_FP_LEN, fp);
	if (fprintf(to->file, "{\"rule\":\"%s\",\"off\":%llu,\"len\":%llu,"
	    "\"cols\":%u,\"kept\":\"%d+%d\",\"exposed\":%u,"
	    "\"state\":\"%s\",\"masked\":%s,\"fp\":\"k0:%s\"}\n", ev->rule,
	    (unsigned long long)ev->off, (unsigned long long)ev->len,
	    ev->cols, ev->keep_head, ev->keep_tail, ev->exposed,
	    mask_state_name(ev->state), ev->masked ? "true" : "false",
	    fp) < 0)
		to->failed = true;
}

/* Read what is there, or wait for it or for the masker's time.  Bytes read,
 * 0 at the end, -1 on error, -2 when only time has passed. */
static ssize_t
next_bytes(struct mask *m, char *in, size_t n, struct err *e)
{
	for (;;) {
		struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
		int64_t at = mask_deadline(m), left = at - now_ns();
		struct timespec wait = { 0 };
		ssize_t got;
		int rc;

		if (at >= 0 && left > 0) {
			wait.tv_sec = left / 1000000000;
			wait.tv_nsec = left % 1000000000;
		}
		rc = ppoll(&p, 1, at >= 0 ? &wait : NULL, NULL);
		if (rc == 0)
			return -2;
		if (rc < 0 && errno == EINTR)
			continue;
		if (rc < 0) {
			(void)err_sys(e, "poll");
			return -1;
		}
		got = read(STDIN_FILENO, in, n);
		if (got >= 0)
			return got;
		if (errno != EINTR && errno != EAGAIN) {
			(void)err_sys(e, "read");
			return -1;
		}
	}
}

static int
filter(struct mask *m, struct err *e)
{
	static char in[READ_LEN];
	struct buf out = BUF_INIT(4 * READ_LEN + 65536);
	ssize_t got;
	int rc;

	do {
		got = next_bytes(m, in, sizeof(in), e);
		if (got == -1)
			rc = -1;
		else if (got == -2)
			rc = mask_tick(m, now_ns(), &out, e);
		else if (got == 0)
			rc = mask_flush(m, &out, e);
		else
			rc = mask_feed(m, in, (size_t)got, now_ns(), &out,
			    e);
		if (rc == 0 && out.len > 0)
			rc = io_write_all(STDOUT_FILENO, out.p, out.len, e);
		buf_reset(&out);
	} while (rc == 0 && got != 0);
	explicit_bzero(in, sizeof(in));
	buf_clear(&out);
	return rc;
}

static void
list_rules(const struct mask_rules *r)
{
	struct mask_rule_info i;

	for (size_t k = 0; mask_rules_info(r, k, &i); k++)
		(void)printf("%-20s %-10s %-4s %s\n", i.id, i.profiles,
		    i.action, i.enabled ? "on" : "off");
}

static int
run(const struct settings *s, struct err *e)
{
	struct mask_options o = s->mask;
	struct mask_rules *rules = NULL;
	struct events to = { 0 };
	struct mask *m = NULL;
	size_t ran, states, bytes;
	int rc = -1;

	/* the tests are in the text alone */
	if ((s->test ? mask_rules_compile(s->paths, s->npaths, s->profiles,
	    &rules, e) : mask_rules_load(s->paths, s->npaths, s->profiles,
	    NULL, &rules, e)) < 0)
		goto out;
	if (s->list)
		list_rules(rules);
	if (s->test) {
		if (mask_rules_test(rules, &ran, e) < 0)
			goto out;
		mask_rules_size(rules, &states, &bytes);
		(void)printf("%zu tests passed; %zu states, %zu bytes\n",
		    ran, states, bytes);
	}
	rc = 0;
	if (s->list || s->test)
		goto out;
	rc = -1;
	if (getrandom(o.key, sizeof(o.key), 0) != (ssize_t)sizeof(o.key)) {
		(void)err_sys(e, "no random key");
		goto out;
	}
	if (s->events != NULL) {
		to.file = fopen(s->events, "we");
		if (to.file == NULL) {
			(void)err_sys(e, "%s", s->events);
			goto out;
		}
		o.event = write_event;
		o.ctx = &to;
	}
	m = mask_new(rules, &o, e);
	explicit_bzero(o.key, sizeof(o.key));
	if (m != NULL)
		rc = filter(m, e);
	if (to.file != NULL && (fclose(to.file) != 0 || to.failed) &&
	    rc == 0)
		rc = err_sys(e, "%s", s->events);
out:
	mask_free(m);
	mask_rules_free(rules);
	return rc;
}

static void
usage(FILE *to)
{
	(void)fputs("usage: warrant-mask [-lTt] [-c COLUMNS] [-e FILE] "
	    "[-p PROFILES]\n"
	    "                    [-r RULES] [-s tag|fill|block] "
	    "[-v live|record]\n"
	    "Masks secrets in what it copies from standard input to standard "
	    "output.\n\n"
	    "  -c, --columns N      width of the terminal, with --tty\n"
	    "  -e, --events FILE    write one JSON line a match\n"
	    "  -h, --help           this text\n"
	    "  -l, --list-rules     list the rules\n"
	    "  -p, --profile LIST   profiles in force, or all\n"
	    "  -r, --rules PATH     rule file or folder (repeatable)\n"
	    "  -s, --style STYLE    tag, fill or block\n"
	    "  -T, --test           run the tests in the rules\n"
	    "  -t, --tty            keep columns, not byte lengths\n"
	    "  -V, --version        the version\n"
	    "  -v, --view VIEW      live (default) or record\n", to);
}

/* Index of s in names, or -1. */
static int
choice(const char *s, const char *const *names, int n)
{
	for (int i = 0; i < n; i++)
		if (strcmp(s, names[i]) == 0)
			return i;
	return -1;
}

/* 0, or -1 when the value is none. */
static int
set_option(struct settings *s, int c, const char *arg)
{
	static const char *const styles[] = { "tag", "fill", "block" };
	static const char *const views[] = { "live", "record" };
	char *end;
	long n;
	int i;

	switch (c) {
	case 'c':
		n = strtol(arg, &end, 10);
		if (*arg == '\0' || *end != '\0' || n < 1 || n > 10000)
			return -1;
		s->mask.cols = (unsigned)n;
		return 0;
	case 'e':
		s->events = arg;
		return 0;
	case 'p':
		s->profiles = arg;
		return 0;
	case 'r':
		if (s->npaths == PATHS_MAX)
			return -1;
		s->paths[s->npaths++] = arg;
		return 0;
	case 's':
		i = choice(arg, styles, 3);
		s->mask.style = (enum mask_style)i;
		return i < 0 ? -1 : 0;
	default:
		i = choice(arg, views, 2);
		s->mask.view = i == 0 ? MASK_LIVE : MASK_RECORD;
		return i < 0 ? -1 : 0;
	}
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "columns", required_argument, NULL, 'c' },
		{ "events", required_argument, NULL, 'e' },
		{ "help", no_argument, NULL, 'h' },
		{ "list-rules", no_argument, NULL, 'l' },
		{ "profile", required_argument, NULL, 'p' },
		{ "rules", required_argument, NULL, 'r' },
		{ "style", required_argument, NULL, 's' },
		{ "test", no_argument, NULL, 'T' },
		{ "tty", no_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'V' },
		{ "view", required_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 }
	};
	struct settings s = { .mask.view = MASK_LIVE };
	struct err e = { 0 };
	int c;

	while ((c = getopt_long(argc, argv, "c:e:hlp:r:s:TtVv:", longs,
	    NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return 0;
		} else if (c == 'V') {
			(void)printf("warrant-mask " PACKAGE_VERSION "\n");
			return 0;
		} else if (c == 'l') {
			s.list = true;
		} else if (c == 'T') {
			s.test = true;
		} else if (c == 't') {
			s.mask.tty = true;
		} else if (c == '?') {
			usage(stderr);
			return err_exit_status(ERR_USAGE);
		} else if (set_option(&s, c, optarg) < 0) {
			(void)fprintf(stderr, "warrant-mask: -%c: not a "
			    "value: %s\n", c, optarg);
			return err_exit_status(ERR_USAGE);
		}
	}
	if (optind < argc) {
		usage(stderr);
		return err_exit_status(ERR_USAGE);
	}
	if (s.npaths == 0)
		s.paths[s.npaths++] = WARRANT_DATADIR "/mask.d";
	if (run(&s, &e) == 0)
		return 0;
	(void)fprintf(stderr, "warrant-mask: %s\n", e.text);
	return err_exit_status(e.code);
}
