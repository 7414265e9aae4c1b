# SPDX-License-Identifier: BSD-2-Clause
include recorder/gate.mk

# The built-ins of a person without a grant, for warrant-shell.
noinst_LTLIBRARIES += %D%/liblobby.la
%C%_liblobby_la_SOURCES = %D%/lobby.c %D%/lobby.h \
	%D%/lobby_wait.c %D%/lobby_wait.h
%C%_liblobby_la_LIBADD = lib/libcommand.la

# The recorder: relay, masks, record.
noinst_LTLIBRARIES += %D%/librelay.la
%C%_librelay_la_SOURCES =
%C%_librelay_la_SOURCES += %D%/cast.c %D%/cast.h
%C%_librelay_la_SOURCES += %D%/recording.c %D%/recording.h \
	%D%/recording_end.c %D%/recording_mask.c %D%/recording_private.h
%C%_librelay_la_SOURCES += %D%/relay.c %D%/relay.h
%C%_librelay_la_SOURCES += %D%/syncer.c %D%/syncer.h
%C%_librelay_la_SOURCES += %D%/tally.c %D%/tally.h
%C%_librelay_la_SOURCES += %D%/terminal.c %D%/terminal.h
%C%_librelay_la_SOURCES += %D%/found.c %D%/found.h
%C%_librelay_la_SOURCES += %D%/grid.c %D%/grid.h %D%/grid_do.c
%C%_librelay_la_SOURCES += %D%/header.c %D%/header.h
%C%_librelay_la_SOURCES += %D%/lines.c %D%/lines.h
%C%_librelay_la_SOURCES += %D%/marker.c %D%/marker.h
%C%_librelay_la_SOURCES += %D%/mask_text.c %D%/mask_text.h
%C%_librelay_la_SOURCES += %D%/moved.c %D%/moved.h
%C%_librelay_la_SOURCES += %D%/shadow.c %D%/shadow.h
%C%_librelay_la_SOURCES += %D%/sftp.c %D%/sftp.h %D%/sftp_state.h \
	%D%/sftp_answer.c %D%/sftp_ask.c %D%/sftp_fact.c
%C%_librelay_la_SOURCES += %D%/sftp_file.c %D%/sftp_file.h
%C%_librelay_la_SOURCES += %D%/sftp_packet.c %D%/sftp_packet.h
%C%_librelay_la_LIBADD = recorder/mask/libmask.la schema/librecord.la \
	lib/liblib.la $(JANSSON_LIBS) $(CRYPTO_LIBS)

pkglibexec_PROGRAMS += %D%/warrant-recorder
%C%_warrant_recorder_SOURCES = %D%/recorder.c
%C%_warrant_recorder_SOURCES += %D%/served.c %D%/served_jail.c \
	%D%/served_tell.c %D%/served.h %D%/served_private.h
%C%_warrant_recorder_SOURCES += %D%/standalone.c %D%/standalone.h
%C%_warrant_recorder_CFLAGS = $(AM_CFLAGS) $(PIE_CFLAGS)
%C%_warrant_recorder_LDFLAGS = $(AM_LDFLAGS) $(PIE_LDFLAGS)
%C%_warrant_recorder_LDADD = %D%/librelay.la $(UTIL_LIBS)
