#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Logins that go wrong, bytes of every kind, and what must stand in no log.

in: an installed build, root; out: a line for each test"""
import concurrent.futures
import hashlib
import json
import os
import pwd
import random
import re
import signal
import subprocess
import sys
import time

import pexpect

import lib
from host import CONF, Host, run
from lib import check, wait_until

H = None
CODES = set()       # every user code that a person was shown
CLOSED = b"uid="    # what id(1) would print


def ssh(user, *command, **how):
    done = H.ssh(user, *command, **how)
    CODES.update(re.findall(lib.CODE, done.prompts))
    return done


def granted(user, window="1h"):
    asked = ssh(user, "request", "--role", "dba", "--for", window,
                "--reason", "logins", "--nowait", person=user)
    found = re.search(r"r-[0-9a-z]{13}", asked.out.decode())
    check(found, asked)
    done = ssh("bob", "approver", "approve", found.group(), "-y",
               person="bob")
    check(done.status == 0, done)


def refused(done, *said):
    """No session, and the person was told this in a prompt or message."""
    told = done.prompts + done.err.decode() + done.out.decode()
    check(done.status == 255 and CLOSED not in done.out, done)
    for words in said:
        check(words in told, words, "was not said:", done)


def sign_in_shown(user):
    """An ssh that shows its code and waits."""
    child = H.spawn(user, "id")
    child.expect(lib.CODE)
    CODES.add(child.match.group())
    child.expect("Enter.*: ")
    return child


def ends(child, *never):
    child.expect(pexpect.EOF, timeout=30)
    for words in ("uid=", *never):
        check(words not in child.before, child.before)
    return child.before


def test_denied():
    """Refused at the provider: told so, no session"""
    for where in ("confirm", "login"):
        refused(ssh("alice", "id", person="alice", deny=where), "refused")


def test_never_finished():
    """A sign-in that is never finished ends by [login] wait"""
    child = sign_in_shown("alice")
    began = time.monotonic()
    child.send("\r")
    told = ends(child)
    check(time.monotonic() - began < 20, "waited for longer")
    check("in time" in told or "too long" in told or "again" in told, told)


def test_client_gone():
    """A client that goes away while it waits: no poll 2 s later"""
    child = sign_in_shown("alice")
    child.send("\r")
    time.sleep(1)
    child.close(True)
    time.sleep(2)
    polls = len(H.idp.log("token"))
    time.sleep(3)
    check(len(H.idp.log("token")) == polls, "still polling")


def test_not_mapped():
    """Somebody else's account: refused, the reason is in the log alone"""
    done = ssh("bob", "id", person="alice")
    refused(done)
    check("preferred_username" not in done.prompts + done.err.decode(), done)
    rows = run([f"{H.at['bindir']}/warrant-report", "who", "--json"])
    check('"account": "bob"' not in rows, rows)


def test_not_enrolled():
    """An account outside the group is not asked to sign in"""
    before = len(H.idp.log())
    done = ssh("mallory", "id")
    refused(done)
    check(not re.search(lib.CODE, done.prompts) and
          len(H.idp.log()) == before, done)


def test_provider_hangs():
    """A provider that does not answer: told soon, and all is well later"""
    os.killpg(H.idp.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    try:
        refused(ssh("alice", "id"), "does not answer")
        check(time.monotonic() - began < 20, "it took too long")
    finally:
        os.killpg(H.idp.process.pid, signal.SIGCONT)
    done = ssh("alice", "whoami", person="alice")
    check(done.status == 0 and b"alice" in done.out.lower(), done)


def test_provider_down():
    """No provider: told at once"""
    H.idp.stop()
    began = time.monotonic()
    refused(ssh("alice", "id"), "does not answer")
    check(time.monotonic() - began < 5, "it took too long")


def test_expired():
    """A grant's end ends the session, with a message; a second later there is
    the lobby"""
    granted("alice", "10s")
    child = H.spawn("alice", person="alice")
    child.sendline("trap '' HUP TERM; echo beg''un; sleep 4401; echo lo''st")
    child.expect("begun")
    child.expect("expired|is over|has ended", timeout=20)
    ends(child, "lost")
    check(subprocess.run(["pgrep", "-f", "sleep 4401"], check=False,
                         capture_output=True).returncode == 1, "sleep lives")
    time.sleep(1)
    done = ssh("alice", "id", person="alice")
    check(done.status == 77 and CLOSED not in done.out and
          b"request" in done.err, done)


def test_multiplexed():
    """ControlMaster: ten channels of one sign-in, one recording each; after
    the grant's end none"""
    granted("alice", "20s")
    began = time.monotonic()
    options = ("ControlMaster=auto", f"ControlPath={H.path('ctl')}",
               "ControlPersist=60")
    check(ssh("alice", "echo one", person="alice",
              options=options).out == b"one\n", "the first")
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        for done in pool.map(lambda i: ssh("alice", f"echo {i}",
                                           options=options), range(9)):
            check(done.status == 0 and done.prompts == "", done)
    check(time.monotonic() - began < 20, "too slow for this test")
    rows = json.loads(run([f"{H.at['bindir']}/warrant-report", "who",
                           "--account", "alice", "--json"]))["rows"]
    last = max(rows, key=lambda r: r["from"])["connection"]
    ours = [r for r in rows if r["connection"] == last and r["session"]]
    check(len(ours) == 10 and len({r["session"] for r in ours}) == 10, ours)
    time.sleep(max(0, 21 - (time.monotonic() - began)))
    done = ssh("alice", "id", options=options)
    check(done.status != 0 and CLOSED not in done.out, done)
    # nothing is left of the connection, so the client's master ends too
    check_master = [*H.ssh_argv("alice", *options), "-O", "check",
                    "127.0.0.1"]
    wait_until(lambda: subprocess.run(check_master, capture_output=True,
                                      check=False).returncode != 0, 10,
               "the master connection ends")


def harmless(size, seed):
    """Random bytes that hold nothing the rules would mask, in either way of
    looking; so that what arrives must be exactly them."""
    mask = [f"{H.at['bindir']}/warrant-mask"]
    for i in range(20):
        data = random.Random(seed + i).randbytes(size)
        if all(run_bytes(mask + more, data) == data
               for more in ([], ["-t", "-c", "80"])):
            return data
    raise lib.Failed("every sample was masked")


def run_bytes(argv, data):
    return subprocess.run(argv, input=data, capture_output=True,
                          check=True).stdout


def put(name, data):
    path = f"{H.dir}/home/alice/{name}"
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, 0o644)


def test_bytes():
    """10 MB of random bytes, with and without a terminal, are exact"""
    seed = int(os.environ.get("WARRANT_TEST_SEED", "1"))
    data = harmless(10_000_000, seed)
    granted("alice")
    put("random", data)
    done = ssh("alice", "cat random", person="alice", timeout=120)
    check(done.status == 0 and done.out == data, len(done.out), done.err)
    done = ssh("alice", "stty raw -echo; cat random", person="alice",
               tty=True, timeout=120)
    check(done.out == data, len(done.out), done.err)
    newest = max((f"{H.statedir}/sessions/{n}" for n in
                  os.listdir(f"{H.statedir}/sessions") if
                  n.endswith(".zst")), key=lambda p: os.stat(p).st_mtime)
    kept = run_bytes([f"{H.at['bindir']}/warrant-replay", "--raw", newest],
                     b"")
    check(hashlib.sha256(kept).digest() == hashlib.sha256(data).digest(),
          len(kept), "bytes of the recording")


def test_long_line():
    """A line of 5 MB arrives whole"""
    put("line", b"x" * 5_000_000 + b"\n")
    for tty in (False, True):
        done = ssh("alice", "stty raw -echo 2>/dev/null; cat line",
                   person="alice", tty=tty, timeout=120)
        check(done.out == b"x" * 5_000_000 + b"\n", len(done.out), done.err)


def test_killed_while_signing_in():
    """warrantd dies during a sign-in: no session, the person is told"""
    child = sign_in_shown("alice")
    H.warrantd.kill()
    H.warrantd.wait()
    subprocess.run(["pkill", "-KILL", "-f", "--", "warrantd.*--role"],
                   check=False)
    child.send("\r")
    told = ends(child)
    check("administrator" in told or "again" in told or
          "not available" in told, told)
    H.start_warrantd(fresh=False)
    done = ssh("alice", "echo again", person="alice")
    check(done.out == b"again\n", done)


def test_store_read_only():
    """A store that cannot be written: said so, nobody gets in; once it can,
    all goes on by itself"""
    lib.stop(H.warrantd)
    run(["mount", "--bind", H.statedir, H.statedir])
    try:
        run(["mount", "-o", "remount,ro,bind", H.statedir])
        H.warrantd = H.launch(
            "warrantd-ro", [f"{H.at['sbindir']}/warrantd", "--foreground",
                            "--config", H.conf])
        wait_until(lambda: "epoch.key: Read-only file system" in
                   lib.log_of(H.warrantd), 10, "the reason is in the log")
        refused(ssh("alice", "id"), "does not answer")
        run(["mount", "-o", "remount,rw,bind", H.statedir])
        wait_until(lambda: "ready" in lib.log_of(H.warrantd), 60, "served")
        done = ssh("alice", "echo again", person="alice")
        check(done.out == b"again\n", done)
    finally:
        lib.stop(H.warrantd)
        run(["umount", "-l", H.statedir])
        H.start_warrantd(fresh=False)


def test_store_full():
    """A store that is full: nothing is let in that is not written down"""
    lib.stop(H.warrantd)
    owner = pwd.getpwnam("warrant")
    run(["mount", "-t", "tmpfs", "-o", f"size=12m,mode=0700,"
         f"uid={owner.pw_uid},gid={owner.pw_gid}", "tmpfs", H.statedir])
    try:
        H.start_warrantd(fresh=False)
        with open(f"{H.statedir}/filler", "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"\0" * 512)
            except OSError:
                pass
        done = ssh("alice", "id", person="alice")
        check(done.status != 0 and CLOSED not in done.out, done)
        log = lib.log_of(H.warrantd)
        check("full" in log or "space" in log, log[-2000:])
        os.unlink(f"{H.statedir}/filler")
        done = ssh("alice", "whoami", person="alice")
        check(CLOSED not in done.out and done.status in (0, 77), done)
    finally:
        lib.stop(H.warrantd)
        run(["umount", "-l", H.statedir])
        H.start_warrantd(fresh=False)


def test_typo():
    """A word that is none in the configuration: file, line, column, and what
    was meant; nothing starts"""
    with open(H.conf, encoding="utf-8") as f:
        text = f.read()
    path = H.write("typo.conf", text + "[login]\ngruop = x\n")
    line = text.count("\n") + 2
    for argv in (["--foreground"], ["--check-config"]):
        done = subprocess.run(
            [f"{H.at['sbindir']}/warrantd", *argv, "--config", path],
            capture_output=True, text=True, check=False, timeout=30)
        check(done.returncode == 78 and f"{path}:{line}:1" in done.stderr and
              "did you mean group" in done.stderr.replace("`", "").replace(
                  "'", "").replace('"', ""), done)


def test_quiet():
    """No token and no code in any log, recording, store or environment"""
    check(len(CODES) > 10, CODES)
    child = H.spawn("alice", person="alice")
    child.sendline("echo wait''ing")
    child.expect("waiting")
    H.check_quiet(CODES)
    child.close(True)


TESTS = [test_denied, test_never_finished, test_client_gone, test_not_mapped,
         test_not_enrolled, test_provider_hangs, test_expired, test_multiplexed,
         test_bytes,
         test_long_line, test_killed_while_signing_in, test_store_read_only,
         test_store_full, test_typo, test_quiet, test_provider_down]


def main():
    global H
    if os.geteuid() != 0:
        print("skip login: needs root")
        return 77
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    conf = CONF.replace("[login]\n", "[login]\nwait = 10s\n") + \
        "[record]\nmin_free = 1\n"
    with Host(conf=conf) as H:
        for name in ("alice", "bob"):
            H.user(name)
        H.user("mallory", groups=())
        H.loglevel = "INFO"     # what PAM says is shown
        H.start()
        status = lib.run(TESTS)
        if status == 1:
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
