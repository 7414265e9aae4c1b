#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The disk is full at any byte of a recording: what was shown is recorded,
but for 16 KiB at most; the session ends, says why, and what is there is a
record.

RLIMIT_FSIZE is the end of the disk: the write across it is cut, the next one
fails.  in: a build (the current folder), $WARRANT_TEST_SEED; a sample of the
positions, all of a short session with $WARRANT_SOAK"""
import os
import random
import resource
import subprocess
import sys
import tempfile

SEED = int(os.environ.get("WARRANT_TEST_SEED", "1"))
SOAK = bool(os.environ.get("WARRANT_SOAK"))
RULES = f"{os.path.dirname(os.path.realpath(__file__))}/../../recorder/mask/rules"
LOSS = 16 * 1024
WORDS = "lorem ipsum dolor sit amet consectetur adipiscing elit".split()


def session(path, text, limit):
    """Show the file text under a recording of at most limit bytes; the rules
    were compiled beside it."""
    def end_of_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return subprocess.run(
        ["recorder/warrant-recorder", "--force", "--rules", RULES,
         "--tables", os.path.dirname(path), "--standalone", path, "--", "cat",
         text], capture_output=True,
        stdin=subprocess.DEVNULL, timeout=60, check=False,
        preexec_fn=None if limit is None else end_of_disk)


def recorded(path):
    """What the file, as far as it goes, says was shown."""
    done = subprocess.run(["report/warrant-replay", "--raw", path],
                          capture_output=True, timeout=60, check=False)
    if os.path.getsize(path) == 0:
        return b""
    # an end inside the first frame is told by a status, not by damage
    assert done.returncode in (0, 1), (path, done.stderr)
    return done.stdout


def one(path, text, truth, limit, whole):
    done = session(path, text, limit)
    kept = recorded(path)
    where = f"limit {limit} of {whole}, seed {SEED}"
    assert os.path.getsize(path) <= limit, where
    assert truth.startswith(done.stdout) and truth.startswith(kept), where
    assert len(done.stdout) - len(kept) <= LOSS, (
        where, len(done.stdout), len(kept))
    if done.returncode == 0:    # times differ, and so a few bytes
        assert kept == truth and limit > whole - 64, where
        return
    assert done.returncode > 0 and b"File too large" in done.stderr, (
        where, done.returncode, done.stderr)


def kind(folder, name, lines, count):
    """count positions (0: all) of a session of that many lines."""
    chance = random.Random(SEED)
    truth = "".join(f"{i} {' '.join(chance.choices(WORDS, k=9))}\n"
                    for i in range(lines)).encode()
    text, path = f"{folder}/{name}", f"{folder}/{name}.cast.zst"
    with open(text, "wb") as f:
        f.write(truth)
    done = session(path, text, None)
    assert done.stdout == truth == recorded(path), (name, done.stderr)
    whole = os.path.getsize(path)
    limits = range(whole) if count == 0 else sorted(
        {0, 1, whole - 1, *(chance.randrange(whole) for _ in range(count))})
    for limit in limits:
        one(path, text, truth, limit, whole)
    done = session(path, text, whole + 2 * 1024 * 1024)
    assert done.stdout == truth == recorded(path), (name, done.stderr)
    print(f"{name}: {whole} bytes, {len(limits)} ends of the disk")


def main():
    with tempfile.TemporaryDirectory(dir=".") as folder:
        subprocess.run(["recorder/warrant-maskc", "-q", "-o", folder, "-r",
                        RULES], check=True)
        kind(folder, "short", 30, 0 if SOAK else 20)
        kind(folder, "long", 6000, 500 if SOAK else 12)


if __name__ == "__main__":
    sys.exit(main())
