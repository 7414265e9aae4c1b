/* SPDX-License-Identifier: BSD-2-Clause */
#include "schema/record_index.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/err.h"
#include "schema/record_private.h"

#define HEADER_MAX 18		/* of a zstd frame, with its magic */
#define ZSTD_MAGIC_LE "\x28\xb5\x2f\xfd"
#define DATA_MIN 9		/* the least zstd frame: header and block */

/* n bytes at a place: 1, 0 when the file ends before, -1 with *e. */
static int
get(int fd, uint64_t at, void *ret, size_t n, struct err *e)
{
	size_t have = 0;

	while (have < n) {
		ssize_t got = pread(fd, (char *)ret + have, n - have,
		    (off_t)(at + have));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(e, "read");
		if (got == 0)
			return 0;
		have += (size_t)got;
	}
	return 1;
}

/* Places for n. */
static int
room(struct record_index *x, size_t n, struct err *e)
{
	struct record_place *p;

	if (n <= x->cap)
		return 0;
	n += n / 2;
	p = reallocarray(x->place, n, sizeof(*p));
	if (p == NULL)
		return err_set(e, ERR_MEMORY, "out of memory");
	x->place = p;
	x->cap = n;
	return 0;
}

/* ---- from the end ----------------------------------------------------- */

/* The frames of a file that ends with a CHAIN: 1, or 0 when it does not, and
 * x holds nothing then. */
static int
backward(int fd, uint64_t size, struct record_index *x, struct err *e)
{
	unsigned char bytes[RECORD_CHAIN];
	struct record_chain c;
	uint64_t at = size, n = 0;
	struct err none = { 0 };

	do {
		if (at < RECORD_CHAIN + DATA_MIN)
			return 0;
		if (get(fd, at - RECORD_CHAIN, bytes, sizeof(bytes), e) != 1)
			return -1;
		if (record_chain_parse(bytes, &c, &none) < 0 ||
		    c.data > at - RECORD_CHAIN ||
		    (n == 0 ? c.seq > size / (RECORD_CHAIN + DATA_MIN) :
		    c.seq != n - 1))
			return 0;
		if (at == size && room(x, (size_t)c.seq + 2, e) < 0)
			return -1;
		n = c.seq;
		x->place[n + 1] = (struct record_place){ at, c.plain };
		if (at == size)
			x->n = (size_t)n + 1;
		at -= RECORD_CHAIN + c.data;
	} while (n > 0);
	if (at != 0)
		return 0;
	x->place[0] = (struct record_place){ 0, 0 };
	for (size_t i = 1; i <= x->n; i++)
		x->place[i].plain += x->place[i - 1].plain;
	return 1;
}

/* ---- from the front --------------------------------------------------- */

/* Bytes of a zstd frame's header from its descriptor on. */
static size_t
header_length(unsigned char d)
{
	static const unsigned char dictionary[] = { 0, 1, 2, 4 };
	static const unsigned char content[] = { 0, 2, 4, 8 };
	bool single = (d >> 5 & 1) != 0;

	return 4 + 1 + (single ? 0U : 1U) + dictionary[d & 3] +
	    (d >> 6 == 0 ? (single ? 1U : 0U) : content[d >> 6]);
}

/* Where the frame at a place ends: 1 with *ret, 0 when the file ends first. */
static int
data_end(int fd, uint64_t at, uint64_t *ret, struct err *e)
{
	unsigned char h[5], b[3];
	uint32_t block = 0;
	int rc = get(fd, at, h, sizeof(h), e);

	if (rc <= 0)
		return rc;
	if (record_table_begins(h)) /* and was cut */
		return 0;
	if (memcmp(h, ZSTD_MAGIC_LE, 4) != 0)
		return err_set(e, ERR_INPUT, "byte %llu: no zstd frame",
		    (unsigned long long)at);
	for (at += header_length(h[4]); (block & 1) == 0;) {
		rc = get(fd, at, b, sizeof(b), e);
		if (rc <= 0)
			return rc;
		block = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16;
		if ((block >> 1 & 3) == 3)
			return err_set(e, ERR_INPUT, "byte %llu: a frame that "
			    "cannot be unpacked", (unsigned long long)at);
		at += 3 + ((block >> 1 & 3) == 1 ? 1 : block >> 3);
	}
	*ret = at + (h[4] >> 2 & 1) * 4U;
	return 1;
}

static int
forward(int fd, uint64_t size, struct record_index *x, struct err *e)
{
	unsigned char bytes[RECORD_CHAIN];
	struct record_chain c;
	int rc;

	if (x->place == NULL) {
		if (room(x, 1, e) < 0)
			return -1;
		x->place[0] = (struct record_place){ 0, 0 };
	}
	while (x->place[x->n].at < size) {
		struct record_place p = x->place[x->n];
		uint64_t end;

		rc = data_end(fd, p.at, &end, e);
		if (rc == 1)
			rc = get(fd, end, bytes, sizeof(bytes), e);
		if (rc <= 0)
			return rc;
		if (record_chain_parse(bytes, &c, e) < 0)
			return err_prefix(e, "byte %llu",
			    (unsigned long long)end);
		if (room(x, x->n + 2, e) < 0)
			return -1;
		p.at = end + RECORD_CHAIN;
		p.plain += c.plain;
		x->place[++x->n] = p;
	}
	return 0;
}

/* The bytes of a file before its seek table. */
static int
without_table(int fd, uint64_t *size, struct err *e)
{
	unsigned char foot[RECORD_TABLE_FOOT];
	uint64_t n;

	if (*size < sizeof(foot))
		return 0;
	if (get(fd, *size - sizeof(foot), foot, sizeof(foot), e) < 0)
		return -1;
	n = record_table_length(foot);
	if (n < *size)
		*size -= n;
	return 0;
}

int
record_index_load(int fd, struct record_index *x, struct err *e)
{
	struct stat st;
	uint64_t size;
	int rc = 0;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "the recording");
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_USAGE, "this is no file, so nothing in "
		    "it can be jumped to: copy it into one");
	size = (uint64_t)st.st_size;
	if (without_table(fd, &size, e) < 0)
		return -1;
	if (x->place == NULL) {
		rc = backward(fd, size, x, e);
		if (rc == 0)
			record_index_clear(x);
	}
	if (rc == 0)
		rc = forward(fd, size, x, e);
	if (rc < 0)
		return -1;
	x->open = x->place[x->n].at < size;
	return 0;
}

int
record_index_hash(int fd, const struct record_index *x,
    unsigned char ret[RECORD_HASH], struct err *e)
{
	unsigned char bytes[RECORD_CHAIN];
	struct record_chain c;
	int rc = x->n == 0 ? 0 : get(fd, x->place[x->n].at - RECORD_CHAIN,
	    bytes, sizeof(bytes), e);

	if (rc < 0 || (rc > 0 && record_chain_parse(bytes, &c, e) < 0))
		return -1;
	if (rc == 0)
		return err_set(e, ERR_INPUT, "no whole frame");
	(void)memcpy(ret, c.hash, RECORD_HASH);
	return 0;
}

void
record_index_clear(struct record_index *x)
{
	free(x->place);
	*x = (struct record_index){ 0 };
}
