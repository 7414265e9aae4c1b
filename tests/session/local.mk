# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += %D%/courier_alone
check_PROGRAMS += %D%/old_store
%C%_old_store_LDADD = approver/libledger.la schema/librecord.la
check_PROGRAMS += %D%/race
%C%_race_CFLAGS = $(AM_CFLAGS) -pthread
%C%_courier_alone_LDADD = approver/libcourier.la lib/liblib.la
EXTRA_DIST += %D%/lib.py %D%/host.py %D%/reports.py %D%/clients.py %D%/outer.py
dist_noinst_SCRIPTS += %D%/askpass %D%/test_courier.py
dist_noinst_SCRIPTS += %D%/test_warrantd.py
dist_noinst_SCRIPTS += %D%/test_bypass.py
dist_noinst_SCRIPTS += %D%/captured.py %D%/test_captured.py
dist_noinst_SCRIPTS += %D%/test_certificate.py
dist_noinst_SCRIPTS += %D%/test_disk.py
dist_noinst_SCRIPTS += %D%/test_doctor.py
dist_noinst_SCRIPTS += %D%/test_ecosystem.py
dist_noinst_SCRIPTS += %D%/test_exact.py
dist_noinst_SCRIPTS += %D%/test_faults.py
dist_noinst_SCRIPTS += %D%/test_hold.py
dist_noinst_SCRIPTS += %D%/test_kill.py
dist_noinst_SCRIPTS += %D%/test_limits.py
dist_noinst_SCRIPTS += %D%/test_live.py
dist_noinst_SCRIPTS += %D%/test_login.py
dist_noinst_SCRIPTS += %D%/test_residual.py
dist_noinst_SCRIPTS += %D%/test_retention.py
dist_noinst_SCRIPTS += %D%/test_signin.py
dist_noinst_SCRIPTS += %D%/test_whole.py

# Real provider, real sshd, real accounts; as root all of it, else what can.
check-session: all $(check_PROGRAMS)
	for test in $(abs_top_srcdir)/tests/session/test_*.py; do \
		echo "$$test"; \
		WARRANT_BUILD=$(abs_top_builddir) "$$test"; \
		case $$? in 0 | 77) ;; *) exit 1 ;; esac; \
	done
.PHONY: check-session
