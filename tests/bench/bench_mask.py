#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What masking costs: MB/s of warrant-mask -v record on one core, as CPU
time, with the rules of the default profiles and with all."""
import os
import random
import resource
import subprocess
import sys
import tempfile

BUILD = os.environ.get("WARRANT_BUILD", ".")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path.insert(0, os.path.join(SOURCE, "tests/mask"))
import traps  # noqa: E402

RULES = os.path.join(SOURCE, "recorder/mask/rules")
LEN = 64 << 20
LOGS = ("syslog", "nginx", "json log", "k8s", "apt", "kernel", "ps", "ls -l",
        "make", "prose")


def generate(kinds):
    """1 MiB of lines, again and again: longer than any cache of states."""
    traps.R.seed(1)
    lines = []
    size = 0
    while size < LEN // 64:
        lines.append(traps.FAMILIES[random.Random(size).choice(kinds)]())
        size += len(lines[-1]) + 1
    block = "".join(x + "\n" for x in lines).encode()
    return block * (LEN // len(block))


def cpu_seconds(program, source):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(source, "rb") as f:
        subprocess.run(program, stdin=f, stdout=subprocess.DEVNULL,
                       check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + \
        after.ru_stime - before.ru_stime


def main():
    print("masking, CPU time of one core")
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "log")
        for name, kinds in (("log", LOGS), ("numbers and hashes", tuple(
                traps.FAMILIES))):
            data = generate(kinds)
            with open(path, "wb") as f:
                f.write(data)
            for profile in ("pci,secrets,ids", "all"):
                program = [os.path.join(BUILD, "recorder/warrant-mask"),
                           "-v", "record", "-r", RULES, "-p", profile]
                start = cpu_seconds(program, os.devnull)
                s = min(cpu_seconds(program, path) for _ in range(3)) - start
                print("  %-18s %-16s %6.0f MB/s  (start %3.0f ms)" % (
                    name, profile, len(data) / s / 1e6, 1000 * start))


main()
