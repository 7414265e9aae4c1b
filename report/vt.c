/* SPDX-License-Identifier: BSD-2-Clause */
#include "report/vt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BYTES 128		/* of one vt_printf */

struct answer {
	char p[VT_ANSWER];
	size_t n;
};

static void
drop(const char *p, size_t n, void *arg)
{
	(void)p;
	(void)n;
	(void)arg;
}

static void
hear(const char *p, size_t n, void *arg)
{
	struct answer *a = arg;

	if (n < sizeof(a->p) - a->n) {
		(void)memcpy(a->p + a->n, p, n);
		a->n += n;
	}
}

void
vt_quiet(VTerm *vt)
{
	vterm_output_set_callback(vt, drop, NULL);
}

void
vt_put(VTerm *vt, const char *p, size_t n)
{
	(void)vterm_input_write(vt, p, n);
}

void
vt_puts(VTerm *vt, const char *text)
{
	vt_put(vt, text, strlen(text));
}

void
vt_printf(VTerm *vt, const char *format, ...)
{
	char bytes[BYTES];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(bytes, sizeof(bytes), format, ap);
	va_end(ap);
	vt_puts(vt, bytes);
}

/* Two numbers behind a word of the answer. */
static bool
ask(VTerm *vt, const char *question, const char *word, int *a, int *b)
{
	struct answer got = { .n = 0 };
	const char *at;

	vterm_output_set_callback(vt, hear, &got);
	vt_puts(vt, question);
	vt_quiet(vt);
	got.p[got.n] = '\0';
	at = strstr(got.p, word);
	return at != NULL && sscanf(at + strlen(word), "%d;%d", a, b) == 2;
}

bool
vt_mode(VTerm *vt, int mode)
{
	char question[32];
	int asked, set;

	(void)snprintf(question, sizeof(question), "\x1b[?%d$p", mode);
	return ask(vt, question, "?", &asked, &set) && set == 1;
}

bool
vt_margins(VTerm *vt, struct vt_margins *ret)
{
	bool sides = vt_mode(vt, 69), told;

	if (!sides)
		vt_puts(vt, "\x1b[?69h");
	told = ask(vt, "\x1bP$qr\x1b\\", "$r", &ret->top, &ret->bottom) &&
	    ask(vt, "\x1bP$qs\x1b\\", "$r", &ret->left, &ret->right);
	if (!sides)
		vt_puts(vt, "\x1b[?69l");
	ret->top--;
	ret->left--;
	return told;
}

void
vt_resize(VTerm *vt, int rows, int cols)
{
	struct vt_margins m;
	VTermPos at;

	vterm_set_size(vt, rows, cols);
	if (vt_margins(vt, &m) && m.top < m.bottom && m.left < m.right)
		return;
	vterm_state_get_cursorpos(vterm_obtain_state(vt), &at);
	vt_puts(vt, "\x1b[r\x1b[s");
	vt_printf(vt, "\x1b[%d;%dH", at.row + 1, at.col + 1);
}
