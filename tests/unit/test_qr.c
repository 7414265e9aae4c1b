/* SPDX-License-Identifier: BSD-2-Clause
 * The drawn code, read back module by module. */
#include "tests/unit/test.h"

#include <stdbool.h>

#include "config.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "pam_module/prompt.h"
#include "pam_module/qr.h"

#define URI "https://id.example/device?user_code=ABCD-EFGH"

#ifdef HAVE_QRENCODE
#include <qrencode.h>

/* Is the module at x, y of the drawing (quiet zone included) dark? */
static bool
drawn(const struct buf *b, int x, int y)
{
	const char *p = b->p;

	for (int line = 0; line < y / 2; line++)
		p = strchr(p, '\n') + 1;
	for (; x > 0; x--)
		p += *p == ' ' ? 1 : 3;
	if (*p == ' ')
		return true;
	assert_memory_equal(p, "\xe2\x96", 2);
	switch ((unsigned char)p[2]) {
	case 0x88: return false;		/* both light */
	case 0x80: return y % 2 == 1;		/* upper light */
	case 0x84: return y % 2 == 0;		/* lower light */
	default: fail_msg("another block");
	}
	return false;
}

static void
read_back(void **state)
{
	QRcode *q = QRcode_encodeString8bit(URI, 0, QR_ECLEVEL_L);
	struct buf b = BUF_INIT(PROMPT_MAX);

	(void)state;
	assert_true(qr_can());
	assert_non_null(q);
	assert_int_equal(qr_put(URI, &b, NULL), 0);
	for (int y = 0; y < q->width + 4; y++)
		for (int x = 0; x < q->width + 4; x++) {
			bool inside = x >= 2 && y >= 2 && x < q->width + 2 &&
			    y < q->width + 2;
			bool want = inside && (q->data[(y - 2) * q->width +
			    x - 2] & 1) != 0;

			assert_int_equal(drawn(&b, x, y), want);
		}
	QRcode_free(q);
	buf_clear(&b);
}

/* What does not fit leaves no half of a code. */
static void
too_long(void **state)
{
	struct buf b = BUF_INIT(100);
	static char text[PROMPT_URI_MAX + 1];
	struct prompt p = { .account = "a", .host = "h", .rhost = "",
		.uri = text, .code = "ABCD-EFGH", .enter = true, .qr = true };
	char prompt[PROMPT_MAX];

	(void)state;
	assert_int_equal(buf_puts(&b, "before", NULL), 0);
	assert_int_equal(qr_put(URI, &b, NULL), -1);
	assert_string_equal(b.p, "before");
	buf_clear(&b);
	memset(text, 'a', PROMPT_URI_MAX - 1);
	memcpy(text, "https://", 8);
	assert_int_equal(prompt_format(&p, prompt, NULL), 0);
	assert_null(strstr(prompt, "\xe2\x96"));
	for (size_t n = PROMPT_URI_MAX - 1; n > 60; n--) {
		text[n] = '\0';
		p.uri_complete = text; /* the longest words */
		assert_int_equal(prompt_format(&p, prompt, NULL), 0);
	}
	text[60] = '\0';
	assert_int_equal(prompt_format(&p, prompt, NULL), 0);
	assert_non_null(strstr(prompt, "\xe2\x96"));
	assert_non_null(strstr(prompt, "Press Enter"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(read_back), cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
#else
int
main(void)
{
	struct buf b = BUF_INIT(100);

	return !qr_can() && qr_put(URI, &b, NULL) == -1 ? 77 : 1;
}
#endif
