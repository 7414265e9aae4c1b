/* SPDX-License-Identifier: BSD-2-Clause
 * conf.h - warrant.conf: strict INI with titled sections.
 * in: /etc/warrant/warrant.conf and conf.d/ *.conf in name order beside it
 * out: sections with every key checked and defaulted, warrant.conf(5)
 *
 * conf_keys.c tables every section and key with type, default and bounds;
 * that one table drives the parser, conf_dump and the test that the man
 * page names every key.  An unknown section or key, a key set twice, a value
 * of the wrong type or unit, a control character or a file that others may
 * write is refused with file:line:column: nothing is guessed or ignored.
 * Values are kept as text and converted once at load, so a getter cannot
 * fail; asking for a key or type that is not in the table is a bug and
 * aborts. */
#ifndef WARRANT_LIB_CONF_H
#define WARRANT_LIB_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct err;
struct conf;
struct conf_section;

#define CONF_FILE_MAX (1024 * 1024)	/* bytes of one file */
#define CONF_LINE_MAX 4096		/* bytes of one line */

enum conf_type {
	CONF_STRING,	/* any text without control characters */
	CONF_PATH,	/* absolute path */
	CONF_URL,	/* https://... or http://... */
	CONF_BOOL,	/* yes or no */
	CONF_DURATION,	/* 90s 45m 2h30m; getter in microseconds */
	CONF_INT,	/* decimal, within min and max */
	CONF_LIST,	/* words separated by commas, none empty; with
			 * choices each is one of them */
	CONF_ENUM	/* one of the words in choices, "a|b|c" */
};

struct conf_key {
	const char *section;
	const char *key;
	enum conf_type type;
	const char *value;	/* default as text; NULL: must be given */
	int64_t min, max;	/* of INT; of DURATION in seconds */
	const char *choices;	/* of ENUM, LIST */
	const char *about;	/* one line for --check-config -v and docs */
};

/* Every key; ends with section == NULL.  Keys of one section are adjacent. */
extern const struct conf_key conf_keys[];

/* Does this section kind take a title ([role dba])?  Pure. */
bool conf_titled(const char *section);

/* Load path and the conf.d folder beside it.  *ret: conf_free. */
int conf_load(const char *path, struct conf **ret, struct err *e);

/* Parse one text as if it were the only file (tests, the fuzzer).  Pure. */
int conf_parse(const char *name, const char *text, size_t n,
    struct conf **ret, struct err *e);

void conf_free(struct conf *c);

/* The one untitled section of this kind; there is always one, with defaults. */
const struct conf_section *conf_section(const struct conf *c,
    const char *section);

/* The titled section, or NULL. */
const struct conf_section *conf_titled_section(const struct conf *c,
    const char *section, const char *title);

/* The titled sections of one kind in file order: NULL starts, NULL ends. */
const struct conf_section *conf_next(const struct conf *c,
    const char *section, const struct conf_section *prev);

/* Borrowed from the conf. */
const char *conf_title(const struct conf_section *s);
const char *conf_str(const struct conf_section *s, const char *key);
int64_t conf_int(const struct conf_section *s, const char *key);
int64_t conf_us(const struct conf_section *s, const char *key);
bool conf_bool(const struct conf_section *s, const char *key);
size_t conf_list_n(const struct conf_section *s, const char *key);
const char *conf_list(const struct conf_section *s, const char *key,
    size_t i);

/* "FILE:LINE" where the section (key NULL) or the key was set, or "default". */
const char *conf_where(const struct conf_section *s, const char *key);

/* SHA-256 (64 hex digits and NUL) of all sections, keys and values in effect:
 * names the policy in ledger events. */
void conf_digest(const struct conf *c, char ret[65]);

/* What is in effect, as a file that could be loaded again. */
void conf_dump(const struct conf *c, FILE *f);

/* --check-config of every program: load, print errors to stderr or, when
 * good, "PATH: ok" (with dump: the values) to stdout; the exit status. */
int conf_check(const char *path, bool dump);

#endif
