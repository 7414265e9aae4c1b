#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""demo.py - the main job, for real, told step by step.

in: an installed build ($WARRANT_PREFIX, $WARRANT_BUILD), root
out: what happens, on standard output, up to a line "== ready"; then provider,
     warrantd and sshd go on until SIGTERM, which takes all of it away"""
import os
import re
import shutil
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))
sys.path.insert(0, f"{TOP}/tests/session")
sys.dont_write_bytecode = True
import pexpect  # noqa: E402  pylint: disable=wrong-import-position
from host import CONF, Host  # noqa: E402  pylint: disable=wrong-import-position

PERSON = {"alice": "Alice Adams, an engineer", "bob": "Bob Brown, who "
          "decides for the databases"}
RULES = """
[gate]
rules = remove

[rule remove]
program = rm
args = -rf ...
say = name your ticket
"""
CUSTOMERS = """\
name        card                  key
Jane Roe    4111 1111 1111 1111   -
Joe Public  5500-0000-0000-0004   AKIAIOSFODNN7EXAMPLQ
"""


def say(text):
    print(f"\n== {text}", flush=True)


def show(text):
    text = re.sub(r"\x1b\[\?2004[hl]", "", text)
    for line in text.replace("\r", "").strip("\n").split("\n"):
        print(f"   | {line}", flush=True)


def run(*argv, status=(0,)):
    print(f"   $ {' '.join(a.rsplit('/', 1)[-1] if a[0] == '/' else a for a in argv)}")
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    show(done.stdout + done.stderr)
    if done.returncode not in status:
        sys.exit(f"demo: {argv[0]}: status {done.returncode}")
    return done.stdout


def ssh(h, person, *words, status=0):
    print(f"   {person}$ ssh {person}@localhost {' '.join(words)}")
    done = h.ssh(person, *words, person=person)
    show((done.out + done.err).decode(errors="replace"))
    if done.status != status:
        sys.exit(f"demo: status {done.status}\n{h.logs()}")
    return done.out.decode(errors="replace")


def work(h):
    """A request in the lobby, a decision, a session."""
    say("alice signs in by the device flow; no grant covers her: the lobby")
    shell = h.spawn("alice", person="alice")
    shell.expect("> ")
    show(shell.before)
    say("she asks; the session waits for somebody else's word")
    shell.sendline("request --role dba --for 2h --reason INC-4711 "
                   "replication lag")
    shell.expect(r"r-[0-9a-z]{13}")
    request = shell.match.group()
    time.sleep(0.5)
    show(shell.before + request)
    say("bob (another person) looks, and says yes to one hour")
    ssh(h, "bob", "approver", "show", request)
    ssh(h, "bob", "approver", "approve", request, "--for", "1h", "-y", "-m",
        "read only please")
    say("alice's terminal goes on into the session; secrets are masked "
        "before she sees them")
    shell.sendline("PS1='alice\\$ '")
    shell.expect(r"2004halice\$ ")
    shell.sendline("cat customers")
    shell.expect(r"2004halice\$ ")
    show("alice$ " + shell.before)
    say("a risky command waits at its start, for a person; the rest just runs")
    shell.sendline("rm -rf old-backups && echo gone; exit")
    shell.expect(r"\((h-[0-9a-z]{13})[^\n]*\n")
    held = shell.match.group(1)
    show("alice$ " + shell.before + shell.match.group())
    ssh(h, "bob", "approver", "ls")
    ssh(h, "bob", "approver", "approve", held, "-y", "-m", "INC-4711")
    shell.expect(pexpect.EOF)
    show(shell.before)
    shell.close()


def audit(h):
    report = f"{h.at['bindir']}/warrant-report"
    say("who was here, by whose leave, what was hidden")
    run(report, "who")
    run(report, "grants")
    run(report, "masked")
    say("the evidence as a folder, checked with the pinned key alone")
    key = run(report, "fingerprint").split()[-1]
    folder = h.path("evidence")
    run(report, "export", folder)
    run(report, "verify", folder, "--key", key, status=(0, 1))
    say("one byte of it changed: the check says no, and where")
    victim = f"{folder}/events.ndjson"
    with open(victim, "r+b") as f:
        f.seek(1000)
        old = f.read(1)
        f.seek(1000)
        f.write(bytes([old[0] ^ 1]))
    run(report, "verify", folder, "--key", key, status=(2,))
    with open(victim, "r+b") as f:
        f.seek(1000)
        f.write(old)


def by_hand(h):
    say("it goes on running; to try it by hand:")
    print(f"""\
   {' '.join(h.ssh_argv('alice'))} 127.0.0.1
     the same with key-bob and User=bob for the one who decides
   ./quickstart sign-in CODE alice     (in another terminal; or open the page)
   {h.at['bindir']}/warrant-report who | did SESSION | masked | grants
   {h.at['bindir']}/warrant-replay SESSION
   ./quickstart stop                   takes all of it away
   warrantd's log: {h.warrantd.log}""")


def main():
    if len(sys.argv) > 2 and sys.argv[1] == "sign-in":
        import lib  # pylint: disable=import-outside-toplevel
        with open(sys.argv[2], encoding="utf-8") as f:
            issuer, ca = f.read().split("\n")[:2]
        print(lib.browser.answer(issuer, ca, sys.argv[3], sys.argv[4]))
        return
    with Host(conf=CONF.replace("databases of the tests",
                                "the databases") + RULES) as h:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        say("accounts alice and bob, an OpenID provider, warrantd and an "
            "sshd on 127.0.0.1")
        for name, who in PERSON.items():
            h.user(name)
            print(f"   {name}: {who}")
        with open(f"{h.dir}/home/alice/customers", "w",
                  encoding="utf-8") as f:
            f.write(CUSTOMERS)
        os.mkdir(f"{h.dir}/home/alice/old-backups")
        shutil.chown(f"{h.dir}/home/alice/old-backups", "alice", "alice")
        h.start()
        with open(sys.argv[1], "w", encoding="utf-8") as f:
            f.write(f"{h.idp.issuer}\n{h.idp.ca}\n")
        work(h)
        say("copying files out is refused by this role")
        done = h.ssh("alice", "scp -f customers", person="alice")
        show((done.out + done.err).decode(errors="replace"))
        audit(h)
        by_hand(h)
        say("ready")
        while True:
            signal.pause()


main()
