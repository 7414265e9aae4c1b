#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is lost when the recorder is killed, and when the power fails.

usage: bench_loss.py [KILLS [SEED]]
in: $WARRANT_BUILD; strace(1) for the second
out: the rows of README.md: bytes shown that the record has not after kill -9
     at random moments, their age, and the age of the oldest byte that is not
     on the disk yet"""
import os
import pty
import random
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("WARRANT_BUILD", ".")
RECORDER = [f"{BUILD}/recorder/warrant-recorder", "-n", "-f", "-s"]
REPLAY = f"{BUILD}/report/warrant-replay"
# a line with the time it was written, in ns, every 2 ms
LINES = ["python3", "-uc", "import time\nwhile True:\n"
         " print(f'{time.monotonic_ns()} ' + 'x' * 100)\n"
         " time.sleep(0.002)"]
SYNCED_S = 12


def until(fd, end):
    shown = b""
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.05)[0]:
            shown += os.read(fd, 65536)
    return shown


def killed(path, seconds):
    """Bytes lost, and the age of the oldest of them in ms."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp(RECORDER[0], [*RECORDER, path, "--", *LINES])
    shown = until(fd, time.monotonic() + seconds)
    os.kill(pid, signal.SIGKILL)
    now = time.monotonic_ns()
    try:
        while select.select([fd], [], [], 0.2)[0]:
            shown += os.read(fd, 65536)
    except OSError:     # EIO: nobody has the terminal any more
        pass
    os.waitpid(pid, 0)
    os.close(fd)
    kept = subprocess.run([REPLAY, "--raw", path], capture_output=True,
                          check=False).stdout
    if not shown.startswith(kept):
        raise SystemExit("bench: the record is not what was shown")
    lost = shown[len(kept):]
    whole = re.search(rb"(?:^|\n)(\d{6,}) x", lost)
    return len(lost), (now - int(whole.group(1))) / 1e6 if whole else 0


def unsynced(folder):
    """Age in s of the oldest byte that a loss of power would take: from its
    write(2) to the end of the fdatasync(2) that takes it to the disk."""
    trace = f"{folder}/trace"
    pid, fd = pty.fork()
    if pid == 0:
        os.execvp("strace", ["strace", "-f", "-ttt", "-T", "-o", trace, "-e",
                             "trace=write,fdatasync", *RECORDER,
                             f"{folder}/synced", "--", *LINES])
    until(fd, time.monotonic() + SYNCED_S)
    os.close(fd)
    os.waitpid(pid, 0)
    writes, worst = [], 0
    with open(trace, encoding="utf-8", errors="replace") as f:
        for line in f:
            at = re.match(r"\d+ +([\d.]+) (?:<\.\.\. )?(\w+)(?:\(3|.*resumed)",
                          line)
            if at and at.group(2) == "write" and "write(3" in line:
                writes.append(float(at.group(1)))
            if at and at.group(2) == "fdatasync" and "= 0" in line:
                took = float(re.search(r"<([\d.]+)>$", line).group(1))
                end = float(at.group(1)) + ("resumed" not in line) * took
                begin = end - took
                if writes and writes[0] < begin:
                    worst = max(worst, end - writes[0])
                writes = [w for w in writes if w >= begin]
    return worst


def main():
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**9
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        lost = [killed(f"{folder}/killed", chance.uniform(0.5, 1.5))
                for _ in range(kills)]
        print(f"{kills} times kill -9, seed {seed}: at most "
              f"{max(n for n, _ in lost)} bytes lost (bar 16384), the oldest "
              f"{max(ms for _, ms in lost):.0f} ms old (bar 100)")
        if shutil.which("strace"):
            print(f"power: at most {unsynced(folder):.1f} s not on the disk "
                  "(bar 5)")
        else:
            print("bench: strace is not installed", file=sys.stderr)


main()
