# SPDX-License-Identifier: BSD-2-Clause
include tests/unit/local.mk
include tests/idp/local.mk
include tests/fuzz/local.mk
include tests/pam/local.mk
include tests/page/local.mk
include tests/replay/local.mk
include tests/record/local.mk
include tests/session/local.mk
include tests/bench/local.mk

# A build with other options in an own folder: $(own_build) FOLDER OPTION...
own_build = MAKE='$(MAKE)' $(SHELL) $(abs_top_srcdir)/tests/own_build.sh \
	$(abs_top_srcdir)
EXTRA_DIST += %D%/own_build.sh

# Everything `make check` does, under the address and undefined-behaviour
# sanitizers.
asan:
	$(own_build) build-asan --enable-sanitizers --enable-werror
	$(MAKE) -C build-asan check
.PHONY: asan

clean-local:
	rm -rf build-asan build-asan-src build-fuzz build-fuzz-src build-idp

# What a reader of the tree may rely on.
EXTRA_DIST += %D%/lint/layers.sh %D%/lint/headers.sh %D%/lint/names.sh \
	%D%/lint/style.sh
lint_flags = $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS)
lint:
	cd $(top_srcdir) && sh tests/lint/layers.sh
	cd $(top_srcdir) && sh tests/lint/style.sh
	cd $(top_srcdir) && sh tests/lint/names.sh
	sh $(top_srcdir)/tests/lint/headers.sh $(abs_top_srcdir) \
	    $(CC) $(lint_flags)
	cd $(top_srcdir) && mandoc -T lint -W warning man/*.[1-8]
	cd $(top_srcdir) && git ls-files -z '*.sh' bootstrap quickstart \
	    .ci/run pam_module/warrant-login.in | xargs -0 shellcheck -x
	cd $(top_srcdir) && cppcheck --quiet --error-exitcode=1 --std=c11 \
	    --enable=warning,portability --inline-suppr \
	    --suppress=missingIncludeSystem --suppress=missingInclude \
	    --suppress=readdirCalled --suppress=invalidFunctionArg:*/mask.c \
	    --library=posix -D__x86_64__ -I. lib schema pam_module recorder \
	    approver report
.PHONY: lint

format:
	cd $(top_srcdir) && git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i

# Longest functions and files, for a look before a release.
metrics:
	cd $(top_srcdir) && git ls-files '*.c' '*.h' | xargs wc -l | \
	    sort -rn | head -n 12
	cd $(top_srcdir) && git ls-files '*.c' | xargs awk \
	    '/^[a-z_]+\(/ { name = $$0; sub(/\(.*/, "", name) } \
	    /^\{$$/ { start = NR } /^\}$$/ { print NR - start - 1, FILENAME, \
	    name }' | sort -rn | head -n 12

# Full counts of everything that `check` samples.
soak:
	WARRANT_SOAK=1 $(MAKE) check
	WARRANT_SOAK=1 $(srcdir)/dist/quickstart/valgrind.sh $(abs_top_builddir)
	WARRANT_SOAK=1 $(MAKE) fuzz-smoke FUZZ_SECONDS=600
	WARRANT_SOAK=1 $(MAKE) check-session
.PHONY: format metrics soak
EXTRA_DIST += %D%/token/make_tokens.py %D%/data/token \
	%D%/cert/make_certs.py %D%/data/cert %D%/data/providers \
	%D%/data/record
dist_check_SCRIPTS += %D%/token/check.py
TESTS += %D%/token/check.py
dist_check_SCRIPTS += %D%/lint/manual.py %D%/lint/completion.sh
TESTS += %D%/lint/manual.py %D%/lint/completion.sh
