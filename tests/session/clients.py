# SPDX-License-Identifier: BSD-2-Clause
"""clients.py - programs that use ssh, for test_ecosystem.py.

in: a started Host whose accounts have grants
out: one connection an account, which stays; programs run on it; the
     recordings that came of them

    begin(H, "alice")                   # signs in
    records = Records(H)
    done = client(*argv("alice"), HOST, "id")
    check(records.one().text("o") == done.stdout.decode())
"""
import json
import os
import pwd
import shlex
import shutil
import socket
import subprocess

import pexpect

import lib
from host import processes_of, run
from lib import Failed, Skipped, check, wait_until

HOST = "127.0.0.1"
H = None
OPTIONS = {}    # of the one connection of an account


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            raise Skipped(f"{program} is not installed")


def begin(host, *accounts):
    """A connection an account, with a command on it that stays: one without
    any is closed after a while.  Also a home for the clients."""
    global H
    H = host
    os.makedirs(H.path("client", ".ssh"), 0o700)
    for account in accounts:
        OPTIONS[account] = ("ControlMaster=auto", "ControlPersist=300",
                            f"ControlPath={H.path(f'ctl-{account}')}")
        # the first says which variables the later ones may send
        done = H.ssh(account, "true", person=account, options=(
            *OPTIONS[account], "SendEnv=LANG LC_* GIT_PROTOCOL"))
        check(done.status == 0, done)
        stays = subprocess.Popen([*argv(account), HOST, "echo stays; cat"],
                                 stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE,
                                 stderr=subprocess.DEVNULL)
        H.callback(stays.wait)
        H.callback(stays.kill)
        check(stays.stdout.readline() == b"stays\n", account)


def argv(account, program="ssh"):
    return H.ssh_argv(account, *OPTIONS[account], program=program)


def client(*words, env=None, timeout=60, **how):
    """A program to its end; env is added to what our ssh needs."""
    if "input" not in how:
        how.setdefault("stdin", subprocess.DEVNULL)
    try:
        return subprocess.run(words, capture_output=True, check=False,
                              timeout=timeout,
                              env={**H.environment(), **(env or {})}, **how)
    except subprocess.TimeoutExpired as late:
        raise Failed(f"{words}: not done in {timeout} s, said "
                     f"{late.stdout!r} {late.stderr!r}") from None


def signed_in(words, person, env):
    """A program on a terminal that shows the code of a sign-in: person signs
    in, and the caller goes on from there."""
    child = pexpect.spawn(words[0], words[1:], timeout=20, encoding="utf-8",
                          codec_errors="replace", dimensions=(40, 120),
                          env={**os.environ, **env})
    H.callback(child.close, True)
    child.expect(lib.CODE)
    code = child.match.group()
    child.expect("Enter.*: ")
    H.idp.answer(code, person)
    child.send("\r")
    return child


# ---- the programs ----------------------------------------------------------

def plink(*words, program="plink"):
    """As alice, whose key is converted."""
    return [program, *words, "-P", str(H.port), "-l", "alice", "-i",
            H.path("alice.ppk"), "-hostkey",
            run(["ssh-keygen", "-lf", H.path("host_key.pub")]).split()[1]]


def rsync(account, *words):
    need("rsync")
    return client("rsync", "-e", shlex.join(argv(account)), *words)


def sftp(account, *lines):
    batch = H.write("batch", "\n".join(lines) + "\n")
    return client(*argv(account, "sftp"), "-b", batch, HOST)


def git(account, *words):
    return client("git", "-c", "user.name=a", "-c", "user.email=a@b.test",
                  *words, env={
                      "GIT_SSH_COMMAND": shlex.join(argv(account)),
                      "GIT_CONFIG_NOSYSTEM": "1", "HOME": H.path("client"),
                      "GIT_TRACE_PACKET": "1"})


# ---- what they did ---------------------------------------------------------

def put(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    return path


def got(path):
    with open(path, "rb") as f:
        return f.read()


def listening(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def answer(port, *requests):
    """What a local end of a forwarding says to that: b"" it closes."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), 5) as s:
        s.settimeout(5)
        for request in requests:
            s.sendall(request)
            try:
                said = s.recv(99)
            except ConnectionResetError:
                return b""
            except TimeoutError:
                return None
    return said


def running(account, words):
    """Processes of the account with that in their command line."""
    found = []
    for pid in processes_of(pwd.getpwnam(account).pw_uid):
        try:
            line = got(f"/proc/{pid}/cmdline").replace(b"\0", b" ").decode()
        except OSError:
            continue
        if words in line:
            found.append(pid)
    return found


def grants(account):
    rows = json.loads(run([f"{H.at['bindir']}/warrant-report", "grants",
                           "--json"]))["rows"]
    return [r["grant"] for r in rows if r["account"] == account]


class Record:
    """A sealed recording: head (what warrant knows), lines, what they say."""

    def __init__(self, path):
        done = subprocess.run(["zstd", "-dc", path], capture_output=True,
                              check=False)
        self.lines = done.stdout.decode().rstrip("\n").split("\n")
        self.env = json.loads(self.lines[0])["env"]
        self.head = json.loads(self.lines[0])["warrant"]
        self.events = [json.loads(line) for line in self.lines[1:]]

    def text(self, kinds):
        return "".join(e[2] for e in self.events if e[1] in kinds)

    def marks(self, kind):
        return [json.loads(e[2][len(kind) + 1:]) for e in self.events
                if e[1] == "m" and e[2].startswith(f"{kind} ")]


class Records:
    """The recordings that are made from here on."""

    def __init__(self, host):
        self.folder = f"{host.statedir}/sessions"
        self.known = set(self._names())

    def _names(self):
        return [n for n in os.listdir(self.folder)
                if n.endswith(".cast.zst")]

    def new(self):
        """Those that were made since the last look, oldest first."""
        names = [n for n in self._names() if n not in self.known]
        self.known.update(names)
        for name in names:
            lib.wait_sealed(f"{self.folder}/{name}")
        return sorted((Record(f"{self.folder}/{n}") for n in names),
                      key=lambda r: r.head["opened_us"])

    def one(self):
        new = self.new()
        check(len(new) == 1, len(new), [r.head for r in new])
        return new[0]


def moved(record, bytes_in=0, bytes_out=0):
    """It is counted and hashed as one transfer, of at least that much."""
    marks = record.marks("transfer")    # of SFTP, facts stand before it
    check([m["did"] for m in marks].index("total") == len(marks) - 1 and
          marks[-1]["bytes_in"] >= bytes_in and
          marks[-1]["bytes_out"] >= bytes_out, record.lines)
    check(record.text("io") == "", record.lines)
