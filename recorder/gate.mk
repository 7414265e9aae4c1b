# SPDX-License-Identifier: BSD-2-Clause
# warrant-gate and warrant-shell.
noinst_LTLIBRARIES += %D%/libgate.la
%C%_libgate_la_SOURCES =
%C%_libgate_la_SOURCES += %D%/argv.c %D%/argv.h
%C%_libgate_la_SOURCES += %D%/rules.c %D%/rules.h
%C%_libgate_la_SOURCES += %D%/transfer.c %D%/transfer.h
%C%_libgate_la_LIBADD = lib/liblib.la $(JANSSON_LIBS) $(CRYPTO_LIBS)
