# SPDX-License-Identifier: BSD-2-Clause
dist_man_MANS += %D%/warrant.conf.5
dist_man_MANS += %D%/warrant-check.8
dist_man_MANS += %D%/approver.1
dist_man_MANS += %D%/pam_warrant.8
dist_man_MANS += %D%/warrant-report.1
dist_man_MANS += %D%/warrantd.8
