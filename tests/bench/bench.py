#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What recording costs, as ratios against a relay that records nothing
(tests/bench/relay.c) in the same run; script(1) and no relay at all beside it.

in: $WARRANT_BUILD (a build folder), script(1)
out: a table (--json: an object): bulk output through a terminal (MiB/s), CPU
     of all processes (ms a MiB), bytes stored a byte shown, start to first
     byte (ms), a key's way there and back (us)"""
import json
import os
import pty
import resource
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("WARRANT_BUILD", ".")
RULES = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                     "../../recorder/mask/rules")
TABLES = tempfile.mkdtemp(prefix="warrant-bench-")
RECORDER = [f"{BUILD}/recorder/warrant-recorder", "--rules", RULES,
            "--tables", TABLES, "-f"]
MIB = 12


def argv_of(name, out, command):
    if name == "bare":
        return command
    if name == "relay":
        return [f"{BUILD}/tests/bench/relay"] + command
    if name == "script":
        return ["script", "-qefc", " ".join(f"'{w}'" for w in command), out]
    if name == "unmasked":
        return RECORDER + ["-n", "-s", out, "--"] + command
    return RECORDER + ["-s", out, "--"] + command


class Run:
    """A command on a terminal of ours."""

    def __init__(self, argv):
        self.begin = time.monotonic()
        self.before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(argv[0], argv)

    def read(self, timeout=30):
        if not select.select([self.fd], [], [], timeout)[0]:
            raise SystemExit("bench: nothing came")
        try:
            return os.read(self.fd, 65536)
        except OSError:
            return b""

    def drain(self):
        n = 0
        while True:
            got = self.read()
            if not got:
                break
            n += len(got)
        os.close(self.fd)
        os.waitpid(self.pid, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = (after.ru_utime + after.ru_stime - self.before.ru_utime -
               self.before.ru_stime)
        return n, time.monotonic() - self.begin, cpu


def bulk(name, text, out):
    n, seconds, cpu = Run(argv_of(name, out, ["cat", text])).drain()
    stored = os.stat(out).st_size / n if os.path.exists(out) else 0
    return n / seconds / 2**20, cpu * 1000 / (n / 2**20), stored


def first_byte(name, out):
    r = Run(argv_of(name, out, ["echo", "x"]))
    r.read()
    ms = (time.monotonic() - r.begin) * 1000
    r.drain()
    return ms


def keys(name, out):
    """Median microseconds from a key to its echo by cat."""
    r = Run(argv_of(name, out, ["cat"]))
    time.sleep(0.5)
    took = []
    for _ in range(200):
        begin = time.monotonic()
        os.write(r.fd, b"x")
        r.read()
        took.append((time.monotonic() - begin) * 1e6)
        time.sleep(0.001)
    os.write(r.fd, b"\n\x04")
    r.drain()
    return statistics.median(took)


def main():
    result = {}
    subprocess.run([f"{BUILD}/recorder/warrant-maskc", "-q", "-o", TABLES,
                    "-r", RULES], check=True)
    with tempfile.TemporaryDirectory() as folder:
        text = f"{folder}/log"
        with open(text, "w", encoding="utf-8") as f:
            for i in range(MIB * 2**20 // 88):
                f.write(f"2026-11-24T12:{i // 60 % 60:02}:{i % 60:02}Z host "
                        f"app[{i % 9999}]: request {i:08} took "
                        f"{i * 7919 % 1000:03} ms, status 200\n")
        for name in ("bare", "relay", "script", "unmasked", "masked"):
            out = f"{folder}/{name}"
            runs = [bulk(name, text, out) for _ in range(3)]
            best = max(runs)
            result[name] = {
                "MiB/s": best[0], "CPU ms/MiB": min(r[1] for r in runs),
                "stored": best[2],
                "first byte ms": min(first_byte(name, out + "1")
                                     for _ in range(5)),
                "key us": keys(name, out + "2")}
    shutil.rmtree(TABLES)
    if "--json" in sys.argv:
        print(json.dumps(result, indent=2))
        return
    print(f"{'':10}" + "".join(f"{k:>22}" for k in result["bare"]))
    for name, row in result.items():
        cells = "".join(
            f"{v:>12.2f} ({v / (result['relay'][k] or 1):5.2f} x)"
            for k, v in row.items())
        print(f"{name:10}{cells}")


main()
