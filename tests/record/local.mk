# SPDX-License-Identifier: BSD-2-Clause
dist_check_SCRIPTS += %D%/full_disk.py
TESTS += %D%/full_disk.py
dist_check_SCRIPTS += %D%/programs.py
TESTS += %D%/programs.py
