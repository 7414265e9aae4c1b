# SPDX-License-Identifier: BSD-2-Clause
noinst_LTLIBRARIES += %D%/libapprover.la
%C%_libapprover_la_SOURCES =
%C%_libapprover_la_SOURCES += %D%/authority.c %D%/authority.h
%C%_libapprover_la_SOURCES += %D%/child.c %D%/child.h
%C%_libapprover_la_SOURCES += %D%/link.c %D%/link.h
%C%_libapprover_la_SOURCES += %D%/loop.c %D%/loop.h
%C%_libapprover_la_SOURCES += %D%/monitor.c %D%/monitor.h
%C%_libapprover_la_SOURCES += %D%/channel.c %D%/conn.c %D%/digest.c
%C%_libapprover_la_SOURCES += %D%/leftover.c %D%/pam.c %D%/recording.c
%C%_libapprover_la_SOURCES += %D%/upstream.c
%C%_libapprover_la_SOURCES += %D%/notify.c %D%/notify.h
%C%_libapprover_la_SOURCES += %D%/policy.c %D%/policy.h %D%/policy_rules.c
%C%_libapprover_la_SOURCES += %D%/proc.c %D%/proc.h
%C%_libapprover_la_SOURCES += %D%/reserve.c %D%/reserve.h
%C%_libapprover_la_SOURCES += %D%/retention.c %D%/retention.h
%C%_libapprover_la_LIBADD = lib/liblib.la $(JANSSON_LIBS) $(CRYPTO_LIBS)

bin_PROGRAMS += %D%/approver
%C%_approver_SOURCES = %D%/approver.c
%C%_approver_LDADD = lib/libcommand.la

# The courier's side: pure parts, which the tests and fuzzers link, and the
# process.
noinst_LTLIBRARIES += %D%/libcourier.la
%C%_libcourier_la_SOURCES = \
	%D%/courier.c %D%/courier.h \
	%D%/decoy.c %D%/decoy.h \
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

# The ledger's side, which its tests link, and the daemon.
noinst_LTLIBRARIES += %D%/libledger.la
%C%_libledger_la_SOURCES =
%C%_libledger_la_SOURCES += %D%/book.c %D%/book.h %D%/book_private.h
%C%_libledger_la_SOURCES += %D%/book_access.c %D%/book_find.c %D%/book_past.c
%C%_libledger_la_SOURCES += %D%/book_person.c %D%/book_work.c
%C%_libledger_la_SOURCES += %D%/book_purge.c %D%/purge.c %D%/reviews.c
%C%_libledger_la_SOURCES += %D%/channels.c %D%/decisions.c %D%/logins.c
%C%_libledger_la_SOURCES += %D%/book_lock.c %D%/locks.c
%C%_libledger_la_SOURCES += %D%/holds.c %D%/sessions.c
%C%_libledger_la_SOURCES += %D%/ledger.c %D%/ledger.h %D%/peer.c
%C%_libledger_la_SOURCES += %D%/remember.c %D%/remember.h
%C%_libledger_la_SOURCES += %D%/readers.c %D%/requests.c %D%/room.c %D%/show.c
%C%_libledger_la_SOURCES += %D%/verbs.c
%C%_libledger_la_LIBADD = %D%/libapprover.la schema/libstore.la \
	lib/liblib.la $(SQLITE_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS)

sbin_PROGRAMS += %D%/warrantd
%C%_warrantd_SOURCES = %D%/warrantd.c
%C%_warrantd_LDADD = %D%/libledger.la %D%/libcourier.la %D%/libapprover.la \
	lib/liblib.la $(CURL_LIBS)
