# SPDX-License-Identifier: BSD-2-Clause
# The store: what the ledger writes and reports read.
noinst_LTLIBRARIES += %D%/libstore.la
%C%_libstore_la_LIBADD = lib/liblib.la $(SQLITE_LIBS) $(CRYPTO_LIBS) \
	$(JANSSON_LIBS)
%C%_libstore_la_SOURCES =
%C%_libstore_la_SOURCES += %D%/digest.c %D%/digest.h
%C%_libstore_la_SOURCES += %D%/event.c %D%/event.h
%C%_libstore_la_SOURCES += %D%/keys.c %D%/keys.h
%C%_libstore_la_SOURCES += %D%/merkle.c %D%/merkle.h
%C%_libstore_la_SOURCES += %D%/note.c %D%/note.h
%C%_libstore_la_SOURCES += %D%/rows.c %D%/rows.h
%C%_libstore_la_SOURCES += %D%/sql.c %D%/sql.h
%C%_libstore_la_SOURCES += %D%/store.c %D%/store.h %D%/store_private.h
%C%_libstore_la_SOURCES += %D%/store_load.c %D%/store_epoch.c
nodist_%C%_libstore_la_SOURCES = %D%/store_sql.c

# The schema as a C string.
EXTRA_DIST += %D%/store.sql
CLEANFILES += %D%/store_sql.c
%D%/store_sql.c: %D%/store.sql
	$(AM_V_GEN)mkdir -p $(@D) && { \
	    echo '#include "schema/store_private.h"'; \
	    echo 'const char store_sql[] ='; \
	    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' -e 's/$$/\\n"/' \
	        $(srcdir)/%D%/store.sql; echo ';'; } >$@.tmp && mv $@.tmp $@

# The file of a recording: what recorder and reports share.
noinst_LTLIBRARIES += %D%/librecord.la
%C%_librecord_la_LIBADD = lib/liblib.la $(CRYPTO_LIBS) $(ZSTD_LIBS)
%C%_librecord_la_SOURCES =
%C%_librecord_la_SOURCES += %D%/record.c %D%/record.h
%C%_librecord_la_SOURCES += %D%/record_chain.c %D%/record_private.h
%C%_librecord_la_SOURCES += %D%/record_table.c
%C%_librecord_la_SOURCES += %D%/record_read.c %D%/record_read.h
%C%_librecord_la_SOURCES += %D%/record_index.c %D%/record_index.h
