# SPDX-License-Identifier: BSD-2-Clause
# warrant-replay by hand: records, a terminal, keys; no root and no daemon.
dist_check_SCRIPTS += %D%/test_replay.py
TESTS += %D%/test_replay.py
