#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""warrantd and approver: who may do what, and nothing acknowledged is lost.

in: root, an installed build; out: a line a test.  Persons are local uids of
[approver] sections, as on a host before its first sign-in."""
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import lib  # noqa: E402
from lib import Area, Failed, Refused, Skipped, Wire, check, wait_until  # noqa: E402

BIN = os.environ.get("WARRANT_PREFIX", "/opt/warrant")
SEED = int(os.environ.get("WARRANT_TEST_SEED", "1"))
UIDS = {"alice": 61001, "bob": 61002, "carol": 61003, "dave": 61004}
CONF = """\
[host]
name = db1.example

[login]
lock = security

[approver alice]
issuer = https://id.example
sub = alice
uid = 61001
groups = engineers

[approver bob]
issuer = https://id.example
sub = bob
uid = 61002
groups = dba-leads, engineers

[approver carol]
issuer = https://id.example
sub = carol
uid = 61003
groups = security

[approver dave]
issuer = https://id.example
sub = dave
uid = 61004
groups = engineers

[role dba]
about = databases
account = postgres
request = engineers
approve = dba-leads
max = 8h

[role root2]
account = ops
request = engineers
approve = dba-leads & security
quorum = 2
max = 1h

[role quick]
account = ops
request = engineers
approve = security
lapse = 60s
max = 1h
"""


class Daemon(Area):
    def __init__(self, conf=CONF):
        if os.geteuid() != 0:
            raise Skipped("needs root")
        super().__init__("warrantd", open_to_all=True)
        self.conf = self.write("warrant.conf", conf)
        self.state, self.run = self.path("state"), self.path("run")
        self.db = f"{self.state}/warrant.db"
        subprocess.run([f"{lib.SRC}/dist/accounts", "add"], check=True)
        self.process = None
        self.up()

    def up(self):
        self.process = self.launch("warrantd", [
            f"{BIN}/sbin/warrantd", "--foreground", "--config", self.conf,
            "--rundir", self.run, "--statedir", self.state])
        self.wait()

    def wait(self):
        def ready():
            if self.process.poll() is not None:
                return True
            try:
                with Wire(f"{self.run}/approver.sock") as w:
                    w.s.settimeout(0.5)
                    w.send("nonsense")
                    return bool(w.s.recv(70000))
            except OSError:
                return False
        wait_until(ready, 20, "warrantd answers")
        check(self.process.poll() is None, lib.log_of(self.process))

    def parts(self, role):
        """The pids of the ledger or the courier."""
        out = subprocess.run(["pgrep", "-P", str(self.process.pid), "-f",
                              f"role {role}"], capture_output=True,
                             text=True, check=False).stdout
        return [int(p) for p in out.split()]

    def as_person(self, name):
        """A link on which we are this uid."""
        os.seteuid(UIDS[name])
        try:
            return Wire(f"{self.run}/approver.sock")
        finally:
            os.seteuid(0)

    def ask(self, name, op, **fields):
        with self.as_person(name) as w:
            return w.ask(op, **fields)

    def pam(self, op, **fields):
        with Wire(f"{self.run}/ledger.sock") as w:
            return w.ask(op, **fields)

    def request(self, name="alice", role="dba", for_s=3600, reason="lag"):
        return self.ask(name, "request", role=role, for_s=for_s,
                        reason=reason)["request"]

    def sql(self, query, *values):
        # our own connection would leave files of root beside the store
        copy = self.path("copy.db")
        for end in ("", "-wal", "-shm"):
            if os.path.exists(self.db + end):
                shutil.copy(self.db + end, copy + end)
        with sqlite3.connect(copy) as db:
            rows = db.execute(query, values).fetchall()
        for end in ("", "-wal", "-shm"):
            if os.path.exists(copy + end):
                os.unlink(copy + end)
        return rows

    def report(self, *words, status=0):
        done = subprocess.run(
            [f"{BIN}/bin/warrant-report", "--socket",
             f"{self.run}/approver.sock", *words],
            capture_output=True, text=True, check=False)
        check(done.returncode == status, words, done)
        return done.stdout

    def approver(self, name, *words):
        def become():
            os.setgroups([])
            os.setgid(UIDS[name])
            os.setuid(UIDS[name])
        return subprocess.run(
            [f"{BIN}/bin/approver", "--socket", f"{self.run}/approver.sock",
             *words], capture_output=True, text=True, check=False,
            preexec_fn=become, stdin=subprocess.DEVNULL)


def refused(code, ask, *args, **fields):
    try:
        answer = ask(*args, **fields)
    except Refused as r:
        check(r.code == code, f"{r.code} for {code}: {r.text}")
        return r.text
    raise Failed(f"not refused: {answer}")


D = None


def test_access():
    """A request, an approval for less, a grant, its end"""
    r = D.request(for_s=7200, reason="INC-1 lag")
    shown = D.ask("bob", "show", request=r)["show_request"]
    check(shown["yours_to_decide"] and shown["name"] == "alice", shown)
    check(shown["reason"] == "INC-1 lag" and shown["missing"] == 1, shown)
    got = D.ask("bob", "approve", request=r, for_s=1800, message="ok",
                expect=shown["expect"])
    grant = D.ask("alice", "whoami")["grants"][0]
    check(grant["grant"] == got["grant"], grant, got)
    check(grant["until_us"] - grant["from_us"] == 1800 * 10**6, grant)
    check(D.ask("alice", "roles")["roles"][0]["now"].startswith("yours"))
    refused("conflict", D.ask, "alice", "request", role="dba", for_s=60,
            reason="again")
    check(D.ask("bob", "revoke", grant=got["grant"], message="enough",
                kill=True)["ended"] == 0)
    check(D.ask("alice", "whoami")["grants"] == [])
    refused("conflict", D.ask, "bob", "revoke", grant=got["grant"],
            message="again")


def test_not_own():
    """Nobody decides on an own request, whatever groups they are in"""
    r = D.request("bob")
    refused("denied", D.ask, "bob", "approve", request=r)
    refused("denied", D.ask, "bob", "deny", request=r, message="no")
    D.ask("bob", "cancel", request=r)
    refused("conflict", D.ask, "bob", "cancel", request=r)


def test_not_approver():
    """Who is no approver of the role sees and decides nothing"""
    r = D.request()
    text = refused("denied", D.ask, "dave", "approve", request=r)
    refused("not-found", D.ask, "dave", "show", request=r)
    check(r in text, text)
    check(all(q["request"] != r for q in
              D.ask("dave", "ls", state="all")["requests"]))
    D.ask("alice", "cancel", request=r)


def test_root():
    """Root is nobody"""
    with Wire(f"{D.run}/approver.sock") as w:
        refused("denied", w.ask, "whoami")
        refused("denied", w.ask, "request", role="dba", for_s=60, reason="x")


def test_not_longer():
    """Not for longer than asked, and not for longer than the role's limit"""
    refused("usage", D.ask, "alice", "request", role="dba", for_s=9 * 3600,
            reason="long")
    r = D.request(for_s=600)
    refused("usage", D.ask, "bob", "approve", request=r, for_s=601)
    D.ask("alice", "cancel", request=r)


def test_quorum():
    """Two persons of two groups are wanted; one person is one"""
    r = D.request("dave", "root2", 600)
    got = D.ask("bob", "approve", request=r)
    check("grant" not in got and got["missing"] == 1, got)
    refused("conflict", D.ask, "bob", "approve", request=r)
    got = D.ask("carol", "approve", request=r, for_s=300)
    grant = D.ask("dave", "whoami")["grants"][0]
    check(grant["until_us"] - grant["from_us"] == 300 * 10**6, grant)
    D.ask("dave", "revoke", grant=got["grant"], message="done")


def test_expect():
    """Who decides on what he no longer sees decides nothing"""
    r = D.request("dave", "root2", 600)
    shown = D.ask("carol", "show", request=r)["show_request"]
    D.ask("bob", "approve", request=r)
    refused("conflict", D.ask, "carol", "approve", request=r,
            expect=shown["expect"])
    D.ask("carol", "deny", request=r, message="not today")
    check(D.ask("dave", "status", request=r)["requests"][0]["state"] ==
          "denied")
    refused("conflict", D.ask, "carol", "approve", request=r)


def test_limit():
    """Three open requests a person, and one of a role"""
    some = [D.request("dave", role) for role in ("dba", "root2", "quick")]
    text = refused("conflict", D.ask, "dave", "request", role="dba",
                   for_s=60, reason="twice")
    check(some[0] in text, text)
    for r in some:
        D.ask("dave", "cancel", request=r)


def test_wait():
    """Who waits hears each decision as it is made"""
    r = D.request("dave", "root2", 600)
    with D.as_person("dave") as w:
        check(w.ask("wait", request=r)["state"] == "pending")
        D.ask("bob", "approve", request=r, message="half")
        news = w.receive(5)
        check(news["state"] == "pending" and "half" in news["news"], news)
        D.ask("carol", "deny", request=r, message="never")
        news = w.receive(5)
        check(news["state"] == "denied" and "never" in news["text"], news)


def test_lapse():
    """A request that waits too long lapses; nobody can approve it then"""
    r = D.request("alice", "quick")
    D.ask("alice", "cancel", request=r)
    conf = CONF.replace("lapse = 60s", "lapse = 10s")
    with Daemon(conf) as d:
        r = d.request("alice", "quick")
        wait_until(lambda: d.ask("alice", "status", request=r)["requests"][0]
                   ["state"] == "lapsed", 20, "lapsed")
        refused("conflict", d.ask, "carol", "approve", request=r)
        wait_until(lambda: d.sql("SELECT count(*) FROM request_end")[0][0],
                   5, "written down")


def test_login():
    """A sign-in is for one account, one connection and ten minutes"""
    who = dict(issuer="https://idp", sub="7", name="Eve", email="e@x",
               groups=["engineers", "a\nb"], account="postgres",
               rhost="192.0.2.9", service="sshd", flow="device", alg="RS256",
               kid="k", token_hash="0" * 64, exp=1)
    a = D.pam("login.verified", **who)
    b = D.pam("login.verified", **who)
    check(a["person"] == b["person"] and a["login"] != b["login"])
    got = D.pam("login.check", login=a["login"], account="postgres",
                rhost="192.0.2.9", service="sshd")
    check(got["state"] == "lobby" and got["person"] == a["person"], got)
    refused("denied", D.pam, "login.check", login=a["login"],
            account="root")
    refused("denied", D.pam, "login.check", login="l-0000000000000",
            account="postgres")
    D.pam("login.rejected", account="x", reason="bad signature")


def test_lock():
    """Who is locked out has no grant, signs in to nothing, asks for nothing
    and decides nothing, until somebody else unlocks them"""
    said = dict(message="laptop stolen")
    text = refused("denied", D.ask, "bob", "lock", person="dave", **said)
    check("[login] lock" in text, text)
    refused("denied", D.ask, "bob", "locks")
    refused("denied", D.ask, "carol", "lock", person="carol", **said)
    text = refused("not-found", D.ask, "carol", "lock", person="mallory",
                   **said)
    check("ever signed in" in text, text)
    mine = D.request("dave")
    D.ask("bob", "approve", request=mine)
    asked, login = D.request("dave", "quick", 60), D.pam(
        "login.verified", issuer="https://id.example", sub="dave",
        name="Dave", email="dave@id.example", groups=["engineers"],
        account="postgres", rhost="192.0.2.9", service="sshd", flow="device",
        alg="RS256", kid="k", token_hash="1" * 64, exp=1)
    done = D.approver("carol", "lock", "dave", "-m", "laptop stolen")
    check(done.returncode == 0 and "Locked out dave" in done.stdout, done)
    text = refused("denied", D.ask, "dave", "request", role="dba", for_s=60,
                   reason="x")
    check(text == 'locked out by carol: "laptop stolen"', text)
    text = refused("denied", D.ask, "carol", "approve", request=asked)
    check(text.startswith("who asks is: locked out by carol"), text)
    got = D.pam("login.check", login=login["login"], account="postgres",
                rhost="192.0.2.9", service="sshd")
    check(got["state"] == "deny" and "laptop stolen" in got["text"], got)
    check(all(g["state"] == "revoked" for g in
              D.ask("bob", "ls", state="all")["grants"]
              if g["request"] == mine))
    refused("conflict", D.ask, "carol", "lock", person="dave", **said)
    done = D.approver("carol", "lock")
    check("dave, by carol" in done.stdout and "laptop stolen" in done.stdout,
          done)
    for part in D.parts("ledger"):  # the store knows, not the process
        os.kill(part, signal.SIGKILL)
    D.wait()
    refused("denied", D.ask, "dave", "whoami")
    D.ask("carol", "unlock", person=login["person"], message="found")
    refused("conflict", D.ask, "carol", "unlock", person="dave", **said)
    check(D.ask("carol", "locks")["locks"] == [])
    check(D.ask("dave", "whoami")["grants"] == [], "a grant came back")
    D.ask("dave", "cancel", request=asked)


def test_hostile():
    """Frames that are none, and verbs of others, change nothing"""
    before = D.sql("SELECT count(*) FROM event")
    rnd = random.Random(SEED)
    for data in (b"{", b"[]", b'{"op":1}', b'{"op":"x"}',
                 b'{"op":"request"}', b'{"op":"a","op":"b"}',
                 b'{"op":"request","role":1,"for_s":"x","reason":[]}',
                 b'{"op":"login.verified"}', b'{"op":"channel.open"}',
                 b'{"op":"request","role":"dba","for_s":-1,"reason":"x"}',
                 b'{"op":"request","role":"dba","for_s":60,"reason":" "}',
                 rnd.randbytes(300)):
        with D.as_person("alice") as w:
            w.send_bytes(data)
            w.s.settimeout(5)
            got = w.s.recv(70000)   # a refusal, or it is cut off
            check(got == b"" or json.loads(got)["ok"] is False, data, got)
    check(D.sql("SELECT count(*) FROM event") == before)


def test_cli():
    """approver: ls, show, approve, deny, revoke, --json, exit codes"""
    r = D.request("alice", "dba", 3600, "evil \x1b[31mred")
    done = D.approver("bob", "ls")
    check(done.returncode == 0 and "\x1b[31m" not in done.stdout and
          r[:8] in done.stdout, done)
    done = D.approver("bob", "show", r[:8])
    check(done.returncode == 0 and "alice" in done.stdout, done)
    done = D.approver("alice", "approve", r, "-y")
    check(done.returncode == 77, done)
    done = D.approver("bob", "approve", r, "--for", "30m", "-y", "-m",
                      "read", "only")
    check(done.returncode == 0 and "Grant g-" in done.stdout, done)
    listed = json.loads(D.approver("bob", "ls", "--json").stdout)
    grant = [g for g in listed["grants"] if g["state"] == "active"][0]
    done = D.approver("bob", "revoke", grant["grant"][:9], "-m", "over")
    check(done.returncode == 0, done)
    done = D.approver("bob", "approve", r, "-y")
    check(done.returncode == 3, done)


def test_reports():
    """warrant-report reads a copy, and that is an event"""
    out = D.report("grants")
    check("alice" in out and "dba" in out, out)
    rows = json.loads(D.report("grants", "--json"))["rows"]
    check(any(r["message"] == "read only" for r in rows), rows)
    check(D.report("fingerprint").startswith("db1.example+"))
    check(D.sql("SELECT count(*) FROM event WHERE kind = 'report.read'")
          [0][0] >= 3)
    os.seteuid(UIDS["alice"])
    try:
        done = subprocess.run(
            [f"{BIN}/bin/warrant-report", "--socket",
             f"{D.run}/approver.sock", "who"], capture_output=True,
            text=True, check=False)
    finally:
        os.seteuid(0)
    check(done.returncode == 77, done)


def test_kill():
    """kill -9 at any moment: what was acknowledged is there"""
    rnd = random.Random(SEED)
    for _ in range(6):
        acked, end = [], time.monotonic() + rnd.uniform(0.05, 0.6)
        try:
            while time.monotonic() < end:
                r = D.request("alice", "dba", 60, "k")
                acked.append(r)
                D.ask("alice", "cancel", request=r)
        finally:
            for pid in [D.process.pid, *D.parts("ledger"),
                        *D.parts("courier")]:
                os.kill(pid, signal.SIGKILL)
        D.process.wait()
        stored = {r[0] for r in D.sql("SELECT id FROM request")}
        check(set(acked) <= stored, set(acked) - stored)
        D.up()
        for r in D.ask("alice", "status")["requests"]:
            if r["state"] == "pending":
                D.ask("alice", "cancel", request=r["request"])


def test_ledger_killed():
    """The ledger is started again, and goes on where it was"""
    r = D.request()
    (old,) = D.parts("ledger")
    os.kill(old, signal.SIGKILL)
    wait_until(lambda: D.parts("ledger") not in ([], [old]), 10, "a ledger")
    D.wait()
    check(D.ask("alice", "status", request=r)["requests"][0]["state"] ==
          "pending")
    D.ask("alice", "cancel", request=r)


def test_locked():
    """A store that is locked: said so, nothing done, and then it works"""
    lock = sqlite3.connect(D.db, isolation_level=None, timeout=5)
    lock.execute("BEGIN IMMEDIATE")
    try:
        text = refused("unavailable", D.ask, "alice", "request", role="dba",
                       for_s=60, reason="locked", timeout=30)
        check("store" in text, text)
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    D.ask("alice", "cancel", request=D.request())


def test_altered():
    """A store somebody altered is not served"""
    with Daemon() as d:
        d.request()
        lib.stop(d.process)
        with sqlite3.connect(d.db) as db:
            triggers = db.execute("SELECT name, sql FROM sqlite_schema WHERE "
                                  "type = 'trigger'").fetchall()
            for name, _ in triggers:
                db.execute(f"DROP TRIGGER {name}")
            db.execute("UPDATE event SET wall_us = wall_us + 1 "
                       "WHERE seq = 1")
            for _, sql in triggers:
                db.execute(sql)
        d.process = d.launch("again", [
            f"{BIN}/sbin/warrantd", "--foreground", "--config", d.conf,
            "--rundir", d.run, "--statedir", d.state])
        wait_until(lambda: "altered" in lib.log_of(d.process), 10, "refused")


def test_stop():
    """SIGTERM ends it with status 0; the epoch is sealed and anchored"""
    with Daemon() as d:
        r = d.request()
        check(lib.stop(d.process) == 0, lib.log_of(d.process))
        check("anchor db1.example" in lib.log_of(d.process))
        kinds = [k for (k,) in d.sql("SELECT kind FROM event ORDER BY seq")]
        check(kinds[-2:] == ["daemon.stop", "key.rotated"], kinds)
        d.up()
        check(d.ask("alice", "status")["requests"][0]["request"] == r)


def main():
    global D
    if os.geteuid() != 0:
        print("skip warrantd: needs root")
        return 77
    with Daemon() as D:
        return lib.run([
            test_access, test_not_own, test_not_approver, test_root,
            test_not_longer, test_quorum, test_expect, test_limit, test_wait,
            test_lapse, test_login, test_lock, test_hostile, test_cli, test_reports,
            test_ledger_killed, test_locked, test_kill, test_altered,
            test_stop])


if __name__ == "__main__":
    sys.exit(main())
