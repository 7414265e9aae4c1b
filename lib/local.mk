# SPDX-License-Identifier: BSD-2-Clause
# One line a module, in the order of the alphabet: two additions then merge.
noinst_LTLIBRARIES += %D%/liblib.la
%C%_liblib_la_LIBADD = $(JANSSON_LIBS) $(CRYPTO_LIBS) $(NETTLE_LIBS)
%C%_liblib_la_SOURCES =
%C%_liblib_la_SOURCES += %D%/b64.c %D%/b64.h
%C%_liblib_la_SOURCES += %D%/buf.c %D%/buf.h
%C%_liblib_la_SOURCES += %D%/clock.c %D%/clock.h
%C%_liblib_la_SOURCES += %D%/conf.c %D%/conf.h
%C%_liblib_la_SOURCES += %D%/conf_keys.c %D%/conf_parse.c
%C%_liblib_la_SOURCES += %D%/conf_value.c %D%/conf_value.h
%C%_liblib_la_SOURCES += %D%/err.c %D%/err.h
%C%_liblib_la_SOURCES += %D%/execfilter.c %D%/execfilter.h
%C%_liblib_la_SOURCES += %D%/hex.c %D%/hex.h
%C%_liblib_la_SOURCES += %D%/id.c %D%/id.h
%C%_liblib_la_SOURCES += %D%/io.c %D%/io.h
%C%_liblib_la_SOURCES += %D%/jail.c %D%/jail.h
%C%_liblib_la_SOURCES += %D%/jwa.c %D%/jwa.h
%C%_liblib_la_SOURCES += %D%/conf_mask.c %D%/conf_mask.h
%C%_liblib_la_SOURCES += %D%/jwk_key.c %D%/jwks.c %D%/jwks.h
%C%_liblib_la_SOURCES += %D%/log.c %D%/log.h
%C%_liblib_la_SOURCES += %D%/quote.c %D%/quote.h
%C%_liblib_la_SOURCES += %D%/strictjson.c %D%/strictjson.h
%C%_liblib_la_SOURCES += %D%/sum.c %D%/sum.h
%C%_liblib_la_SOURCES += %D%/user.c %D%/user.h
%C%_liblib_la_SOURCES += %D%/visible.c %D%/visible.h
%C%_liblib_la_SOURCES += %D%/wire.c %D%/wire.h
%C%_liblib_la_SOURCES += %D%/words.c %D%/words.h

# What approver and the lobby share: a client of the ledger, tables, commands.
noinst_LTLIBRARIES += %D%/libcommand.la
%C%_libcommand_la_LIBADD = %D%/liblib.la $(SMARTCOLS_LIBS) $(JANSSON_LIBS)
%C%_libcommand_la_SOURCES =
%C%_libcommand_la_SOURCES += %D%/ask.c %D%/ask.h
%C%_libcommand_la_SOURCES += %D%/command.c %D%/command.h
%C%_libcommand_la_SOURCES += %D%/command_run.h %D%/hold_command.c \
	%D%/lock_command.c %D%/review_command.c %D%/session_command.c
%C%_libcommand_la_SOURCES += %D%/list.c %D%/list.h
%C%_libcommand_la_SOURCES += %D%/table.c %D%/table.h
