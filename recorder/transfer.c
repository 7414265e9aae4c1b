/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/transfer.h"

#include <stdio.h>
#include <string.h>

/* What an unquoted word may hold: nothing that a shell would expand, split,
 * redirect or take as a reserved character. */
static bool
plain(unsigned char c, bool first)
{
	if (c >= 0x80)
		return true;
	if (first && (c == '~' || c == '#'))
		return false;
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' &&
	    strchr("_-+=.,:/@%~#", c) != NULL);
}

/* One word at *s into *to, unquoted; -1 when only a shell could read it. */
static int
word(const char **s, char **to)
{
	const char *p = *s;
	bool first = true;

	for (; *p != '\0' && *p != ' '; first = false) {
		if (*p == '\'') {
			for (p++; *p != '\'' && *p != '\0' && *p != '\n'; p++)
				*(*to)++ = *p;
			if (*p != '\'')
				return -1;
		} else if (*p == '\\') {
			if ((unsigned char)*++p < ' ' || *p == 0x7f)
				return -1;
			*(*to)++ = *p;
		} else if (plain((unsigned char)*p, first)) {
			*(*to)++ = *p;
		} else {
			return -1;
		}
		p++;
	}
	*(*to)++ = '\0';
	*s = p;
	return 0;
}

/* The words before the first that a shell must read; true when that is all
 * of them.  Every word takes no more room than it had. */
static bool
split(const char *command, struct transfer *t)
{
	const char *s = command;
	char *to = t->room;

	if (strlen(command) > TRANSFER_LINE_MAX)
		return false;
	for (;;) {
		char *start = to;

		while (*s == ' ')
			s++;
		if (*s == '\0')
			return true;
		if (t->argc == TRANSFER_WORDS_MAX || word(&s, &to) < 0)
			return false;
		t->argv[t->argc++] = start;
		t->argv[t->argc] = NULL;
	}
}

static bool
starts(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* sftp-server(8): options only */
static bool
sftp_options(const struct transfer *t)
{
	for (size_t i = 1; i < t->argc; i++) {
		const char *a = t->argv[i];

		if (strcmp(a, "-R") == 0 || strcmp(a, "-e") == 0)
			continue;
		if (a[0] != '-' || a[1] == '\0' || a[2] != '\0' ||
		    strchr("flpPu", a[1]) == NULL || ++i == t->argc)
			return false;
	}
	return true;
}

/* The server side of scp: -t or -f, -r -p -d -v, then paths.  -S and -o would
 * start another program. */
static bool
scp_options(const struct transfer *t)
{
	size_t i, modes = 0;
	bool to = false;

	for (i = 1; i < t->argc && t->argv[i][0] == '-'; i++) {
		const char *a = t->argv[i];

		if (strcmp(a, "--") == 0) {
			i++;
			break;
		}
		if (a[1] == '\0' || a[2] != '\0' ||
		    strchr("tfrpdv", a[1]) == NULL)
			return false;
		modes += a[1] == 't' || a[1] == 'f';
		to = to || a[1] == 't';
	}
	return modes == 1 && (to ? t->argc - i == 1 : t->argc > i);
}

/* rsync --server as a client of it would write it.  A cluster of letters may
 * end in e and the capability string; any other e or --rsh names a program to
 * start, --daemon and --config read a file that can, and s would take further
 * options from the stream. */
static bool
rsync_cluster(const char *a)
{
	size_t n = strspn(a + 1,
	    "abcdghiklmnopqrtuvwxyzACDEGHIJKLNOPRSUVWXZ0") + 1;

	if (a[n] == 'e') {
		n++;
		n += strspn(a + n, "0123456789");
		if (a[n] != '.')
			return false;
		n++;
		n += strspn(a + n, "0123456789."
		    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
	}
	return n > 1 && a[n] == '\0';
}

static bool
rsync_long(const char *a)
{
	static const char *const whole[] = {
		"--sender", "--delete", "--delete-before", "--delete-during",
		"--delete-delay", "--delete-after", "--delete-excluded",
		"--force", "--ignore-errors", "--partial", "--inplace",
		"--append", "--append-verify", "--size-only", "--existing",
		"--ignore-existing", "--ignore-times", "--numeric-ids",
		"--safe-links", "--stats", "--delay-updates", "--fuzzy",
		"--no-implied-dirs", "--mkpath", "--fsync", "--no-r",
		"--no-i-r", "--remove-source-files", "--omit-dir-times",
		"--super", "--munge-links", "--preallocate", "--open-noatime",
		"--checksum", "--new-compress", "--old-compress",
		"--files-from=-", "--from0", NULL
	};
	static const char *const valued[] = {
		"--partial-dir=", "--timeout=", "--bwlimit=", "--max-size=",
		"--min-size=", "--max-delete=", "--modify-window=",
		"--block-size=", "--checksum-choice=", "--compress-choice=",
		"--compress-level=", "--log-format=", "--out-format=",
		"--max-alloc=", "--stop-at=", "--stop-after=",
		"--skip-compress=", "--usermap=", "--groupmap=", "--iconv=",
		"--info=", "--debug=", "--suffix=", "--checksum-seed=", NULL
	};

	for (size_t i = 0; whole[i] != NULL; i++)
		if (strcmp(a, whole[i]) == 0)
			return true;
	for (size_t i = 0; valued[i] != NULL; i++)
		if (starts(a, valued[i]))
			return true;
	return false;
}

/* Its value is the next word: a folder. */
static bool
rsync_paired(const char *a)
{
	static const char *const paired[] = {
		"--backup-dir", "--compare-dest", "--copy-dest",
		"--link-dest", "--partial-dir", "--temp-dir", NULL
	};

	for (size_t i = 0; paired[i] != NULL; i++)
		if (strcmp(a, paired[i]) == 0)
			return true;
	return false;
}

static bool
rsync_options(const struct transfer *t)
{
	size_t i;

	if (t->argc < 4 || strcmp(t->argv[1], "--server") != 0)
		return false;
	for (i = 2; i < t->argc && t->argv[i][0] == '-'; i++) {
		if (rsync_paired(t->argv[i]) && i + 1 < t->argc &&
		    t->argv[i + 1][0] != '-')
			i++;
		else if (starts(t->argv[i], "--") ? !rsync_long(t->argv[i]) :
		    !rsync_cluster(t->argv[i]))
			return false;
	}
	if (t->argc - i < 2 || strcmp(t->argv[i], ".") != 0)
		return false;
	/* rsync reads options behind the paths too */
	for (; i < t->argc; i++)
		if (t->argv[i][0] == '-')
			return false;
	return true;
}

static bool
git_options(const struct transfer *t)
{
	size_t i = 1;

	while (i < t->argc && (strcmp(t->argv[i], "--strict") == 0 ||
	    starts(t->argv[i], "--timeout=")))
		i++;
	return t->argc - i == 1 && t->argv[i][0] != '-' &&
	    t->argv[i][0] != '\0';
}

#define BOTH (TRANSFER_IN | TRANSFER_OUT)

static const char *const sftp_paths[] = { "/usr/lib/openssh/sftp-server",
    "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server",
    "/usr/libexec/sftp-server", NULL };
static const char *const scp_paths[] = { "/usr/bin/scp", "/bin/scp", NULL };
static const char *const rsync_paths[] = { "/usr/bin/rsync", "/bin/rsync",
    NULL };
static const char *const upload_paths[] = { "/usr/bin/git-upload-pack",
    "/usr/lib/git-core/git-upload-pack", NULL };
static const char *const receive_paths[] = { "/usr/bin/git-receive-pack",
    "/usr/lib/git-core/git-receive-pack", NULL };
static const char *const archive_paths[] = { "/usr/bin/git-upload-archive",
    "/usr/lib/git-core/git-upload-archive", NULL };

static const struct {
	const char *program;	/* bare name */
	const char *mark;	/* a word that makes it a transfer, or NULL */
	unsigned ways;		/* that word wins over those of lower rows */
	const char *name;
	const char *const *paths;
	bool (*options)(const struct transfer *);
} known[] = {
	{ "sftp-server", NULL, BOTH, "sftp", sftp_paths, sftp_options },
	{ "scp", "-f", TRANSFER_OUT, "scp", scp_paths, scp_options },
	{ "scp", "-t", TRANSFER_IN, "scp", scp_paths, scp_options },
	{ "rsync", "--sender", TRANSFER_OUT, "rsync", rsync_paths,
	    rsync_options },
	{ "rsync", "--server", TRANSFER_IN, "rsync", rsync_paths,
	    rsync_options },
	{ "git-upload-pack", NULL, TRANSFER_OUT, "git", upload_paths,
	    git_options },
	{ "git-receive-pack", NULL, TRANSFER_IN, "git", receive_paths,
	    git_options },
	{ "git-upload-archive", NULL, TRANSFER_OUT, "git", archive_paths,
	    git_options },
};
#define KNOWN (sizeof(known) / sizeof(known[0]))

static bool
has_option(const struct transfer *t, const char *option)
{
	for (size_t i = 1; i < t->argc && strcmp(t->argv[i], "--") != 0; i++)
		if (strcmp(t->argv[i], option) == 0)
			return true;
	return false;
}

static size_t
find(const struct transfer *t)
{
	const char *base;

	if (t->argc == 0)
		return KNOWN;
	base = strrchr(t->argv[0], '/');
	base = base == NULL ? t->argv[0] : base + 1;
	for (size_t k = 0; k < KNOWN; k++) {
		if (strcmp(base, known[k].program) != 0)
			continue;
		if (known[k].mark == NULL || has_option(t, known[k].mark))
			return k;
	}
	return KNOWN;
}

static bool
usual_path(const char *program, const char *const *paths)
{
	if (strchr(program, '/') == NULL)
		return true;
	for (; *paths != NULL; paths++)
		if (strcmp(program, *paths) == 0)
			return true;
	return false;
}

enum transfer_kind
transfer_parse(const char *command, struct transfer *ret)
{
	bool whole;
	size_t k;

	ret->name = NULL;
	ret->paths = NULL;
	ret->ways = 0;
	ret->argv[0] = NULL;
	ret->argc = 0;
	whole = split(command, ret);
	k = find(ret);
	if (k == KNOWN)
		return TRANSFER_NONE;
	ret->name = known[k].name;
	ret->paths = known[k].paths;
	ret->ways = known[k].ways;
	if (whole && usual_path(ret->argv[0], known[k].paths) &&
	    known[k].options(ret))
		return TRANSFER_DIRECT;
	/* a word that was not read may still turn it round */
	if (known[k].mark != NULL && ret->ways == TRANSFER_IN)
		ret->ways = BOTH;
	return TRANSFER_SHELL;
}

/* ---- which way -------------------------------------------------------- */

unsigned
transfer_allowed(const char *word)
{
	static const struct {
		const char *word;
		unsigned ways;
	} t[] = { { "log", BOTH }, { "in", TRANSFER_IN },
	    { "out", TRANSFER_OUT } };

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (strcmp(word, t[i].word) == 0)
			return t[i].ways;
	return 0;
}

/* n words behind the name of the program. */
static bool
insert(struct transfer *t, char *const words[], size_t n)
{
	if (t->argc + n > TRANSFER_WORDS_MAX)
		return false;
	memmove(t->argv + 1 + n, t->argv + 1, t->argc * sizeof(t->argv[0]));
	memcpy(t->argv + 1, words, n * sizeof(t->argv[0]));
	t->argc += n;
	return true;
}

/* Requests as sftp-server -Q names them.  Those that are not in the list are
 * refused, so one of a later version is until it is known here. */
bool
transfer_limit(struct transfer *t, unsigned allowed)
{
	static char p[] = "-p", not_read[] = "open,close,write,lstat,fstat,"
	    "setstat,fsetstat,opendir,readdir,remove,mkdir,rmdir,realpath,"
	    "stat,rename,symlink,posix-rename,statvfs,fstatvfs,hardlink,"
	    "fsync,lsetstat,limits,expand-path,copy-data,home-directory,"
	    "users-groups-by-id";
	static char read_only[] = "-R";

	if ((t->ways & ~allowed) == 0)
		return true;
	if (t->ways != BOTH || (t->ways & allowed) == 0)
		return false;
	t->ways = allowed;
	if (allowed == TRANSFER_OUT)
		return insert(t, (char *const []){ read_only }, 1);
	/* it takes the list once */
	return !has_option(t, p) &&
	    insert(t, (char *const []){ p, not_read }, 2);
}

static const char *
way(unsigned ways)
{
	return ways == BOTH ? "in and out" : ways == TRANSFER_IN ?
	    "in (upload)" : "out (download)";
}

void
transfer_why(const struct transfer *t, unsigned allowed, const char *role,
    char ret[TRANSFER_WHY_MAX])
{
	const char *ask = t->ways == TRANSFER_IN ? "in" : t->ways ==
	    TRANSFER_OUT ? "out" : allowed == 0 ? "in or out" :
	    "both ways";

	if (allowed == 0)
		(void)snprintf(ret, TRANSFER_WHY_MAX, "warrant: role %s may "
		    "not transfer files, and this %s moves them %s; ask for "
		    "a role that moves files %s (roles lists them)", role,
		    t->name, way(t->ways), ask);
	else
		(void)snprintf(ret, TRANSFER_WHY_MAX, "warrant: role %s may "
		    "transfer files %s only, and this %s may move them %s; "
		    "ask for a role that moves files %s (roles lists them)",
		    role, way(allowed), t->name, way(t->ways), ask);
}

/* The words around its name are the client's --server, and may be anything
 * a shell reads: mosh-server and `new' is what they have in common. */
bool
transfer_mosh(const char *command)
{
	static const char name[] = "mosh-server";

	for (const char *p = command; (p = strstr(p, name)) != NULL;) {
		p += sizeof(name) - 1;
		p += strspn(p, "'\"");
		if (*p == ' ' && starts(p + strspn(p, " '\""), "new"))
			return true;
	}
	return false;
}
