# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += %D%/libapprover.la
%C%_libapprover_la_SOURCES = \
	%D%/authority.c %D%/authority.h \
	%D%/policy.c %D%/policy.h
%C%_libapprover_la_LIBADD = lib/liblib.la
