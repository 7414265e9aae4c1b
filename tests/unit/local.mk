# SPDX-License-Identifier: BSD-2-Clause
# One program a module: tests/unit/test_MODULE.c, two lines each: its name in
# unit_tests, its LDADD.  `make check` runs it.
unit_tests =
EXTRA_DIST += %D%/test.h
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)

unit_ldadd = $(CMOCKA_LIBS)
AM_CPPFLAGS += -DTEST_DATA='"$(abs_top_srcdir)/tests/data"'

unit_tests += %D%/test_b64
%C%_test_b64_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_buf
%C%_test_buf_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_clock
%C%_test_clock_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_conf
%C%_test_conf_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_execfilter
%C%_test_execfilter_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_jail
%C%_test_jail_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_captured
%C%_test_captured_SOURCES = %D%/test_captured.c recorder/served_jail.c
%C%_test_captured_LDADD = lib/liblib.la $(unit_ldadd) $(UTIL_LIBS)

unit_tests += %D%/test_recording
%C%_test_recording_LDADD = recorder/librelay.la $(unit_ldadd)

unit_tests += %D%/test_grid
%C%_test_grid_LDADD = report/libreplay.la recorder/librelay.la $(unit_ldadd)

unit_tests += %D%/test_shadow
%C%_test_shadow_SOURCES = %D%/test_shadow.c %D%/mask_helper.h
%C%_test_shadow_LDADD = recorder/librelay.la $(unit_ldadd)

unit_tests += %D%/test_lines
%C%_test_lines_LDADD = recorder/librelay.la $(unit_ldadd)

unit_tests += %D%/test_sum
%C%_test_sum_LDADD = lib/liblib.la $(CRYPTO_LIBS) $(unit_ldadd)

unit_tests += %D%/test_wire
%C%_test_wire_LDADD = lib/liblib.la $(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_authority
%C%_test_authority_LDADD = approver/libapprover.la lib/liblib.la \
	$(unit_ldadd)

unit_tests += %D%/test_policy
%C%_test_policy_LDADD = approver/libapprover.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_visible
%C%_test_visible_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_words
%C%_test_words_LDADD = lib/liblib.la $(unit_ldadd)
unit_tests += %D%/test_jwks
%C%_test_jwks_LDADD = lib/liblib.la $(CRYPTO_LIBS) $(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_quote
%C%_test_quote_LDADD = lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_strictjson
%C%_test_strictjson_LDADD = lib/liblib.la $(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_token
%C%_test_token_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_decide
%C%_test_decide_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_map
%C%_test_map_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_person
%C%_test_person_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_policy_conf
%C%_test_policy_conf_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)
unit_tests += %D%/test_discover
%C%_test_discover_LDADD = approver/libcourier.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_keyset
%C%_test_keyset_LDADD = approver/libcourier.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_pace
%C%_test_pace_LDADD = approver/libcourier.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_argv
%C%_test_argv_LDADD = recorder/libgate.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_rules
%C%_test_rules_LDADD = recorder/libgate.la lib/liblib.la $(JANSSON_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_watch
%C%_test_watch_LDADD = recorder/libgate.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_transfer
%C%_test_transfer_LDADD = recorder/libgate.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_libjwt
%C%_test_libjwt_LDADD = lib/liblib.la $(JWT_LIBS) $(JANSSON_LIBS) $(unit_ldadd)
unit_tests += %D%/test_link
%C%_test_link_LDADD = approver/libapprover.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_proc
%C%_test_proc_LDADD = approver/libapprover.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_wipe
%C%_test_wipe_LDADD = approver/libcourier.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_args
%C%_test_args_LDADD = pam_module/libpammod.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_environ
%C%_test_environ_LDADD = pam_module/libpammod.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_prompt
%C%_test_prompt_LDADD = pam_module/libpammod.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_wait
%C%_test_wait_LDADD = pam_module/libpammod.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_jws
%C%_test_jws_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(CRYPTO_LIBS) $(unit_ldadd)

unit_tests += %D%/test_table
%C%_test_table_LDADD = recorder/mask/libmask.la lib/liblib.la $(CRYPTO_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_sieve
%C%_test_sieve_LDADD = recorder/mask/libmask.la lib/liblib.la $(CRYPTO_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_mask
%C%_test_mask_SOURCES = %D%/test_mask.c %D%/mask_helper.h
%C%_test_mask_LDADD = recorder/mask/libmask.la lib/liblib.la $(CRYPTO_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_mask_property
%C%_test_mask_property_SOURCES = %D%/test_mask_property.c %D%/mask_helper.h
%C%_test_mask_property_LDADD = recorder/mask/libmask.la lib/liblib.la \
	$(CRYPTO_LIBS) $(unit_ldadd)

unit_tests += %D%/test_store
%C%_test_store_LDADD = schema/libstore.la lib/liblib.la $(SQLITE_LIBS) \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_event
%C%_test_event_LDADD = schema/libstore.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_merkle
%C%_test_merkle_LDADD = schema/libstore.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_note
%C%_test_note_LDADD = schema/libstore.la lib/liblib.la $(CRYPTO_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_record
%C%_test_record_LDADD = schema/librecord.la lib/liblib.la $(ZSTD_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_cast
%C%_test_cast_LDADD = recorder/librelay.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_retention
%C%_test_retention_LDADD = approver/libapprover.la lib/liblib.la \
	$(unit_ldadd)

unit_tests += %D%/test_sftp_no
%C%_test_sftp_no_LDADD = recorder/libgate.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_sftp
%C%_test_sftp_LDADD = recorder/librelay.la lib/liblib.la $(CRYPTO_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_screen
%C%_test_screen_LDADD = report/libreplay.la $(unit_ldadd)

unit_tests += %D%/test_residual
%C%_test_residual_LDADD = report/libresidual.la $(unit_ldadd)
unit_tests += %D%/test_kept
%C%_test_kept_LDADD = report/libreplay.la $(unit_ldadd)

unit_tests += %D%/test_view
%C%_test_view_LDADD = report/libreplay.la $(unit_ldadd)

unit_tests += %D%/test_html
%C%_test_html_LDADD = report/libhtml.la lib/liblib.la $(JANSSON_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_doctor
%C%_test_doctor_LDADD = pam_module/libpamcore.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_cert
%C%_test_cert_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_remember
%C%_test_remember_LDADD = approver/libledger.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

AM_CPPFLAGS += -DTEST_PROVIDERS='"$(abs_top_srcdir)/dist/examples/providers"'
unit_tests += %D%/test_providers
%C%_test_providers_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(unit_ldadd)

unit_tests += %D%/test_walk
%C%_test_walk_LDADD = pam_module/libpamcore.la lib/liblib.la $(PAM_LIBS) \
	$(unit_ldadd)

unit_tests += %D%/test_decoy
%C%_test_decoy_LDADD = approver/libcourier.la lib/liblib.la $(unit_ldadd)

unit_tests += %D%/test_qr
%C%_test_qr_LDADD = pam_module/libpammod.la lib/liblib.la \
	$(QRENCODE_LIBS) $(unit_ldadd)

unit_tests += %D%/test_tape
%C%_test_tape_LDADD = report/libreplay.la $(unit_ldadd)
