# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += %D%/liblib.la
%C%_liblib_la_SOURCES = \
	%D%/b64.c %D%/b64.h \
	%D%/buf.c %D%/buf.h \
	%D%/clock.c %D%/clock.h \
	%D%/conf.c %D%/conf.h %D%/conf_keys.c %D%/conf_parse.c \
	%D%/conf_value.c %D%/conf_value.h \
	%D%/err.c %D%/err.h \
	%D%/id.c %D%/id.h \
	%D%/io.c %D%/io.h \
	%D%/jail.c %D%/jail.h \
	%D%/log.c %D%/log.h \
	%D%/user.c %D%/user.h \
	%D%/visible.c %D%/visible.h \
	%D%/wire.c %D%/wire.h \
	%D%/words.c %D%/words.h
	%D%/jwa.c %D%/jwa.h \
	%D%/jwk_key.c %D%/jwks.c %D%/jwks.h \
	%D%/log.c %D%/log.h \
	%D%/quote.c %D%/quote.h \
	%D%/strictjson.c %D%/strictjson.h \
	%D%/wire.c %D%/wire.h
%C%_liblib_la_LIBADD = $(JANSSON_LIBS) $(CRYPTO_LIBS)
