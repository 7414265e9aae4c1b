# SPDX-License-Identifier: BSD-2-Clause
# What decides, free of PAM, clock, file and network: in the module, in
# warrant-check and in the tests it is the same code.
noinst_LTLIBRARIES += %D%/libpamcore.la
%C%_libpamcore_la_SOURCES = \
	%D%/cert.c %D%/cert.h \
	%D%/claims.c %D%/claims.h \
	%D%/decide.c %D%/decide.h \
	%D%/doctor.h %D%/doctor_pam.c %D%/doctor_sshd.c \
	%D%/identity.h \
	%D%/jws.c %D%/jws.h \
	%D%/jwt_backend.c %D%/jwt_backend.h \
	%D%/map.c %D%/map.h \
	%D%/names.c %D%/names.h \
	%D%/person.c %D%/person.h \
	%D%/policy.c %D%/policy.h \
	%D%/token.c %D%/token.h \
	%D%/walk.c %D%/walk.h
%C%_libpamcore_la_LIBADD = lib/liblib.la \
	$(JWT_LIBS) $(JANSSON_LIBS) $(CRYPTO_LIBS)

# The rest of the module but for its doors: what unit tests link as well.
noinst_LTLIBRARIES += %D%/libpammod.la
%C%_libpammod_la_SOURCES = \
	%D%/account.c %D%/account.h \
	%D%/args.c %D%/args.h \
	%D%/environ.c %D%/environ.h \
	%D%/judge.c %D%/judge.h \
	%D%/link.c %D%/link.h \
	%D%/prompt.c %D%/prompt.h \
	%D%/qr.c %D%/qr.h \
	%D%/session.c %D%/session.h \
	%D%/signin.c %D%/signin.h %D%/signin_private.h \
	%D%/signin_device.c %D%/signin_other.c \
	%D%/verified.c %D%/verified.h \
	%D%/wait.c %D%/wait.h
%C%_libpammod_la_LIBADD = %D%/libpamcore.la $(PAM_LIBS) $(QRENCODE_LIBS)

# A module of no version and with no name but pam_sm_*.
pammod_LTLIBRARIES += %D%/pam_warrant.la
%C%_pam_warrant_la_SOURCES = %D%/pam_warrant.c
%C%_pam_warrant_la_LIBADD = %D%/libpammod.la
%C%_pam_warrant_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-Wl,--version-script=$(srcdir)/%D%/pam_warrant.map
EXTRA_%C%_pam_warrant_la_DEPENDENCIES = %D%/pam_warrant.map
EXTRA_DIST += %D%/pam_warrant.map
# libtool's own file is of no use to anybody who loads modules.
install-data-hook: install-module-alone
install-module-alone:
	rm -f $(DESTDIR)$(pammoddir)/pam_warrant.la
uninstall-hook: uninstall-module
uninstall-module:
	rm -f $(DESTDIR)$(pammoddir)/pam_warrant.so
.PHONY: install-module-alone uninstall-module

# sshd's AuthorizedKeysCommand, run by an account that may ask for keys only.
sbin_PROGRAMS += %D%/warrant-authkeys
%C%_warrant_authkeys_SOURCES = %D%/authkeys.c
%C%_warrant_authkeys_LDADD = %D%/libpammod.la lib/liblib.la $(JANSSON_LIBS)

sbin_PROGRAMS += %D%/warrant-check
%C%_warrant_check_SOURCES = %D%/check.c %D%/check.h %D%/check_login.c \
	%D%/check_login.h %D%/check_sshd.c %D%/check_stack.c \
	%D%/check_token.c %D%/check_trouble.c
%C%_warrant_check_LDADD = %D%/libpamcore.la lib/liblib.la $(JANSSON_LIBS) \
	$(PAM_LIBS)

# For laptops: no other part of warrant is needed there.
bin_SCRIPTS = %D%/warrant-login
EXTRA_DIST += %D%/warrant-login.in
CLEANFILES += %D%/warrant-login
%D%/warrant-login: %D%/warrant-login.in Makefile
	$(AM_V_GEN)mkdir -p $(@D) && sed -e 's|@VERSION[@]|$(VERSION)|g' \
	    $(srcdir)/$@.in >$@.tmp && chmod +x $@.tmp && mv $@.tmp $@
