# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += quickstart %D%/accounts %D%/quickstart/check.sh \
	%D%/quickstart/clang.sh %D%/quickstart/valgrind.sh
