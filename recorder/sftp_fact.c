/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <string.h>

#include "lib/b64.h"
#include "lib/buf.h"
#include "lib/hex.h"
#include "lib/visible.h"
#include "recorder/sftp.h"

static const char *
did(enum sftp_kind kind)
{
	static const char *const names[] = { "none", "download", "upload",
	    "list", "rename", "remove", "mkdir", "rmdir", "link", "symlink",
	    "setstat", "copy", "other", "lost" };

	return names[kind];
}

/* SSH_FX_*, draft-ietf-secsh-filexfer-02, section 7 */
static const char *
error_name(uint32_t status)
{
	static const char *const names[] = { "ok", "end of file",
	    "no such file", "permission denied", "failure", "bad message",
	    "no connection", "connection lost", "not supported" };

	return status < sizeof(names) / sizeof(names[0]) ? names[status] :
	    "unknown";
}

/* -1 when memory is short, as all of these. */
static int
put_buf(json_t *j, const char *key, const struct buf *b)
{
	return json_object_set_new(j, key, json_stringn(b->p != NULL ? b->p :
	    "", b->len));
}

static int
put_bytes(json_t *j, const char *key, const struct sftp_name *name)
{
	struct buf b = BUF_INIT(2 * SFTP_NAME_MAX);
	int rc = b64_encode(name->p, name->n, &b, NULL) < 0 ? -1 :
	    put_buf(j, key, &b);

	buf_clear(&b);
	return rc;
}

static int
put_name(json_t *j, const char *key, const struct sftp_name *name)
{
	struct buf b = BUF_INIT(16 * SFTP_NAME_MAX);
	char more[16];
	int rc = -1;

	if (name->p == NULL)
		return 0;
	if (visible_put(&b, name->p, name->n, NULL) < 0 ||
	    put_buf(j, key, &b) < 0)
		goto out;
	(void)snprintf(more, sizeof(more), "%s_b64", key);
	if (b.len != name->n && put_bytes(j, more, name) < 0)
		goto out;
	(void)snprintf(more, sizeof(more), "%s_bytes", key);
	if (name->n < name->whole && json_object_set_new(j, more,
	    json_integer((json_int_t)name->whole)) < 0)
		goto out;
	rc = 0;
out:
	buf_clear(&b);
	return rc;
}

/* Sizes are of 64 bits, integers of JSON here of 63. */
static int
put_number(json_t *j, const char *key, uint64_t n)
{
	return json_object_set_new(j, key, json_integer(n > INT64_MAX ?
	    INT64_MAX : (json_int_t)n));
}

static int
put_attrs(json_t *j, const struct sftp_attrs *a)
{
	char mode[16];
	int rc = 0;

	(void)snprintf(mode, sizeof(mode), "%04o", (unsigned)a->mode & 07777);
	if ((a->set & SFTP_SET_SIZE) != 0)
		rc |= put_number(j, "size", a->size);
	if ((a->set & SFTP_SET_OWNER) != 0)
		rc |= put_number(j, "uid", a->uid) |
		    put_number(j, "gid", a->gid);
	if ((a->set & SFTP_SET_MODE) != 0)
		rc |= json_object_set_new(j, "mode", json_string(mode));
	if ((a->set & SFTP_SET_TIMES) != 0)
		rc |= put_number(j, "mtime", a->mtime);
	return rc;
}

static int
put_result(json_t *j, const struct sftp_fact *f)
{
	int rc = json_object_set_new(j, "ok", f->answered ?
	    json_boolean(f->ok) : json_null());

	if (f->answered && !f->ok)
		rc |= put_number(j, "status", f->status) |
		    json_object_set_new(j, "error",
		    json_string(error_name(f->status)));
	return rc;
}

static int
put_content(json_t *j, const struct sftp_fact *f)
{
	char hex[2 * SFTP_SHA256 + 1];
	int rc;

	hex_of(f->sha256, SFTP_SHA256, hex);
	rc = put_number(j, "bytes", f->bytes);
	return rc | json_object_set_new(j, "sha256", f->digest_known ?
	    json_string(hex) : json_null());
}

json_t *
sftp_fact_json(const struct sftp_fact *f)
{
	json_t *j = json_object();
	bool moved = f->kind == SFTP_READ || f->kind == SFTP_WRITE;
	int rc = json_object_set_new(j, "did", json_string(did(f->kind)));

	rc |= put_name(j, "path", &f->path) | put_name(j, "to", &f->to);
	if (f->kind != SFTP_LOST)
		rc |= put_result(j, f);
	if (moved)
		rc |= put_content(j, f);
	if (f->kind == SFTP_COPY)
		rc |= put_number(j, "bytes", f->bytes);
	if (f->kind == SFTP_LIST)
		rc |= put_number(j, "names", f->names);
	if (moved || f->kind == SFTP_LIST)
		rc |= json_object_set_new(j, "whole", json_boolean(f->whole));
	rc |= put_attrs(j, &f->attrs);
	if (f->why != NULL)
		rc |= json_object_set_new(j, "why", json_string(f->why));
	if (rc == 0)
		return j;
	json_decref(j);
	return NULL;
}
