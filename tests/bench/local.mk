# SPDX-License-Identifier: BSD-2-Clause
dist_noinst_SCRIPTS += tests/mask/score.py
dist_noinst_DATA += tests/mask/kinds.py tests/mask/numbers_of.py \
	tests/mask/traps.py
dist_noinst_SCRIPTS += %D%/bench.py %D%/bench_host.py %D%/bench_loss.py \
	%D%/bench_mask.py %D%/bench_module.py %D%/bench_replay.py \
	%D%/bench_token.py

# What recording is compared with: a terminal that records nothing.
EXTRA_PROGRAMS += %D%/relay
%C%_relay_LDADD = $(UTIL_LIBS)
EXTRA_PROGRAMS += %D%/verify
%C%_verify_LDADD = pam_module/libpamcore.la lib/liblib.la $(CRYPTO_LIBS)
CLEANFILES += %D%/relay %D%/verify

# What it costs: figures and ratios of one run, never a test.  bench_host.py
# needs root and what bench.py does not: sshd, accounts, a provider.
bench: all %D%/relay %D%/verify tests/pam/drive
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench_token.py
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench_module.py
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench.py
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench_loss.py
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench_mask.py
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/tests/mask/score.py 10
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench_replay.py
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench_host.py
.PHONY: bench
