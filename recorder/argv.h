/* SPDX-License-Identifier: BSD-2-Clause
 * argv.h - the words a program is started with.
 * in: words as the kernel keeps them (each followed by NUL), any bytes
 * out: one line that a person may read and that stands for one argv only
 *
 * A "block" is what /proc/PID/cmdline holds just after an execve(2): all
 * words, a NUL behind each. */
#ifndef WARRANT_RECORDER_ARGV_H
#define WARRANT_RECORDER_ARGV_H

#include <stddef.h>

struct buf;
struct err;

#define ARGV_SHOWN_MAX 8192	/* bytes of the escaped form */
#define ARGV_DIGEST_MAX 65	/* hex SHA-256 and a NUL */
#define ARGV_KEY_SIZE 32

enum argv_match {
	ARGV_OTHER = 0,		/* not what was asked for */
	ARGV_SAME,		/* word for word */
	ARGV_INTERPRETED	/* interpreter, maybe more, the path, the rest */
};

/* Append the block of n bytes: words with a blank between them; within a word
 * a blank is "\ ", a backslash "\\", a quote "\x22"; the empty word is "";
 * control characters, bytes that are no UTF-8 and what would reorder or hide
 * text as lib/visible.h writes it.  No two blocks have one form.  Cut at a
 * whole character at b->max, which needs at least 4, with "..." behind. */
void argv_escape(struct buf *b, const char *block, size_t n);

/* HMAC-SHA-256 of the block in hex: equal argv can be told, a password in
 * one cannot be guessed without the key. */
void argv_digest(const unsigned char key[ARGV_KEY_SIZE], const char *block,
    size_t n, char ret[ARGV_DIGEST_MAX]);

/* Is `is` what comes of starting path with the words `asked`?  A script
 * (execve(2), "Interpreter scripts") or a binfmt_misc(5) file runs as words
 * of its interpreter, then its path, then what was asked without argv[0].
 * An empty `asked` counts as one empty word, as the kernel does.  Pure. */
enum argv_match argv_compare(const char *path, const char *asked, size_t n,
    const char *is, size_t m);

/* Number of words in a block; the word at index i, or NULL.  Pure. */
size_t argv_count(const char *block, size_t n);
const char *argv_word(const char *block, size_t n, size_t i);

#endif
