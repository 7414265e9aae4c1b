# SPDX-License-Identifier: BSD-2-Clause
check_PROGRAMS += %D%/courier_alone
%C%_courier_alone_LDADD = approver/libcourier.la lib/liblib.la
EXTRA_DIST += %D%/lib.py %D%/test_courier.py

# Against a real identity provider; each takes a minute or two.
check-session: all $(check_PROGRAMS)
	WARRANT_BUILD=$(abs_top_builddir) WARRANT_IDP_BUILD=$(abs_top_builddir)/idp \
	    $(PYTHON3) $(srcdir)/tests/session/test_courier.py
.PHONY: check-session
