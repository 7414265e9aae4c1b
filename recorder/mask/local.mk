# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += %D%/libmask.la
%C%_libmask_la_SOURCES = \
	%D%/block.c \
	%D%/coin.c \
	%D%/compile.c \
	%D%/dfa.h \
	%D%/engine.h \
	%D%/euroids.c \
	%D%/feed.c %D%/feed.h \
	%D%/glyph.c \
	%D%/hold.c \
	%D%/ids.c %D%/ids.h \
	%D%/mask.c %D%/mask.h \
	%D%/maskrules.c %D%/maskrules.h \
	%D%/match.c \
	%D%/near.c %D%/near.h \
	%D%/nfa.c %D%/nfa.h \
	%D%/plain.c %D%/plain.h \
	%D%/print.c \
	%D%/regex.c %D%/regex.h \
	%D%/rewrite.c \
	%D%/rulefile.c %D%/rulefile.h \
	%D%/rulekeys.c \
	%D%/rules.h \
	%D%/rulepath.c %D%/rulepath.h \
	%D%/ruleset.c \
	%D%/selftest.c \
	%D%/sieve.c %D%/sieve.h \
	%D%/sym.h \
	%D%/table.c %D%/table.h \
	%D%/taxids.c \
	%D%/tokenize.c %D%/tokenize.h \
	%D%/validate.c %D%/validate.h \
	%D%/worldids.c
%C%_libmask_la_LIBADD = lib/liblib.la $(CRYPTO_LIBS) -lm

bin_PROGRAMS += recorder/warrant-mask
recorder_warrant_mask_SOURCES = recorder/mask_main.c
recorder_warrant_mask_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
recorder_warrant_mask_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
recorder_warrant_mask_LDADD = recorder/mask/libmask.la lib/liblib.la \
	$(CRYPTO_LIBS)

# Recall and false positives: 1 case a type and scene here, 10 in `make bench'.
TESTS += tests/mask/score.py

sbin_PROGRAMS += recorder/warrant-maskc
recorder_warrant_maskc_SOURCES = recorder/maskc_main.c
recorder_warrant_maskc_LDADD = recorder/mask/libmask.la lib/liblib.la \
	$(CRYPTO_LIBS)

# Tables of what was installed, unless it is for another root: then the
# package does it, or warrantd when it starts.
install-data-hook: install-tables
install-tables:
	@if [ -z "$(DESTDIR)" ] && recorder/warrant-maskc -q \
	    -o $(pkgdatadir)/mask.tables; then :; else \
		echo "to do: warrant-maskc -o $(pkgdatadir)/mask.tables"; \
	fi
uninstall-hook: uninstall-tables
uninstall-tables:
	rm -rf $(DESTDIR)$(pkgdatadir)/mask.tables
.PHONY: install-tables uninstall-tables

EXTRA_DIST += %D%/README.md

maskdir = $(pkgdatadir)/mask.d
dist_mask_DATA = \
	%D%/rules/10-cards.rules \
	%D%/rules/20-secrets.rules \
	%D%/rules/25-vendors.rules \
	%D%/rules/30-ids.rules \
	%D%/rules/35-europe.rules \
	%D%/rules/40-world.rules \
	%D%/rules/50-things.rules
AM_CPPFLAGS += -DTEST_MASK_RULES='"$(abs_top_srcdir)/%D%/rules"'
