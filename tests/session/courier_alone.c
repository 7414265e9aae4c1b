/* SPDX-License-Identifier: BSD-2-Clause
 * courier_alone.c - the courier without warrantd, for test_courier.py.
 * in: a configuration, a socket path, a state folder; out: courier_main */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "approver/courier.h"
#include "lib/conf.h"
#include "lib/err.h"
#include "lib/log.h"
#include "lib/wire.h"

int
main(int argc, char **argv)
{
	struct courier_start start = { .listen_fd = -1, .keys_fd = -1,
		.monitor_fd = -1 };
	struct conf *conf = NULL;
	struct err e = { 0 };
	int rc = -1;

	if (argc != 4 && argc != 5) {
		(void)fputs("usage: courier_alone CONF SOCKET STATEDIR "
		    "[ACCOUNT]\n", stderr);
		return 2;
	}
	log_open("courier", true);
	if (conf_load(argv[1], &conf, &e) == 0 &&
	    (start.listen_fd = wire_listen(argv[2], 0600, &e)) >= 0) {
		start.conf = conf;
		start.state_dir = argv[3];
		start.user = argc == 5 ? argv[4] : NULL;
		rc = courier_main(&start, &e);
	}
	if (rc < 0)
		log_line(LOG_ERR, "%s", e.text);
	conf_free(conf);
	return rc < 0 ? err_exit_status(e.code) : 0;
}
