/* SPDX-License-Identifier: BSD-2-Clause
 * digest.c - SHA-256 of sealed records, a piece a round. */
#include "approver/monitor.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/hex.h"
#include "lib/io.h"
#include "lib/log.h"
#include "lib/wire.h"

#define PIECE (256 * 1024)

struct digest_job {
	struct digest_job *next;
	int fd;
	off_t at;
	EVP_MD_CTX *sha;
	json_t *msg;
};

static void
job_free(struct digest_job *j)
{
	io_close(&j->fd);
	EVP_MD_CTX_free(j->sha);
	json_decref(j->msg);
	free(j);
}

void
digest_start(struct monitor *m, int fd, json_t *msg)
{
	struct digest_job *j = calloc(1, sizeof(*j)), **at = &m->jobs;

	if (j == NULL) {
		io_close(&fd);
		json_decref(msg);
		log_line(LOG_ALERT, "out of memory: a seal waits for the next "
		    "start");
		return;
	}
	*j = (struct digest_job){ .fd = fd, .msg = msg,
	    .sha = EVP_MD_CTX_new() };
	if (j->sha == NULL ||
	    EVP_DigestInit_ex(j->sha, EVP_sha256(), NULL) != 1) {
		log_line(LOG_ALERT, "SHA-256 cannot start: a seal waits for "
		    "the next start");
		job_free(j);
		return;
	}
	while (*at != NULL)
		at = &(*at)->next;
	*at = j;
}

static void
finish(struct monitor *m, struct digest_job *j)
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	const char *id = "";
	char hex[2 * EVP_MAX_MD_SIZE + 1], name[64];
	unsigned n = 0;

	(void)EVP_DigestFinal_ex(j->sha, sum, &n);
	hex_of(sum, n, hex);
	(void)json_object_set_new(j->msg, "sha256", json_string(hex));
	(void)json_object_set_new(j->msg, "size",
	    json_integer((json_int_t)j->at));
	(void)wire_str_opt(j->msg, "channel", ID_MAX, &id, NULL);
	(void)snprintf(name, sizeof(name), "%s.spool", id);
	monitor_tell(m, json_incref(j->msg));
	(void)unlinkat(m->spool, name, 0);
}

bool
digest_step(struct monitor *m)
{
	static char piece[PIECE];
	struct digest_job *j = m->jobs;
	ssize_t n;

	if (j == NULL)
		return false;
	n = pread(j->fd, piece, sizeof(piece), j->at);
	if (n < 0 && errno == EINTR)
		return true;
	if (n > 0 && EVP_DigestUpdate(j->sha, piece, (size_t)n) == 1) {
		j->at += n;
		return true;
	}
	if (n == 0)
		finish(m, j);
	else
		log_line(LOG_ALERT, "a record cannot be read: its seal waits "
		    "for the next start");
	m->jobs = j->next;
	job_free(j);
	return m->jobs != NULL;
}

void
digest_free(struct monitor *m)
{
	while (m->jobs != NULL) {
		struct digest_job *j = m->jobs;

		m->jobs = j->next;
		job_free(j);
	}
}
