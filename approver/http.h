/* SPDX-License-Identifier: BSD-2-Clause
 * http.h - the few words of HTTP that libcurl leaves to us.
 * in: header values, names and values; out: seconds, form bodies.  Pure. */
#ifndef WARRANT_APPROVER_HTTP_H
#define WARRANT_APPROVER_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

/* How long an answer with this Cache-Control is fresh: seconds of max-age, 0
 * for no-store or no-cache, -1 when it does not say (RFC 9111, section 5.2).
 * Numbers too large to hold are INT32_MAX, as its section 1.2.2 asks. */
int64_t http_max_age(const char *cache_control);

/* Append s as RFC 6749, appendix B wants names and values: all but letters,
 * digits, - . _ * in percent form, a blank as `+'. */
int http_encode(struct buf *b, const char *s, struct err *e);

/* Append "name=value", after `&' if b is not empty. */
int http_form(struct buf *b, const char *name, const char *value,
    struct err *e);

#endif
