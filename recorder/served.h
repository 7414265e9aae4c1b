/* SPDX-License-Identifier: BSD-2-Clause
 * served.h - one channel of a login, recorded.
 * in: descriptors 3 monitor, 4 gate, 5 the record, 6 the spool
 * out: the record; heads, masks and the seal for the monitor
 *
 * Messages: HACKING.md, "gate and recorder", "monitor and recorder". */
#ifndef WARRANT_RECORDER_SERVED_H
#define WARRANT_RECORDER_SERVED_H

struct err;

/* Until the channel is sealed.  0, or -1 with *e (already told to gate and
 * monitor). */
int served_run(struct err *e);

/* From here on no file is opened and nothing is started; what the session
 * needs was made before (seccomp). */
int served_jail(struct err *e);

#endif
