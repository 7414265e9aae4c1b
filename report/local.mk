# SPDX-License-Identifier: BSD-2-Clause
bin_PROGRAMS += %D%/warrant-report
%C%_warrant_report_SOURCES = %D%/report.c %D%/report.h
%C%_warrant_report_SOURCES += %D%/did.c
%C%_warrant_report_SOURCES += %D%/export.c %D%/exposed.c
%C%_warrant_report_SOURCES += %D%/recordings.c %D%/recordings.h
%C%_warrant_report_SOURCES += %D%/rehearse.c
%C%_warrant_report_SOURCES += %D%/sheet.c %D%/sheet.h
%C%_warrant_report_SOURCES += %D%/source.c
%C%_warrant_report_SOURCES += %D%/verify.c %D%/verify_private.h
%C%_warrant_report_SOURCES += %D%/verify_chain.c %D%/verify_events.c
%C%_warrant_report_SOURCES += %D%/verify_gone.c %D%/verify_mask.c
%C%_warrant_report_SOURCES += %D%/who.c
%C%_warrant_report_LDADD = %D%/libresidual.la schema/librecord.la schema/libstore.la lib/libcommand.la \
	$(SQLITE_LIBS) $(JANSSON_LIBS)

# For an auditor who trusts none of the above: no code of ours.
dist_pkgdata_DATA += %D%/independent.py

# What the page and the player share.
noinst_LTLIBRARIES += %D%/libshown.la
%C%_libshown_la_LIBADD = schema/librecord.la lib/liblib.la $(JANSSON_LIBS) \
	$(VTERM_LIBS) -lm
%C%_libshown_la_SOURCES =
%C%_libshown_la_SOURCES += %D%/castline.c %D%/castline.h
%C%_libshown_la_SOURCES += %D%/drawn.c %D%/drawn.h
%C%_libshown_la_SOURCES += %D%/vt.c %D%/vt.h

# A recording as one page; its script and its style as C strings.
noinst_LTLIBRARIES += %D%/libhtml.la
%C%_libhtml_la_LIBADD = %D%/libshown.la schema/librecord.la \
	schema/libstore.la lib/liblib.la $(VTERM_LIBS) $(JANSSON_LIBS)
%C%_libhtml_la_SOURCES =
%C%_libhtml_la_SOURCES += %D%/html.c %D%/html.h
%C%_libhtml_la_SOURCES += %D%/html_dict.c %D%/html_dict.h
%C%_libhtml_la_SOURCES += %D%/html_list.c %D%/html_list.h
%C%_libhtml_la_SOURCES += %D%/html_page.c %D%/html_page.h
%C%_libhtml_la_SOURCES += %D%/html_rows.c %D%/html_rows.h
%C%_libhtml_la_SOURCES += %D%/html_tape.c %D%/html_tape.h
%C%_libhtml_la_SOURCES += %D%/html_text.c %D%/html_text.h
nodist_%C%_libhtml_la_SOURCES = %D%/html_player.c
html_player = %D%/player.js %D%/player.css
EXTRA_DIST += $(html_player)
CLEANFILES += %D%/html_player.c
%D%/html_player.c: $(html_player)
	$(AM_V_GEN)mkdir -p $(@D) && { \
	    echo '#include "report/html_page.h"'; \
	    for kind in js css; do \
	        echo "const char html_player_$$kind[] ="; \
	        sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/^/"/' \
	            -e 's/$$/\\n"/' $(srcdir)/%D%/player.$$kind; \
	        echo ';'; \
	    done; } >$@.tmp && mv $@.tmp $@

# What warrant-replay knows of a screen and of a recording.
noinst_LTLIBRARIES += %D%/libreplay.la
%C%_libreplay_la_SOURCES = %D%/screen.c %D%/screen.h
%C%_libreplay_la_SOURCES += %D%/arena.c %D%/arena.h
%C%_libreplay_la_SOURCES += %D%/commands.c %D%/commands.h %D%/search.c
%C%_libreplay_la_SOURCES += %D%/modes_read.c %D%/modes_write.c %D%/modes.h
%C%_libreplay_la_SOURCES += %D%/paint.c %D%/paint.h
%C%_libreplay_la_SOURCES += %D%/player.c %D%/player.h %D%/player_private.h
%C%_libreplay_la_SOURCES += %D%/player_key.c %D%/player_tty.c
%C%_libreplay_la_SOURCES += %D%/tape.c %D%/tape.h %D%/tape_keep.c \
	%D%/tape_look.c %D%/tape_private.h
%C%_libreplay_la_SOURCES += %D%/view.c %D%/view.h %D%/view_copy.c \
	%D%/view_private.h
%C%_libreplay_la_LIBADD = %D%/libshown.la schema/librecord.la \
	lib/libcommand.la $(ZSTD_LIBS) $(JANSSON_LIBS) $(VTERM_LIBS) -lm

# What masking has left in a recording.
noinst_LTLIBRARIES += %D%/libresidual.la
%C%_libresidual_la_SOURCES = %D%/residual.c %D%/residual.h \
	%D%/residual_head.c
%C%_libresidual_la_SOURCES += %D%/rescan.c %D%/rescan.h
%C%_libresidual_la_SOURCES += %D%/rulesets.c %D%/rulesets.h
%C%_libresidual_la_SOURCES += %D%/untag.c %D%/untag.h
%C%_libresidual_la_LIBADD = %D%/libreplay.la recorder/mask/libmask.la \
	schema/librecord.la lib/liblib.la $(JANSSON_LIBS)

bin_PROGRAMS += %D%/warrant-replay
%C%_warrant_replay_SOURCES = %D%/replay.c
%C%_warrant_replay_SOURCES += %D%/confine.c %D%/confine.h
%C%_warrant_replay_SOURCES += %D%/source.c %D%/sheet.c
%C%_warrant_replay_LDADD = %D%/libhtml.la %D%/libreplay.la \
	schema/librecord.la schema/libstore.la lib/libcommand.la \
	$(SQLITE_LIBS) $(JANSSON_LIBS)
