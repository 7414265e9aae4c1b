# SPDX-License-Identifier: BSD-2-Clause
dist_noinst_SCRIPTS += %D%/bench.py

# What recording costs: ratios in one run, never a test.
bench: all
	WARRANT_BUILD=$(abs_top_builddir) $(srcdir)/%D%/bench.py
.PHONY: bench
