#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The main job through a real ssh, sshd, PAM, provider and warrantd: sign in,
ask, approve, work recorded and masked, revoke, report.

in: an installed build, root; out: a line for each test"""
import filecmp
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import time

import lib
from host import CONF, FILES, Host, run
from lib import check, wait_until

H = None
CARD = "4111 1111 1111 1111"
KEY = "AKIAIOSFODNN7EXAMPLQ"
ROLES = FILES + """
[role later]
account = erin
request = *
approve = dba-leads
"""


def record_of(channel):
    """The lines of a recording, once it is sealed."""
    path = f"{H.statedir}/sessions/{channel}.cast.zst"
    lib.wait_sealed(path)
    done = subprocess.run(["zstd", "-dc", path], capture_output=True,
                          check=False)
    return done.stdout.decode().rstrip("\n").split("\n")


def newest():
    """The channel that was opened last."""
    folder = f"{H.statedir}/sessions"
    names = [n for n in os.listdir(folder) if n.endswith(".cast.zst")]
    names.sort(key=lambda n: os.stat(f"{folder}/{n}").st_ctime)
    return max(names, key=lambda n: json.loads(subprocess.run(
        ["zstd", "-dc", f"{folder}/{n}"], capture_output=True,
        check=False).stdout.splitlines()[0])["warrant"]["opened_us"])[:-9]


def text_of(lines, kinds="oe"):
    events = [json.loads(line) for line in lines[1:]]
    return "".join(e[2] for e in events if e[1] in kinds)


def execs_of(lines):
    events = [json.loads(line) for line in lines[1:]]
    return [json.loads(e[2][5:]) for e in events
            if e[1] == "m" and e[2].startswith("exec ")]


def granted(user, role, window="1h"):
    """A grant for the person of that account, approved by bob."""
    asked = H.ssh(user, "request", "--role", role, "--for", window,
                  "--reason", "tests of the whole", "--nowait", person=user)
    found = re.search(r"r-[0-9a-z]{13}", asked.out.decode())
    check(asked.status == 75 and found, asked)
    done = H.ssh("bob", "approver", "approve", found.group(), "-y",
                 person="bob")
    check(done.status == 0, done)
    return found.group()


def test_no_grant():
    """Without a grant nothing runs, and the person is told what to do"""
    done = H.ssh("alice", "id", person="alice")
    check(done.status == 77 and b"uid=" not in done.out, done)
    check(b"request" in done.err, done)
    done = sftp("ls", user="alice")
    check(done.returncode != 0 and "request" in done.stderr, done)


def test_command():
    """Asked for, approved by another: a command runs, status and streams
    as it made them"""
    granted("alice", "dba")
    done = H.ssh("alice", "id -un; echo err >&2; exit 7", person="alice")
    check(done.status == 7 and done.out == b"alice\n" and
          done.err.endswith(b"err\n"), done)
    lines = record_of(newest())
    check(text_of(lines, "o") == "alice\n" and "err\n" in text_of(lines, "e"),
          lines)
    check(any(e["exe"].endswith("/id") for e in execs_of(lines)), lines)


def test_signal_and_eof():
    """A signal is a signal, standard input ends, bytes are exact"""
    done = H.ssh("alice", "kill -TERM $$", person="alice")
    check(done.status in (255, 143), done)
    data = os.urandom(3_000_000)
    done = H.ssh("alice", "cat", person="alice", stdin=data)
    check(done.status == 0 and done.out == data, len(done.out), done.err)


def test_masked_pipe():
    """Card numbers and keys in a file are masked, also by slow writes"""
    with open(f"{H.dir}/home/alice/cards", "w", encoding="utf-8") as f:
        f.write(f"card {CARD}\naws {KEY}\n"
                "\x1b[31m4111\x1b[0m-1111-1111-1111 red\n")
    done = H.ssh("alice", "cat cards; for c in 5 5 0 0 0 0 0 0 0 0 0 0 0 0 0"
                 " 4; do printf $c; sleep 0.02; done; echo", person="alice")
    check(done.status == 0, done)
    for secret in (CARD, KEY, "1111-1111-1111", "5500000000000004"):
        check(secret.encode() not in done.out, secret, done)
    check(b"red" in done.out, done)
    kept = text_of(record_of(newest()))
    check("[card]" in kept and CARD not in kept and KEY not in kept and
          "5500000000000004" not in kept, kept)


def prompt(child):
    child.sendline("PS1='read''y> '")
    child.expect("ready> ")


def test_interactive():
    """A terminal: masks on the screen, resize, Ctrl-C, job control, vim"""
    child = H.spawn("alice", person="alice", size=(24, 80))
    prompt(child)
    child.sendline("stty size; tty; cat cards")
    child.expect("24 80")
    child.expect(r"/dev/pts/\d+")
    child.expect(r"\[card\]")
    child.expect("red")
    child.expect("ready> ")
    check(CARD not in child.before, child.before)
    child.setwinsize(30, 100)
    time.sleep(0.3)
    child.sendline("stty size")
    child.expect("30 100")
    child.expect("ready> ")
    child.sendline("sleep 100")
    time.sleep(0.3)
    child.send("\x03")
    child.expect("ready> ")
    child.sendline("sleep 100")
    time.sleep(0.3)
    child.send("\x1a")
    child.expect("Stopped")
    child.sendline("kill %1; jobs; echo a''b")
    child.expect("ab")
    child.expect("ready> ")
    child.sendline("vim -u NONE -n notes")
    time.sleep(0.7)
    child.send("ihello vim\x1b:wq\r")
    child.expect("ready> ")
    child.sendline("cat notes; exit 9")
    child.expect("hello vim")
    child.expect(lib_eof())
    child.close()
    check(child.exitstatus == 9, child.exitstatus, child.signalstatus)
    lines = record_of(newest())
    events = [json.loads(line) for line in lines[1:]]
    check([e for e in events if e[1] == "r" and e[2] == "100x30"], "resize")
    check(events[-1][1:] == ["x", "9"], events[-1])
    check(CARD not in text_of(lines), "card in the record")


def lib_eof():
    import pexpect  # pylint: disable=import-outside-toplevel
    return pexpect.EOF


def test_tables():
    """A session maps the rules that warrantd had compiled when it started"""
    tables = os.listdir(f"{H.rundir}/mask")
    check(len(tables) == 1 and tables[0].endswith(".table"), tables)
    child = H.spawn("alice", person="alice")
    prompt(child)
    maps = ""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm", encoding="ascii") as f:
                if f.read() != "warrant-recorde\n":
                    continue
            with open(f"/proc/{pid}/maps", encoding="ascii") as f:
                maps += f.read()
        except OSError:
            continue
    check(tables[0] in maps, maps)
    child.sendline("exit")
    child.expect(lib_eof())


def test_outer_terminal():
    """The person's own terminal can be written by nobody but the recorder"""
    child = H.spawn("alice", person="alice")
    prompt(child)
    child.sendline("ls -l /dev/pts | awk '$3 == \"root\"' | wc -l; "
                   "ps -o tty= -p $PPID")
    child.expect("ready> ")
    outer = re.search(r"pts/\d+", child.before)
    check(outer, child.before)
    child.sendline(f"echo past > /dev/{outer.group()}")
    child.expect("[Dd]enied")
    child.expect("ready> ")
    child.sendline("trap '' HUP TERM; kill -9 $PPID; sleep 2; echo st''ill")
    child.expect(lib_eof())
    check("still" not in child.before, child.before)


def test_scp_refused():
    """scp and sftp are refused by a role that does not allow them, and say
    why"""
    src = H.write("up", "some bytes\n")
    for mode in ([], ["-O"]):
        argv = H.ssh_argv("alice", program="scp") + mode
        done = subprocess.run(argv + [src, "127.0.0.1:up"], check=False,
                              capture_output=True, timeout=60,
                              env=H.environment("alice"))
        check(done.returncode != 0, done)
        # by SFTP scp shows the code of an answer, not its text
        check((b"may not transfer" if mode else b"Permission denied") in
              done.stderr, done)
        check("may not transfer" in "".join(record_of(newest())))
    check(not os.path.exists(f"{H.dir}/home/alice/up"))


def test_scp_logged():
    """A role that allows them: the file arrives, bytes and digest are kept"""
    granted("dave", "files")
    src = H.path("big")
    with open(src, "wb") as f:
        f.write(os.urandom(2_000_000))
    for mode in ([], ["-O"]):
        argv = H.ssh_argv("dave", program="scp") + mode
        done = subprocess.run(argv + [src, "127.0.0.1:big"], check=False,
                              capture_output=True, timeout=60,
                              env=H.environment("dave"))
        check(done.returncode == 0, done)
        with open(src, "rb") as a, open(f"{H.dir}/home/dave/big", "rb") as b:
            check(a.read() == b.read())
        os.unlink(f"{H.dir}/home/dave/big")
        mark = [json.loads(line)[2] for line in record_of(newest())[1:]]
        mark = [json.loads(m[9:]) for m in mark if m.startswith("transfer ")]
        check(mark[-1]["did"] == "total" and
              mark[-1]["bytes_in"] > 2_000_000, mode, mark)
        check(len(mark) == 1 or not mode, mark)     # names by SFTP alone


def sftp(*lines, user="dave"):
    """Not by -b, which asks nobody and so cannot sign in."""
    return subprocess.run(
        H.ssh_argv(user, program="sftp") + ["127.0.0.1"], check=False,
        input="\n".join(lines) + "\n", text=True, capture_output=True,
        timeout=60, env=H.environment(user))


def test_files():
    """Of SFTP each file is known: its name, way, size, digest, and what was
    renamed, made and removed; a secret in a name is masked"""
    src = H.path("upload")
    with open(src, "wb") as f:
        f.write(os.urandom(300_000))
    with open(src, "rb") as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    secret = "4111 1111 1111 1111"
    done = sftp(f"put {src} one", "rename one two", f"get two {src}.back",
                "mkdir d", f"put {src} \"d/{secret}\"", "chmod 600 two",
                "rm two", "rm none")
    check(done.returncode == 0, done)
    check(filecmp.cmp(src, f"{src}.back", shallow=False))
    of = [r for r in H.rows("files") if r["session"] == newest()]
    did = {(r["did"], os.path.basename(r["path"])): r for r in of}
    for way in (("upload", "one"), ("download", "two")):
        check(did[way]["sha256"] == digest and did[way]["result"] == "ok" and
              did[way]["bytes"] == 300_000, did)
    check(os.path.basename(did["rename", "one"]["to"]) == "two", did)
    check(did["mkdir", "d"]["result"] == did["remove", "two"]["result"] ==
          did["setstat", "two"]["result"] == "ok", did)
    check(did["remove", "none"]["result"] != "ok", did)
    check(of[-1]["did"] == "total" and of[-1]["path"] == "sftp", of)
    text = "".join(record_of(newest())) + H.report("files", "--json")
    check(secret not in text and "1111" in text, text)
    check("upload" in H.report("did", newest()))
    # a client that is none: its bytes are counted, and that is an exception
    subprocess.run(H.ssh_argv("dave") + ["-s", "127.0.0.1", "sftp"],
                   input=b"\0\0\0\5\1\0\0\0\3\377\377\377\377\3",
                   capture_output=True, timeout=60, check=False,
                   env=H.environment("dave"))
    record_of(newest())
    check([r["session"] for r in H.rows("exceptions") if "unfollowed" in
           r["what"]] == [newest()], H.rows("exceptions"))


def test_lobby():
    """In the lobby a person asks, waits visibly, and goes on into the session
    when another says yes"""
    child = H.spawn("erin", person="erin")
    child.expect("No grant covers")
    child.expect("> ")
    child.sendline("roles")
    child.expect("later")
    child.sendline("request --role later --for 30m --reason fix the lag")
    child.expect(r"r-[0-9a-z]{13}")
    request = child.match.group()
    done = H.ssh("bob", "approver", "approve", request, "-y", person="bob")
    check(done.status == 0, done)
    prompt(child)
    child.sendline("id -un; exit")
    child.expect("erin")
    child.expect(lib_eof())


def test_revoke():
    """Revoking a grant ends what runs under it, children of setsid too"""
    child = H.spawn("alice", person="alice")
    prompt(child)
    child.sendline("setsid sh -c 'trap \"\" HUP TERM; sleep 4242' & "
                   "echo sta''rted")
    child.expect("started")
    grants = H.rows("grants")
    grant = [g for g in grants if g["role"] == "dba"][-1]["grant"]
    done = H.ssh("bob", "approver", "revoke", grant, "--kill", "-m",
                 "enough", person="bob")
    check(done.status == 0, done)
    child.expect("revoked")
    child.expect(lib_eof())
    wait_until(lambda: subprocess.run(["pgrep", "-f", "sleep 4242"],
               capture_output=True, check=False).returncode == 1, 10,
               "what setsid left behind is killed")
    done = H.ssh("alice", "id", person="alice")
    check(done.status == 77, done)


def test_reports():
    """who, did, masked, grants tell of all that"""
    who = H.rows("who")
    check(len(who) >= 1, who)
    check(any(m["rule"] == "card.pan" for m in H.rows("masked")),
          H.rows("masked"))
    check("exposed" in H.report("masked", "--csv"))
    did = H.report("did", [w["session"] for w in who if w["session"]][-1])
    check("sealed" in did, did)


def test_replay():
    """A recording replays as text, and exactly; the reader is written down"""
    session = [w["session"] for w in H.rows("who") if w["session"]][-1]
    for how in ("--text", "--raw", "--cast", "--json"):
        done = subprocess.run([f"{H.at['bindir']}/warrant-replay", how,
                               session], capture_output=True, check=False)
        check(done.returncode == 0 and (done.stdout or how != "--cast"),
              how, done)
    events = H.report("who")
    check(session[:8] in events, events)


def test_export():
    """An export verifies; a byte changed anywhere in it is found, by two
    verifiers that share no code"""
    key = H.report("fingerprint").split()[-1]
    folder = H.path("export")
    H.report("export", folder)
    done = H.verify(folder, key)
    check(done.returncode in (0, 1), done)
    again = H.independent(folder, key)
    check(again.returncode == done.returncode, done, again)
    files = [os.path.join(d, f) for d, _, names in os.walk(folder)
             for f in names]
    chance = random.Random(int(os.environ.get("WARRANT_TEST_SEED", "1")))
    sizes = [os.stat(f).st_size for f in files]
    soak = os.environ.get("WARRANT_SOAK") is not None
    for i in range(1000 if soak else 200):
        # every file often enough, the large ones not alone
        f = chance.choice(files) if chance.random() < 0.5 else \
            chance.choices(files, sizes)[0]
        at, bit = chance.randrange(os.stat(f).st_size), chance.randrange(8)
        with open(f, "r+b") as io:
            old = os.pread(io.fileno(), 1, at)
            os.pwrite(io.fileno(), bytes([old[0] ^ 1 << bit]), at)
            done = H.verify(folder, key)
            again = H.independent(folder, key) if soak or i % 4 == 0 else done
            os.pwrite(io.fileno(), old, at)
        check(done.returncode == 2 and "FAIL" in done.stdout, f, at, bit,
              done)
        check(again.returncode == 2, f, at, bit, again)
    other = key.split("+")[0] + "+00000000+" + key.split("+")[2]
    check(H.verify(folder, other).returncode in (2, 3))
    gone = next(f for f in files if f.endswith(".cast.zst"))
    os.rename(gone, H.path("gone"))
    check(H.verify(folder, key).returncode == 2)
    # nor when the list of files has forgotten it too
    sums = f"{folder}/SHA256SUMS"
    with open(sums, encoding="ascii") as f:
        lines = f.readlines()
    with open(sums, "w", encoding="ascii") as f:
        f.writelines(s for s in lines if os.path.basename(gone) not in s)
    for check_it in (H.verify, H.independent):
        done = check_it(folder, key)
        check(done.returncode == 2 and "not there" in done.stdout, done)
    with open(sums, "w", encoding="ascii") as f:
        f.writelines(lines)
    os.rename(H.path("gone"), gone)
    with open(f"{folder}/recordings/more", "w", encoding="utf-8"):
        pass
    check(H.verify(folder, key).returncode == 2)


def main():
    global H
    if os.geteuid() != 0:
        print("skip whole: needs root")
        return 77
    with Host(conf=CONF + ROLES) as H:
        for name in ("alice", "bob", "dave", "erin"):
            H.user(name)
        H.start()
        status = lib.run([
            test_no_grant, test_command, test_signal_and_eof,
            test_masked_pipe, test_interactive, test_tables,
            test_outer_terminal,
            test_scp_refused, test_scp_logged, test_files, test_lobby,
            test_revoke, test_reports, test_replay, test_export])
        if status == 1 or os.environ.get("V"):
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
