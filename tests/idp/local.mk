# SPDX-License-Identifier: BSD-2-Clause
# Installed by `start` itself, never by make: npm may need a network.
EXTRA_DIST += %D%/.npmrc %D%/README.md %D%/package.json \
	%D%/package-lock.json %D%/people.json %D%/idp.mjs %D%/provider.mjs \
	%D%/control.mjs %D%/tls.mjs %D%/browser.py
dist_noinst_SCRIPTS += %D%/start %D%/approve
