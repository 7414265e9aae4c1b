# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += %D%/liblib.la
%C%_liblib_la_SOURCES = \
	%D%/buf.c %D%/buf.h \
	%D%/err.c %D%/err.h \
	%D%/io.c %D%/io.h
%C%_liblib_la_LIBADD = $(JANSSON_LIBS)
