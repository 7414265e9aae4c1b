# SPDX-License-Identifier: BSD-2-Clause
include recorder/gate.mk

# The built-ins of a person without a grant, for warrant-shell.
noinst_LTLIBRARIES += %D%/liblobby.la
%C%_liblobby_la_SOURCES = %D%/lobby.c %D%/lobby.h \
	%D%/lobby_wait.c %D%/lobby_wait.h
%C%_liblobby_la_LIBADD = lib/libcommand.la
