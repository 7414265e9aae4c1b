/* SPDX-License-Identifier: BSD-2-Clause
 * check_stack.c - a PAM stack with all it includes, as check.h has it. */
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/io.h"
#include "pam_module/check.h"
#include "pam_module/doctor.h"

#define PAM_FILE_MAX (256 * 1024)
#define INCLUDE_DEPTH 8

static int read_stack(const char *path, const char *type, int depth,
    struct pam_stack *s, struct err *e);

static int
take_line(const char *line, const char *where, const char *type, int depth,
    struct pam_stack *s, struct err *e)
{
	struct pam_entry p;
	char path[256];
	int kind = doctor_pam_line(line, &p, e);

	if (kind < 0)
		return err_prefix(e, "%s", where);
	if (kind == PAM_LINE_NONE || (type[0] != '\0' && p.type[0] != '\0' &&
	    strcmp(type, p.type) != 0))
		return 0;
	if (kind == PAM_LINE_INCLUDE) {
		(void)snprintf(path, sizeof(path), "%s%s", p.module[0] ==
		    '/' ? "" : "/etc/pam.d/", p.module);
		return read_stack(path, p.type[0] != '\0' ? p.type : type,
		    depth + 1, s, e);
	}
	if (s->n == DOCTOR_ENTRIES)
		return err_set(e, ERR_LIMIT, "%s: more than %d lines", where,
		    DOCTOR_ENTRIES);
	(void)snprintf(p.where, sizeof(p.where), "%s", where);
	s->e[s->n++] = p;
	return 0;
}

/* The lines of a file, those of one type (NULL or "": all); a backslash at
 * the end joins the next. */
static int
read_stack(const char *path, const char *type, int depth,
    struct pam_stack *s, struct err *e)
{
	struct buf b = BUF_INIT(PAM_FILE_MAX);
	unsigned number = 0;
	int rc;

	if (depth > INCLUDE_DEPTH)
		return err_set(e, ERR_INPUT, "%s: includes go too deep", path);
	rc = io_read_file(path, &b, e);
	for (char *p = b.p; rc == 0 && p != NULL && *p != '\0';) {
		char *end = p + strcspn(p, "\n"), where[128];
		unsigned first = ++number;

		while (end > p && *end == '\n' && end[-1] == '\\') {
			end[-1] = *end = ' ';
			end += strcspn(end, "\n");
			number++;
		}
		if (*end == '\n')
			*end++ = '\0';
		(void)snprintf(where, sizeof(where), "%.100s:%u", path,
		    first);
		rc = take_line(p, where, type, depth, s, e);
		p = end;
	}
	buf_clear(&b);
	return rc;
}

int
check_stack(const char *path, struct pam_stack *s, struct err *e)
{
	return read_stack(path, "", 0, s, e);
}
