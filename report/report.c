/* SPDX-License-Identifier: BSD-2-Clause
 * report.c - main of warrant-report(1): what the ledger says. */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/command.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "report/report.h"

#define LINE_MAX_BYTES 4096

#define ASKED { "since", 0, WORDS_VALUE }, { "until", 0, WORDS_VALUE }, \
	{ "person", 0, WORDS_VALUE }, { "account", 0, WORDS_VALUE }, \
	{ "json", 0, WORDS_FLAG }
#define CHOICE ASKED, { "csv", 0, WORDS_FLAG }
#define ASKED_TEXT "[--since TIME] [--until TIME] [--person NAME] " \
	"[--account NAME]"
#define CHOICE_TEXT ASKED_TEXT " [--json | --csv]"

static const struct words_command table[] = {
	{ "did", 1, 1, "SESSION [--json]", "what was done in a session",
	    { { "json", 0, WORDS_FLAG } } },
	{ "exceptions", 0, 0, "[--all] " CHOICE_TEXT, "what somebody has to "
	    "explain, with --all also what was", { CHOICE,
	    { "all", 0, WORDS_FLAG } } },
	{ "export", 1, 1, "DIR", "all evidence as a folder, to be checked "
	    "elsewhere", { { NULL, 0, WORDS_FLAG } } },
	{ "exposed", 0, 0, ASKED_TEXT " [--json]", "what was seen before it "
	    "was masked, or went by unmasked", { ASKED } },
	{ "files", 0, 0, CHOICE_TEXT, "which files came and went",
	    { CHOICE } },
	{ "fingerprint", 0, 0, "[--json]", "the key an auditor pins",
	    { { "json", 0, WORDS_FLAG } } },
	{ "grants", 0, 0, CHOICE_TEXT, "who asked for what, and who decided",
	    { CHOICE } },
	{ "masked", 0, 0, CHOICE_TEXT, "what was hidden, and what was not",
	    { CHOICE } },
	{ "rehearse", 1, 1, "RULES " ASKED_TEXT " [--samples N] [--json]",
	    "what new mask rules would have hidden, --since -30d",
	    { ASKED, { "samples", 0, WORDS_VALUE } } },
	{ "retention", 0, 0, CHOICE_TEXT, "what was removed, and what is held",
	    { CHOICE } },
	{ "verify", 1, 1, "DIR --key KEY [--json]", "is an export complete "
	    "and unaltered?", { { "key", 0, WORDS_VALUE },
	    { "json", 0, WORDS_FLAG } } },
	{ "verify-mask", 0, WORDS_ARGS, "[SESSION ...] " ASKED_TEXT
	    " [--rules PATH | newest] [--json]", "do recordings still show "
	    "what rules would mask?", { ASKED,
	    { "rules", 0, WORDS_VALUE } } },
	{ "who", 0, 0, CHOICE_TEXT, "who was on this host, and by whose "
	    "leave", { CHOICE } },
	{ .verb = NULL },
};

static const struct {
	const char *verb;
	report_fn *fn;
	bool offline;	/* needs no store */
} run[] = {
	{ "did", report_did, false },
	{ "exceptions", report_exceptions, false },
	{ "export", report_export, false },
	{ "exposed", report_exposed, false },
	{ "files", report_files, false },
	{ "fingerprint", report_fingerprint, false },
	{ "grants", report_grants, false },
	{ "masked", report_masked, false },
	{ "rehearse", report_rehearse, false },
	{ "retention", report_retention, false },
	{ "verify", report_verify, true },
	{ "verify-mask", report_verify_mask, false },
	{ "who", report_who, false },
};

static int
usage(FILE *out)
{
	(void)fputs("usage: warrant-report [--config FILE] [--socket PATH | "
	    "--store FILE]\n                      COMMAND\n"
	    "       warrant-report --check-config [--config FILE] | "
	    "--help | --version\n", out);
	command_usage(table, "warrant-report", out);
	return out == stdout ? 0 : 2;
}

static int
fail(const struct err *e)
{
	(void)fprintf(stderr, "warrant-report: %s\n", e->text);
	return err_exit_status(e->code);
}

static int
moment(const char *s, int64_t now_us, int64_t *ret, struct err *e)
{
	return s == NULL ? 0 : clock_moment(s, now_us, ret, e);
}

static int
choose(struct report *r, struct err *e)
{
	const struct words *w = r->words;
	int64_t now = clock_wall_us();

	r->since_us = 0;
	r->until_us = INT64_MAX;
	r->person = words_value(w, "person");
	r->account = words_value(w, "account");
	if (words_value(w, "json") != NULL)
		r->format = SHEET_JSON;
	if (words_value(w, "csv") != NULL) {
		if (r->format == SHEET_JSON)
			return err_set(e, ERR_USAGE, "--json or --csv");
		r->format = SHEET_CSV;
	}
	if (moment(words_value(w, "since"), now, &r->since_us, e) < 0)
		return -1;
	return moment(words_value(w, "until"), now, &r->until_us, e);
}

/* The words as typed, for the event that says who read what. */
static void
join(size_t n, char *const *word, char ret[LINE_MAX_BYTES])
{
	struct buf b = BUF_INIT(LINE_MAX_BYTES - 1);

	(void)buf_puts(&b, "warrant-report", NULL);
	for (size_t i = 0; i < n; i++)
		if (buf_putc(&b, ' ', NULL) < 0 ||
		    buf_puts(&b, word[i], NULL) < 0)
			break;
	(void)snprintf(ret, LINE_MAX_BYTES, "%s", b.p == NULL ? "" : b.p);
	buf_clear(&b);
}

static int
run_command(struct report *r, size_t n, char *const *word)
{
	static struct words w;
	char line[LINE_MAX_BYTES];
	struct err e = { 0 };
	int rc = -1;

	r->words = &w;
	r->line = line;
	join(n, word, line);
	if (words_parse(table, n, word, &w, &e) < 0 || choose(r, &e) < 0)
		return fail(&e);
	for (size_t i = 0; i < sizeof(run) / sizeof(run[0]); i++)
		if (strcmp(run[i].verb, w.command->verb) == 0 &&
		    (run[i].offline || source_open(r, &e) == 0))
			rc = run[i].fn(r, &e);
	(void)sqlite3_close(r->db);
	if (rc < 0 && r->status != 0)
		(void)fail(&e);
	else if (rc < 0)
		return fail(&e);
	return r->status;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check-config", no_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "socket", required_argument, NULL, 's' },
		{ "store", required_argument, NULL, 'd' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	struct report r = { .out = stdout,
	    .config = WARRANT_SYSCONFDIR "/warrant.conf" };
	bool check = false;
	int o;

	(void)setlocale(LC_ALL, "");
	/* '+': options behind the command are the command's */
	while ((o = getopt_long(argc, argv, "+hV", options, NULL)) != -1)
		switch (o) {
		case 'c':
			check = true;
			break;
		case 'd':
			r.store = optarg;
			break;
		case 'f':
			r.config = optarg;
			break;
		case 'h':
			return usage(stdout);
		case 's':
			r.socket = optarg;
			break;
		case 'V':
			(void)printf("warrant-report (warrant) %s\n",
			    PACKAGE_VERSION);
			return 0;
		default:
			return usage(stderr);
		}
	if (check)
		return conf_check(r.config, false);
	if (argc == optind)
		return usage(stderr);
	return run_command(&r, (size_t)(argc - optind), argv + optind);
}
