# SPDX-License-Identifier: BSD-2-Clause
# A page of a recording in a browser, by what it draws.
EXTRA_DIST += %D%/cast.py %D%/chrome.py %D%/png.py
dist_check_SCRIPTS += %D%/test_html.py
TESTS += %D%/test_html.py
