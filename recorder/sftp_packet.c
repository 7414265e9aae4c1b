/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder/sftp_packet.h"

#include <stdbool.h>
#include <string.h>

enum { AT_LENGTH, AT_TYPE, AT_ID, AT_FIELD, AT_STRING, AT_CONTENT };

#define EXTENDED 200

/* Draft, sections 4 and 6; of the extensions OpenSSH's PROTOCOL, section 4.
 * sftp-server wants the two names of SYMLINK in the order of link(2), not
 * that of the draft.  The last row is for all other types. */
static const struct sftp_form requests[] = {
	{ 1, NULL, OP_INIT, SFTP_NONE, "u" },
	{ 3, NULL, OP_OPEN, SFTP_NONE, "sua" },
	{ 4, NULL, OP_CLOSE, SFTP_NONE, "s" },
	{ 5, NULL, OP_READ, SFTP_READ, "squ" },
	{ 6, NULL, OP_WRITE, SFTP_WRITE, "sqd" },
	{ 7, NULL, OP_LOOK, SFTP_NONE, "" },	/* LSTAT */
	{ 8, NULL, OP_LOOK, SFTP_NONE, "" },	/* FSTAT */
	{ 9, NULL, OP_NAMED, SFTP_SETSTAT, "sa" },
	{ 10, NULL, OP_FSETSTAT, SFTP_SETSTAT, "sa" },
	{ 11, NULL, OP_OPENDIR, SFTP_LIST, "s" },
	{ 12, NULL, OP_READDIR, SFTP_LIST, "s" },
	{ 13, NULL, OP_NAMED, SFTP_REMOVE, "s" },
	{ 14, NULL, OP_NAMED, SFTP_MKDIR, "sa" },
	{ 15, NULL, OP_NAMED, SFTP_RMDIR, "s" },
	{ 16, NULL, OP_LOOK, SFTP_NONE, "" },	/* REALPATH */
	{ 17, NULL, OP_LOOK, SFTP_NONE, "" },	/* STAT */
	{ 18, NULL, OP_NAMED, SFTP_RENAME, "ss" },
	{ 19, NULL, OP_LOOK, SFTP_NONE, "" },	/* READLINK */
	{ 20, NULL, OP_NAMED, SFTP_SYMLINK, "ss" },
	{ EXTENDED, NULL, OP_OTHER, SFTP_OTHER, "x" },
	{ EXTENDED, "posix-rename@openssh.com", OP_NAMED, SFTP_RENAME, "ss" },
	{ EXTENDED, "hardlink@openssh.com", OP_NAMED, SFTP_LINK, "ss" },
	{ EXTENDED, "lsetstat@openssh.com", OP_NAMED, SFTP_SETSTAT, "sa" },
	{ EXTENDED, "copy-data", OP_COPY, SFTP_COPY, "sqqsq" },
	{ EXTENDED, "fsync@openssh.com", OP_LOOK, SFTP_NONE, "" },
	{ EXTENDED, "statvfs@openssh.com", OP_LOOK, SFTP_NONE, "" },
	{ EXTENDED, "fstatvfs@openssh.com", OP_LOOK, SFTP_NONE, "" },
	{ EXTENDED, "limits@openssh.com", OP_LOOK, SFTP_NONE, "" },
	{ EXTENDED, "expand-path@openssh.com", OP_LOOK, SFTP_NONE, "" },
	{ EXTENDED, "home-directory", OP_LOOK, SFTP_NONE, "" },
	{ EXTENDED, "users-groups-by-id@openssh.com", OP_LOOK, SFTP_NONE,
	    "" },
	{ 0, NULL, OP_OTHER, SFTP_OTHER, "" },
};

/* Draft, section 7. */
static const struct sftp_form answers[] = {
	{ 2, NULL, OP_VERSION, SFTP_NONE, "u" },
	{ 101, NULL, OP_STATUS, SFTP_NONE, "u" },
	{ 102, NULL, OP_HANDLE, SFTP_NONE, "s" },
	{ 103, NULL, OP_DATA, SFTP_NONE, "d" },
	{ 104, NULL, OP_NAMES, SFTP_NONE, "u" },
	{ 105, NULL, OP_ANSWER, SFTP_NONE, "" },	/* ATTRS */
	{ 201, NULL, OP_ANSWER, SFTP_NONE, "" },	/* EXTENDED_REPLY */
	{ 0, NULL, OP_WRONG, SFTP_NONE, "" },
};

static void
start(struct sftp_packet *k)
{
	k->at = AT_LENGTH;
	k->left = 4;
	k->have = 0;
	k->part = 0;
	k->over = false;
	k->numbers = k->strings = 0;
	k->content = 0;
	(void)memset(k->number, 0, sizeof(k->number));
	(void)memset(&k->attrs, 0, sizeof(k->attrs));
	for (size_t i = 0; i < SFTP_STRINGS; i++)
		k->string[i].n = k->string[i].whole = 0;
}

void
sftp_packet_requests(struct sftp_packet *k)
{
	k->forms = requests;
	start(k);
}

void
sftp_packet_answers(struct sftp_packet *k)
{
	k->forms = answers;
	start(k);
}

/* The next width bytes as one number: STEP_DONE with it in k->value. */
static enum sftp_step
number(struct sftp_packet *k, struct sftp_bytes *in, unsigned width)
{
	if (k->have == 0) {
		if (k->left < width) {
			k->over = true;
			k->left = width;
		}
		k->value = 0;
	}
	for (; k->have < width && in->n > 0; in->p++, in->n--, k->have++)
		k->value = k->value << 8 | *in->p;
	if (k->have < width)
		return STEP_MORE;
	k->have = 0;
	k->left -= width;
	return STEP_DONE;
}

static void
form_of_type(struct sftp_packet *k, uint8_t type)
{
	const struct sftp_form *f = k->forms;

	while (f->type != 0 && f->type != type)
		f++;
	k->form = f;
	k->field = f->fields;
}

/* Its name was read: the fields of the extension follow, in place of it. */
static void
form_of_extension(struct sftp_packet *k)
{
	const struct sftp_string *name = &k->string[0];

	for (const struct sftp_form *f = k->forms; f->type != 0; f++)
		if (f->extension != NULL &&
		    strlen(f->extension) == name->whole &&
		    memcmp(f->extension, name->p, name->n) == 0) {
			k->form = f;
			k->field = f->fields;
			k->strings = 0;
			k->string[0].n = k->string[0].whole = 0;
			return;
		}
	k->field++;
}

/* Draft, section 5.  Extended attributes come last, and are skipped. */
static enum sftp_step
attributes(struct sftp_packet *k, struct sftp_bytes *in)
{
	static const struct {
		uint32_t if_set;
		unsigned width;
	} parts[] = {
		{ 0, 4 }, { SFTP_SET_SIZE, 8 }, { SFTP_SET_OWNER, 4 },
		{ SFTP_SET_OWNER, 4 }, { SFTP_SET_MODE, 4 },
		{ SFTP_SET_TIMES, 4 }, { SFTP_SET_TIMES, 4 },
	};
	struct sftp_attrs *a = &k->attrs;
	uint32_t *const to[] = { &a->set, NULL, &a->uid, &a->gid, &a->mode,
	    &a->atime, &a->mtime };
	enum sftp_step step;

	for (; k->part < sizeof(parts) / sizeof(parts[0]); k->part++) {
		if (k->part > 0 && (a->set & parts[k->part].if_set) == 0)
			continue;
		step = number(k, in, parts[k->part].width);
		if (step != STEP_DONE)
			return step;
		if (to[k->part] != NULL)
			*to[k->part] = (uint32_t)k->value;
		else
			a->size = k->value;
	}
	k->field++;
	return STEP_DONE;
}

/* The bytes of a string; what is too long to keep passes by. */
static enum sftp_step
string(struct sftp_packet *k, struct sftp_bytes *in)
{
	struct sftp_string *s = &k->string[k->strings];
	size_t n = k->want < in->n ? k->want : in->n;
	size_t room = sizeof(s->p) - s->n;
	size_t keep = n < room ? n : room;

	if (keep > 0)
		(void)memcpy(s->p + s->n, in->p, keep);
	s->n += keep;
	in->p += n;
	in->n -= n;
	k->want -= (uint32_t)n;
	k->left -= (uint32_t)n;
	if (k->want > 0)
		return STEP_MORE;
	k->strings++;
	k->at = AT_FIELD;
	if (*k->field == 'x')
		form_of_extension(k);
	else
		k->field++;
	return STEP_DONE;
}

/* What is left of a packet whose fields are known. */
static enum sftp_step
rest(struct sftp_packet *k, struct sftp_bytes *in)
{
	size_t n = k->left < in->n ? k->left : in->n;

	if (k->over)
		return STEP_SHORT;
	in->p += n;
	in->n -= n;
	k->left -= (uint32_t)n;
	return k->left > 0 ? STEP_MORE : STEP_DONE;
}

static enum sftp_step
field(struct sftp_packet *k, struct sftp_bytes *in)
{
	char c = *k->field;
	enum sftp_step step;

	if (c == 'a')
		return attributes(k, in);
	step = number(k, in, c == 'q' ? 8 : 4);
	if (step != STEP_DONE)
		return step;
	if (c == 'u' || c == 'q') {
		k->number[k->numbers++] = k->value;
		k->field++;
		return STEP_DONE;
	}
	if (k->value > SFTP_PACKET_MAX)
		return STEP_SHORT;
	k->want = (uint32_t)k->value;
	if (k->want > k->left) {
		k->over = true;
		k->left = k->want;
	}
	if (c == 'd') {
		k->content = k->want;
		k->at = AT_CONTENT;
		return STEP_CONTENT;
	}
	k->string[k->strings].whole = k->want;
	k->at = AT_STRING;
	return STEP_DONE;
}

static enum sftp_step
content(struct sftp_packet *k, struct sftp_bytes *in, struct sftp_bytes *piece)
{
	size_t n = k->want < in->n ? k->want : in->n;

	if (k->want == 0) {
		k->at = AT_FIELD;
		k->field++;
		return STEP_DONE;
	}
	if (n == 0)
		return STEP_MORE;
	piece->p = in->p;
	piece->n = n;
	in->p += n;
	in->n -= n;
	k->want -= (uint32_t)n;
	k->left -= (uint32_t)n;
	return STEP_PIECE;
}

/* Length, type and id. */
static enum sftp_step
head(struct sftp_packet *k, struct sftp_bytes *in)
{
	enum sftp_step step = number(k, in, k->at == AT_TYPE ? 1 : 4);

	if (step != STEP_DONE)
		return step;
	if (k->at == AT_LENGTH) {
		if (k->value > SFTP_PACKET_MAX)
			return STEP_LENGTH;
		start(k);
		k->left = (uint32_t)k->value;
		k->at = AT_TYPE;
	} else if (k->at == AT_TYPE) {
		form_of_type(k, (uint8_t)k->value);
		k->at = k->form->op == OP_INIT || k->form->op == OP_VERSION ?
		    AT_FIELD : AT_ID;
	} else {
		k->id = (uint32_t)k->value;
		k->at = AT_FIELD;
	}
	return STEP_DONE;
}

enum sftp_step
sftp_packet_step(struct sftp_packet *k, struct sftp_bytes *in,
    struct sftp_bytes *piece)
{
	enum sftp_step step;

	do {
		if (k->at == AT_STRING) {
			step = string(k, in);
		} else if (k->at == AT_CONTENT) {
			step = content(k, in, piece);
		} else if (k->at != AT_FIELD) {
			step = head(k, in);
		} else if (*k->field != '\0') {
			step = field(k, in);
		} else {
			step = rest(k, in);
			if (step == STEP_DONE) {
				k->at = AT_LENGTH;
				k->left = 4;
				return STEP_DONE;
			}
		}
	} while (step == STEP_DONE);
	return step;
}
