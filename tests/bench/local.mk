# SPDX-License-Identifier: BSD-2-Clause
dist_noinst_SCRIPTS += %D%/bench.py %D%/bench_host.py

# What recording is compared with: a terminal that records nothing.
EXTRA_PROGRAMS += %D%/relay
%C%_relay_LDADD = $(UTIL_LIBS)
CLEANFILES += %D%/relay

# What it costs: figures and ratios of one run, never a test.  bench_host.py
# needs root and what bench.py does not: sshd, accounts, a provider.
bench: all %D%/relay
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench.py
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench_host.py
.PHONY: bench
