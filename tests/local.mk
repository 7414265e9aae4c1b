# SPDX-License-Identifier: BSD-2-Clause
include tests/unit/local.mk
include tests/idp/local.mk
