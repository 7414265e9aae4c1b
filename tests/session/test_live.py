#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What runs now, through a real ssh: listed, watched, killed by those who
approve the role, and by nobody else.

in: an installed build, root; out: a line for each test"""
import json
import os
import pwd
import re
import signal
import subprocess
import sys

import pexpect

import lib
from host import CONF, Host
from lib import check, wait_until

H = None
CARD = "4111 1111 1111 1111"
LOCAL = """
[approver bob]
uid = {uid}
issuer = {issuer}
sub = 1002-bob
groups = dba-leads
"""


def approver(*words, user="bob"):
    """approver on the host itself, as the account of an [approver]."""
    return subprocess.run(
        ["setpriv", "--reuid", user, "--regid", user, "--init-groups",
         f"{H.at['bindir']}/approver", *words], capture_output=True,
        text=True, check=False, timeout=30)


def alice():
    """A session of hers; she signs in for the first one alone."""
    known = os.path.exists(H.path("mux"))
    child = H.spawn("alice", person=None if known else "alice", options=(
        "ControlMaster=auto", "ControlPersist=60",
        f"ControlPath={H.path('mux')}"))
    child.sendline("PS1='read''y> '")
    child.expect("ready> ")
    H.callback(child.close, True)
    return child


def sessions(*words):
    done = approver("sessions", *words, "--json")
    check(done.returncode == 0, done)
    return json.loads(done.stdout)["sessions"]


def only():
    found = sessions()
    check(len(found) == 1, found)
    return found[0]


def test_listed():
    """An approver sees who runs what under the role, and until when"""
    check(sessions() == [], sessions())
    child = alice()
    one = only()
    check(one["name"] == "Alice Adams" and one["role"] == "dba" and
          one["tty"] and one["command"] == "" and one["yours_to_watch"], one)
    check(0 < one["until_us"] - one["opened_us"] <= 3600_000_000, one)
    check(one["rhost"] == "127.0.0.1" and one["state"] == "running", one)
    table = approver("sessions").stdout
    check(one["session"][:8] in table and "(shell)" in table and
          "127.0.0.1" in table, table)
    child.sendline(f"{H.at['bindir']}/approver sessions")
    child.expect(one["session"][:8])    # one's own
    child.expect("ready> ")
    done = H.ssh("erin", "approver", "sessions", person="erin")
    check(done.status == 0 and b"No session" in done.out, done)
    child.sendline("exit")
    child.expect(pexpect.EOF)
    wait_until(lambda: sessions() == [], 10, "it is over")
    ended, = [s for s in sessions("--all") if s["session"] == one["session"]]
    check(ended["state"] == "completed" and ended["rhost"] == "127.0.0.1" and
          abs(ended["opened_us"] - one["opened_us"]) < 1_000_000 and
          one["opened_us"] < ended["ended_us"] and
          ended["name"] == "Alice Adams" and not ended["own"], ended)
    check(", completed" in approver("sessions", "--all").stdout)
    done = H.ssh("erin", "approver", "sessions", "--all", person="erin")
    check(b"No session runs or has ended" in done.out, done)


def test_long_command():
    """A command too long to be shown whole hides no session"""
    command = "sleep 3 # xy" + "\u00fc" * 200
    run = subprocess.Popen(
        H.ssh_argv("alice", "ControlMaster=no",
                   f"ControlPath={H.path('mux')}") +
        ["-T", "127.0.0.1", command], stdin=subprocess.DEVNULL)
    wait_until(sessions, 5, "it runs")
    check(only()["command"].startswith("sleep 3 # xy"), sessions())
    run.wait(20)
    wait_until(lambda: sessions() == [], 10, "it is over")
    check(sessions("--all")[0]["command"].startswith("sleep 3 # xy"))


def test_watched():
    """What is watched is masked and does nothing to the watcher's terminal;
    the person is told, and it is an event"""
    child = alice()
    one = only()
    child.sendline(f"echo bef''ore; echo card {CARD}")
    child.expect("before")
    watcher = pexpect.spawn("setpriv", [
        "--reuid", "bob", "--regid", "bob", "--init-groups",
        f"{H.at['bindir']}/approver", "watch", one["session"][:9]],
        encoding="utf-8", timeout=20)
    H.callback(watcher.close, True)
    watcher.expect("before")
    watcher.expect(r"\[card\]")
    child.expect("bob watches this session")
    child.sendline("printf 'la''ter\\033]52;c;aGVsbG8=\\007"
                   "\\033]0;tit''le\\007\\033[6n en''d\\n'")
    watcher.expect("later")
    watcher.expect("end")
    for bad in ("\033]52", "title\007", "\033[6n"):
        check(bad not in watcher.before, bad, repr(watcher.before))
    check(CARD not in watcher.before)
    child.sendline("exit")
    watcher.expect("the session has ended")
    watcher.expect(pexpect.EOF)
    seen = H.events("channel.watched")
    check(len(seen) == 1 and seen[0][0] == one["session"], seen)
    child.expect(pexpect.EOF)
    wait_until(lambda: H.events("channel.unwatched"), 5, "the end of it")
    gone = H.events("channel.unwatched")
    check(len(gone) == 1 and gone[0][:2] == seen[0][:2] and
          0 <= gone[0][2]["lasted_s"] < 60 and gone[0][2]["bytes"] > 0, gone)
    done = H.report("did", one["session"])
    check(re.search(r"no longer watched: .*seconds.*by Bob Brown", done), done)


def test_watched_no_more():
    """q leaves; one's own session is not watched; the lobby says why not"""
    child = alice()
    one = only()
    watcher = pexpect.spawn("setpriv", [
        "--reuid", "bob", "--regid", "bob", "--init-groups",
        f"{H.at['bindir']}/approver", "watch", one["session"]],
        encoding="utf-8", timeout=20)
    H.callback(watcher.close, True)
    watcher.expect("ready> ")
    before = len(H.events("channel.unwatched"))
    check(len(H.events("channel.watched")) == before + 1)
    watcher.send("q")
    watcher.expect(pexpect.EOF)
    wait_until(lambda: len(H.events("channel.unwatched")) == before + 1, 5,
               "the end of a look, while the session goes on")
    child.sendline(f"{H.at['bindir']}/approver watch {one['session']}")
    child.expect("nothing to watch")
    done = H.ssh("bob", "approver", "watch", one["session"], person="bob")
    check(done.status == 2 and b"lobby" in done.err, done)
    done = H.ssh("erin", "approver", "kill", one["session"], "-m", "x",
                 person="erin")
    check(done.status == 1 and b"no session" in done.err, done)
    child.sendline("exit")
    child.expect(pexpect.EOF)


def test_killed():
    """kill ends what runs at once, in vim too, and says who and why"""
    child = alice()
    one = only()
    check(approver("kill", one["session"]).returncode == 2)
    child.sendline("(trap '' HUP TERM; sleep 4343) & vim -u NONE -n notes")
    child.expect("~")
    # a message that is cut inside a character must not keep it alive
    long = "wrong host:" + "\u00fc" * 150
    done = approver("kill", one["session"][:10], "-m", long)
    check(done.returncode == 0 and "Killed" in done.stdout, done)
    child.expect('bob ended this session: "wrong host')
    child.expect(pexpect.EOF)
    wait_until(lambda: subprocess.run(
        ["pgrep", "-f", "sleep 4343"], capture_output=True,
        check=False).returncode == 1, 10, "nothing of it is left")
    seen = H.events("channel.killed")
    check(len(seen) == 1 and seen[0][0] == one["session"] and
          seen[0][2]["message"] == long, seen)
    report = subprocess.run([f"{H.at['bindir']}/warrant-report", "who"],
                            capture_output=True, text=True, check=True)
    check(re.search(one["session"][:8], report.stdout), report.stdout)


def test_explained():
    """An exception is listed until somebody else has explained it"""
    child = alice()
    for pid in H.pids("warrant-recorder"):
        os.kill(pid, signal.SIGKILL)
    child.expect(pexpect.EOF)
    wait_until(lambda: H.rows("exceptions"), 10, "an exception")
    for one in H.rows("exceptions"):
        number = str(one["seq"])
        done = H.ssh("alice", f"{H.at['bindir']}/approver", "explain",
                     number, "-m", "mine", person="alice")
        check(done.status == 77 and b"approve none" in done.err, done)
        done = approver("explain", number)
        check(done.returncode == 2 and "-m TEXT" in done.stderr, done)
        done = approver("explain", number, "-m", "a test killed it")
        check(done.returncode == 0, done)
        done = approver("explain", number, "-m", "again")
        check(done.returncode == 3 and "has explained" in done.stderr, done)
    check(H.rows("exceptions") == [], H.rows("exceptions"))
    check(H.rows("exceptions", "--account", "nobody-has-it", "--all") == [])
    for one in H.rows("exceptions", "--all"):
        check(one["explanation"] == "a test killed it" and
              "bob" in one["explained_by"].lower(), one)
    check("a test killed it" in H.report(
        "exceptions", "--all"))
    done = approver("explain", "0", "-m", "no such")
    check(done.returncode == 1 and "no exception" in done.stderr, done)


def test_locked():
    """A person who is locked out is out at once, from the lobby too"""
    child, lobby = alice(), H.spawn("erin", person="erin")
    lobby.expect("No grant covers")
    for name, at in (("Alice Adams", child), ("erin@example.test", lobby)):
        done = approver("lock", name, "-m", "laptop stolen")
        check(done.returncode == 0, done)
        if at is child:
            at.expect("locked out by")
        at.expect(pexpect.EOF)
    H.loglevel = "INFO"     # as a person has it: sshd's message is shown
    for user in ("alice", "erin"):
        done = H.ssh(user, "id", person=user)
        check(done.status == 255 and b"uid=" not in done.out and
              b'"laptop stolen"' in done.err, done)
    H.loglevel = "ERROR"
    table = approver("lock").stdout
    check("Alice Adams" in table and "Erin" in table, table)
    done = approver("unlock", "erin@example.test", "-m", "found")
    check(done.returncode == 0, done)
    done = H.ssh("erin", "roles", person="erin")
    check(done.status == 0, done)


def test_root():
    """root is nobody"""
    done = subprocess.run([f"{H.at['bindir']}/approver", "sessions"],
                          capture_output=True, text=True, check=False)
    check(done.returncode == 77 and "root is nobody" in done.stderr, done)


def main():
    global H
    if os.geteuid() != 0:
        print("skip live: needs root")
        return 77
    conf = CONF.replace("[login]\n", "[login]\nlock = dba-leads\n")
    with Host(conf=conf) as H:
        for name in ("alice", "bob", "erin"):
            H.user(name)
        with open(H.conf, "a", encoding="ascii") as f:
            f.write(LOCAL.format(uid=pwd.getpwnam("bob").pw_uid,
                                 issuer=H.idp.issuer))
        H.start()
        H.grant("alice")
        status = lib.run([test_listed, test_long_command, test_watched, test_watched_no_more,
                          test_killed, test_explained, test_root,
                          test_locked])
        if status == 1 or os.environ.get("V"):
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
