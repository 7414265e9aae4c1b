# SPDX-License-Identifier: BSD-2-Clause
include tests/unit/local.mk
include tests/idp/local.mk
include tests/fuzz/local.mk

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
	rm -rf build-asan build-asan-src build-fuzz build-fuzz-src
