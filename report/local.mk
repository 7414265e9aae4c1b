# SPDX-License-Identifier: BSD-2-Clause
bin_PROGRAMS += %D%/warrant-report
%C%_warrant_report_SOURCES = %D%/report.c %D%/report.h
%C%_warrant_report_SOURCES += %D%/did.c
%C%_warrant_report_SOURCES += %D%/export.c
%C%_warrant_report_SOURCES += %D%/sheet.c %D%/sheet.h
%C%_warrant_report_SOURCES += %D%/source.c
%C%_warrant_report_SOURCES += %D%/verify.c %D%/verify_private.h
%C%_warrant_report_SOURCES += %D%/verify_chain.c %D%/verify_events.c
%C%_warrant_report_SOURCES += %D%/verify_gone.c
%C%_warrant_report_SOURCES += %D%/who.c
%C%_warrant_report_LDADD = schema/librecord.la schema/libstore.la lib/libcommand.la \
	$(SQLITE_LIBS) $(JANSSON_LIBS)

# For an auditor who trusts none of the above: no code of ours.
dist_pkgdata_DATA += %D%/independent.py

bin_PROGRAMS += %D%/warrant-replay
%C%_warrant_replay_SOURCES = %D%/replay.c %D%/screen.c %D%/screen.h
%C%_warrant_replay_SOURCES += %D%/source.c %D%/sheet.c
%C%_warrant_replay_LDADD = schema/librecord.la schema/libstore.la \
	lib/libcommand.la $(SQLITE_LIBS) $(JANSSON_LIBS)
