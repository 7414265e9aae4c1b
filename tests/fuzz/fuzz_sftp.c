/* SPDX-License-Identifier: BSD-2-Clause
 * Both directions of a session, in turns: the facts do not depend on how the
 * bytes are cut, and after a loss there are none.
 * A turn is a byte 0xDN and bytes: D 1 the server's, N... how many (0 to
 * 127). */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "lib/buf.h"
#include "recorder/sftp.h"
#include "tests/fuzz/fuzz.h"

struct told {
	struct buf text;
	int over;
};

static void
tell(void *arg, const struct sftp_fact *f)
{
	struct told *t = arg;
	json_t *j = sftp_fact_json(f);
	char *text = json_dumps(j, JSON_COMPACT);
	json_t *again = text == NULL ? NULL : json_loads(text, 0, NULL);

	if (t->over || again == NULL || f->path.n > SFTP_NAME_MAX ||
	    f->path.n > f->path.whole || f->to.n > SFTP_NAME_MAX ||
	    (f->whole && f->kind != SFTP_LIST && !f->digest_known) ||
	    (f->ok && (!f->answered || f->status != 0)))
		abort();
	t->over = f->kind == SFTP_LOST;
	/* so many facts that they do not fit are cut alike in both runs */
	(void)buf_puts(&t->text, text, NULL);
	json_decref(j);
	json_decref(again);
	free(text);
}

static const char *
run(const uint8_t *p, size_t n, size_t chunk, struct told *t)
{
	struct sftp *s = sftp_new(tell, t, NULL);
	struct sftp_totals totals;
	const char *lost;
	uint64_t fed = 0;

	if (s == NULL)
		abort();
	for (size_t i = 0; i < n;) {
		int server = p[i] >> 7;
		size_t left = p[i++] & 127;

		left = left < n - i ? left : n - i;
		while (left > 0) {
			size_t m = left < chunk ? left : chunk;

			(void)(server ? sftp_out(s, p + i, m) :
			    sftp_in(s, p + i, m));
			i += m;
			left -= m;
			fed += m;
		}
	}
	sftp_end(s);
	sftp_totals(s, &totals);
	lost = sftp_lost(s);
	if (totals.bytes_in + totals.bytes_out != fed ||
	    (lost != NULL) != (t->over != 0))
		abort();
	sftp_free(s);
	return lost;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct told whole = { BUF_INIT(1 << 20), 0 };
	struct told small = { BUF_INIT(1 << 20), 0 };
	size_t chunk = n > 0 ? p[0] % 7 + 1U : 1;

	if (run(p, n, 127, &whole) != run(p, n, chunk, &small) ||
	    whole.text.len != small.text.len || (whole.text.len > 0 &&
	    memcmp(whole.text.p, small.text.p, whole.text.len) != 0))
		abort();
	buf_clear(&whole.text);
	buf_clear(&small.text);
	return 0;
}
