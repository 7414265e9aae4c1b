# SPDX-License-Identifier: BSD-2-Clause
# What decides, free of PAM, clock, file and network: in the module, in
# warrant-check and in the tests it is the same code.
noinst_LTLIBRARIES += %D%/libpamcore.la
%C%_libpamcore_la_SOURCES = \
	%D%/claims.c %D%/claims.h \
	%D%/decide.c %D%/decide.h \
	%D%/identity.h \
	%D%/jws.c %D%/jws.h \
	%D%/jwt_backend.c %D%/jwt_backend.h \
	%D%/map.c %D%/map.h \
	%D%/names.c %D%/names.h \
	%D%/person.c %D%/person.h \
	%D%/policy.c %D%/policy.h \
	%D%/token.c %D%/token.h
%C%_libpamcore_la_LIBADD = lib/liblib.la \
	$(JWT_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS)

sbin_PROGRAMS += %D%/warrant-check
%C%_warrant_check_SOURCES = %D%/check.c %D%/check.h %D%/check_token.c
%C%_warrant_check_LDADD = %D%/libpamcore.la lib/liblib.la
