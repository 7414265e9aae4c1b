/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/sftp_no.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/io.h"

#define INIT 1
#define VERSION 2
#define STATUS 101
#define PERMISSION_DENIED 3
#define INIT_HEAD 5		/* length and type */
#define PACKET_MAX (256 * 1024)
#define PACKETS 64
#define TEXT_MAX 1024
#define RUN_NS (INT64_C(10) * 1000 * 1000 * 1000)

static uint32_t
number(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static int
put_number(struct buf *b, size_t n, struct err *e)
{
	const unsigned char raw[4] = { (unsigned char)(n >> 24),
	    (unsigned char)(n >> 16), (unsigned char)(n >> 8),
	    (unsigned char)n };

	return buf_put(b, raw, sizeof(raw), e);
}

static int
put_status(const struct sftp_no *s, struct buf *b, struct err *e)
{
	size_t n = strnlen(s->text, TEXT_MAX);

	return put_number(b, 1 + 4 + 4 + 4 + n + 4 + 2, e) < 0 ||
	    buf_putc(b, STATUS, e) < 0 || buf_put(b, s->head + INIT_HEAD, 4,
	    e) < 0 || put_number(b, PERMISSION_DENIED, e) < 0 ||
	    put_number(b, n, e) < 0 || buf_put(b, s->text, n, e) < 0 ||
	    put_number(b, 2, e) < 0 || buf_put(b, "en", 2, e) < 0 ? -1 : 0;
}

/* The head of a packet is whole: answer it.  As sftp_no_feed. */
static int
on_head(struct sftp_no *s, struct buf *out, struct err *e)
{
	uint32_t length = number(s->head);
	bool init = s->head[4] == INIT;

	if (length < (init ? 1U : 5U) || length > PACKET_MAX ||
	    (init && s->packets > 0) || s->packets == PACKETS)
		return 1;
	s->skip = length - (uint32_t)(s->have - 4);
	s->have = 0;
	s->packets++;
	return init ? 0 : put_status(s, out, e);
}

int
sftp_no_feed(struct sftp_no *s, const uint8_t *p, size_t n, struct buf *out,
    struct err *e)
{
	for (size_t i = 0; i < n;) {
		size_t want = s->have > 4 && s->head[4] != INIT ?
		    sizeof(s->head) : INIT_HEAD;
		int rc = 0;

		if (s->skip > 0) {
			size_t some = n - i < s->skip ? n - i : s->skip;

			s->skip -= (uint32_t)some;
			i += some;
			continue;
		}
		s->head[s->have++] = p[i++];
		if (s->have == want && (want == sizeof(s->head) ||
		    s->head[4] == INIT))
			rc = on_head(s, out, e);
		if (rc != 0)
			return rc;
	}
	return 0;
}

void
sftp_no_run(int in, int out, const char *text)
{
	static const unsigned char version[] = { 0, 0, 0, 5, VERSION, 0, 0,
	    0, 3 };
	int64_t end = clock_mono_ns() + RUN_NS, left;
	struct sftp_no s = { .text = text };
	struct buf b = BUF_INIT(PACKET_MAX);
	uint8_t block[4096];
	int rc = io_write_all(out, version, sizeof(version), NULL);

	while (rc == 0 && (left = end - clock_mono_ns()) > 0) {
		struct pollfd p = { .fd = in, .events = POLLIN };
		ssize_t n;

		if (poll(&p, 1, (int)(left / 1000000) + 1) <= 0)
			break;
		n = read(in, block, sizeof(block));
		if (n <= 0)
			break;
		buf_reset(&b);
		rc = sftp_no_feed(&s, block, (size_t)n, &b, NULL);
		if (b.len > 0 && io_write_all(out, b.p, b.len, NULL) < 0)
			break;
	}
	buf_clear(&b);
}

bool
sftp_no_fits(const char *command)
{
	static const char name[] = "sftp-server";
	size_t n = command == NULL ? 0 : strlen(command);

	return n >= sizeof(name) - 1 && strspn(command,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789._/-") == n &&
	    strcmp(command + n - (sizeof(name) - 1), name) == 0 &&
	    (n == sizeof(name) - 1 || command[n - sizeof(name)] == '/');
}
