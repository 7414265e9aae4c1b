#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""kill -9 of any part at any moment under load: no shell goes on unrecorded,
every recording verifies, what was acknowledged is there, and of what the
client saw no more than the last 16 KiB is missing in the recording.

in: an installed build, root, $WARRANT_TEST_SEED; 500 rounds with
    $WARRANT_SOAK, else 12; out: a line for each test"""
import json
import os
import random
import re
import signal
import subprocess
import sys
import time

import pexpect

import lib
from host import Host, run
from lib import check, wait_until

H = None
SEED = int(os.environ.get("WARRANT_TEST_SEED", "1"))
ROUNDS = 500 if os.environ.get("WARRANT_SOAK") else 12
PARTS = ("warrant-recorder", "warrant-gate", "warrant-shell", "warrantd",
         "ledger", "courier", "sshd", "client", "real shell")
LOSS = 16 * 1024
LOAD = ("while :; do seq 1 400; echo; done",
        "while :; do ls -l /etc; done",
        "i=0; while :; do echo \"n $i n\"; i=$((i+1)); done",
        "while :; do printf .; sleep 0.01; done")


def pids(part):
    """Of this build's part, the newest last."""
    names = {"warrant-shell": H.shell,
             "warrantd": f"{H.at['sbindir']}/warrantd",
             "ledger": f"{H.at['sbindir']}/warrantd",
             "courier": f"{H.at['sbindir']}/warrantd",
             "sshd": os.path.realpath("/usr/sbin/sshd"),
             "real shell": os.path.realpath("/bin/bash")}
    path = names.get(part, f"{H.at['libexecdir']}/warrant/{part}")
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.readlink(f"/proc/{pid}/exe") != path:
                continue
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read().split(b"\0")
        except OSError:
            continue
        if fits(part, words):
            found.append(int(pid))
    return sorted(found)


def fits(part, words):
    """Is that the command line of the part?"""
    if part == "sshd":      # of alice's connection, not the listener
        return words[0].startswith(b"sshd: alice")
    if part == "real shell":
        return words[0] == b"-bash"
    role = {"ledger": b"ledger", "courier": b"courier"}.get(part)
    return (role in words) if role else b"--role" not in words


def recover():
    """Start again what was killed, as systemd would."""
    if H.warrantd.poll() is not None:
        subprocess.run(["pkill", "-KILL", "-f", "--", "warrantd.*--role"],
                       check=False)
        H.start_warrantd(fresh=False)


def unrecorded():
    """Processes of the account that have no recorder."""
    uid = os.stat(f"{H.dir}/home/alice").st_uid
    return [p for p in processes(uid) if not pids("warrant-recorder")]


def processes(uid):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid:
                with open(f"/proc/{pid}/stat", encoding="ascii",
                          errors="replace") as f:
                    if f.read().rsplit(")", 1)[1].split()[0] != "Z":
                        yield int(pid)
        except OSError:
            continue


def drain(child, seconds):
    """False: it is at its end.  What it said is added to child.seen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            child.seen += child.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            continue
        except pexpect.EOF:
            return False
    return True


def leave(child):
    """Ctrl-C and exit, again if the line went with the Ctrl-C."""
    for _ in range(10):
        child.send("\x03")
        drain(child, 0.3)
        child.sendline("exit")
        if not drain(child, 1):
            return


def one(chance):
    part = chance.choice(PARTS)
    child = H.spawn("alice", person="alice", timeout=30)
    # what ignores a hang-up outlives its client, as without us: recorded
    stubborn = "" if part in ("client", "sshd") else "trap '' HUP TERM; "
    child.sendline(f"{stubborn}PS1='read''y> '; set +m")
    child.expect("ready> ")
    child.seen = ""
    channel = H.events("channel.open")[-1][0]
    child.sendline(chance.choice(LOAD))
    drain(child, chance.random() * 0.5)
    for pid in [child.pid] if part == "client" else pids(part):
        os.kill(pid, signal.SIGKILL)
    lives = drain(child, 1.0)
    if part in ("warrantd", "ledger", "courier"):
        check(lives, part, "ended a running session")
        leave(child)
    wait_until(lambda: not unrecorded(), 15, f"nothing unrecorded: {part}")
    child.close(True)
    recover()
    wait_until(lambda: not pids("warrant-gate"), 20,
               f"the connection is over: {part}")
    compare(part, channel, child.seen)


def compare(part, channel, seen):
    """All that was seen is recorded, but for the bar."""
    path = f"{H.statedir}/sessions/{channel}.cast.zst"
    done = subprocess.run(["zstd", "-qdc", path], capture_output=True,
                          check=False)     # cut: what is whole of it
    kept = ""
    for line in done.stdout.split(b"\n")[1:]:
        try:
            event = json.loads(line)
        except ValueError:
            break
        kept += event[2] if event[1] == "o" else ""
    # from the first number that was printed to the last
    last = [re.findall(r"n (\d+) n", text)[-1:] for text in (seen, kept)]
    if last[0]:
        missing = int(last[0][0]) - int((last[1] or ["0"])[0])
        check(missing * len(f"n {last[0][0]} n\r\n") <= LOSS, part,
              "saw up to", last[0], "recorded", last[1])


def test_kills():
    """Killed at random moments: no unrecorded shell, all goes on"""
    chance = random.Random(SEED)
    for i in range(ROUNDS):
        try:
            part = one(chance)
        except (lib.Failed, pexpect.ExceptionPexpect) as why:
            raise lib.Failed(f"round {i}, seed {SEED}: {why}") from why
        done = H.ssh("alice", "echo again", person="alice")
        check(done.out == b"again\n", "after", part, done)


def test_evidence():
    """Every recording of that is sealed and verifies"""
    report = f"{H.at['bindir']}/warrant-report"
    key = run([report, "fingerprint"]).split()[-1]
    folder = H.path("evidence")

    def sealed():
        subprocess.run(["rm", "-rf", folder], check=False)
        run([report, "export", folder])
        done = subprocess.run([report, "verify", folder, "--key", key],
                              capture_output=True, text=True, check=False)
        check(done.returncode in (0, 1), done)
        return "still running" not in done.stdout
    wait_until(sealed, 30, "all recordings are sealed")
    again = subprocess.run([sys.executable,
                            f"{lib.SRC}/report/independent.py", folder,
                            "--key", key], capture_output=True, text=True,
                           check=False)
    check(again.returncode in (0, 1), again)
    # a kill before the channel was opened leaves nothing to record
    opened = set(re.findall(r" (s-[0-9a-z]{13}): channel of ",
                            lib.log_of(H.warrantd)))
    kept = {name.partition(".")[0]
            for name in os.listdir(f"{folder}/recordings")}
    check(len(opened) >= ROUNDS and opened <= kept, opened - kept)


def main():
    global H
    if os.geteuid() != 0:
        print("skip kill: needs root")
        return 77
    with Host() as H:
        for name in ("alice", "bob"):
            H.user(name)
        H.start()
        H.grant("alice", window="4h")
        status = lib.run([test_kills, test_evidence])
        if status == 1:
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
