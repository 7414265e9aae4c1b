/* SPDX-License-Identifier: BSD-2-Clause
 * warrant-maskc(8): compile mask rules, for sessions to map them. */
#include "config.h"

#include <dirent.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/conf_mask.h"
#include "lib/err.h"
#include "lib/io.h"
#include "recorder/mask/engine.h"
#include "recorder/mask/maskrules.h"
#include "recorder/mask/table.h"

#define PATHS_MAX 32
#define SETS_MAX 64		/* different profile lists of one configuration */

struct settings {
	const char *paths[PATHS_MAX];
	size_t npaths;
	const char *profiles, *folder, *conf;
	bool check, quiet;
	char made[SETS_MAX][TABLE_NAME_MAX];	/* tables that are wanted */
	size_t nmade;
};

static void
usage(FILE *to)
{
	(void)fputs("usage: warrant-maskc [-q] [-o DIR] [-p PROFILES] "
	    "[-r RULES]...\n"
	    "       warrant-maskc [-q] [-o DIR] --config FILE\n"
	    "       warrant-maskc --check TABLE...\n"
	    "Compiles mask rules into tables that sessions map when they "
	    "begin.\n\n"
	    "  -c, --check          look whether tables are whole\n"
	    "  -f, --config FILE    a table for each list of profiles in it\n"
	    "  -h, --help           this text\n"
	    "  -o, --output DIR     where tables go; with --config others are "
	    "removed\n"
	    "  -p, --profile LIST   profiles, or all\n"
	    "  -q, --quiet          say nothing but errors\n"
	    "  -r, --rules PATH     rule file or folder (repeatable)\n"
	    "  -V, --version        the version\n", to);
}

/* Compile the rules for these profiles, if there is no table of them yet. */
static int
make_table(struct settings *s, const char *profiles, struct err *e)
{
	const char *const folder[] = { s->folder };
	struct buf b = BUF_INIT(TABLE_SIZE_MAX);
	struct mask_rules *r = NULL, there;
	char path[PATH_MAX];
	char *name;
	int rc = -1;

	if (s->nmade == SETS_MAX)
		return err_set(e, ERR_LIMIT, "more than %d lists of profiles",
		    SETS_MAX);
	name = s->made[s->nmade];
	if (table_name(s->paths, s->npaths, profiles, name, e) < 0)
		return -1;
	s->nmade++;
	if (table_load(folder, 1, name, &there, NULL) == 1) {
		bool whole = table_sum_ok(there.map, there.map_len);

		(void)munmap(there.map, there.map_len);
		if (whole)
			return 0;
	}
	if (snprintf(path, sizeof(path), "%s/%s", s->folder, name) >=
	    (int)sizeof(path))
		return err_set(e, ERR_USAGE, "%s: too long", s->folder);
	if (mask_rules_compile(s->paths, s->npaths, profiles, &r, e) == 0 &&
	    table_format(r, &b, e) == 0)
		rc = io_replace_file(path, b.p, b.len, 0644, e);
	if (rc == 0 && !s->quiet)
		(void)printf("%s: %zu rules, %u states, %zu bytes (%s)\n",
		    path, r->set.n, r->dfa.nstate, b.len,
		    mask_rules_profiles(r));
	mask_rules_free(r);
	buf_clear(&b);
	return rc;
}

/* What is compiled for a configuration: as served.c will ask for it. */
static int
from_conf(struct settings *s, struct err *e)
{
	char profiles[CONF_PROFILES_MAX];
	const struct conf_section *role = NULL;
	struct conf *c = NULL;
	const char *own;
	int rc;

	if (conf_load(s->conf, &c, e) < 0)
		return -1;
	s->npaths = 0;
	s->paths[s->npaths++] = WARRANT_DATADIR "/mask.d";
	own = conf_str(conf_section(c, "mask"), "rules");
	if (own[0] != '\0')
		s->paths[s->npaths++] = own;
	conf_profiles(c, NULL, profiles);
	rc = make_table(s, profiles, e);
	while (rc == 0 && (role = conf_next(c, "role", role)) != NULL) {
		conf_profiles(c, role, profiles);
		rc = make_table(s, profiles, e);
	}
	conf_free(c);
	return rc;
}

/* Tables of rules that were, which nobody will ask for again. */
static void
remove_others(const struct settings *s)
{
	DIR *d = opendir(s->folder);
	struct dirent *entry;

	while (d != NULL && (entry = readdir(d)) != NULL) {
		bool wanted = false;

		for (size_t i = 0; i < s->nmade; i++)
			wanted = wanted || strcmp(entry->d_name,
			    s->made[i]) == 0;
		if (!wanted && strlen(entry->d_name) == TABLE_NAME_LEN &&
		    strcmp(entry->d_name + TABLE_NAME_LEN - 6, ".table") == 0)
			(void)unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d != NULL)
		(void)closedir(d);
}

static int
compile(struct settings *s, struct err *e)
{
	int rc;

	(void)umask(022); /* whoever records reads them */
	if (mkdir(s->folder, 0755) < 0 && access(s->folder, W_OK) < 0)
		return err_sys(e, "%s", s->folder);
	rc = s->conf != NULL ? from_conf(s, e) :
	    make_table(s, s->profiles, e);
	if (rc == 0 && s->conf != NULL) /* all that is wanted is known */
		remove_others(s);
	return rc;
}

static int
check_one(const char *path, bool quiet, struct err *e)
{
	struct buf b = BUF_INIT(TABLE_SIZE_MAX);
	struct mask_rules r;
	int rc = -1;

	if (io_read_file(path, &b, e) == 0 &&
	    table_use(b.p, b.len, &r, e) == 0) {
		if (table_sum_ok(b.p, b.len))
			rc = 0;
		else
			(void)err_set(e, ERR_INPUT, "its digest is wrong");
	}
	if (rc < 0)
		(void)err_prefix(e, "%s", path);
	else if (!quiet)
		(void)printf("%s: whole, %zu rules, %u states, rules %s\n",
		    path, r.set.n, r.dfa.nstate, r.hash);
	buf_clear(&b);
	return rc;
}

static int
set_option(struct settings *s, int c, const char *arg)
{
	switch (c) {
	case 'c': s->check = true; return 0;
	case 'f': s->conf = arg; return 0;
	case 'o': s->folder = arg; return 0;
	case 'p': s->profiles = arg; return 0;
	case 'q': s->quiet = true; return 0;
	case 'r':
		if (s->npaths == PATHS_MAX)
			return -1;
		s->paths[s->npaths++] = arg;
		return 0;
	default: return -1;
	}
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "check", no_argument, NULL, 'c' },
		{ "config", required_argument, NULL, 'f' },
		{ "help", no_argument, NULL, 'h' },
		{ "output", required_argument, NULL, 'o' },
		{ "profile", required_argument, NULL, 'p' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "rules", required_argument, NULL, 'r' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 }
	};
	static struct settings s = { .folder = TABLE_DIR };
	struct err e = { 0 };
	int c, rc = 0;

	while ((c = getopt_long(argc, argv, "cf:ho:p:qr:V", longs,
	    NULL)) != -1) {
		if (c == 'h') {
			usage(stdout);
			return 0;
		} else if (c == 'V') {
			(void)printf("warrant-maskc " PACKAGE_VERSION "\n");
			return 0;
		} else if (set_option(&s, c, optarg) < 0) {
			usage(stderr);
			return err_exit_status(ERR_USAGE);
		}
	}
	if (s.check != (optind < argc) || (s.conf != NULL &&
	    (s.npaths > 0 || s.profiles != NULL))) {
		usage(stderr);
		return err_exit_status(ERR_USAGE);
	}
	if (s.npaths == 0)
		s.paths[s.npaths++] = WARRANT_DATADIR "/mask.d";
	for (int i = optind; i < argc && rc == 0; i++)
		rc = check_one(argv[i], s.quiet, &e);
	if (!s.check)
		rc = compile(&s, &e);
	if (rc == 0)
		return 0;
	(void)fprintf(stderr, "warrant-maskc: %s\n", e.text);
	return err_exit_status(e.code);
}
