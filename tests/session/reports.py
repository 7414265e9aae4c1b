# SPDX-License-Identifier: BSD-2-Clause
"""What an auditor does on a test's host, and with what he took home.

in: a Host; out: its methods report, rows, verify and independent"""
import json
import subprocess
import sys

import lib


class Reports:
    """Mixed into Host: needs its paths."""

    def warrant_report(self, *words):
        """However it ends."""
        return subprocess.run([f"{self.at['bindir']}/warrant-report", *words],
                              capture_output=True, text=True, check=False)

    def report(self, *words):
        done = self.warrant_report(*words)
        lib.check(done.returncode == 0, words, done)
        return done.stdout

    def rows(self, *words):
        return json.loads(self.report(*words, "--json"))["rows"]

    def verify(self, folder, key):
        return self.warrant_report("verify", folder, "--key", key)

    def independent(self, folder, key):
        """The other verifier, which shares no code with ours."""
        return subprocess.run(
            [sys.executable, f"{lib.SRC}/report/independent.py", folder,
             "--key", key], capture_output=True, text=True, check=False)
