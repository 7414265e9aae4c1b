/* SPDX-License-Identifier: BSD-2-Clause
 * mask_text.h - a text that is there at once, as a record keeps it.
 * in: text, rules (NULL: none), the key of their fingerprints
 * out: the text with the values of the rules replaced */
#ifndef WARRANT_RECORDER_MASK_TEXT_H
#define WARRANT_RECORDER_MASK_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "recorder/mask/mask.h"

struct buf;
struct err;

/* Appended to out. */
int mask_text(const struct mask_rules *rules, const uint8_t key[MASK_KEY_LEN],
    const char *p, size_t n, struct buf *out, struct err *e);

/* The string of that name in the object, if there is one; when it was
 * changed, the member exact, which has its bytes, is deleted. */
int mask_member(const struct mask_rules *rules,
    const uint8_t key[MASK_KEY_LEN], json_t *object, const char *name,
    const char *exact, struct err *e);

#endif
