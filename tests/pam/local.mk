# SPDX-License-Identifier: BSD-2-Clause
# The module by libpam, without root, daemons or sshd.
check_PROGRAMS += %D%/drive
%C%_drive_LDADD = $(PAM_LIBS)
dist_check_SCRIPTS += %D%/test_pam.py
TESTS += %D%/test_pam.py
