#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A disk that is full: what was shown is recorded, who ran it is told why,
others go on, and who makes room can still come in.

Store and recordings lie on a small tmpfs of their own.
in: an installed build, root, $WARRANT_TEST_SEED; out: a line for each test"""
import os
import pwd
import random
import subprocess
import sys

import pexpect

import lib
from host import CONF, Host, run
from lib import check, wait_until

H = None
SEED = int(os.environ.get("WARRANT_TEST_SEED", "1"))
MIB = 1024 * 1024
KEPT = 4        # MiB, the reserve of recordings
LEFT = 12       # MiB that the filler leaves
SMALL = f"""
[role admin]
about = who makes room
account = carol
request = managers
approve = dba-leads
reserve = yes

[role ops]
about = somebody else
account = dave
request = engineers
approve = dba-leads

[record]
min_free = 8
reserve = {KEPT}
"""


def free():
    at = os.statvfs(H.statedir)
    return at.f_bavail * at.f_frsize


def newest():
    return H.events("channel.open")[-1][0]


def recorded(channel):
    """What the record says was shown, to its last byte."""
    done = subprocess.run(
        [f"{H.at['bindir']}/warrant-replay", "--raw",
         f"{H.statedir}/sessions/{channel}.cast.zst"],
        capture_output=True, check=False)
    check(done.returncode == 0, channel, done.stderr)
    return done.stdout


def seal(channel):
    return wait_until(lambda: [b for s, _, b in H.events("channel.seal")
                               if s == channel], 20, "sealed")[0]


def data():
    """A file that packs badly and that no rule masks."""
    safe = bytes(b for b in range(256) if not chr(b).isalnum())
    path = f"{H.dir}/home/alice/data"
    with open(path, "wb") as f:
        f.write(bytes(random.Random(SEED).choices(safe, k=MIB)))
    os.chmod(path, 0o644)
    return path


def fill(path, leave):
    with open(path, "wb") as f:
        os.posix_fallocate(f.fileno(), 0, free() - leave)


def test_full():
    """A session that fills the disk ends and says why: all that was shown is
    recorded.  Another one goes on.  No new one begins, but under a role that
    has the reserve; that is an exception.  With space again all is learnt"""
    data()
    wait_until(lambda: all(os.path.exists(f"{H.statedir}/{at}reserve")
                           for at in ("", "sessions/")), 15, "reserves")
    other = H.spawn("dave", person="dave")
    other.sendline("PS1='read''y> '")
    other.expect("ready> ")
    bystander = newest()
    filler = f"{H.statedir}/filler"
    fill(filler, LEFT * MIB)

    done = H.ssh("alice", "while :; do cat data; done", person="alice",
                 timeout=120)
    victim = newest()
    check(done.status == 76 and b"No space left" in done.err and
          b"cannot be recorded" in done.err, done.status, done.err)
    check(len(done.out) > MIB, len(done.out))
    kept = recorded(victim)
    check(kept.startswith(done.out), "shown and not recorded:",
          len(done.out), len(kept))

    other.sendline("echo still''here; exit 3")
    other.expect("stillhere")
    other.expect(pexpect.EOF)
    other.close()
    check(other.exitstatus == 3, other.exitstatus)

    done = H.ssh("alice", "echo in", person="alice")
    check(done.status == 76 and b"reserve = yes" in done.err and
          done.out == b"", done)
    fill(f"{H.statedir}/filler2", 0)    # to the last byte
    done = H.ssh("carol", "echo in", person="carol")
    savior = newest()
    check(done.status == 0 and done.out == b"in\n", done)
    done = H.ssh("alice", "echo in", person="alice")
    check(done.status == 76 and done.out == b"", done)

    os.unlink(filler)
    os.unlink(f"{H.statedir}/filler2")
    check(seal(victim)["state"] == "truncated", seal(victim))
    check(seal(bystander)["state"] == "completed", seal(bystander))
    check(seal(savior)["state"] == "completed", seal(savior))
    check(recorded(savior) == b"in\n", recorded(savior))
    check([s for s, _, _ in H.events("reserve.used")] == [savior],
          H.events("reserve.used"))
    check(victim in [s for s, _, _ in H.events("recorder.failed")],
          H.events("recorder.failed"))
    wait_until(lambda: all(os.path.exists(f"{H.statedir}/{at}reserve")
                           for at in ("", "sessions/")), 20, "kept again")
    done = H.ssh("alice", "echo in", person="alice")
    check(done.status == 0 and done.out == b"in\n", done)


def test_evidence():
    """All of that verifies, by both verifiers"""
    key = H.report("fingerprint").split()[-1]
    folder = H.path("evidence")
    H.report("export", folder)
    for done in (H.verify(folder, key), H.independent(folder, key)):
        check(done.returncode in (0, 1), done)


def main():
    global H
    if os.geteuid() != 0:
        print("skip disk: needs root")
        return 77
    with Host(conf=CONF + SMALL) as H:
        for name in ("alice", "bob", "carol", "dave"):
            H.user(name)
        owner = pwd.getpwnam("warrant")
        os.makedirs(H.statedir, exist_ok=True)
        run(["mount", "-t", "tmpfs", "-o", f"size=48m,mode=0700,"
             f"uid={owner.pw_uid},gid={owner.pw_gid}", "tmpfs", H.statedir])
        try:
            H.start_warrantd(fresh=False)
            H.start_sshd()
            for name, role in (("alice", "dba"), ("carol", "admin"),
                               ("dave", "ops")):
                H.grant(name, role)
            status = lib.run([test_full, test_evidence])
            if status == 1:
                print(H.logs())
        finally:
            lib.stop(H.warrantd)
            run(["umount", "-l", H.statedir])
        return status


if __name__ == "__main__":
    sys.exit(main())
