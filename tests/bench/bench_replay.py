#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a jump costs: a session is recorded (1 GiB of output, by option), then
its screen is printed at random times, each by a new process, before and after
its screens were kept.

in: $WARRANT_BUILD; --mib N, --seed N
out: how many are exact, median and longest time, and the peak of memory,
     beside the bar; what keeping them took"""
import argparse
import os
import random
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


def run(*words):
    """Seconds, MiB at most, what it printed, and its complaints."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as bad:
        child = subprocess.Popen([REPLAY, *words], stdout=out, stderr=bad)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        took = time.monotonic() - begin
        out.seek(0)
        bad.seek(0)
        if child.returncode != 0:
            raise SystemExit(f"bench: {words}: {bad.read()}")
        return took, usage.ru_maxrss / 1024, out.read(), bad.read()


def jumps(what, path, times):
    """One line about a jump to each time."""
    took = [run("--text", "--at", f"{at:.6f}", path) for at in times]
    if not all(shown.strip() for _, _, shown, _ in took):
        raise SystemExit("bench: nothing stands on a screen")
    ms = [seconds * 1000 for seconds, _, _, _ in took]
    print(f"{what}: {sum(not bad for _, _, _, bad in took)} of {len(took)} "
          f"exact, median {statistics.median(ms):.0f} ms, longest "
          f"{max(ms):.0f} ms (bar {BAR_MS}), peak memory "
          f"{max(mib for _, mib, _, _ in took):.0f} MiB (bar {BAR_MIB})")


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
        times = [rng.uniform(0, length) for _ in range(POINTS)]
        print(f"a session of {words.mib} MiB "
              f"({os.stat(path).st_size / 2**20:.0f} MiB stored), seed "
              f"{words.seed}, {POINTS} jumps, each a new process")
        jumps("without kept screens", path, times)
        took, mib, _, _ = run("--keep", path)
        print(f"keeping screens: {took:.0f} s, {mib:.0f} MiB of memory, "
              f"{os.stat(path + '.screens').st_size / 2**20:.1f} MiB stored")
        jumps("with kept screens", path, times)


main()
