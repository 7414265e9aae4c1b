/* SPDX-License-Identifier: BSD-2-Clause
 * authkeys.c - warrant-authkeys(8), AuthorizedKeysCommand of sshd.
 * in: account, key and type (%u %k %t) of somebody who wants in
 * out: one line of authorized_keys(5), or nothing
 *
 * Before a login nothing is recorded yet, so this only keeps out whom the
 * module would refuse (pam_module/signin.c judges again, and counts).  What is
 * printed is made of an account name that user_name_ok took and of base64 of
 * our own: nothing of the token reaches sshd. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "config.h"
#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/quote.h"
#include "lib/user.h"
#include "pam_module/cert.h"
#include "pam_module/judge.h"

#define SECONDS_MAX 5	/* then it is over: somebody waits at the door */
#define KEY_TEXT_MAX (CERT_TEXT_MAX * 2)

struct options {
	const char *conf, *rundir;
};

static int
usage(FILE *f, int status)
{
	fprintf(f, "usage: warrant-authkeys [--config FILE] [--rundir DIR] "
	    "USER KEY TYPE\n"
	    "       warrant-authkeys --check-config [--config FILE]\n\n"
	    "For sshd_config:\n"
	    "  AuthorizedKeysCommand " WARRANT_SBINDIR
	    "/warrant-authkeys %%u %%k %%t\n"
	    "  AuthorizedKeysCommandUser warrant-keys\n");
	return status;
}

/* The account, as long as warrant deals with it at all. */
static int
find_account(const struct conf *c, const char *name, struct user *ret,
    struct err *e)
{
	const char *group = conf_str(conf_section(c, "login"), "group");
	int r;

	if (!user_name_ok(name))
		return err_set(e, ERR_DENIED, "%s is no account name",
		    quote_str(name).s);
	r = user_find(name, ret, e);
	if (r == 0)
		return err_set(e, ERR_DENIED, "there is no account %s", name);
	if (r < 0)
		return -1;
	r = user_in_group(ret, group, e);
	return r == 0 ? err_set(e, ERR_DENIED, "%s is not in group %s", name,
	    group) : r < 0 ? -1 : 0;
}

static int
judge(struct judge *j, const char *name, const struct cert *cert,
    struct err *e)
{
	struct user u;

	if (find_account(j->conf, name, &u, e) < 0 ||
	    judge_certificate(j, cert, clock_wall_us(), e) < 0)
		return -1;
	return judge_account(j, &u, e);
}

/* The certificate's principals are the account, or `warrant'. */
static int
print_line(const char *name, const struct cert *cert, struct err *e)
{
	struct buf key = BUF_INIT(KEY_TEXT_MAX);
	int rc = b64_encode(cert->key.p, cert->key.len, &key, e);

	if (rc == 0)
		printf("cert-authority,principals=\"warrant,%s\",restrict,"
		    "pty %s %s\n", name, cert->type, key.p);
	buf_clear(&key);
	return rc;
}

static int
run(const struct options *o, char **words, struct err *e)
{
	const struct auth_key k = { .type = words[2],
		.type_len = strlen(words[2]), .base64 = words[1],
		.base64_len = strlen(words[1]) };
	struct judge *j = calloc(1, sizeof(*j));
	struct conf *c = NULL;
	struct cert cert = { .token = NULL };
	int rc = -1;

	if (j == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	if (cert_parse(&k, &cert, e) == 0 && conf_load(o->conf, &c, e) == 0) {
		j->rundir = o->rundir;
		j->socket = "keys.sock";
		j->conf = c;
		if (judge(j, words[0], &cert, e) == 0)
			rc = print_line(words[0], &cert, e);
	}
	judge_clear(j);
	free(j);
	cert_clear(&cert);
	conf_free(c);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "check-config", no_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'f' },
		{ "rundir", required_argument, NULL, 'R' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 } };
	struct options o = { .conf = WARRANT_SYSCONFDIR "/warrant.conf",
		.rundir = WARRANT_RUNDIR };
	struct err e = { 0 };
	bool check = false;
	int c;

	while ((c = getopt_long(argc, argv, "hV", options, NULL)) != -1)
		switch (c) {
		case 'c': check = true; break;
		case 'f': o.conf = optarg; break;
		case 'R': o.rundir = optarg; break;
		case 'h': return usage(stdout, 0);
		case 'V':
			printf("warrant-authkeys (warrant) %s\n",
			    PACKAGE_VERSION);
			return 0;
		default: return usage(stderr, 2);
		}
	if (check && optind == argc)
		return conf_check(o.conf, false);
	if (check || optind + 3 != argc)
		return usage(stderr, 2);
	(void)alarm(SECONDS_MAX);
	log_open("warrant-authkeys", isatty(STDERR_FILENO));
	/* an ordinary key is nothing to say a word about */
	if (run(&o, argv + optind, &e) < 0 && e.code != ERR_NOT_FOUND)
		log_line(LOG_NOTICE, "%s refused: %s",
		    quote_str(argv[optind]).s, e.text);
	return 0; /* nothing printed is the refusal: sshd_config(5) */
}
