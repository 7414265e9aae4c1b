#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is shown and what is recorded is what was written, for every kind of
output, stream and surrounding; exit statuses too.

in: an installed build, root, $WARRANT_TEST_SEED; out: a line for each test"""
import json
import os
import random
import re
import subprocess
import sys
import time

import pexpect

import lib
from host import CONF, Host, run
from lib import check, wait_until

H = None
SEED = int(os.environ.get("WARRANT_TEST_SEED", "1"))
OPTIONS = ()        # one sign-in for all of it


def ssh(*command, **how):
    return H.ssh("alice", *command, options=OPTIONS, **how)


def sessions():
    rows = json.loads(run([f"{H.at['bindir']}/warrant-report", "who",
                           "--account", "alice", "--json"]))["rows"]
    return [r["session"] for r in rows if r["session"]]


def recorded(before, *words):
    """What warrant-replay makes of the one session that is new."""
    new = [s for s in sessions() if s not in before]
    check(len(new) == 1, new)
    path = f"{H.statedir}/sessions/{new[0]}.cast.zst"
    lib.wait_sealed(path)
    return subprocess.run([f"{H.at['bindir']}/warrant-replay", *words, path],
                          capture_output=True, check=True).stdout


def write_file(name, data):
    path = f"{H.dir}/home/alice/{name}"
    with open(path, "wb") as f:
        f.write(data)
    os.chmod(path, 0o644)
    return path


def kinds(chance):
    """Names and bytes; none of them holds what a rule would mask."""
    words = ["lorem", "ipsum", "dolor", "sit", "amet"]
    log = "".join(f"line {i} {chance.choice(words)} {chance.choice(words)}\n"
                  for i in range(20000))
    ansi = "".join(f"\x1b[{chance.randint(30, 37)};1m{w}\x1b[0m\r\n\x1b[K"
                   for w in words * 2000)
    utf8 = "".join(chance.choice("äßλ漢字😀e\u0301 \n") for _ in range(40000))
    safe = bytes(b for b in range(256) if b not in b"\x03\x04\x11\x13\x1a\x1c"
                 and not chr(b).isalnum())
    binary = bytes(chance.choice(safe) for _ in range(200000))
    return (("log", log.encode()), ("ansi", ansi.encode()),
            ("utf8", utf8.encode()), ("binary", binary))


# copies a file to standard output in writes of one size
WRITER = ("import os,sys\n"
          "d = open(sys.argv[1], 'rb').read(); n = int(sys.argv[2])\n"
          "for i in range(0, len(d), n): os.write(1, d[i:i + n])\n")


def test_terminal():
    """Text, escapes, UTF-8, binary; writes of 64 KiB, 100 and 1: exact"""
    write_file("writer.py", WRITER.encode())
    for name, data in kinds(random.Random(SEED)):
        for size in (65536, 100, 1):
            part = data[:20000] if size == 1 else data
            write_file("data", part)
            before = sessions()
            done = ssh(f"stty raw -echo; python3 writer.py data {size}",
                       tty=True)
            check(done.out == part, name, size, len(done.out), len(part))
            check(recorded(before, "--raw") == part, name, size, "record")


def test_streams():
    """No terminal: 5 MB on each of two streams, apart and exact"""
    chance = random.Random(SEED)
    out = "".join(chance.choice("abc def\n") for _ in range(5 << 20))
    write_file("o", out.encode())
    write_file("e", out[::-1].encode())
    before = sessions()
    done = ssh("cat o & cat e >&2; wait")
    check(done.out.decode() == out and done.err.decode() == out[::-1],
          len(done.out), len(done.err))
    lines = recorded(before, "--cast").decode().splitlines()[1:]
    both = {"o": "", "e": ""}
    for line in lines:
        _, kind, text = json.loads(line)[:3]
        if kind in both:
            both[kind] += text
    check(both["o"] == out and both["e"] == out[::-1],
          len(both["o"]), len(both["e"]))


def test_statuses():
    """Statuses, signals, closed descriptors, limits, a large environment"""
    for command, status in (
            ("exit 0", 0), ("exit 7", 7), ("exit 255", 255), ("false", 1),
            ("no-such-program-here", 127), ("/etc/passwd", 126),
            ("exec 0<&- 1>&- 2>&-; sleep 0.2; exit 3", 3),
            ("ulimit -n 8; ulimit -f 0; ulimit -s 256; exit 4", 4),
            ("ulimit -u 50; exit 5", 5),
            ("X=$(head -c 100000 /dev/zero | tr '\\0' x) /bin/sh -c "
             "'exit ${#X}'", 100000 % 256),
            ("trap '' HUP INT TERM; exit 6", 6)):
        for tty in (False, True):
            done = ssh(command, tty=tty)
            check(done.status == status, command, tty, done)
    done = ssh("kill -9 $$")
    check(done.status == 255, done)     # ssh's for a signal
    done = ssh("cat; echo end", stdin=b"in\n" * 1000)
    check(done.out == b"in\n" * 1000 + b"end\n", done)
    # a job that outlives its shell keeps its stream until it is done
    began = time.monotonic()
    done = ssh("(sleep 1; echo late) & exit 0")
    check(done.out == b"late\n" and time.monotonic() - began > 0.9, done)


def test_surroundings():
    """No TERM, another locale, bytes that are no UTF-8"""
    for term in ("", "dumb", "no-such-terminal", "x" * 200, "\udcff"):
        argv = H.ssh_argv("alice", *OPTIONS) + ["-tt", "127.0.0.1",
                                                "printf ok"]
        done = subprocess.run(argv, capture_output=True, timeout=30,
                              env={**H.environment(), "TERM": term},
                              stdin=subprocess.DEVNULL, check=False)
        check(done.stdout == b"ok" and done.returncode == 0, term, done)
    before = sessions()
    done = ssh("LC_ALL=C; export LC_ALL; printf '\\344\\366\\374\\377\\n'")
    check(done.out == b"\xe4\xf6\xfc\xff\n", done)
    check(recorded(before, "--raw") == done.out, "record")


def test_first_and_last_line():
    """The record says where it comes from and what there is in it"""
    before = sessions()
    done = ssh("echo 4111111111111111; cat /proc/self/sessionid; echo; "
               "cat /proc/self/loginuid; exit 3")
    lines = [json.loads(line) for line in
             recorded(before, "--cast").splitlines()]
    head, total, end = lines[0], lines[-2], lines[-1]
    card, rest = done.out.decode().split("\n", 1)
    check("1111" in card and "4111111111111111" not in card, done.out)
    facts = head["warrant"]["kernel"]
    check(facts["release"] == os.uname().release, head)
    for text, fact in zip(re.findall(r"\d+", rest),
                          (facts["audit_session"], facts["loginuid"])):
        check((int(text) if int(text) != 2**32 - 1 else None) == fact,
              done.out, facts)
    check(end[1:] == ["x", "3"], end)
    check(total[1] == "m" and total[2].startswith("total "), total)
    facts = json.loads(total[2][6:])
    check(facts == {"state": "completed", "bytes_in": 0, "exposed": 0,
                    "bytes_out": 17 + len(rest), "masked": 1}, facts)


def test_resizes():
    """10,000 changes of the window's size: the last one counts"""
    child = H.spawn("alice", options=OPTIONS)
    child.sendline("PS1='read''y> '")
    child.expect("ready> ")
    for i in range(10000):
        child.setwinsize(10 + i % 90, 20 + i % 200)
    child.setwinsize(31, 97)

    def right():
        child.sendline("echo size=$(stty size)=")
        child.expect(r"size=(\d+) (\d+)=")
        return child.match.groups() == ("31", "97")
    wait_until(right, 10, "the last size is there")
    child.sendline("exit")
    child.expect(pexpect.EOF)


def main():
    global H, OPTIONS
    if os.geteuid() != 0:
        print("skip exact: needs root")
        return 77
    with Host(CONF) as H:
        for name in ("alice", "bob"):
            H.user(name)
        H.start()
        H.grant("alice")
        OPTIONS = ("ControlMaster=auto", f"ControlPath={H.path('ctl')}",
                   "ControlPersist=300")
        check(ssh("true", person="alice").status == 0, "sign-in")
        status = lib.run([test_terminal, test_streams, test_statuses,
                          test_surroundings, test_first_and_last_line,
                          test_resizes])
        subprocess.run([*H.ssh_argv("alice", *OPTIONS), "-O", "exit",
                        "127.0.0.1"], capture_output=True, check=False)
        if status == 1:
            print(H.logs())
    return status


sys.exit(main())
