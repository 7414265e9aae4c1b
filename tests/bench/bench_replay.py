#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a jump costs: a session is recorded (1 GiB of output, by option), then
its screen is printed at random times, each by a new process.

in: $WARRANT_BUILD; --mib N, --seed N
out: median and longest time, and the peak of memory, beside the bar"""
import argparse
import os
import random
import resource
import statistics
import subprocess
import tempfile
import time

BUILD = os.environ.get("WARRANT_BUILD", ".")
REPLAY = f"{BUILD}/report/warrant-replay"
POINTS = 10
BAR_MS, BAR_MIB = 300, 64
WRITER = r"""
import os, random, sys
rng, left, i = random.Random(int(sys.argv[2])), int(sys.argv[1]) << 20, 0
while left > 0:
    out = []
    for _ in range(300):
        i += 1
        out.append("2026-11-24 %08d \033[3%dm%s\033[0m host app[%d]: request "
                   "took %d ms, %s\r\n" % (i, i % 8, "WARN" if i % 97 == 0
                   else "info", rng.randrange(9999), rng.randrange(1000),
                   "x" * rng.randrange(60)))
    left -= os.write(1, "".join(out).encode())
"""


def record(path, mib, seed):
    with open(os.devnull, "r+b") as null:
        subprocess.run([f"{BUILD}/recorder/warrant-recorder", "--no-mask",
                        "--standalone", path, "--", "python3", "-c", WRITER,
                        str(mib), str(seed)], stdin=null, stdout=null,
                       check=True)


def jump(path, at):
    """Milliseconds, and whether the screen is exact."""
    begin = time.monotonic()
    done = subprocess.run([REPLAY, "--text", "--at", f"{at:.6f}", path],
                          capture_output=True, check=True)
    ms = (time.monotonic() - begin) * 1000
    if not done.stdout.strip():
        raise SystemExit(f"bench: nothing stands on the screen at {at}")
    return ms, not done.stderr


def main():
    words = argparse.ArgumentParser()
    words.add_argument("--mib", type=int, default=1024)
    words.add_argument("--seed", type=int,
                       default=random.randrange(2**32))
    words = words.parse_args()
    rng = random.Random(words.seed)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        path = f"{folder}/long.cast.zst"
        begin = time.monotonic()
        record(path, words.mib, words.seed)
        length = time.monotonic() - begin
        took = [jump(path, rng.uniform(0, length)) for _ in range(POINTS)]
        stored = os.stat(path).st_size / 2**20
    peak = resource.getrusage(resource.RUSAGE_CHILDREN)
    # of all children the largest, python's writer too: never too low
    print(f"a session of {words.mib} MiB ({stored:.0f} MiB stored), seed "
          f"{words.seed}: {POINTS} jumps, each a new process: median "
          f"{statistics.median(ms for ms, _ in took):.0f} ms, longest "
          f"{max(ms for ms, _ in took):.0f} ms (bar {BAR_MS}), peak memory "
          f"at most {peak.ru_maxrss / 1024:.0f} MiB (bar {BAR_MIB}), "
          f"{sum(exact for _, exact in took)} exact")


main()
