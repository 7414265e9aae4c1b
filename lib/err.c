/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static void
clean(char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

int
err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -1;
	e->code = code;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	clean(e->text);
	return -1;
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	size_t n;
	va_list ap;

	if (e == NULL)
		return -1;
	e->code = ERR_SYSTEM;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof(e->text) - n, ": %s",
	    strerror(saved));
	clean(e->text);
	errno = saved;
	return -1;
}

int
err_prefix(struct err *e, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	size_t n;
	va_list ap;

	if (e == NULL)
		return -1;
	memcpy(old, e->text, sizeof(old));
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof(e->text) - n, ": %s", old);
	clean(e->text);
	return -1;
}

static const struct {
	enum err_code code;
	int status;
	const char *name;
} codes[] = {
	{ ERR_NONE, 0, "ok" },
	{ ERR_USAGE, 2, "usage" },
	{ ERR_CONFIG, 78, "config" },
	{ ERR_INPUT, 1, "input" },
	{ ERR_DENIED, 77, "denied" },
	{ ERR_PENDING, 75, "pending" },
	{ ERR_CANNOT_RECORD, 76, "cannot-record" },
	{ ERR_NOT_FOUND, 1, "not-found" },
	{ ERR_CONFLICT, 3, "conflict" },
	{ ERR_TIMEOUT, 1, "timeout" },
	{ ERR_UNAVAILABLE, 69, "unavailable" },
	{ ERR_LIMIT, 1, "limit" },
	{ ERR_CRYPTO, 1, "crypto" },
	{ ERR_SYSTEM, 71, "system" },
	{ ERR_MEMORY, 71, "memory" },
};

int
err_exit_status(enum err_code code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].status;
	return 1;
}

const char *
err_code_name(enum err_code code)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "unknown";
}

enum err_code
err_code_of(const char *name)
{
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i].name, name) == 0)
			return codes[i].code;
	return ERR_UNAVAILABLE;
}
