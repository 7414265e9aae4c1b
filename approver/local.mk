# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += %D%/libapprover.la
%C%_libapprover_la_SOURCES = \
	%D%/authority.c %D%/authority.h \
	%D%/policy.c %D%/policy.h
%C%_libapprover_la_LIBADD = lib/liblib.la

# The courier's side: pure parts, which the tests and fuzzers link, and the
# process.
noinst_LTLIBRARIES += %D%/libcourier.la
%C%_libcourier_la_SOURCES = \
	%D%/courier.c %D%/courier.h \
	%D%/discover.c %D%/discover.h \
	%D%/fetch.c %D%/fetch.h \
	%D%/http.c %D%/http.h \
	%D%/issuer.c %D%/issuer.h \
	%D%/keyset.c %D%/keyset.h \
	%D%/client.c %D%/client.h \
	%D%/pace.c %D%/pace.h \
	%D%/signin.c %D%/signin.h \
	%D%/wipe.c %D%/wipe.h
%C%_libcourier_la_LIBADD = lib/liblib.la $(CURL_LIBS) $(JANSSON_LIBS) \
	$(CRYPTO_LIBS)
