#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A recorder that somebody has captured lies to warrantd, through a real ssh:
what it says of itself alone is believed, and what is caught is named.

in: an installed build, root; out: a line for each test"""
import os
import pwd
import shutil
import stat
import sys

import pexpect

import lib
from host import CONF, Host
from lib import check, wait_until

H = None
PYTHON = "/usr/bin/python3"     # that any account may start


def lies(lie, command="exit 7"):
    """One session of alice under that lie: its id, and what ssh said."""
    with open(H.path("captured", "lie"), "w", encoding="ascii") as f:
        f.write(lie)
    before = {row[0] for row in H.events("channel.open")}
    done = H.ssh("alice", command, person="alice")
    new = {row[0] for row in H.events("channel.open")} - before
    check(len(new) == 1, new, done)
    session = new.pop()
    wait_until(lambda: sealed(session), 20, f"{session} is sealed")
    return session, done


def sealed(session):
    found = [body for s, _, body in H.events("channel.seal") if s == session]
    return found[0] if found else None


def test_processes():
    """While a shell runs: the recorder has no capability, no other user than
    its own, a filter, and is root's in /proc; the gate has no terminal and no
    pipe open, so no byte of the session can come to it"""
    child = H.spawn("alice", person="alice")
    child.sendline("PS1='read''y> '")
    child.expect("ready> ")
    gates, recorders = H.pids("warrant-gate"), H.pids("warrant-recorder")
    check(gates and recorders, gates, recorders)
    for pid in recorders:
        with open(f"/proc/{pid}/status", encoding="ascii") as f:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in f
                          if ":\t" in line)
        uid = str(pwd.getpwnam("warrant-rec").pw_uid)
        check(status["Uid"].split() == [uid] * 4 and
              status["Groups"].strip() == "" and
              all(int(status[c], 16) == 0 for c in (
                  "CapInh", "CapPrm", "CapEff", "CapAmb")) and
              status["NoNewPrivs"] == "1" and status["Seccomp"] == "2",
              status)
        check(os.stat(f"/proc/{pid}/mem").st_uid == 0)
    for pid in gates:
        files = [os.readlink(f"/proc/{pid}/fd/{fd}")
                 for fd in os.listdir(f"/proc/{pid}/fd")]
        check(not [f for f in files if f.startswith(
            ("/dev/pts", "/dev/ptmx", "/dev/tty", "pipe:"))], files)
    child.sendline("exit")
    child.expect(pexpect.EOF)


def test_truth():
    """With nothing to say it does not stand in the way"""
    session, done = lies("none")
    check(done.status == 7 and sealed(session)["state"] == "completed" and
          sealed(session)["status"] == 7, done, sealed(session))


def test_other_session():
    """What it tells of another session is told of its own"""
    session, done = lies("session", "echo card 4111 1111 1111 1111; exit 7")
    check(done.status == 7 and b"[card]" in done.out, done)
    told = H.events("channel.mask")
    check([s for s, _, _ in told] == [session], told)
    check(sealed(session)["channel"] == session, sealed(session))


def test_digest():
    """Length and digest of the file are warrantd's own"""
    session, _ = lies("digest")
    seal = sealed(session)
    path = f"{H.statedir}/sessions/{session}.cast.zst"
    check(seal["length"] == os.path.getsize(path) and
          seal["sha256"] != "00" * 32, seal)


def test_status():
    """How the shell ended is the gate's word"""
    session, done = lies("status")
    check(done.status == 7 and sealed(session)["status"] == 7,
          sealed(session))


def test_unknown():
    """A message that is none of its own does nothing"""
    before = H.events("grant.issued")
    session, done = lies("unknown")
    check(done.status == 7 and H.events("grant.issued") == before)
    check(sealed(session)["state"] == "completed")


def test_verifies():
    """None of that has harmed the record"""
    key = H.report("fingerprint").split()[-1]
    H.report("export", H.path("export"))
    done = H.verify(H.path("export"), key)
    check(done.returncode in (0, 1) and "FAIL" not in done.stdout, done)


def test_silent():
    """No seal, or rubbish: the session is interrupted, and an exception"""
    for lie in ("silent", "rubbish"):
        session, _ = lies(lie)
        check(sealed(session)["state"] == "interrupted", lie,
              sealed(session))
        found = [row for row in H.rows("exceptions", "--all")
                 if row["session"].startswith(session[:10])]
        check(found, lie, H.rows("exceptions", "--all"))


def test_forged():
    """A chain that ends otherwise than the seal says, and a file that was
    altered behind its chain, fail verification, by two verifiers"""
    key = H.report("fingerprint").split()[-1]
    for lie in ("hash", "file"):
        session, _ = lies(lie)
        folder = H.path(f"export-{lie}")
        H.report("export", folder)
        done, again = H.verify(folder, key), H.independent(folder, key)
        check(done.returncode == again.returncode == 2, lie, done, again)
        check(any(session in line for line in done.stdout.splitlines()
                  if "FAIL" in line), lie, session, done)


def captured():
    """A libexecdir whose recorder is captured.py."""
    folder, real = H.path("captured"), f"{H.at['libexecdir']}/warrant"
    os.mkdir(folder, 0o755)
    os.symlink(f"{real}/warrant-gate", f"{folder}/warrant-gate")
    program = f"{folder}/warrant-recorder"
    shutil.copy(f"{lib.SRC}/tests/session/captured.py", program)
    os.chmod(program, stat.S_IRUSR | 0o755)
    for name, text in (("real", f"{real}/warrant-recorder"), ("lie", "none")):
        with open(f"{folder}/{name}", "w", encoding="ascii") as f:
            f.write(text)
    return folder


def main():
    global H
    if os.geteuid() != 0 or not os.path.exists(PYTHON):
        print(f"skip captured: needs root and {PYTHON}")
        return 77
    with Host(conf=CONF) as H:
        for name in ("alice", "bob"):
            H.user(name)
        H.start(options=("--libexecdir", captured()))
        H.grant("alice")
        status = lib.run([test_processes, test_truth, test_other_session, test_digest,
                          test_status, test_unknown, test_verifies,
                          test_silent, test_forged])
        if status == 1:
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
