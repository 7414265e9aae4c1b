# SPDX-License-Identifier: BSD-2-Clause
# warrant-gate and warrant-shell.
noinst_LTLIBRARIES += %D%/libgate.la
%C%_libgate_la_SOURCES =
%C%_libgate_la_SOURCES += %D%/argv.c %D%/argv.h
%C%_libgate_la_SOURCES += %D%/sftp_no.c %D%/sftp_no.h
%C%_libgate_la_SOURCES += %D%/rules.c %D%/rules.h
%C%_libgate_la_SOURCES += %D%/transfer.c %D%/transfer.h
%C%_libgate_la_SOURCES += %D%/watch.c %D%/watch.h
%C%_libgate_la_LIBADD = lib/liblib.la $(JANSSON_LIBS) $(CRYPTO_LIBS)

pkglibexec_PROGRAMS += %D%/warrant-gate
%C%_warrant_gate_SOURCES =
%C%_warrant_gate_SOURCES += %D%/caller.c %D%/caller.h
%C%_warrant_gate_SOURCES += %D%/guard.c %D%/guard.h
%C%_warrant_gate_SOURCES += %D%/guard_channel.c %D%/guard_end.c
%C%_warrant_gate_SOURCES += %D%/guard_exec.c %D%/guard_hold.c
%C%_warrant_gate_SOURCES += %D%/guard_rules.c %D%/guard_second.c
%C%_warrant_gate_SOURCES += %D%/guard_shell.c
%C%_warrant_gate_SOURCES += %D%/task.c %D%/task.h
%C%_warrant_gate_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
%C%_warrant_gate_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
%C%_warrant_gate_LDADD = %D%/libgate.la $(UTIL_LIBS)

# Its group is set by hand or by the package: chgrp warrant-rec, chmod 2755.
bin_PROGRAMS += %D%/warrant-shell
%C%_warrant_shell_SOURCES = %D%/client.c %D%/task.c
%C%_warrant_shell_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
%C%_warrant_shell_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
%C%_warrant_shell_LDADD = %D%/liblobby.la %D%/libgate.la lib/libcommand.la \
	lib/liblib.la $(JANSSON_LIBS)

install-exec-hook: install-shell-group
install-shell-group:
	@if [ -z "$(DESTDIR)" ] && getent group warrant-rec >/dev/null; then \
		chgrp warrant-rec $(bindir)/warrant-shell && \
		chmod 2755 $(bindir)/warrant-shell; \
	else \
		echo "to do: chgrp warrant-rec, chmod 2755" \
		    "$(bindir)/warrant-shell"; \
	fi
.PHONY: install-shell-group
