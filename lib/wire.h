/* SPDX-License-Identifier: BSD-2-Clause
 * wire.h - one JSON object in one SEQPACKET datagram, descriptors beside it.
 * in: json_t objects (jansson) and descriptors; out: the same at the peer
 *
 * The messages themselves are tabled in HACKING.md, "Messages".  unix(7),
 * cmsg(3).  A message is at most WIRE_MAX bytes and WIRE_FDS descriptors;
 * descriptors arrive close-on-exec; whatever is refused has its descriptors
 * closed, never leaked. */
#ifndef WARRANT_LIB_WIRE_H
#define WARRANT_LIB_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <jansson.h>

struct err;

#define WIRE_MAX 65536	/* bytes of one message */
#define WIRE_FDS 8	/* descriptors beside one message */

struct wire_fds {
	int fd[WIRE_FDS];
	size_t n;
};

/* Bytes to an object: UTF-8, no duplicate names, depth <= 16, a string "op"
 * or a boolean "ok".  NULL with *e (ERR_INPUT).  Pure; the fuzzer's door. */
json_t *wire_parse(const char *p, size_t n, struct err *e);

/* Send msg (borrowed) and copies of n descriptors (borrowed).  Blocks at most
 * timeout_ms (-1: for ever) while the peer's queue is full.  -1 with *e:
 * ERR_LIMIT too large, ERR_TIMEOUT, ERR_UNAVAILABLE peer gone. */
int wire_send(int fd, const json_t *msg, const int *fds, size_t n,
    int timeout_ms, struct err *e);

/* Receive one message.  1 with *msg (caller: json_decref) and *fds (caller
 * closes; may be NULL when none are expected, then any are closed and the
 * message is refused); 0 at end of file; -1 with *e.  ERR_TIMEOUT when
 * nothing came in timeout_ms (0: do not wait). ERR_INPUT for a message that
 * is refused: the link is still usable. */
int wire_recv(int fd, json_t **msg, struct wire_fds *fds, int timeout_ms,
    struct err *e);

/* Send msg (stolen: always released) and wait for the answer to it.  0 with
 * *answer when the peer said ok:true; -1 with *e taken from the peer's code
 * and text, or from the link. */
int wire_ask(int fd, json_t *msg, const int *fds, size_t n, json_t **answer,
    struct wire_fds *got, int timeout_ms, struct err *e);

/* Connect to the SEQPACKET socket at path; a descriptor or -1. */
int wire_connect(const char *path, struct err *e);

/* Bind a SEQPACKET socket at path (an old one is replaced) with this mode. */
int wire_listen(const char *path, mode_t mode, struct err *e);

/* Who is at the other end (SO_PEERCRED).  Any of the three may be NULL. */
int wire_peer(int fd, pid_t *pid, uid_t *uid, gid_t *gid, struct err *e);

/* {"ok": true} and {"ok": false, "code", "text"} from *e. */
json_t *wire_ok(void);
json_t *wire_no(const struct err *e);

/* Fields of a message.  The string is borrowed from msg and at most max
 * bytes without NUL; -1 with *e (ERR_INPUT, names the key) when absent or of
 * another type or out of range.  The _opt forms leave *ret alone when the
 * key is absent or null. */
int wire_str(const json_t *msg, const char *key, size_t max,
    const char **ret, struct err *e);
int wire_str_opt(const json_t *msg, const char *key, size_t max,
    const char **ret, struct err *e);
int wire_int(const json_t *msg, const char *key, int64_t min, int64_t max,
    int64_t *ret, struct err *e);
int wire_int_opt(const json_t *msg, const char *key, int64_t min, int64_t max,
    int64_t *ret, struct err *e);
int wire_bool_opt(const json_t *msg, const char *key, int *ret, struct err *e);

/* The op of a message, "" when it has none. */
const char *wire_op(const json_t *msg);

void wire_fds_close(struct wire_fds *fds);

#endif
