#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The limits of what a person may do to a session: fork bombs, much output,
clients that go, descriptors that are closed, large environments, su, sudo and
ssh inside.  (Statuses, limits, locales, resizes: test_exact.py; ten channels
of one connection: test_login.py.)

in: an installed build, root; 10 GB of output with $WARRANT_SOAK, else 100 MB;
out: a line for each test"""
import os
import pwd
import re
import shutil
import subprocess
import sys

import pexpect

import lib
from host import CONF, Host, processes_of, run
from lib import Skipped, check, wait_until

H = None
MUCH = 10 ** 10 if os.environ.get("WARRANT_SOAK") else 100 * 10 ** 6
RECORDER_KB = 64 * 1024     # of memory, whatever is printed
SUDOERS = "/etc/sudoers.d/warrant-test-limits"


def of_account(name):
    return list(processes_of(pwd.getpwnam(name).pw_uid))


def newest():
    return H.events("channel.open")[-1][0]


def record(channel):
    """Its lines, once it is sealed."""
    wait_until(lambda: [1 for s, _, _ in H.events("channel.seal")
                        if s == channel], 20, "sealed")
    return subprocess.run(
        ["zstd", "-qdc", f"{H.statedir}/sessions/{channel}.cast.zst"],
        capture_output=True, text=True, check=True).stdout


def session(*command, **how):
    child = H.spawn("alice", *command, person="alice", **how)
    if not command:
        child.sendline("PS1='read''y> '")
        child.expect("ready> ")
    return child


def background(command):
    """ssh without a terminal, signed in, whose output comes by a pipe."""
    return subprocess.Popen(
        [*H.ssh_argv("alice"), "-T", "127.0.0.1", command],
        env=H.environment("alice"), stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def test_fork_bomb():
    """A fork bomb up to the account's limit is ended by kill, all of it"""
    child = session()
    mine = newest()
    child.sendline("ulimit -u 150; trap '' HUP TERM INT")
    child.sendline("b() { b & b & wait; }; b 2>/dev/null")
    wait_until(lambda: len(of_account("alice")) > 100, 20, "it grows")
    done = H.ssh("bob", "approver", "kill", mine, "-m", "a bomb", "-y",
                 person="bob")
    check(done.status == 0, done)
    wait_until(lambda: not of_account("alice"), 30, "nothing is left")
    child.expect(pexpect.EOF)
    record(mine)


def test_much_output():
    """Much output: all of it arrives, and the recorder stays small"""
    p = background(f"yes 'lorem ipsum dolor sit amet' | head -c {MUCH}")
    n, peak = 0, 0
    while True:
        part = p.stdout.read(1 << 20)
        if not part:
            break
        n += len(part)
        if n % (16 << 20) < (1 << 20):
            for pid in H.pids("warrant-recorder"):
                with open(f"/proc/{pid}/status", encoding="ascii") as f:
                    found = re.search(r"VmHWM:\s*(\d+) kB", f.read())
                peak = max(peak, int(found.group(1)))
    check(p.wait(60) == 0 and n == MUCH, p.returncode, n)
    check(0 < peak < RECORDER_KB, f"{peak} kB")
    mine = newest()
    record_end = H.events("channel.seal")[-1]
    check(record_end[0] == mine and record_end[2]["bytes_out"] == MUCH,
          record_end)


def gone(command):
    """The client is killed while that runs without a terminal."""
    p = background(command)
    check(p.stdout.readline() == b"runs\n", command)
    mine = newest()
    p.kill()
    p.wait()
    p.stdout.close()
    wait_until(lambda: not of_account("alice"), 20, f"{command} ends")
    record(mine)


def test_client_gone():
    """A client without a terminal is gone: the job ends, also one that says
    nothing, or does not care"""
    gone("echo runs; while sleep 0.1; do echo more; done")
    gone("echo runs; sleep 4401")
    gone("trap '' PIPE HUP TERM; echo runs; sleep 4402; sleep 4403")


def test_closed_descriptors():
    """A client whose standard descriptors are closed"""
    for closed, want in (("<&-", b"out\n"), ("2>&-", b"out\n"),
                         ("<&- >&- 2>&-", b"")):
        words = subprocess.list2cmdline(
            [*H.ssh_argv("alice"), "-T", "127.0.0.1"])
        done = subprocess.run(
            ["sh", "-c", f"{words} 'echo out; exit 9' {closed}"],
            env=H.environment("alice"), stdout=subprocess.PIPE, timeout=60,
            check=False)
        check(done.returncode == 9 and done.stdout == want, closed, done)


def test_environment():
    """An environment of 100 KB, one of many names, and little memory"""
    done = H.ssh("alice", "echo ${#BIG}", person="alice",
                 options=(f"SetEnv=BIG={'x' * 100000}",))
    check(done.out == b"100000\n", done)
    # sshd takes no more names than 128
    many = " ".join(f"BIG{i}={'y' * 800}" for i in range(120))
    done = H.ssh("alice", "env | grep -c ^BIG", person="alice",
                 options=(f"SetEnv={many}",))
    check(done.out == b"120\n", done)
    done = H.ssh("alice", "ulimit -v 40000; ulimit -n 8; ulimit -f 0; "
                 "seq 1 20000 | tail -n 1", person="alice")
    check(done.out == b"20000\n", done)


def test_nested():
    """sudo, su, and ssh to the host itself from inside: all is recorded"""
    if shutil.which("sudo") is None:
        raise Skipped("sudo is not installed")
    with open(SUDOERS, "w", encoding="utf-8") as f:
        f.write("alice ALL=(ALL) NOPASSWD: ALL\n")
    os.chmod(SUDOERS, 0o440)
    H.callback(os.unlink, SUDOERS)
    home = f"{H.dir}/home/alice"
    shutil.copy(H.keys["alice"], f"{home}/key")
    run(["chown", "alice:", f"{home}/key"])
    os.chmod(f"{home}/key", 0o600)
    child = session()
    outer = newest()
    child.sendline("sudo su -s /bin/sh nobody -c 'id -un; echo de''ep'")
    child.expect("nobody\r\ndeep")
    child.expect("ready> ")
    child.sendline(f"ssh -tt -i key -p {H.port} -o StrictHostKeyChecking=no "
                   "-o IdentityAgent=none 127.0.0.1 'echo in''ner; exit 11'")
    child.expect(lib.CODE)
    code = child.match.group()
    child.expect("Enter.*: ")
    H.idp.answer(code, "alice")
    child.send("\r")
    child.expect("inner\r\n")
    child.expect("ready> ")
    inner = newest()
    check(inner != outer, inner)
    child.sendline("exit")
    child.expect(pexpect.EOF)
    lines = record(outer)
    for word in ("deep", "inner", "/usr/bin/sudo", "/su\\\"", "/bin/ssh"):
        check(word in lines, word, lines[-3000:])
    check("inner" in record(inner), "inner")


def main():
    global H
    if os.geteuid() != 0:
        print("skip limits: needs root")
        return 77
    with Host(conf=CONF, sshd_lines="AcceptEnv BIG*") as H:
        for name in ("alice", "bob"):
            H.user(name)
        H.start()
        H.grant("alice", window="4h")
        status = lib.run([test_fork_bomb, test_much_output,
                          test_client_gone, test_closed_descriptors,
                          test_environment, test_nested])
        if status == 1:
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
