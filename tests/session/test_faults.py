#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Parts of a running login are killed: nothing goes on unrecorded, nothing
acknowledged is lost, nobody is locked out.

in: an installed build, root; out: a line for each test"""
import os
import pwd
import signal
import subprocess
import sys
import time

import pexpect

import lib
from host import CONF, Host, processes_of, run
from lib import check, wait_until

H = None
PAN = "4111 1111 1111 1111"
HUNG = 4        # s without an answer


def session():
    child = H.spawn("alice", person="alice")
    child.sendline("PS1='read''y> '; trap '' HUP TERM")
    child.expect("ready> ")
    return child


def nothing_left(sleep):
    wait_until(lambda: subprocess.run(["pgrep", "-f", f"sleep {sleep}"],
               capture_output=True, check=False).returncode == 1, 10,
               f"sleep {sleep} is killed")


def kill_in_session(name, sleep):
    child = session()
    child.sendline(f"setsid sleep {sleep} & echo st''arted")
    child.expect("started")
    time.sleep(0.3)
    for pid in H.pids(name):
        os.kill(pid, signal.SIGKILL)
    child.sendline("sleep 3; echo unre''corded")
    child.expect(pexpect.EOF, timeout=15)
    check("unrecorded" not in child.before, child.before)
    return child.before


def test_recorder_killed():
    """The recorder is killed: the session ends, all of it"""
    kill_in_session("warrant-recorder", 4301)
    nothing_left(4301)
    wait_until(lambda: "recorder:" in lib.log_of(H.warrantd), 5, "told")


def test_gate_killed():
    """The gate is killed: the terminal hangs up, nothing more starts"""
    child = session()
    for pid in H.pids("warrant-gate"):
        os.kill(pid, signal.SIGKILL)
    child.sendline("/bin/echo unre''corded")
    child.expect(pexpect.EOF, timeout=15)
    check("\nunrecorded" not in child.before, child.before)
    # a shell needs no program for its built-ins: it is gone too
    wait_until(lambda: not of_account("alice"), 10, "all of it is killed")


def of_account(name):
    return list(processes_of(pwd.getpwnam(name).pw_uid))


def test_shell_killed():
    """warrant-shell is killed: what it started ends with it"""
    child = session()
    child.sendline("sleep 4302 & kill -9 $PPID")
    child.expect(pexpect.EOF, timeout=15)
    nothing_left(4302)


def on_terminal(name, seconds):
    """A process whose terminal has this name, as soon as it is free."""
    number = int(name.rsplit("/", 1)[1])
    end, lower, found = time.monotonic() + seconds, [], None
    while found is None and time.monotonic() < end:
        ours, its = os.openpty()
        if os.ttyname(its) == name:
            found = subprocess.Popen(
                ["setsid", "--ctty", "sleep", "60"], stdin=its)
            os.close(its)
            H.callback(os.close, ours)
        elif int(os.ttyname(its).rsplit("/", 1)[1]) < number:
            lower += [ours, its]
        else:
            os.close(ours)
            os.close(its)
    for fd in lower:
        os.close(fd)
    check(found is not None, f"{name} was not free in {seconds} s")
    return found


def test_terminal_used_again():
    """A terminal that bears the name of one that has ended is left alone"""
    for _ in range(4):  # the moment matters
        child = session()
        child.sendline("echo =$(tty)=")
        child.expect("=(/dev/pts/[0-9]+)=")
        name = child.match.group(1)
        child.sendline("kill -9 $PPID")
        other = on_terminal(name, 5)
        try:
            child.expect(pexpect.EOF, timeout=15)
            time.sleep(0.3)
            check(other.poll() is None, f"killed: {other.poll()}")
        finally:
            other.kill()
            other.wait()


def test_ledger_killed():
    """The ledger is killed: the session goes on and is sealed"""
    child = session()
    run(["pkill", "-KILL", "-f", "--", "warrantd.*--role ledger"])
    child.sendline("echo go''es on; sleep 2; exit 4")
    child.expect("goes on")
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 4, child.exitstatus)
    done = H.ssh("alice", "echo again", person="alice")
    check(done.out == b"again\n", done)


def test_daemon_killed():
    """warrantd is killed: running sessions go on, new logins are told why,
    and the next start learns all of it: what was masked, how it ended"""
    child = session()
    mine = newest()
    H.warrantd.kill()
    H.warrantd.wait()
    subprocess.run(["pkill", "-KILL", "-f", "--", "warrantd.*--role"],
                   check=False)
    child.sendline("echo go''es on")
    child.expect("goes on")
    done = H.ssh("alice", "id")
    check(done.status == 255 and b"uid=" not in done.out, done)
    child.sendline(f"echo {PAN}")
    child.expect("ready> ")
    child.sendline("exit 5")
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 5, child.exitstatus)
    H.start_warrantd(fresh=False)
    done = H.ssh("alice", "echo again", person="alice")
    check(done.out == b"again\n", done)
    learnt(mine, "completed", 5)
    check(not os.listdir(f"{H.statedir}/sessions/spool"), "is empty again")


def newest():
    """The channel that was opened last."""
    return H.events("channel.open")[-1][0]


def learnt(channel, state, status=None):
    """The ledger knows what was masked in it and how it ended, once."""
    seal = wait_until(lambda: [b for s, _, b in H.events("channel.seal")
                               if s == channel], 20, "it is sealed")[0]
    check(seal["state"] == state and seal.get("status") == status, seal)
    masks = [(w, b) for s, w, b in H.events("channel.mask") if s == channel]
    check([(b["rule"], b["n"]) for _, b in masks] == [("card.pan", 2)]
          and masks[0][0] is not None, masks)


def test_daemon_killed_and_back():
    """warrantd is killed and starts again while a session runs: it is sealed
    when it ends, and nothing of it is missing"""
    child = session()
    mine = newest()
    H.warrantd.kill()
    H.warrantd.wait()
    subprocess.run(["pkill", "-KILL", "-f", "--", "warrantd.*--role"],
                   check=False)
    child.sendline(f"echo {PAN}")
    child.expect("ready> ")
    H.start_warrantd(fresh=False)
    done = H.ssh("alice", "echo again", person="alice")
    check(done.out == b"again\n", done)
    child.sendline("exit 6")
    child.expect(pexpect.EOF)
    learnt(mine, "completed", 6)


def stopped(name, signal_no=signal.SIGSTOP):
    found = H.pids(name)
    check(len(found) == 1, found)
    os.kill(found[0], signal_no)
    return found[0]


def test_daemon_hung():
    """warrantd hangs: the session goes on and ends, later all is learnt"""
    child = session()
    mine = newest()
    H.warrantd.send_signal(signal.SIGSTOP)
    try:
        child.sendline(f"echo {PAN}")
        child.expect("ready> ")
        child.sendline("exit 7")
        child.expect(pexpect.EOF)
    finally:
        H.warrantd.send_signal(signal.SIGCONT)
    learnt(mine, "completed", 7)


def test_recorder_hung():
    """A recorder that hangs: its program waits, the session ends and says
    why, it is an exception; nothing is left"""
    child = session()
    mine = newest()
    child.sendline("setsid sleep 4303 & echo st''arted")
    child.expect("started")
    hung = stopped("warrant-recorder")
    child.sendline("while :; do /bin/echo unre''corded; done")
    child.expect("does not answer", timeout=30)
    check("unrecorded" not in child.before, child.before)
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 76, child.exitstatus)
    nothing_left(4303)
    wait_until(lambda: not of_account("alice"), 10, "all of it is killed")
    wait_until(lambda: not os.path.exists(f"/proc/{hung}"), 5, "killed")
    wait_until(lambda: [b for s, _, b in H.events("channel.seal")
                        if s == mine and b["state"] == "interrupted"], 10,
               "it is sealed")
    check([b["text"] for s, _, b in H.events("recorder.failed")
           if s == mine] == ["it does not answer, and was killed"],
          H.events("recorder.failed"))


def test_not_hung():
    """A client that reads nothing for long, and a recorder that stands still
    for a while, are no fault"""
    child = session()
    child.sendline("seq 1 200000; echo do''ne")
    time.sleep(HUNG + 3)
    pid = stopped("warrant-recorder")
    time.sleep(HUNG / 3)
    os.kill(pid, signal.SIGCONT)
    child.expect("done")
    child.sendline("exit 8")
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 8, child.exitstatus)


def test_full_disk():
    """No space for recordings: no session, and the person is told"""
    folder = f"{H.statedir}/sessions"
    run(["mount", "-t", "tmpfs", "-o", "size=8m,mode=0700", "tmpfs", folder])
    try:
        lib.stop(H.warrantd)
        H.start_warrantd(fresh=False)
        done = H.ssh("alice", "id", person="alice")
        check(done.status == 76 and b"MiB" in done.err and
              b"uid=" not in done.out, done)
    finally:
        lib.stop(H.warrantd)
        run(["umount", folder])
        H.start_warrantd(fresh=False)


def test_no_setgid():
    """warrant-shell has lost its group: no session, the person is told why"""
    os.chmod(H.shell, 0o755)
    try:
        done = H.ssh("alice", "id", person="alice")
        check(done.status == 76 and b"chmod 2755" in done.err and
              b"uid=" not in done.out, done)
    finally:
        os.chmod(H.shell, 0o2755)


def main():
    global H
    if os.geteuid() != 0:
        print("skip faults: needs root")
        return 77
    with Host(conf=f"{CONF}\n[gate]\nrecorder_hung = {HUNG}s\n") as H:
        for name in ("alice", "bob"):
            H.user(name)
        H.start()
        H.grant("alice")
        status = lib.run([
            test_recorder_killed, test_gate_killed, test_shell_killed,
            test_terminal_used_again,
            test_ledger_killed, test_daemon_killed,
            test_daemon_killed_and_back, test_daemon_hung,
            test_recorder_hung, test_not_hung, test_full_disk,
            test_no_setgid])
        if status == 1:
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
