/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_module/qr.h"

#include "config.h"
#include "lib/buf.h"
#include "lib/err.h"

#ifdef HAVE_QRENCODE
#include <qrencode.h>

#define QUIET 2

/* Dark is 1; outside the code all is light. */
static bool
dark(const QRcode *q, int x, int y)
{
	return x >= 0 && y >= 0 && x < q->width && y < q->width &&
	    (q->data[y * q->width + x] & 1) != 0;
}

static int
put_code(const QRcode *q, struct buf *b, struct err *e)
{
	/* the light half is the drawn one: upper, lower, both, neither */
	static const char *const blocks[2][2] = {
		{ "\xe2\x96\x88", "\xe2\x96\x80" }, { "\xe2\x96\x84", " " } };

	for (int y = -QUIET; y < q->width + QUIET; y += 2) {
		for (int x = -QUIET; x < q->width + QUIET; x++)
			if (buf_puts(b, blocks[dark(q, x, y)]
			    [dark(q, x, y + 1)], e) < 0)
				return -1;
		if (buf_putc(b, '\n', e) < 0)
			return -1;
	}
	return 0;
}

bool
qr_can(void)
{
	return true;
}

int
qr_put(const char *text, struct buf *b, struct err *e)
{
	QRcode *q = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	size_t was = b->len;
	int rc;

	if (q == NULL)
		return err_set(e, ERR_LIMIT, "too long for a QR code");
	rc = put_code(q, b, e);
	QRcode_free(q);
	if (rc < 0 && b->p != NULL) {
		b->len = was;
		b->p[was] = '\0';
	}
	return rc;
}
#else
bool
qr_can(void)
{
	return false;
}

int
qr_put(const char *text, struct buf *b, struct err *e)
{
	(void)text;
	(void)b;
	return err_set(e, ERR_NOT_FOUND, "built without libqrencode");
}
#endif
