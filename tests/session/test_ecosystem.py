#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that people use with ssh, as they are: scripts, plink, ssh-copy-id,
mosh, rsync, sftp, git, ansible, tmux.  What each does works and is recorded,
or is refused with a reason.

in: an installed build, root; out: a line for each test"""
import os
import re
import shlex
import socket
import subprocess
import sys

import pexpect

import clients
import lib
from clients import (HOST, Records, answer, client, git, got, listening, moved,
                     need, plink, put, rsync, running, sftp, signed_in)
from host import CONF, FILES, Host, files_below, free_port, run
from lib import check, wait_until

H = None
DENIED = "role dba may not transfer files"
# one way each: carol's account takes files, erin's gives them
ONE_WAY = """
[role inbox]
account = carol
request = *
approve = dba-leads
transfer = in

[role outbox]
account = erin
request = *
approve = dba-leads
transfer = out
"""
# all that DisableForwarding, which comes first, is to overrule
SSHD = """\
AcceptEnv LANG LC_* GIT_PROTOCOL
AllowTcpForwarding yes
AllowAgentForwarding yes
X11Forwarding yes
MaxSessions 12
"""


def ssh(account, *words, **how):
    """A command on the one connection of that account."""
    return client(*clients.argv(account), HOST, *words, **how)


def home(account, *path):
    return H.path("home", account, *path)


# ---- scripts ---------------------------------------------------------------

def test_no_input():
    """ssh -n: a loop over a list of names keeps its list; an open standard
    input is not waited for"""
    loop = ("while read name; do " + shlex.join([*clients.argv("alice"), "-n",
            HOST]) + " \"cat; echo $name\"; done")
    done = client("sh", "-c", loop, input=b"one\ntwo\nthree\n")
    check(done.stdout == b"one\ntwo\nthree\n" and done.returncode == 0, done)
    reading, writing = os.pipe()
    try:
        done = client(*clients.argv("alice"), "-n", HOST, "cat; echo end",
                      stdin=reading, timeout=10)
    finally:
        os.close(reading)
        os.close(writing)
    check(done.stdout == b"end\n" and done.returncode == 0, done)


def test_scripts():
    """bash -s with words, a here-document that makes a program, a login shell
    fed by a pipe: they run, and the record has what was fed"""
    records = Records(H)
    fed = b'echo "$# $2"; read line; echo "[$line]"\nfor read\nexit 5\n'
    done = ssh("alice", "bash", "-s", "--", "one", "'two three'", input=fed)
    check(done.returncode == 5 and
          done.stdout == b"2 two three\n[for read]\n", done)
    record = records.one()
    check(record.text("i").encode() == fed and
          record.text("o").encode() == done.stdout, record.lines)
    boot = (shlex.join([*clients.argv("alice"), HOST, "sh", "-eu"]) +
            " <<'END'\ncat >tool <<'TOOL'\n#!/bin/sh\necho \"made $1\"\n"
            "TOOL\nchmod +x tool\n./tool $((6 * 7))\nrm tool\nfalse\n"
            "echo not here\nEND\n")
    done = client("sh", "-c", boot)
    check(done.returncode == 1 and done.stdout == b"made 42\n", done)
    check("chmod +x tool" in records.one().text("i"))
    done = client(*clients.argv("alice"), "-T", HOST,
                  input=b"shopt -q login_shell && echo login; exit 6\n")
    check(done.returncode == 6 and done.stdout.endswith(b"login\n"), done)
    check("exit 6" in records.one().text("i"))


def test_ansible():
    """ansible, pipelining, without the right to copy files: the module that
    it feeds and its answer are in the record"""
    need("ansible")
    options = clients.argv("alice")[5:]
    H.write("inventory", f"db1 ansible_host={HOST} ansible_user=alice "
            f"ansible_port={H.port} "
            "ansible_python_interpreter=/usr/bin/python3\n")
    records = Records(H)
    done = client("ansible", "-i", H.path("inventory"), "db1", "-m", "ping",
                  env={"HOME": H.path("client"), "LC_ALL": "C.UTF-8",
                       "ANSIBLE_PIPELINING": "True",
                       "ANSIBLE_SSH_ARGS": shlex.join(
                           ["-F", "none", *options])})
    check(done.returncode == 0 and b'"pong"' in done.stdout, done)
    new = records.new()
    check(any("ansiballz_main" in r.text("i") and '"pong"' in r.text("o")
              for r in new), [r.lines for r in new])


# ---- other clients ---------------------------------------------------------

def test_plink():
    """plink: -batch cannot sign in and says so; signed in at its prompt it
    runs commands, and -batch on that connection does too"""
    need("plink", "puttygen", "pscp")
    run(["puttygen", H.keys["alice"], "-O", "private", "-o",
         H.path("alice.ppk")])
    env = {"HOME": H.path("client")}
    done = client(*plink("-batch"), HOST, "id -un", env=env)
    check(done.returncode == 1 and done.stdout == b"" and
          b"batch mode" in done.stderr, done)
    records = Records(H)
    child = signed_in([*plink(), HOST, "id -un; echo err >&2; exit 7"],
                      "alice", env)
    child.expect("Press Return to begin")
    child.send("\r")
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 7 and child.before.endswith("alice\nerr\n"),
          child.exitstatus, child.before)
    check(records.one().text("oe") == "alice\nerr\n")
    child = signed_in([*plink("-no-antispoof", "-share"), HOST], "alice", env)
    child.sendline("echo here''we")
    child.expect("herewe")
    done = client(*plink("-batch", "-share"), HOST, "id -un; cat; exit 8",
                  input=b"in\n", env=env)
    check(done.returncode == 8 and done.stdout == b"alice\nin\n", done)
    up = H.write("by-pscp", "bytes\n")
    done = client(*plink("-batch", "-share", "-scp", program="pscp"), up,
                  f"{HOST}:by-pscp", env=env)
    check(done.returncode != 0 and DENIED.encode() in done.stderr, done)
    check(not os.path.exists(home("alice", "by-pscp")))
    child.sendline("exit")
    child.expect(pexpect.EOF)
    check(len(records.new()) == 3)


def test_copy_id():
    """ssh-copy-id: the key arrives, and the record has it"""
    need("ssh-copy-id")
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a new one",
         "-f", H.path("new")])
    public = got(H.path("new.pub"))
    keys = home("alice", ".ssh", "authorized_keys")
    before = got(keys)
    records = Records(H)
    done = client("ssh-copy-id", "-i", H.path("new.pub"), "-F", "none",
                  *clients.argv("alice")[5:], "-o",
                  f"IdentityFile={H.keys['alice']}", HOST,
                  env={"HOME": H.path("client")})
    check(done.returncode == 0 and b"added: 1" in done.stdout, done)
    check(got(keys) == before + public, got(keys))
    check(records.one().text("i").encode() == public)


# ---- files -----------------------------------------------------------------

def test_rsync():
    """rsync up, down, --delete and --rsync-path: files are exact, each is
    counted; a --rsync-path that needs a shell is recorded as a command"""
    tree = H.path("tree")
    one = os.urandom(200_000)
    put(f"{tree}/one", one)
    put(f"{tree}/sub/two blanks", b"2\n")
    records = Records(H)
    done = rsync("dave", "-a", f"{tree}/", f"{HOST}:tree")
    check(done.returncode == 0, done)
    check(got(home("dave", "tree", "one")) == one and
          got(home("dave", "tree", "sub", "two blanks")) == b"2\n")
    moved(records.one(), bytes_in=len(one))
    done = rsync("dave", "-a", f"{HOST}:tree/", H.path("back"))
    check(done.returncode == 0 and got(H.path("back", "one")) == one, done)
    moved(records.one(), bytes_out=len(one))
    # what a rule would mask arrives as it is
    card = b"4111 1111 1111 1111\n" * 50
    put(home("dave", "tree", "cards"), card)
    done = rsync("dave", "-a", "-b", "--backup-dir=old", f"{HOST}:tree/",
                 H.path("back"))
    check(done.returncode == 0 and got(H.path("back", "cards")) == card, done)
    moved(records.one(), bytes_out=len(card))
    os.unlink(f"{tree}/one")
    done = rsync("dave", "-a", "--delete", f"{tree}/", f"{HOST}:tree")
    check(done.returncode == 0 and
          os.listdir(home("dave", "tree")) == ["sub"], done)
    moved(records.one())
    put(f"{tree}/three", one)
    done = rsync("dave", "-a", "--rsync-path=/usr/bin/rsync", f"{tree}/",
                 f"{HOST}:tree")
    check(done.returncode == 0 and
          got(home("dave", "tree", "three")) == one, done)
    moved(records.one(), bytes_in=len(one))
    done = rsync("dave", "-a", "--rsync-path=umask 077; rsync", f"{tree}/",
                 f"{HOST}:other")
    check(done.returncode == 0 and
          got(home("dave", "other", "three")) == one, done)
    record = records.one()
    check(not record.marks("transfer") and record.text("i") != "" and
          any(e["exe"].endswith("/rsync") for e in record.marks("exec")),
          record.lines)


def test_masked_copies():
    """What only a shell can start (a pattern) is masked as any command's
    output is, and the person is told so; by its name it is exact"""
    card = b"card 4111 1111 1111 1111\n"
    put(home("dave", "one", "file"), card)
    copy = H.path("copy")
    scp = [*clients.argv("dave", "scp"), "-O"]
    records = Records(H)
    done = client(*scp, f"{HOST}:one/file", copy)
    check(done.returncode == 0 and done.stderr == b"" and got(copy) == card,
          done)
    moved(records.one(), bytes_out=len(card))
    done = client(*scp, f"{HOST}:one/*", copy)
    check(b"this scp is started by a shell" in done.stderr and
          b"4111 1111" not in got(copy), done)
    check("are masked" in "".join(records.one().lines))
    done = rsync("dave", "-a", f"{HOST}:one/*", H.path("copies"))
    check(b"this rsync is started by a shell" in done.stderr, done)


def test_rsync_denied():
    """rsync under a role that may not copy: nothing moves in any of its ways,
    and the person reads why"""
    tree = H.path("denied")
    put(f"{tree}/file", b"some bytes\n")
    put(home("alice", "mine"), b"other bytes\n")
    for words in (
            ("-a", f"{tree}/", f"{HOST}:denied"),
            ("-as", f"{tree}/", f"{HOST}:denied"),
            ("-a", "--delete", f"{tree}/", f"{HOST}:denied"),
            ("-a", "--rsync-path=/usr/bin/rsync", f"{tree}/",
             f"{HOST}:denied"),
            ("-a", "--rsync-path=/usr/local/bin/rsync", f"{tree}/",
             f"{HOST}:denied"),
            ("-a", f"{HOST}:mine", H.path("stolen"))):
        records = Records(H)
        done = rsync("alice", *words)
        check(done.returncode != 0 and DENIED.encode() in done.stderr, words,
              done)
        check(DENIED in "".join(records.one().lines), words)
    check(not os.path.exists(home("alice", "denied")) and
          not os.path.exists(H.path("stolen")))


def test_sftp():
    """sftp: mkdir, put, rename, ls, get, rm, rmdir; bytes are exact and
    counted"""
    data = os.urandom(300_000)
    up = put(H.path("up"), data)
    records = Records(H)
    done = sftp("dave", "mkdir folder", f"put {up} folder/a",
                "rename folder/a folder/b", "ls -l folder",
                f"get folder/b {H.path('down')}")
    check(done.returncode == 0 and b"300000" in done.stdout and
          b"folder/b" in done.stdout, done)
    check(got(H.path("down")) == data and
          got(home("dave", "folder", "b")) == data and
          os.listdir(home("dave", "folder")) == ["b"])
    moved(records.one(), len(data), len(data))
    done = sftp("dave", "rm folder/b", "rmdir folder", "get folder/b")
    check(done.returncode == 1 and b"not found" in done.stderr, done)
    check(not os.path.exists(home("dave", "folder")))
    moved(records.one())


def test_sftp_denied():
    """sftp under a role that may not copy: it ends at once, nothing moves,
    the person and the record hear why"""
    up = put(H.path("up"), b"some bytes\n")
    records = Records(H)
    done = sftp("alice", f"put {up} by-sftp", "ls")
    check(done.returncode != 0 and b"authorized_keys" not in done.stdout and
          DENIED.encode() in done.stderr, done)
    check(not os.path.exists(home("alice", "by-sftp")))
    check(DENIED in "".join(records.one().lines))


def one_way(account, words, good, why):
    """A copying command and its fate: it works, or the person and the record
    hear why not and nothing has moved."""
    records = Records(H)
    done = words()
    check((done.returncode == 0) == good, account, done)
    record = records.one()
    if good:
        moved(record)
    else:
        check(why in done.stderr.decode() and why in "".join(record.lines),
              done, record.lines)
        check(not record.marks("transfer"), record.lines)


def test_one_way():
    """scp, rsync and git under transfer = in and transfer = out: files go that
    way and not the other; the person reads which way, which role and what to
    ask for"""
    data = b"some bytes\n"
    up, down = put(H.path("up"), data), H.path("down-one-way")
    work = H.path("one-way")
    run(["git", "init", "-q", "-b", "main", work])
    for account, push in (("carol", True), ("erin", False)):
        why = ("role inbox may transfer files in (upload) only, and this "
               if push else
               "role outbox may transfer files out (download) only, and this ")
        done = ssh(account, "git init -q --bare -b main own.git && "
                   "echo bytes > mine")
        check(done.returncode == 0, done)
        scp = [*clients.argv(account, "scp"), "-O"]
        for words, goes_in in (
                (lambda s=scp: client(*s, up, f"{HOST}:came"), True),
                (lambda s=scp: client(*s, f"{HOST}:mine", down), False),
                (lambda a=account: rsync(a, up, f"{HOST}:came2"), True),
                (lambda a=account: rsync(a, f"{HOST}:mine", down), False),
                (lambda a=account: git(
                    a, "-C", work, "ls-remote", f"{HOST}:own.git"), False)):
            one_way(account, words, goes_in == push, why)
        for name in ("came", "came2"):
            check(os.path.exists(home(account, name)) == push, name)
        check(os.path.exists(down) == (not push))
    os.unlink(down)


def test_one_way_sftp():
    """sftp under transfer = in writes and does not read, under out it reads
    and changes nothing; names can be listed; the record has what was tried"""
    data = os.urandom(100_000)
    up, down = put(H.path("up"), data), H.path("down-one-way")
    put(home("erin", "mine"), data)
    put(home("carol", "mine"), data)
    records = Records(H)
    done = sftp("carol", f"put {up} came", "mkdir made", "ls -l",
                f"get mine {down}")
    check(done.returncode == 1 and b"ermission denied" in done.stderr and
          b"came" in done.stdout, done)
    check(got(home("carol", "came")) == data and
          os.path.isdir(home("carol", "made")))
    check(not os.path.exists(down) or got(down) == b"")
    facts = records.one().marks("transfer")
    check([f["bytes"] for f in facts if f["did"] == "download"] == [0] and
          [f["bytes"] for f in facts if f["did"] == "upload"] ==
          [len(data)], facts)
    done = sftp("erin", f"get mine {down}", "ls -l", f"put {up} came")
    check(done.returncode == 1 and b"ermission denied" in done.stderr, done)
    check(got(down) == data and not os.path.exists(home("erin", "came")))
    for words in ("rm mine", "rename mine other", "mkdir made",
                  "ln -s mine link", "chmod 777 mine"):
        done = sftp("erin", words)
        check(done.returncode == 1, words, done)
    check(got(home("erin", "mine")) == data and
          not os.path.exists(home("erin", "made")))


def test_git():
    """git clone, push, fetch and archive: each is one transfer, whose verb and
    repository are in the record"""
    need("git")
    done = ssh("dave", "git init -q --bare -b main 'a b.git' && "
               "git -C 'a b.git' config daemon.uploadarch true")
    check(done.returncode == 0, done)
    records = Records(H)
    work, other = H.path("work"), H.path("other")
    data = os.urandom(50_000)
    for words in (("clone", f"{HOST}:a b.git", work),
                  ("clone", f"ssh://{HOST}/~/a b.git", other)):
        done = git("dave", *words)
        check(done.returncode == 0, done)
    put(f"{work}/file", data)
    for words in (("add", "file"), ("commit", "-q", "-m", "one"),
                  ("push", "origin", "HEAD:main")):
        done = git("dave", "-C", work, *words)
        check(done.returncode == 0, words, done)
    done = git("dave", "-C", other, "pull", "-q", "origin", "main")
    check(done.returncode == 0 and got(f"{other}/file") == data, done)
    # the protocol it asks for by a variable is the one it gets
    check(b"< version 2" in done.stderr, done)
    done = git("dave", "archive", f"--remote={HOST}:a b.git", "main")
    check(done.returncode == 0 and data in done.stdout, done)
    new = records.new()
    check([r.head["command"] for r in new] == [
        "git-upload-pack 'a b.git'", "git-upload-pack '~/a b.git'",
        "git-receive-pack 'a b.git'", "git-upload-pack '~/a b.git'",
        "git-upload-archive 'a b.git'"], [r.head for r in new])
    for record, bytes_in, bytes_out in zip(
            new, (0, 0, len(data), 0, 0), (0, 0, 0, len(data), len(data))):
        moved(record, bytes_in, bytes_out)


def test_git_denied():
    """git under a role that may not copy: neither out nor in, and the person
    reads why"""
    need("git")
    done = ssh("alice", "git init -q --bare -b main own.git")
    check(done.returncode == 0, done)
    work = H.path("denied-work")
    for words in (("clone", f"{HOST}:own.git", H.path("clone")),
                  ("init", "-q", "-b", "main", work),
                  ("-C", work, "commit", "-q", "--allow-empty", "-m", "x"),
                  ("-C", work, "push", f"{HOST}:own.git", "main"),
                  ("archive", f"--remote={HOST}:own.git", "main")):
        done = git("alice", *words)
        if f"{HOST}:own.git" in " ".join(words):
            check(done.returncode != 0 and DENIED.encode() in done.stderr,
                  words, done)
        else:
            check(done.returncode == 0, words, done)
    check(not os.path.exists(H.path("clone")))
    heads = [f for f in files_below(home("alice", "own.git", "refs"))]
    check(not heads, heads)


# ---- connections -----------------------------------------------------------

def test_parallel():
    """Ten commands at one time on one connection: ten recordings, none with a
    line of another"""
    records = Records(H)
    ten = [subprocess.Popen(
        [*clients.argv("alice"), HOST, f"echo up {i}; cat; exit {i}"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, env=H.environment()) for i in range(10)]
    try:
        for i, p in enumerate(ten):
            check(p.stdout.readline() == f"up {i}\n".encode(), i)
        for i, p in enumerate(ten):     # all of them are there now
            said = f"of the number {i}\n".encode() * 3000
            out, err = p.communicate(said, timeout=30)
            check(p.returncode == i and out == said and err == b"", i, err)
    finally:
        for p in ten:
            p.kill()
            p.wait()
    new = records.new()
    check(len(new) == 10, len(new))
    for i, record in enumerate(sorted(new, key=lambda r: r.head["command"])):
        check(record.text("o") == f"up {i}\n" + f"of the number {i}\n" * 3000,
              i, record.head)
    check(len({r.head["connection"] for r in new}) == 1, [r.head for r in new])


def test_forwarding():
    """-L, -D, -R, -A and -X where sshd_config would allow each of them:
    DisableForwarding leaves nothing of them"""
    need("ssh-agent", "xauth")
    agent = H.path("agent")
    H.launch("agent", ["ssh-agent", "-D", "-a", agent])
    wait_until(lambda: os.path.exists(agent), 5, "the agent")
    with socket.create_server(("127.0.0.1", 0)) as target:
        target.settimeout(0.5)
        to = target.getsockname()[1]
        local, socks, remote = (free_port() for _ in range(3))
        argv = [f"IdentityAgent={agent}" if w == "IdentityAgent=none" else w
                for w in H.ssh_argv("alice", "ControlPath=none")]
        child = signed_in(
            [*argv, "-A", "-Y", "-L", f"{local}:127.0.0.1:{to}", "-D",
             f"{socks}", "-R", f"{remote}:127.0.0.1:{to}", "-tt", HOST,
             "echo agent=$SSH_AUTH_SOCK= display=$DISPLAY=; cat"],
            "alice", {"DISPLAY": ":77", "HOME": H.path("client")})
        child.expect("agent==")
        child.expect("display==")
        check(answer(local, b"hello\n") == b"", "-L")
        check(answer(socks, b"\5\1\0", b"\5\1\0\1\x7f\0\0\1" +
                     to.to_bytes(2, "big")) == b"", "-D")
        check(not listening(remote), "-R")
        try:
            target.accept()
            raise lib.Failed("something came through")
        except TimeoutError:
            pass
        child.sendline("still here")
        child.expect("still here")
        child.sendeof()
        child.expect(pexpect.EOF)


def test_locale():
    """LANG and LC_*: what AcceptEnv lets in reaches the program, else there
    is none"""
    words = "echo \"<$LANG><$LC_TIME><$LC_PAPER>\"; locale charmap"
    env = {"LANG": "C", "LC_TIME": "C.UTF-8", "LC_PAPER": "no such; one",
           "LC_ALL": "C.UTF-8"}
    argv = clients.argv("alice")
    records = Records(H)
    done = client(*argv, "-o", "SendEnv=LANG LC_*", HOST, words, env=env)
    check(done.stdout == b"<C><C.UTF-8><no such; one>\nUTF-8\n", done)
    check(records.one().env["LANG"] == "C.UTF-8")
    done = client(*argv, HOST, words, env=env)
    check(done.stdout == b"<><><>\nANSI_X3.4-1968\n", done)
    check("LANG" not in records.one().env)


def test_mosh():
    """mosh, whose screen no record would have, is refused and says why"""
    need("mosh", "mosh-server")
    for more in ((), ("--server=env LC_ALL=C.UTF-8 /usr/bin/mosh-server",),
                 ("--experimental-remote-ip=remote",)):
        records = Records(H)
        child = signed_in(
            ["mosh", f"--ssh={shlex.join(H.ssh_argv('alice'))}", *more, HOST],
            "alice", {"HOME": H.path("client"), "TERM": "xterm",
                      "LC_ALL": "C.UTF-8"})
        child.expect("mosh goes past the record")
        child.expect(pexpect.EOF)
        check("mosh goes past" in "".join(records.one().lines), more)
    check(not running("alice", "mosh-server"))


def test_left():
    """What tmux, nohup and setsid leave behind lives on after the logout,
    and ends with the grant that prolongs theirs"""
    need("tmux")
    done = H.ssh("alice", "tmux -L left new -d 'sleep 4711'; "
                 "nohup sleep 4712 >/dev/null 2>&1 & "
                 "setsid -f sleep 4713 >/dev/null 2>&1 </dev/null",
                 person="alice")
    check(done.status == 0, done)
    jobs = [f"sleep {n}" for n in (4711, 4712, 4713)] + ["tmux -L left"]
    for job in jobs:
        check(running("alice", job), job)
    first = clients.grants("alice")
    asked = ssh("alice", "warrant", "extend", "--for", "1h", "--reason", "x")
    request = re.search(r"r-[0-9a-z]{13}", asked.stdout.decode())
    check(request, asked)
    H.approve(request.group())
    grant, = (g for g in clients.grants("alice") if g not in first)
    for job in jobs:
        check(running("alice", job), job)
    done = H.ssh("bob", "approver", "revoke", grant, "--kill", "-m",
                 "enough", person="bob")
    check(done.status == 0, done)
    for job in jobs:
        wait_until(lambda j=job: not running("alice", j), 10,
                   f"{job} is ended")


def main():
    global H
    if os.geteuid() != 0:
        print("skip ecosystem: needs root")
        return 77
    with Host(conf=CONF + FILES + ONE_WAY, sshd_lines=SSHD) as H:
        for name in ("alice", "bob", "carol", "dave", "erin"):
            H.user(name)
        H.start()
        H.grant("alice")
        H.grant("dave", "files")
        H.grant("carol", "inbox")
        H.grant("erin", "outbox")
        clients.begin(H, "alice", "carol", "dave", "erin")
        status = lib.run([
            test_no_input, test_scripts, test_ansible, test_plink,
            test_copy_id, test_rsync, test_masked_copies, test_rsync_denied,
            test_sftp, test_sftp_denied, test_one_way,
            test_one_way_sftp, test_git, test_git_denied,
            test_parallel, test_forwarding, test_locale, test_mosh,
            test_left])
        if status == 1:
            print(H.logs())
    return status


if __name__ == "__main__":
    sys.exit(main())
