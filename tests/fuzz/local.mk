# SPDX-License-Identifier: BSD-2-Clause
# One program a parser: tests/fuzz/fuzz_NAME.c with LLVMFuzzerTestOneInput (no
# main), its seeds in tests/fuzz/corpus/NAME/, maybe corpus/NAME.dict; three
# lines each: its name, its sources, what it links.  `make check` replays the
# seeds; `make fuzz-smoke` fuzzes each with clang for FUZZ_SECONDS.
if FUZZERS
fuzz_main = %D%/fuzz.h
else
fuzz_main = %D%/fuzz.h %D%/replay.c
TESTS += $(fuzz_targets)
endif

fuzz_targets =
check_PROGRAMS += $(fuzz_targets)
AM_CPPFLAGS += -DFUZZ_CORPUS='"$(abs_top_srcdir)/tests/fuzz/corpus"'
EXTRA_DIST += %D%/corpus %D%/run.sh

fuzz_targets += %D%/fuzz_b64
%C%_fuzz_b64_SOURCES = %D%/fuzz_b64.c $(fuzz_main)
%C%_fuzz_b64_LDADD = lib/liblib.la $(FUZZ_LIBS)

FUZZ_CC = clang-14
FUZZ_SECONDS = 20
FUZZ_FOUND = $(abs_top_srcdir)/tests/data/fuzz

fuzz-smoke:
	$(own_build) build-fuzz --enable-sanitizers --enable-fuzzers \
	    CC=$(FUZZ_CC)
	$(MAKE) -C build-fuzz $(fuzz_targets)
	cd build-fuzz && $(SHELL) $(abs_top_srcdir)/tests/fuzz/run.sh \
	    $(abs_top_srcdir)/tests/fuzz/corpus $(FUZZ_FOUND) \
	    $(FUZZ_SECONDS) $(fuzz_targets)
.PHONY: fuzz-smoke

fuzz_targets += %D%/fuzz_conf
%C%_fuzz_conf_SOURCES = %D%/fuzz_conf.c $(fuzz_main)
%C%_fuzz_conf_LDADD = lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_discover
%C%_fuzz_discover_SOURCES = %D%/fuzz_discover.c $(fuzz_main)
%C%_fuzz_discover_LDADD = approver/libcourier.la lib/liblib.la \
	$(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_jwks
%C%_fuzz_jwks_SOURCES = %D%/fuzz_jwks.c $(fuzz_main)
%C%_fuzz_jwks_LDADD = lib/liblib.la $(CRYPTO_LIBS) $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_map
%C%_fuzz_map_SOURCES = %D%/fuzz_map.c $(fuzz_main)
%C%_fuzz_map_LDADD = pam_module/libpamcore.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_token
%C%_fuzz_token_SOURCES = %D%/fuzz_token.c $(fuzz_main)
%C%_fuzz_token_LDADD = pam_module/libpamcore.la lib/liblib.la \
	$(JANSSON_LIBS) $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_argv
%C%_fuzz_argv_SOURCES = %D%/fuzz_argv.c $(fuzz_main)
%C%_fuzz_argv_LDADD = recorder/libgate.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_sftp_no
%C%_fuzz_sftp_no_SOURCES = %D%/fuzz_sftp_no.c $(fuzz_main)
%C%_fuzz_sftp_no_LDADD = recorder/libgate.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_transfer
%C%_fuzz_transfer_SOURCES = %D%/fuzz_transfer.c $(fuzz_main)
%C%_fuzz_transfer_LDADD = recorder/libgate.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_mask
%C%_fuzz_mask_SOURCES = %D%/fuzz_mask.c $(fuzz_main)
%C%_fuzz_mask_LDADD = recorder/mask/libmask.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_maskrules
%C%_fuzz_maskrules_SOURCES = %D%/fuzz_maskrules.c $(fuzz_main)
%C%_fuzz_maskrules_LDADD = recorder/mask/libmask.la lib/liblib.la \
	$(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_table
%C%_fuzz_table_SOURCES = %D%/fuzz_table.c $(fuzz_main)
%C%_fuzz_table_LDADD = recorder/mask/libmask.la lib/liblib.la \
	$(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_wire
%C%_fuzz_wire_SOURCES = %D%/fuzz_wire.c $(fuzz_main)
%C%_fuzz_wire_LDADD = lib/liblib.la $(JANSSON_LIBS) $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_words
%C%_fuzz_words_SOURCES = %D%/fuzz_words.c $(fuzz_main)
%C%_fuzz_words_LDADD = lib/libcommand.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_record
%C%_fuzz_record_SOURCES = %D%/fuzz_record.c $(fuzz_main)
%C%_fuzz_record_LDADD = schema/librecord.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_cast
%C%_fuzz_cast_SOURCES = %D%/fuzz_cast.c $(fuzz_main)
%C%_fuzz_cast_LDADD = recorder/librelay.la lib/liblib.la $(JANSSON_LIBS) \
	$(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_doctor
%C%_fuzz_doctor_SOURCES = %D%/fuzz_doctor.c $(fuzz_main)
%C%_fuzz_doctor_LDADD = pam_module/libpamcore.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_cert
%C%_fuzz_cert_SOURCES = %D%/fuzz_cert.c $(fuzz_main)
%C%_fuzz_cert_LDADD = pam_module/libpamcore.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_sftp
%C%_fuzz_sftp_SOURCES = %D%/fuzz_sftp.c $(fuzz_main)
%C%_fuzz_sftp_LDADD = recorder/librelay.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_index
%C%_fuzz_index_SOURCES = %D%/fuzz_index.c $(fuzz_main)
%C%_fuzz_index_LDADD = schema/librecord.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_view
%C%_fuzz_view_SOURCES = %D%/fuzz_view.c $(fuzz_main)
%C%_fuzz_view_LDADD = report/libreplay.la lib/liblib.la $(FUZZ_LIBS)

fuzz_targets += %D%/fuzz_html_tape
%C%_fuzz_html_tape_SOURCES = %D%/fuzz_html_tape.c $(fuzz_main)
%C%_fuzz_html_tape_LDADD = report/libhtml.la lib/liblib.la $(JANSSON_LIBS) \
	$(FUZZ_LIBS)
