#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What a host under warrant costs: a login beside one by password, the
question whether there is a grant, and what the ledger writes a second.

in: root, an installed build ($WARRANT_PREFIX; else `make install` of
    $WARRANT_BUILD), a provider of tests/idp
out: a line a figure (--json: an object).  A login is counted from the answer
     to its last prompt to the first byte of `echo`; the person has signed in
     by then, so the provider's time is not in it."""
import json
import os
import re
import statistics
import sys
import threading
import time

import pexpect

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, f"{TESTS}/session")
import lib  # noqa: E402
from host import Host, run  # noqa: E402
from lib import Skipped, Wire, check  # noqa: E402

LOGINS = 15
LOOKUPS = 3000
SECONDS = 3
LINKS = 32
WAITING = 20


def to_first_byte(child, answer):
    begin = time.monotonic()
    child.send(answer)
    child.expect("first")
    ms = (time.monotonic() - begin) * 1000
    child.expect(pexpect.EOF)
    child.close()
    return ms


def password_login(h):
    child = h.spawn("frank", "echo fi''rst")
    child.expect("[Pp]assword: ")
    return to_first_byte(child, "corr3ct horse\r")


def warrant_login(h):
    child = h.spawn("alice", "echo fi''rst")
    child.expect(lib.CODE)
    code = child.match.group()
    child.expect("Enter.*: ")
    h.idp.answer(code, "alice")
    time.sleep(6)       # the courier polls every 5 s
    return to_first_byte(child, "\r")


def pss_kib(h):
    """Proportional memory of sshd and of this build's programs."""
    total = 0
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            exe = os.readlink(f"/proc/{pid}/exe")
            if exe != "/usr/sbin/sshd" and \
                    not exe.startswith(h.at["prefix"]):
                continue
            with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
                total += int(re.search(r"^Pss: +(\d+)", f.read(),
                                       re.M).group(1))
        except OSError:
            continue
    return total


def waiting_kib(h, user, prompt):
    """Memory for each of WAITING logins that wait at this prompt."""
    before, children = pss_kib(h), []
    for _ in range(WAITING):
        child = h.spawn(user, "true", timeout=60)
        child.expect(prompt)
        children.append(child)
    if prompt == "Enter.*: ":
        for child in children:
            child.send("\r")
        time.sleep(1)
    used = (pss_kib(h) - before) / WAITING
    for child in children:
        child.close(True)
    return used


def lookups(h, login):
    """Microseconds of login.check, asked and answered by socket."""
    took = []
    with Wire(f"{h.rundir}/ledger.sock") as w:
        for _ in range(LOOKUPS):
            begin = time.monotonic()
            got = w.ask("login.check", login=login, account="alice",
                        rhost="127.0.0.1", service="sshd")
            took.append((time.monotonic() - begin) * 1e6)
            check(got["state"] == "grant", got)
    return sorted(took)


def commits(h, links):
    """Acknowledged events a second: each is signed and on disk by then."""
    count = [0] * links
    end = time.monotonic() + SECONDS

    def ask(i):
        with Wire(f"{h.rundir}/ledger.sock") as w:
            while time.monotonic() < end:
                w.ask("login.rejected", account="x", rhost="192.0.2.1",
                      service="sshd", reason="bench")
                count[i] += 1
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(links)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sum(count) / SECONDS


def measure(h):
    asked = h.ssh("alice", "request", "--role", "dba", "--for", "1h",
                  "--reason", "bench", "--nowait", person="alice")
    found = re.search(r"r-[0-9a-z]{13}", asked.out.decode())
    check(found, asked)
    done = h.ssh("bob", "approver", "approve", found.group(), "-y",
                 person="bob")
    check(done.status == 0, done)
    with Wire(f"{h.rundir}/ledger.sock") as w:
        login = w.ask("login.verified", issuer=h.idp.issuer, sub="1001-alice",
                      name="Alice", email="a@x", groups=["engineers"],
                      account="alice", rhost="127.0.0.1", service="sshd",
                      flow="device", alg="RS256", kid="k",
                      token_hash="0" * 64, exp=int(time.time()) + 600)
    took = lookups(h, login["login"])
    by_password = [password_login(h) for _ in range(LOGINS)]
    by_warrant = [warrant_login(h) for _ in range(LOGINS)]
    return {
        "login by password, median ms": statistics.median(by_password),
        "login by warrant, median ms": statistics.median(by_warrant),
        "login by warrant, slowest ms": max(by_warrant),
        "login, ratio": statistics.median(by_warrant) /
        statistics.median(by_password),
        "waiting at a password, KiB each": waiting_kib(h, "frank",
                                                       "[Pp]assword: "),
        "waiting for a sign-in, KiB each": waiting_kib(h, "alice",
                                                       "Enter.*: "),
        "grant lookup, p50 us": took[len(took) // 2],
        "grant lookup, p99 us": took[len(took) * 99 // 100],
        "ledger, events/s, 1 link": commits(h, 1),
        f"ledger, events/s, {LINKS} links": commits(h, LINKS),
    }


def main():
    try:
        with Host() as h:
            for name in ("alice", "bob"):
                h.user(name)
            h.user("frank", groups=("warrant-breakglass",),
                   shell="/bin/bash")
            # a cheap hash: the password is no part of the comparison
            run(["chpasswd", "-c", "SHA256", "-s", "1000"],
                input="frank:corr3ct horse\n")
            h.start()
            result = measure(h)
    except Skipped as s:
        print(f"skip bench_host: {s}")
        return
    if "--json" in sys.argv:
        print(json.dumps(result, indent=2))
        return
    for name, value in result.items():
        print(f"{name:32} {value:12.2f}")


main()
