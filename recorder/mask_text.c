/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/mask_text.h"

#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"

#define MEMBER_MAX (512 * 1024)

int
mask_text(const struct mask_rules *rules, const uint8_t key[MASK_KEY_LEN],
    const char *p, size_t n, struct buf *out, struct err *e)
{
	struct mask_options o = { .view = MASK_RECORD };
	int rc;

	if (rules == NULL)
		return buf_put(out, p, n, e);
	(void)memcpy(o.key, key, sizeof(o.key));
	rc = mask_whole(rules, &o, p, n, out, e);
	explicit_bzero(o.key, sizeof(o.key));
	return rc;
}

int
mask_member(const struct mask_rules *rules, const uint8_t key[MASK_KEY_LEN],
    json_t *object, const char *name, const char *exact, struct err *e)
{
	const char *was = json_string_value(json_object_get(object, name));
	struct buf b = BUF_INIT(MEMBER_MAX);
	int rc = 0;

	if (was == NULL)
		return 0;
	rc = mask_text(rules, key, was, strlen(was), &b, e);
	if (rc == 0 && (b.len != strlen(was) ||
	    memcmp(b.p, was, b.len) != 0)) {
		(void)json_object_del(object, exact);
		(void)json_object_set_new(object, name, json_stringn(
		    b.p == NULL ? "" : b.p, b.len));
	}
	buf_clear(&b);
	return rc;
}
