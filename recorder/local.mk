# SPDX-License-Identifier: BSD-2-Clause
include recorder/gate.mk
