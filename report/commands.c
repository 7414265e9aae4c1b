/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/commands.h"

#include <string.h>

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/list.h"
#include "lib/table.h"
#include "report/castline.h"
#include "schema/record_read.h"

/* The programs so far; the last one still gathers bytes. */
struct programs {
	struct casthead head;
	json_t *rows;		/* array */
	json_t *last;		/* borrowed from rows, or NULL */
	int64_t bytes;		/* shown since last was started */
};

static void
end_last(struct programs *p)
{
	if (p->last != NULL)
		(void)json_object_set_new(p->last, "bytes",
		    json_integer(p->bytes));
	p->bytes = 0;
}

static int
add(struct programs *p, const struct castline *l, const json_t *exec,
    struct err *e)
{
	char at[CASTLINE_TIME_MAX], wall[CLOCK_TEXT_MAX];

	end_last(p);
	clock_format(p->head.wall_us + l->t_us, wall);
	p->last = json_pack("{s:s, s:s, s:I, s:s, s:s, s:s, s:s}", "at",
	    castline_time(l->t_us, false, at), "time", wall, "pid",
	    (json_int_t)list_int(exec, "pid"), "exe", list_str(exec, "exe"),
	    "argv", list_str(exec, "argv"), "cwd", list_str(exec, "cwd"),
	    "decision", list_str(exec, "decision"));
	if (p->last == NULL || json_array_append_new(p->rows, p->last) < 0)
		return err_set(e, ERR_MEMORY, "out of memory");
	return 0;
}

static int
take_line(struct programs *p, const char *line, size_t n, struct err *e)
{
	struct castline l;
	json_t *exec;
	int rc = 0;

	if (castline_parse(line, n, &l, e) < 0)
		return -1;
	exec = castline_mark(&l, "exec");
	if (exec != NULL)
		rc = add(p, &l, exec, e);
	else if (castline_shown(&l))
		p->bytes += (int64_t)l.n;
	json_decref(exec);
	castline_clear(&l);
	return rc;
}

static int
gather(int fd, struct programs *p, struct err *e)
{
	struct record_reader *r = NULL;
	const char *line;
	size_t n;
	int rc;

	if (record_reader_open(fd, NULL, &r, e) < 0)
		return -1;
	rc = record_next(r, &line, &n, e);
	if (rc > 0 && casthead_parse(line, n, &p->head, e) < 0)
		rc = -1;
	while (rc > 0 && (rc = record_next(r, &line, &n, e)) > 0)
		rc = take_line(p, line, n, e) < 0 ? -1 : 1;
	end_last(p);
	if (rc == 0)
		castline_tell_cut(record_summary(r));
	record_reader_free(r);
	return rc;
}

static int
print_table(const struct programs *p, FILE *out, struct err *e)
{
	static const char *const heads[] = { "AT", "TIME", "PID", "DECISION",
	    "BYTES", "<PROGRAM", NULL };
	struct table *t = table_open(out, heads, e);
	int rc = t == NULL ? -1 : 0;
	json_t *row;
	size_t i;

	json_array_foreach(p->rows, i, row) {
		char pid[24], bytes[24], when[CLOCK_TEXT_MAX];
		const char *decision = list_str(row, "decision");
		bool plain = strcmp(decision, "log") == 0;
		const char *cells[] = { list_str(row, "at"), when, pid,
		    plain ? "" : decision, bytes, list_str(row, "argv") };

		(void)snprintf(when, sizeof(when), "%.19sZ", list_str(row,
		    "time"));
		when[10] = ' ';
		(void)snprintf(pid, sizeof(pid), "%lld",
		    (long long)list_int(row, "pid"));
		(void)snprintf(bytes, sizeof(bytes), "%lld",
		    (long long)list_int(row, "bytes"));
		if (rc == 0)
			rc = table_row(t, cells, plain ? TABLE_PLAIN :
			    TABLE_YELLOW, e);
	}
	if (rc == 0 && json_array_size(p->rows) > 0)
		rc = table_print(t, e);
	table_close(t);
	return rc;
}

int
commands_print(int fd, bool json, FILE *out, struct err *e)
{
	struct programs p = { .rows = json_array() };
	json_t *all;
	int rc = gather(fd, &p, e);

	if (rc == 0 && json) {
		all = json_pack("{s:O}", "programs", p.rows);
		rc = list_json(out, all, e);
		json_decref(all);
	} else if (rc == 0) {
		rc = print_table(&p, out, e);
		if (json_array_size(p.rows) == 0)
			(void)fprintf(stderr, "warrant-replay: no program is "
			    "noted in it: warrant-gate(8) does so, for "
			    "logins\n");
	}
	json_decref(p.rows);
	return rc;
}
