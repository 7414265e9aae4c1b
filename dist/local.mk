# SPDX-License-Identifier: BSD-2-Clause
EXTRA_DIST += tests/valgrind.supp
EXTRA_DIST += quickstart %D%/accounts %D%/quickstart/check.sh \
	%D%/quickstart/clang.sh %D%/quickstart/valgrind.sh \
	%D%/quickstart/start.sh %D%/quickstart/demo.py

# Examples for the administrator and for packages: installing warrant changes
# nothing of the host.  Paths are those of this build.
examplesdir = $(docdir)/examples
breakglass_list = /etc/security/warrant-breakglass
dist_examples_DATA = %D%/examples/sysusers.conf \
	%D%/examples/gate-rules.conf
examples_DATA = %D%/examples/50-warrant.conf %D%/examples/pam.d-sshd \
	%D%/examples/tmpfiles.conf %D%/examples/warrantd.service
EXTRA_DIST += $(examples_DATA:=.in)
CLEANFILES += $(examples_DATA)
$(examples_DATA): %: %.in Makefile
	$(AM_V_GEN)mkdir -p $(@D) && sed \
	    -e 's|@bindir[@]|$(bindir)|g' -e 's|@sbindir[@]|$(sbindir)|g' \
	    -e 's|@localstatedir[@]|$(localstatedir)|g' \
	    -e 's|@runstatedir[@]|$(runstatedir)|g' \
	    -e 's|@breakglass_list[@]|$(breakglass_list)|g' \
	    $(srcdir)/$@.in >$@.tmp && mv $@.tmp $@

# One file for all of them, under the name of each.
completiondir = $(datadir)/bash-completion/completions
completed = warrant-login warrant-report warrant-check warrant-mask \
	warrant-maskc \
	warrant-replay warrant-recorder warrantd
EXTRA_DIST += %D%/completion/warrant.bash
install-data-hook: install-completion
install-completion:
	$(MKDIR_P) $(DESTDIR)$(completiondir)
	$(INSTALL_DATA) $(srcdir)/dist/completion/warrant.bash \
	    $(DESTDIR)$(completiondir)/approver
	for name in $(completed); do \
		ln -sf approver $(DESTDIR)$(completiondir)/$$name || exit 1; \
	done
uninstall-hook:
	cd $(DESTDIR)$(completiondir) && rm -f approver $(completed)
.PHONY: install-completion

# One recipe for each provider; tests/unit/test_providers.c tries them.
providersdir = $(docdir)/examples/providers
dist_providers_DATA = %D%/examples/providers/entra.conf \
	%D%/examples/providers/github.conf %D%/examples/providers/google.conf \
	%D%/examples/providers/keycloak.conf %D%/examples/providers/okta.conf \
	%D%/examples/providers/saml.conf
