/* SPDX-License-Identifier: BSD-2-Clause
 * Sessions as a script of packets; the facts must be the same however the
 * bytes are cut. */
#include "tests/unit/test.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "recorder/sftp.h"

enum {
	INIT = 1, VERSION = 2, OPEN = 3, CLOSE = 4, READ = 5, WRITE = 6,
	SETSTAT = 9, FSETSTAT = 10, OPENDIR = 11, READDIR = 12, REMOVE = 13,
	MKDIR = 14, RMDIR = 15, REALPATH = 16, STAT = 17, RENAME = 18,
	SYMLINK = 20, STATUS = 101, HANDLE = 102, DATA = 103, NAME = 104,
	ATTRS = 105, EXTENDED = 200, EXTENDED_REPLY = 201
};

enum { RD = 1, WR = 2, APPEND = 4, CREAT = 8, TRUNC = 16, EXCL = 32 };

/* sha256 of "", "hello", "hello world" */
#define SUM_0 "e3b0c44298fc1c149afbf4c8996fb924" \
    "27ae41e4649b934ca495991b7852b855"
#define SUM_5 "2cf24dba5fb0a30e26e83b2ac5b9e29e" \
    "1b161e5c1fa7425e73043362938b9824"
#define SUM_11 "b94d27b9934d3e08a52e52d7da7dabfa" \
    "c484efe37a5380ee9088f7ace2efcde9"

/* ---- scripts ---------------------------------------------------------- */

#define STEPS 64

struct script {
	struct {
		bool in;
		struct buf b;
	} step[STEPS];
	size_t n;
};

static void
put_number(struct buf *b, uint64_t v, unsigned width)
{
	while (width-- > 0)
		assert_int_equal(buf_putc(b, (char)(v >> (8 * width)), NULL),
		    0);
}

/* u uint32, q uint64, s string, b byte; r so many bytes 'x', without length;
 * all numbers are unsigned long long. */
static void
put_fields(struct buf *b, const char *fmt, va_list ap)
{
	for (; *fmt != '\0'; fmt++) {
		unsigned long long v;
		const char *s;

		if (*fmt == 's') {
			s = va_arg(ap, const char *);
			put_number(b, strlen(s), 4);
			assert_int_equal(buf_puts(b, s, NULL), 0);
			continue;
		}
		v = va_arg(ap, unsigned long long);
		if (*fmt == 'r')
			while (v-- > 0)
				assert_int_equal(buf_putc(b, 'x', NULL), 0);
		else
			put_number(b, v, *fmt == 'q' ? 8 : *fmt == 'b' ? 1 :
			    4);
	}
}

static struct buf *
add(struct script *t, bool in)
{
	assert_true(t->n < STEPS);
	t->step[t->n].in = in;
	t->step[t->n].b = (struct buf)BUF_INIT(1 << 20);
	return &t->step[t->n++].b;
}

static void
put_packet(struct buf *b, unsigned type, const char *fmt, va_list ap)
{
	struct buf body = BUF_INIT(1 << 20);

	put_fields(&body, fmt, ap);
	put_number(b, body.len + 1, 4);
	put_number(b, type, 1);
	assert_int_equal(buf_put(b, body.p, body.len, NULL), 0);
	buf_clear(&body);
}

/* The client sends. */
static void
in(struct script *t, unsigned type, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_packet(add(t, true), type, fmt, ap);
	va_end(ap);
}

/* The server sends. */
static void
out(struct script *t, unsigned type, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_packet(add(t, false), type, fmt, ap);
	va_end(ap);
}

/* Bytes that need not be a packet. */
static void
raw(struct script *t, bool client, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_fields(add(t, client), fmt, ap);
	va_end(ap);
}

static void
status(struct script *t, unsigned id, unsigned code)
{
	out(t, STATUS, "uuss", (unsigned long long)id,
	    (unsigned long long)code, "why", "");
}

static void
hello(struct script *t)
{
	in(t, INIT, "u", 3ULL);
	out(t, VERSION, "uss", 3ULL, "posix-rename@openssh.com", "1");
}

static void
open_file(struct script *t, const char *path, unsigned flags,
    const char *handle)
{
	in(t, OPEN, "usuuu", 900ULL, path, (unsigned long long)flags, 4ULL,
	    0100644ULL);
	out(t, HANDLE, "us", 900ULL, handle);
}

static void
close_file(struct script *t, const char *handle)
{
	in(t, CLOSE, "us", 901ULL, handle);
	status(t, 901, 0);
}

/* ---- running ---------------------------------------------------------- */

static void
keep(void *arg, const struct sftp_fact *f)
{
	json_t *j = sftp_fact_json(f);
	char *text = json_dumps(j, JSON_COMPACT);

	json_decref(j);
	assert_non_null(text);
	assert_int_equal(buf_puts(arg, text, NULL), 0);
	assert_int_equal(buf_putc(arg, '\n', NULL), 0);
	free(text);
}

static int
feed(struct sftp *s, bool client, const char *p, size_t n, size_t chunk)
{
	int rc = 0;

	for (size_t i = 0; i < n; i += chunk) {
		size_t m = n - i < chunk ? n - i : chunk;
		/* so that a sanitizer sees the first byte too far */
		char *exact = malloc(m);

		assert_non_null(exact);
		memcpy(exact, p + i, m);
		rc = client ? sftp_in(s, exact, m) : sftp_out(s, exact, m);
		free(exact);
	}
	return rc;
}

static void
run(const struct script *t, size_t chunk, const char *want, bool lost)
{
	struct buf facts = BUF_INIT(1 << 20);
	struct sftp *s = sftp_new(keep, &facts, NULL);
	struct sftp_totals totals;
	uint64_t bytes = 0;

	assert_non_null(s);
	for (size_t i = 0; i < t->n; i++) {
		(void)feed(s, t->step[i].in, t->step[i].b.p,
		    t->step[i].b.len, chunk);
		bytes += t->step[i].b.len;
	}
	sftp_end(s);
	sftp_end(s);
	assert_string_equal(facts.p != NULL ? facts.p : "", want);
	assert_int_equal(sftp_lost(s) != NULL, lost);
	assert_int_equal(sftp_in(s, "x", 1), lost ? -1 : 0);
	sftp_totals(s, &totals);
	assert_int_equal(totals.bytes_in + totals.bytes_out, bytes + 1);
	sftp_free(s);
	buf_clear(&facts);
}

struct row {
	const char *name;
	void (*script)(struct script *t);
	const char *want;	/* facts, a line each */
	bool lost;
};

/* Every size of pieces up to the longest step. */
static void
run_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct script t = { .n = 0 };
		size_t longest = 1;

		print_message("%s\n", rows[i].name);
		rows[i].script(&t);
		for (size_t k = 0; k < t.n; k++)
			if (t.step[k].b.len > longest)
				longest = t.step[k].b.len;
		for (size_t c = 1; c <= longest; c += c < 200 ? 1 : 997)
			run(&t, c, rows[i].want, rows[i].lost);
		run(&t, longest, rows[i].want, rows[i].lost);
		for (size_t k = 0; k < t.n; k++)
			buf_clear(&t.step[k].b);
	}
}

/* ---- uploads ---------------------------------------------------------- */

static void
upload(struct script *t)
{
	hello(t);
	open_file(t, "/tmp/a", WR | CREAT | TRUNC, "h0");
	in(t, WRITE, "usqs", 1ULL, "h0", 0ULL, "hello ");
	in(t, WRITE, "usqs", 2ULL, "h0", 6ULL, "world");
	status(t, 2, 0); /* acknowledged out of order */
	status(t, 1, 0);
	close_file(t, "h0");
}

static void
upload_empty(struct script *t)
{
	hello(t);
	open_file(t, "e", WR | CREAT | EXCL, "h");
	close_file(t, "h");
}

/* scp opens without TRUNC and sets the size afterwards. */
static void
upload_in_place(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello");
	in(t, FSETSTAT, "usuq", 2ULL, "h", 1ULL, 5ULL);
	status(t, 1, 0);
	status(t, 2, 0);
	close_file(t, "h");
}

static void
upload_over(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello");
	status(t, 1, 0);
	close_file(t, "h");
}

static void
upload_shortened(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT | TRUNC, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello");
	status(t, 1, 0);
	in(t, FSETSTAT, "usuq", 2ULL, "h", 1ULL, 3ULL);
	status(t, 2, 0);
	close_file(t, "h");
}

static void
upload_hole(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT | TRUNC, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 6ULL, "world");
	in(t, WRITE, "usqs", 2ULL, "h", 0ULL, "hello ");
	status(t, 1, 0);
	status(t, 2, 0);
	close_file(t, "h");
}

static void
upload_append(struct script *t)
{
	hello(t);
	open_file(t, "log", WR | CREAT | APPEND, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello");
	status(t, 1, 0);
	close_file(t, "h");
}

static void
upload_refused(struct script *t)
{
	hello(t);
	in(t, OPEN, "usuu", 1ULL, "/etc/x", (unsigned long long)(WR | CREAT),
	    0ULL);
	status(t, 1, 3);
}

static void
upload_full_disk(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT | TRUNC, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello ");
	status(t, 1, 0);
	in(t, WRITE, "usqs", 2ULL, "h", 6ULL, "world");
	status(t, 2, 4);
	close_file(t, "h");
}

static void
upload_broken_off(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT | TRUNC, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello");
	status(t, 1, 0);
}

static void
upload_cut(struct script *t)
{
	upload_broken_off(t);
	/* half a packet: 100 bytes are announced, 3 come */
	raw(t, true, "ubusquub", 200ULL, (unsigned long long)WRITE, 2ULL,
	    "h", 5ULL, 100ULL, 0ULL, 0ULL);
}

static void
uploads(void **state)
{
	static const struct row rows[] = {
		{ "upload", upload, "{\"did\":\"upload\",\"path\":\"/tmp/a\","
		    "\"ok\":true,\"bytes\":11,\"sha256\":\"" SUM_11 "\","
		    "\"whole\":true,\"mode\":\"0644\"}\n", false },
		{ "empty", upload_empty, "{\"did\":\"upload\",\"path\":\"e\","
		    "\"ok\":true,\"bytes\":0,\"sha256\":\"" SUM_0 "\","
		    "\"whole\":true,\"mode\":\"0644\"}\n", false },
		{ "in place", upload_in_place,
		    "{\"did\":\"setstat\",\"path\":\"a\",\"ok\":true,"
		    "\"size\":5}\n{\"did\":\"upload\",\"path\":\"a\","
		    "\"ok\":true,\"bytes\":5,\"sha256\":\"" SUM_5 "\","
		    "\"whole\":true,\"mode\":\"0644\"}\n", false },
		{ "over a longer one", upload_over, "{\"did\":\"upload\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":5,\"sha256\":\""
		    SUM_5 "\",\"whole\":false,\"mode\":\"0644\","
		    "\"why\":\"kept\"}\n", false },
		{ "shortened", upload_shortened,
		    "{\"did\":\"setstat\",\"path\":\"a\",\"ok\":true,"
		    "\"size\":3}\n{\"did\":\"upload\",\"path\":\"a\","
		    "\"ok\":true,\"bytes\":5,\"sha256\":null,\"whole\":false,"
		    "\"mode\":\"0644\",\"why\":\"resized\"}\n", false },
		{ "hole", upload_hole, "{\"did\":\"upload\",\"path\":\"a\","
		    "\"ok\":true,\"bytes\":11,\"sha256\":null,"
		    "\"whole\":false,\"mode\":\"0644\",\"why\":\"hole\"}\n",
		    false },
		{ "append", upload_append, "{\"did\":\"upload\",\"path\":"
		    "\"log\",\"ok\":true,\"bytes\":5,\"sha256\":null,"
		    "\"whole\":false,\"mode\":\"0644\",\"why\":\"append\"}\n",
		    false },
		{ "refused", upload_refused, "{\"did\":\"upload\",\"path\":"
		    "\"/etc/x\",\"ok\":false,\"status\":3,\"error\":"
		    "\"permission denied\",\"bytes\":0,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"failed\"}\n", false },
		{ "full disk", upload_full_disk, "{\"did\":\"upload\","
		    "\"path\":\"a\",\"ok\":false,\"status\":4,\"error\":"
		    "\"failure\",\"bytes\":6,\"sha256\":null,"
		    "\"whole\":false,\"mode\":\"0644\",\"why\":\"failed\"}\n",
		    false },
		{ "broken off", upload_broken_off, "{\"did\":\"upload\","
		    "\"path\":\"a\",\"ok\":null,\"bytes\":5,\"sha256\":\""
		    SUM_5 "\",\"whole\":false,\"mode\":\"0644\","
		    "\"why\":\"open\"}\n", false },
		{ "cut in a packet", upload_cut, "{\"did\":\"upload\","
		    "\"path\":\"a\",\"ok\":null,\"bytes\":5,\"sha256\":null,"
		    "\"whole\":false,\"mode\":\"0644\",\"why\":"
		    "\"unanswered\"}\n", false },
	};

	(void)state;
	run_rows(rows, COUNT(rows));
}

/* ---- downloads -------------------------------------------------------- */

/* All asked at once, as clients do; an answer of another file between. */
static void
download(struct script *t)
{
	hello(t);
	open_file(t, "/etc/motd", RD, "h0");
	open_file(t, "b", RD, "h1");
	in(t, READ, "usqu", 1ULL, "h0", 0ULL, 6ULL);
	in(t, READ, "usqu", 2ULL, "h0", 6ULL, 6ULL);
	in(t, READ, "usqu", 3ULL, "h1", 0ULL, 100ULL);
	in(t, READ, "usqu", 4ULL, "h0", 12ULL, 6ULL);
	out(t, DATA, "us", 3ULL, "hello");
	out(t, DATA, "us", 1ULL, "hello ");
	out(t, DATA, "us", 2ULL, "world");
	status(t, 4, 1);
	close_file(t, "h0");
	in(t, READ, "usqu", 5ULL, "h1", 5ULL, 100ULL);
	status(t, 5, 1);
	close_file(t, "h1");
}

/* Asked in another order than the file's, answered in that of the file. */
static void
download_asked_crossed(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 2ULL, "h", 6ULL, 6ULL);
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 6ULL);
	out(t, DATA, "us", 1ULL, "hello ");
	out(t, DATA, "us", 2ULL, "world");
	in(t, READ, "usqu", 3ULL, "h", 11ULL, 6ULL);
	status(t, 3, 1);
	close_file(t, "h");
}

static void
download_crossed(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 6ULL);
	in(t, READ, "usqu", 2ULL, "h", 6ULL, 6ULL);
	out(t, DATA, "us", 2ULL, "world");
	out(t, DATA, "us", 1ULL, "hello ");
	close_file(t, "h");
}

static void
download_hole(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 1ULL, "h", 1000ULL, 5ULL);
	out(t, DATA, "us", 1ULL, "hello");
	close_file(t, "h");
}

static void
download_again(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 5ULL);
	out(t, DATA, "us", 1ULL, "hello");
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 5ULL);
	out(t, DATA, "us", 1ULL, "hello");
	close_file(t, "h");
}

static void
download_part(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 5ULL);
	out(t, DATA, "us", 1ULL, "hello");
	close_file(t, "h");
}

static void
download_missing(struct script *t)
{
	hello(t);
	in(t, OPEN, "usuu", 1ULL, "no", 1ULL, 0ULL);
	status(t, 1, 2);
}

/* A bad block; and a close that fails. */
static void
download_failed(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 5ULL);
	out(t, DATA, "us", 1ULL, "hello");
	in(t, READ, "usqu", 2ULL, "h", 5ULL, 5ULL);
	status(t, 2, 4);
	close_file(t, "h");
	open_file(t, "b", RD, "h");
	in(t, CLOSE, "us", 3ULL, "h");
	status(t, 3, 4);
}

/* What was asked before the close is answered after it. */
static void
download_late(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 5ULL);
	close_file(t, "h");
	out(t, DATA, "us", 1ULL, "hello");
}

/* One handle for both; the next open gets the same name of a handle. */
static void
both_ways(struct script *t)
{
	hello(t);
	open_file(t, "a", RD | WR, "h");
	in(t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello");
	status(t, 1, 0);
	in(t, READ, "usqu", 2ULL, "h", 0ULL, 5ULL);
	out(t, DATA, "us", 2ULL, "hello");
	close_file(t, "h");
	open_file(t, "b", RD, "h");
	close_file(t, "h");
}

static void
downloads(void **state)
{
	static const struct row rows[] = {
		{ "download", download, "{\"did\":\"download\",\"path\":"
		    "\"/etc/motd\",\"ok\":true,\"bytes\":11,\"sha256\":\""
		    SUM_11 "\",\"whole\":true}\n{\"did\":\"download\","
		    "\"path\":\"b\",\"ok\":true,\"bytes\":5,\"sha256\":\""
		    SUM_5 "\",\"whole\":true}\n", false },
		{ "asked crosswise", download_asked_crossed,
		    "{\"did\":\"download\",\"path\":\"a\",\"ok\":true,"
		    "\"bytes\":11,\"sha256\":\"" SUM_11 "\","
		    "\"whole\":true}\n", false },
		{ "answers crossed", download_crossed, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":11,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"order\"}\n", false },
		{ "hole", download_hole, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":5,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"hole\"}\n", false },
		{ "again", download_again, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":10,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"again\"}\n", false },
		{ "part", download_part, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":5,\"sha256\":\""
		    SUM_5 "\",\"whole\":false,\"why\":\"end\"}\n", false },
		{ "missing", download_missing, "{\"did\":\"download\","
		    "\"path\":\"no\",\"ok\":false,\"status\":2,\"error\":"
		    "\"no such file\",\"bytes\":0,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"failed\"}\n", false },
		{ "failed", download_failed, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":false,\"status\":4,\"error\":"
		    "\"failure\",\"bytes\":5,\"sha256\":\"" SUM_5 "\","
		    "\"whole\":false,\"why\":\"failed\"}\n"
		    "{\"did\":\"download\",\"path\":\"b\",\"ok\":false,"
		    "\"status\":4,\"error\":\"failure\",\"bytes\":0,"
		    "\"sha256\":\"" SUM_0 "\",\"whole\":false,"
		    "\"why\":\"failed\"}\n", false },
		{ "late", download_late, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":0,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"unanswered\"}\n", false },
		{ "both ways", both_ways, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":5,\"sha256\":\""
		    SUM_5 "\",\"whole\":false,\"why\":\"end\"}\n"
		    "{\"did\":\"upload\",\"path\":\"a\",\"ok\":true,"
		    "\"bytes\":5,\"sha256\":\"" SUM_5 "\",\"whole\":false,"
		    "\"mode\":\"0644\",\"why\":\"kept\"}\n"
		    "{\"did\":\"download\",\"path\":\"b\",\"ok\":true,"
		    "\"bytes\":0,\"sha256\":\"" SUM_0 "\",\"whole\":false,"
		    "\"why\":\"end\"}\n", false },
	};

	(void)state;
	run_rows(rows, COUNT(rows));
}

/* ---- names ------------------------------------------------------------ */

static void
changes(struct script *t)
{
	hello(t);
	in(t, REMOVE, "us", 1ULL, "a");
	in(t, MKDIR, "usuu", 2ULL, "d", 4ULL, 0700ULL);
	in(t, RMDIR, "us", 3ULL, "d");
	in(t, RENAME, "uss", 4ULL, "a", "b");
	status(t, 4, 0); /* each is told when it is answered */
	status(t, 1, 2);
	status(t, 2, 0);
	status(t, 3, 4);
	in(t, SYMLINK, "uss", 5ULL, "target", "link");
	in(t, SETSTAT, "usuuuuuuus", 6ULL, "a", 0x8000000eULL, 1ULL, 2ULL,
	    04755ULL, 10ULL, 11ULL, 1ULL, "ext");
	status(t, 5, 0);
	status(t, 6, 0);
}

static void
extensions(struct script *t)
{
	hello(t);
	in(t, EXTENDED, "usss", 1ULL, "posix-rename@openssh.com", "a", "b");
	status(t, 1, 0);
	in(t, EXTENDED, "usss", 2ULL, "hardlink@openssh.com", "a", "b");
	status(t, 2, 31);
	in(t, EXTENDED, "ussuu", 3ULL, "lsetstat@openssh.com", "l", 4ULL,
	    0777ULL);
	status(t, 3, 0);
	in(t, EXTENDED, "uss", 4ULL, "statvfs@openssh.com", "/");
	out(t, EXTENDED_REPLY, "uqq", 4ULL, 1ULL, 2ULL);
	in(t, EXTENDED, "uss", 5ULL, "fsync@openssh.com", "h");
	status(t, 5, 4);
	in(t, EXTENDED, "uss", 6ULL, "format-disk@example.org", "/");
	status(t, 6, 8);
	in(t, 77, "us", 7ULL, "v6"); /* gets no answer */
}

static void
copy(struct script *t)
{
	hello(t);
	open_file(t, "from", RD, "h0");
	open_file(t, "to", WR | CREAT | TRUNC, "h1");
	in(t, EXTENDED, "ussqqsq", 1ULL, "copy-data", "h0", 0ULL, 7ULL, "h1",
	    0ULL);
	status(t, 1, 0);
	close_file(t, "h1");
	close_file(t, "h0");
}

static void
folder(struct script *t)
{
	hello(t);
	in(t, REALPATH, "us", 1ULL, ".");
	out(t, NAME, "uussu", 1ULL, 1ULL, "/", "/", 0ULL);
	in(t, STAT, "us", 1ULL, "/");
	out(t, ATTRS, "uu", 1ULL, 0ULL);
	in(t, OPENDIR, "us", 1ULL, "/srv");
	out(t, HANDLE, "us", 1ULL, "h");
	in(t, READDIR, "us", 1ULL, "h");
	out(t, NAME, "uussussu", 1ULL, 2ULL, "a", "a", 0ULL, "b", "b", 0ULL);
	in(t, READDIR, "us", 1ULL, "h");
	status(t, 1, 1);
	close_file(t, "h");
	in(t, OPENDIR, "us", 1ULL, "/root");
	status(t, 1, 3);
}

static void
folder_failed(struct script *t)
{
	hello(t);
	in(t, OPENDIR, "us", 1ULL, "/srv");
	out(t, HANDLE, "us", 1ULL, "h");
	in(t, READDIR, "us", 1ULL, "h");
	status(t, 1, 4);
	in(t, READDIR, "us", 1ULL, "none"); /* no such handle: no fact */
	status(t, 1, 4);
	close_file(t, "h");
}

static void
odd_names(struct script *t)
{
	hello(t);
	in(t, REMOVE, "us", 1ULL, "a\n\xff");
	status(t, 1, 0);
	in(t, REMOVE, "us", 1ULL, "");
	status(t, 1, 2);
}

static void
unanswered(struct script *t)
{
	hello(t);
	in(t, RENAME, "uss", 1ULL, "a", "b");
	in(t, OPEN, "usuu", 2ULL, "w", (unsigned long long)(WR | TRUNC),
	    0ULL);
	in(t, WRITE, "usqs", 3ULL, "guessed", 0ULL, "hello");
}

static void
names(void **state)
{
	static const struct row rows[] = {
		{ "changes", changes,
		    "{\"did\":\"rename\",\"path\":\"a\",\"to\":\"b\","
		    "\"ok\":true}\n{\"did\":\"remove\",\"path\":\"a\","
		    "\"ok\":false,\"status\":2,\"error\":\"no such file\"}\n"
		    "{\"did\":\"mkdir\",\"path\":\"d\",\"ok\":true,"
		    "\"mode\":\"0700\"}\n{\"did\":\"rmdir\",\"path\":\"d\","
		    "\"ok\":false,\"status\":4,\"error\":\"failure\"}\n"
		    "{\"did\":\"symlink\",\"path\":\"target\",\"to\":\"link\","
		    "\"ok\":true}\n{\"did\":\"setstat\",\"path\":\"a\","
		    "\"ok\":true,\"uid\":1,\"gid\":2,\"mode\":\"4755\","
		    "\"mtime\":11}\n", false },
		{ "extensions", extensions,
		    "{\"did\":\"rename\",\"path\":\"a\",\"to\":\"b\","
		    "\"ok\":true}\n{\"did\":\"link\",\"path\":\"a\",\"to\":"
		    "\"b\",\"ok\":false,\"status\":31,\"error\":\"unknown\"}\n"
		    "{\"did\":\"setstat\",\"path\":\"l\",\"ok\":true,"
		    "\"mode\":\"0777\"}\n{\"did\":\"other\",\"path\":"
		    "\"format-disk@example.org\",\"ok\":false,\"status\":8,"
		    "\"error\":\"not supported\"}\n"
		    "{\"did\":\"other\",\"ok\":null}\n", false },
		{ "copy", copy, "{\"did\":\"copy\",\"path\":\"from\","
		    "\"to\":\"to\",\"ok\":true,\"bytes\":7}\n"
		    "{\"did\":\"upload\",\"path\":\"to\",\"ok\":true,"
		    "\"bytes\":0,\"sha256\":null,\"whole\":false,"
		    "\"mode\":\"0644\",\"why\":\"copied\"}\n"
		    "{\"did\":\"download\",\"path\":\"from\",\"ok\":true,"
		    "\"bytes\":0,\"sha256\":\"" SUM_0 "\",\"whole\":false,"
		    "\"why\":\"end\"}\n", false },
		{ "folder", folder, "{\"did\":\"list\",\"path\":\"/srv\","
		    "\"ok\":true,\"names\":2,\"whole\":true}\n"
		    "{\"did\":\"list\",\"path\":\"/root\",\"ok\":false,"
		    "\"status\":3,\"error\":\"permission denied\","
		    "\"names\":0,\"whole\":false,\"why\":\"failed\"}\n",
		    false },
		{ "folder failed", folder_failed, "{\"did\":\"list\","
		    "\"path\":\"/srv\",\"ok\":false,\"status\":4,"
		    "\"error\":\"failure\",\"names\":0,\"whole\":false,"
		    "\"why\":\"failed\"}\n", false },
		{ "odd names", odd_names, "{\"did\":\"remove\",\"path\":"
		    "\"a\\\\x0a\\\\xff\",\"path_b64\":\"YQr/\",\"ok\":true}\n"
		    "{\"did\":\"remove\",\"path\":\"\",\"ok\":false,"
		    "\"status\":2,\"error\":\"no such file\"}\n", false },
		{ "unanswered", unanswered, "{\"did\":\"rename\",\"path\":"
		    "\"a\",\"to\":\"b\",\"ok\":null}\n{\"did\":\"upload\","
		    "\"path\":\"w\",\"ok\":null,\"bytes\":0,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"unanswered\"}\n"
		    "{\"did\":\"upload\",\"ok\":null,\"bytes\":0,\"sha256\":"
		    "null,\"whole\":false,\"why\":\"handle\"}\n", false },
	};

	(void)state;
	run_rows(rows, COUNT(rows));
}

/* A name that is too long to keep is cut, and said to be. */
static void
long_name(void **state)
{
	static char want[SFTP_NAME_MAX + 256];
	char *p = want + sprintf(want, "{\"did\":\"remove\",\"path\":\"");
	struct script t = { .n = 0 };

	(void)state;
	memset(p, 'x', SFTP_NAME_MAX);
	strcpy(p + SFTP_NAME_MAX, "\",\"path_bytes\":5000,\"ok\":true}\n");
	hello(&t);
	in(&t, REMOVE, "uur", 1ULL, 5000ULL, 5000ULL);
	status(&t, 1, 0);
	for (size_t c = 1; c < 6000; c += 61)
		run(&t, c, want, false);
	for (size_t k = 0; k < t.n; k++)
		buf_clear(&t.step[k].b);
}

/* ---- what cannot be followed ------------------------------------------ */

#define LOST(why) "{\"did\":\"lost\",\"why\":\"" why "\"}\n"

static void
no_init(struct script *t)
{
	in(t, REMOVE, "us", 1ULL, "a");
}

static void
second_init(struct script *t)
{
	hello(t);
	in(t, REMOVE, "us", 1ULL, "a");
	in(t, INIT, "u", 3ULL);
	status(t, 1, 0);
}

static void
old_client(struct script *t)
{
	in(t, INIT, "u", 2ULL);
}

static void
new_client(struct script *t)
{
	in(t, INIT, "u", 6ULL);
	out(t, VERSION, "u", 3ULL);
	in(t, REMOVE, "us", 1ULL, "a");
	status(t, 1, 0);
}

static void
new_server(struct script *t)
{
	in(t, INIT, "u", 6ULL);
	out(t, VERSION, "u", 6ULL);
}

static void
second_version(struct script *t)
{
	hello(t);
	out(t, VERSION, "u", 3ULL);
}

static void
never_asked(struct script *t)
{
	hello(t);
	in(t, REMOVE, "us", 1ULL, "a");
	status(t, 2, 0);
}

static void
data_never_asked(struct script *t)
{
	hello(t);
	out(t, DATA, "us", 2ULL, "hello");
}

static void
data_too_long(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 4ULL);
	out(t, DATA, "us", 1ULL, "hello");
}

static void
wrong_answer(struct script *t)
{
	hello(t);
	in(t, REMOVE, "us", 1ULL, "a");
	out(t, HANDLE, "us", 1ULL, "h");
}

static void
read_without_data(struct script *t)
{
	hello(t);
	in(t, READ, "usqu", 1ULL, "h", 0ULL, 5ULL);
	status(t, 1, 0);
}

static void
early_answer(struct script *t)
{
	in(t, INIT, "u", 3ULL);
	in(t, REMOVE, "us", 1ULL, "a");
	status(t, 1, 0);
}

static void
open_without_handle(struct script *t)
{
	hello(t);
	in(t, OPEN, "usuu", 1ULL, "a", 1ULL, 0ULL);
	status(t, 1, 0);
}

static void
request_as_answer(struct script *t)
{
	hello(t);
	in(t, REMOVE, "us", 1ULL, "a");
	out(t, REMOVE, "us", 1ULL, "a");
}

static void
handle_twice(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	open_file(t, "b", RD, "h");
}

/* The next open will get this handle, so it is used at once. */
static void
handle_guessed(struct script *t)
{
	hello(t);
	open_file(t, "a", RD, "h");
	in(t, CLOSE, "us", 1ULL, "h");
	in(t, OPEN, "usuu", 2ULL, "b", (unsigned long long)(WR | TRUNC),
	    0ULL);
	in(t, WRITE, "usqs", 3ULL, "h", 0ULL, "hello");
	status(t, 1, 0);
	out(t, HANDLE, "us", 2ULL, "h");
	status(t, 3, 0);
}

static void
no_length(struct script *t)
{
	hello(t);
	raw(t, true, "ubus", 0ULL, (unsigned long long)REMOVE, 1ULL, "a");
}

static void
no_length_end(struct script *t)
{
	hello(t);
	raw(t, true, "u", 0ULL);
}

static void
no_length_half(struct script *t)
{
	hello(t);
	raw(t, true, "ubu", 0ULL, (unsigned long long)REMOVE, 1ULL);
}

static void
huge_length(struct script *t)
{
	hello(t);
	raw(t, true, "ub", 0xffffffffULL, 13ULL);
}

static void
huge_answer(struct script *t)
{
	hello(t);
	raw(t, false, "u", 256 * 1024 + 1ULL);
}

/* sftp-server reads the name behind the end of the packet, removes the file,
 * and leaves. */
static void
short_packet(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT | TRUNC, "h");
	raw(t, true, "ubus", 5ULL, (unsigned long long)REMOVE, 1ULL, "a");
}

static void
long_string(struct script *t)
{
	hello(t);
	raw(t, true, "ubuub", 10ULL, (unsigned long long)REMOVE, 1ULL,
	    0xfffffff0ULL, 1ULL);
}

static void
long_write(struct script *t)
{
	hello(t);
	open_file(t, "a", WR | CREAT | TRUNC, "h");
	raw(t, true, "ubusqu", 22ULL, (unsigned long long)WRITE, 1ULL, "h",
	    0ULL, 1ULL);
}

static void
only_type(struct script *t)
{
	hello(t);
	raw(t, true, "ub", 1ULL, (unsigned long long)REMOVE);
}

static void
long_handle(struct script *t)
{
	hello(t);
	in(t, OPENDIR, "us", 1ULL, "d");
	out(t, HANDLE, "uur", 1ULL, 257ULL, 257ULL);
}

static void
lost(void **state)
{
#define SHORT LOST("a field is longer than its packet")
#define LENGTH LOST("a packet has an impossible length")
#define FIT LOST("an answer that does not fit its request")
#define NOTHING LOST("an answer to nothing that was asked")
#define REMOVED "{\"did\":\"remove\",\"path\":\"a\",\"ok\":null}\n"
#define OPENED "{\"did\":\"download\",\"path\":\"a\",\"ok\":null,\"bytes\":0,"
#define CREATED "{\"did\":\"upload\",\"path\":\"a\",\"ok\":null,\"bytes\":0," \
    "\"sha256\":\"" SUM_0 "\",\"whole\":false,\"mode\":\"0644\"," \
    "\"why\":\"open\"}\n"
	static const struct row rows[] = {
		{ "no INIT", no_init,
		    LOST("a request before the client began"), true },
		{ "a second INIT", second_init,
		    REMOVED LOST("the client began twice"), true },
		{ "an old client", old_client,
		    LOST("the client speaks an older version"), true },
		{ "a new client", new_client,
		    "{\"did\":\"remove\",\"path\":\"a\",\"ok\":true}\n",
		    false },
		{ "a new server", new_server,
		    LOST("the server speaks another version"), true },
		{ "a second VERSION", second_version,
		    LOST("the server began out of turn"), true },
		{ "never asked", never_asked, REMOVED NOTHING, true },
		{ "DATA never asked", data_never_asked, NOTHING, true },
		{ "DATA too long", data_too_long, OPENED "\"sha256\":null,"
		    "\"whole\":false,\"why\":\"unanswered\"}\n" FIT, true },
		{ "wrong answer", wrong_answer, REMOVED FIT, true },
		{ "READ without data", read_without_data,
		    "{\"did\":\"download\",\"ok\":null,\"bytes\":0,"
		    "\"sha256\":null,\"whole\":false,\"why\":\"handle\"}\n"
		    FIT, true },
		{ "an early answer", early_answer, REMOVED
		    LOST("an answer before the server began"), true },
		{ "open without a handle", open_without_handle,
		    OPENED "\"sha256\":null,\"whole\":false,\"why\":"
		    "\"unanswered\"}\n" FIT, true },
		{ "a request as answer", request_as_answer, REMOVED NOTHING,
		    true },
		{ "a handle twice", handle_twice, "{\"did\":\"download\","
		    "\"path\":\"b\",\"ok\":null,\"bytes\":0,\"sha256\":null,"
		    "\"whole\":false,\"why\":\"unanswered\"}\n"
		    OPENED "\"sha256\":\"" SUM_0 "\","
		    "\"whole\":false,\"why\":\"open\"}\n"
		    LOST("the server gave a handle twice"), true },
		{ "a guessed handle", handle_guessed, "{\"did\":\"download\","
		    "\"path\":\"a\",\"ok\":true,\"bytes\":0,\"sha256\":\""
		    SUM_0 "\",\"whole\":false,\"why\":\"end\"}\n"
		    "{\"did\":\"upload\",\"ok\":null,\"bytes\":0,\"sha256\":"
		    "null,\"whole\":false,\"why\":\"handle\"}\n"
		    "{\"did\":\"upload\",\"path\":\"b\",\"ok\":null,"
		    "\"bytes\":0,\"sha256\":\"" SUM_0 "\",\"whole\":false,"
		    "\"why\":\"open\"}\n"
		    LOST("a handle was used before it was given"), true },
		{ "no length", no_length, REMOVED SHORT, true },
		{ "nothing behind no length", no_length_end, SHORT, true },
		{ "half behind no length", no_length_half, SHORT, true },
		{ "huge length", huge_length, LENGTH, true },
		{ "huge answer", huge_answer, LENGTH, true },
		{ "short packet", short_packet, REMOVED CREATED SHORT, true },
		{ "long string", long_string, SHORT, true },
		{ "long WRITE", long_write, "{\"did\":\"upload\",\"path\":"
		    "\"a\",\"ok\":null,\"bytes\":0,\"sha256\":null,"
		    "\"whole\":false,\"mode\":\"0644\",\"why\":"
		    "\"unanswered\"}\n" SHORT, true },
		{ "only a type", only_type, SHORT, true },
		{ "long handle", long_handle, "{\"did\":\"list\","
		    "\"path\":\"d\",\"ok\":null,\"names\":0,\"whole\":false,"
		    "\"why\":\"unanswered\"}\n" FIT, true },
	};

	(void)state;
	run_rows(rows, COUNT(rows));
}

/* ---- limits ----------------------------------------------------------- */

static void
count(void *arg, const struct sftp_fact *f)
{
	(void)f;
	++*(size_t *)arg;
}

static void
send_one(struct sftp *s, const struct script *t)
{
	for (size_t i = 0; i < t->n; i++)
		(void)feed(s, t->step[i].in, t->step[i].b.p,
		    t->step[i].b.len, 1 << 20);
}

static void
clear(struct script *t)
{
	for (size_t i = 0; i < t->n; i++)
		buf_clear(&t->step[i].b);
	t->n = 0;
}

static void
too_many_files(void **state)
{
	size_t facts = 0;
	struct sftp *s = sftp_new(count, &facts, NULL);
	struct script t = { .n = 0 };

	(void)state;
	assert_non_null(s);
	hello(&t);
	for (unsigned i = 0; i <= SFTP_FILES_MAX; i++) {
		char handle[16];

		(void)snprintf(handle, sizeof(handle), "h%u", i);
		open_file(&t, "a", RD, handle);
		assert_null(sftp_lost(s));
		send_one(s, &t);
		clear(&t);
	}
	assert_string_equal(sftp_lost(s), "too many files are open");
	/* the files, the open that was too much, and the loss */
	assert_int_equal(facts, SFTP_FILES_MAX + 2);
	sftp_end(s);
	assert_int_equal(facts, SFTP_FILES_MAX + 2);
	sftp_free(s);
}

/* Many short ones; few with long names.  Returns how many it follows. */
static size_t
ask_until_lost(unsigned long long name)
{
	size_t facts = 0, n = 0;
	struct sftp *s = sftp_new(count, &facts, NULL);
	struct script t = { .n = 0 };

	assert_non_null(s);
	hello(&t);
	send_one(s, &t);
	clear(&t);
	in(&t, REMOVE, "uur", 1ULL, name, name);
	while (sftp_lost(s) == NULL && n++ <= SFTP_REQUESTS_MAX)
		send_one(s, &t);
	clear(&t);
	assert_string_equal(sftp_lost(s),
	    "too much is asked and not answered");
	assert_int_equal(facts, n);
	sftp_free(s);
	return n - 1;
}

static void
too_many_requests(void **state)
{
	(void)state;
	assert_int_equal(ask_until_lost(1), SFTP_REQUESTS_MAX);
	assert_in_range(ask_until_lost(200000), 1500,
	    SFTP_HELD_MAX / SFTP_NAME_MAX);
}

/* Given up without an end: nothing is told, nothing leaks. */
static void
freed(void **state)
{
	size_t facts = 0;
	struct sftp *s = sftp_new(count, &facts, NULL);
	struct script t = { .n = 0 };

	(void)state;
	assert_non_null(s);
	hello(&t);
	open_file(&t, "a", WR | TRUNC, "h");
	in(&t, WRITE, "usqs", 1ULL, "h", 0ULL, "hello");
	send_one(s, &t);
	clear(&t);
	sftp_free(s);
	sftp_free(NULL);
	assert_int_equal(facts, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uploads),
		cmocka_unit_test(downloads),
		cmocka_unit_test(names),
		cmocka_unit_test(long_name),
		cmocka_unit_test(lost),
		cmocka_unit_test(too_many_files),
		cmocka_unit_test(too_many_requests),
		cmocka_unit_test(freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
