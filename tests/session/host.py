# SPDX-License-Identifier: BSD-2-Clause
"""host.py - a whole host under warrant, for the session tests.

in: an installed build ($WARRANT_PREFIX; else `make install` of
    $WARRANT_BUILD into its own test prefix), root
out: provider, warrantd and an sshd on loopback, accounts, ssh to them;
     all of it gone when the Host ends

    with Host() as h:
        h.user("alice")
        h.start()
        done = h.ssh("alice", "id -un", person="alice")
        check(done.status == 0, done)
        shell = h.spawn("alice", person="alice")     # pexpect
"""
import fcntl
import grp
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess

import pexpect

import lib
from lib import Area, Failed, Idp, Skipped, check, wait_until
from reports import Reports

MARK = "# made by the tests of warrant, process"
GECOS = "warrant test account"
SFTP = "/usr/lib/openssh/sftp-server"

SSHD_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {dir}/host_key
PidFile none
AuthorizedKeysFile .ssh/authorized_keys
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication yes
PermitRootLogin no
LoginGraceTime 180
MaxStartups 60:30:200
Subsystem sftp {sftp}
AuthenticationMethods publickey,keyboard-interactive:pam
DisableForwarding yes
PermitUserRC no
PermitUserEnvironment no
ForceCommand {shell}
{more}
Match Group warrant-breakglass
    ForceCommand none
    AuthenticationMethods publickey,keyboard-interactive:pam
"""

# Everybody by pam_warrant, but the break-glass group by its local password.
PAM = """\
auth    [success=1 default=ignore] pam_succeed_if.so quiet user ingroup warrant-breakglass
auth    [success=done new_authtok_reqd=done default=die] {module}
auth    required pam_unix.so
account [success=1 default=ignore] pam_succeed_if.so quiet user ingroup warrant-breakglass
account required {module}
account required pam_unix.so
session optional pam_loginuid.so
session [success=1 default=ignore] pam_succeed_if.so quiet user ingroup warrant-breakglass
session required {module}
session required pam_unix.so
-session optional {module} breakglass
"""

CONF = """\
[login]
group = warrant-users

[issuer test]
issuer = {issuer}
client_id = warrant
ca_file = {ca}

[role dba]
about = databases of the tests
account = alice
request = engineers
approve = dba-leads

[courier]
rate_source = 10000
rate_account = 10000
rate_all = 10000
pending = 100
"""

FILES = """
[role files]
about = may copy files
account = dave
request = engineers
approve = dba-leads
transfer = log
"""


def configured(build):
    """The folders a build was configured for: prefix, sysconfdir, ..."""
    values = {}
    with open(f"{build}/Makefile", encoding="utf-8") as f:
        for line in f:
            found = re.match(r"([a-z_]+) = (.*)$", line)
            if found:
                values[found.group(1)] = found.group(2)

    def value(name):
        return re.sub(r"\$[({]([a-z_]+)[)}]",
                      lambda m: value(m.group(1)), values[name])

    return {name: value(name) for name in (
        "prefix", "bindir", "sbindir", "libexecdir", "sysconfdir",
        "localstatedir", "runstatedir", "pammoddir")}


def run(argv, **how):
    """A program that must succeed; its output."""
    done = subprocess.run(argv, capture_output=True, text=True, check=False,
                          **how)
    if done.returncode != 0:
        raise Failed(f"{argv}: status {done.returncode}: "
                     f"{done.stdout}{done.stderr}")
    return done.stdout


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Done:
    """What an ssh did."""

    def __init__(self, status, out, err, prompts):
        self.status = status
        self.out = out          # bytes
        self.err = err
        self.prompts = prompts  # what ssh asked, as text

    def __str__(self):
        return (f"status {self.status}, stdout {self.out[-2000:]!r}, "
                f"stderr {self.err[-2000:]!r}, prompts {self.prompts!r}")


class Host(Area, Reports):
    """conf and pam replace the texts above ({issuer}, {ca}, {module} are
    filled in); sshd_lines are added before the Match block."""

    def __init__(self, conf=CONF, pam=PAM, sshd_lines="", idp_options=()):
        if os.geteuid() != 0:
            raise Skipped("needs root")
        lib.need_node()
        super().__init__("host", open_to_all=True)
        try:
            self._open(conf, pam, sshd_lines, idp_options)
        except BaseException:
            self.close()
            raise

    def _open(self, conf, pam, sshd_lines, idp_options):
        sweep()
        self.at = configured(lib.BUILD)
        check(self.at["prefix"].startswith(("/opt/", "/tmp/", "/var/tmp/")),
              f"{self.at['prefix']} is no prefix for tests")
        if "WARRANT_PREFIX" not in os.environ:
            run(["make", "-s", "-C", lib.BUILD, "install"])
        self._accounts()
        self.rundir = f"{self.at['runstatedir']}/warrant"
        self.statedir = f"{self.at['localstatedir']}/lib/warrant"
        self.shell = f"{self.at['bindir']}/warrant-shell"
        self.module = f"{self.at['pammoddir']}/pam_warrant.so"
        self.idp = Idp(self, *idp_options)
        self.conf = self._owned_file(
            f"{self.at['sysconfdir']}/warrant/warrant.conf", conf.format(
                issuer=self.idp.issuer, ca=self.idp.ca))
        self.pam_text, self.sshd_lines = pam, sshd_lines
        self.sshd = self.warrantd = None
        self.loglevel = "ERROR"     # ssh's; INFO shows what PAM tells
        self.keys = {}

    def _owned_file(self, path, text):
        """A file outside our folder, removed at the end."""
        os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
        if os.path.exists(path):
            owner = maker(path)
            check(owner is not None, f"{path} is not of a test")
            check(owner == os.getpid() or not os.path.exists(
                f"/proc/{owner}"), f"{path} is in use by process {owner}")
        with open(path, "w", encoding="utf-8") as f:
            f.write(f"{MARK} {os.getpid()}\n{text}")
        os.chmod(path, 0o644)
        self.callback(_remove, path)
        return path

    def _accounts(self):
        """dist/accounts, removed by the last of the tests that use them."""
        # not in our folder: other tests share the accounts, and the lock
        lock = open("/var/tmp/warrant-test.lock", "w", encoding="utf-8")
        fcntl.flock(lock, fcntl.LOCK_SH)
        run([f"{lib.SRC}/dist/accounts", "add"])

        def leave():
            with lock:
                if "WARRANT_PREFIX" in os.environ:
                    return
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    return
                subprocess.run([f"{lib.SRC}/dist/accounts", "remove"],
                               check=False)
        self.callback(leave)

    def user(self, name, groups=("warrant-users",), shell=None,
             password=None):
        """An account with a home and a key in it, removed at the end."""
        try:
            old = pwd.getpwnam(name)
        except KeyError:
            old = None
        if old is not None:
            check(old.pw_gecos == GECOS, f"there is an account {name}")
            run(["userdel", name])
        home = self.path("home", name)
        os.makedirs(os.path.dirname(home), mode=0o755, exist_ok=True)
        run(["useradd", "--create-home", "--home-dir", home, "--comment",
             GECOS, "--shell", shell or self.shell, "--groups",
             ",".join(groups), name])
        self.callback(self._remove_user, name)
        if password is not None:
            run(["chpasswd"], input=f"{name}:{password}\n")
        os.chmod(home, 0o755)
        key = self.path(f"key-{name}")
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
        self.keys[name] = key
        os.mkdir(f"{home}/.ssh", 0o700)
        shutil.copy(f"{key}.pub", f"{home}/.ssh/authorized_keys")
        run(["chown", "-R", f"{name}:", f"{home}/.ssh"])
        return pwd.getpwnam(name)

    def _remove_user(self, name):
        try:
            uid = pwd.getpwnam(name).pw_uid
        except KeyError:
            return
        for pid in processes_of(uid):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        subprocess.run(["userdel", name], check=False, capture_output=True)
        # useradd made a group of the same name
        try:
            grp.getgrnam(name)
            subprocess.run(["groupdel", name], check=False,
                           capture_output=True)
        except KeyError:
            pass

    def start(self, options=()):
        self.start_warrantd(options=options)
        self.start_sshd()

    def start_warrantd(self, fresh=True, options=()):
        """fresh: with an empty store."""
        if fresh:
            shutil.rmtree(self.statedir, ignore_errors=True)
        for folder in (self.rundir, self.statedir):
            os.makedirs(os.path.dirname(folder), exist_ok=True)
        self.warrantd = self.launch(
            "warrantd", [f"{self.at['sbindir']}/warrantd", "--foreground",
                         "--config", self.conf, *options])
        wait_until(lambda: self.warrantd.poll() is not None or all(
            os.path.exists(f"{self.rundir}/{s}.sock")
            for s in ("courier", "ledger", "pam", "approver")), 15,
            "the sockets of warrantd")
        check(self.warrantd.poll() is None, lib.log_of(self.warrantd))

    def pids(self, name):
        """Of a program below libexec of this build."""
        path = f"{self.at['libexecdir']}/warrant/{name}"
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink(f"/proc/{pid}/exe") == path:
                    found.append(int(pid))
            except OSError:
                continue
        return found

    def start_sshd(self):
        """Its PAM service is the base name of its argv[0] (OpenSSH before
        9.8), so it is started by a link of a name of its own."""
        name = f"wsshd-{secrets.token_hex(4)}"
        os.symlink("/usr/sbin/sshd", self.path(name))
        self.pam_file = self._owned_file(
            f"/etc/pam.d/{name}", self.pam_text.format(
                module=f"{self.module} conf={self.conf} "
                f"rundir={self.rundir}"))
        if not os.path.isdir("/run/sshd"):
            os.mkdir("/run/sshd", 0o755)
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
             self.path("host_key")])
        self.port = free_port()
        config = self.write("sshd_config", SSHD_CONFIG.format(
            port=self.port, dir=self.dir, sftp=SFTP, shell=self.shell,
            more=self.sshd_lines), 0o600)
        run([self.path(name), "-t", "-f", config])
        self.sshd = self.launch(
            "sshd", [self.path(name), "-D", "-e", "-f", config])
        wait_until(lambda: "Server listening" in lib.log_of(self.sshd) or
                   self.sshd.poll() is not None, 10, "sshd")
        check(self.sshd.poll() is None, lib.log_of(self.sshd))

    def ssh_argv(self, user, *options, program="ssh"):
        """ssh (scp, sftp) as that user, to be followed by what it does."""
        argv = [program, "-F", "none", "-i", self.keys[user]]
        for o in (f"Port={self.port}", f"User={user}", "IdentitiesOnly=yes",
                  "IdentityAgent=none", "StrictHostKeyChecking=no",
                  f"UserKnownHostsFile={self.path('known_hosts')}",
                  f"LogLevel={self.loglevel}", "NumberOfPasswordPrompts=1",
                  *options):
            argv += ["-o", o]
        return argv

    def environment(self, person=None, deny=None):
        """For a program that runs ssh: prompts go to ./askpass."""
        prompts = self.path(f"prompts-{secrets.token_hex(4)}")
        env = {**os.environ, "SSH_ASKPASS": f"{lib.HERE}/askpass",
               "SSH_ASKPASS_REQUIRE": "force",
               "WARRANT_TEST_PROMPTS": prompts,
               "WARRANT_TEST_ISSUER": self.idp.issuer,
               "WARRANT_TEST_CA": self.idp.ca}
        if person:
            env["WARRANT_TEST_PERSON"] = person
        if deny:
            env["WARRANT_TEST_DENY"] = deny
        return env

    def ssh(self, user, *command, person=None, deny=None, tty=False,
            stdin=b"", timeout=60, options=()):
        """Run ssh to its end, without a terminal of its own; person signs in
        in the browser.  tty asks for one on the host (-tt)."""
        env = self.environment(person, deny)
        argv = self.ssh_argv(user, *options)
        argv += (["-tt"] if tty else ["-T"]) + ["127.0.0.1", *command]
        try:
            done = subprocess.run(argv, input=stdin, capture_output=True,
                                  env=env, timeout=timeout, check=False)
        except subprocess.TimeoutExpired as late:
            raise Failed(f"ssh {user} {command}: not done in {timeout} s, "
                         f"said {late.stdout!r} {late.stderr!r}") from None
        prompts = ""
        if os.path.exists(env["WARRANT_TEST_PROMPTS"]):
            with open(env["WARRANT_TEST_PROMPTS"], encoding="utf-8") as f:
                prompts = f.read()
        return Done(done.returncode, done.stdout, done.stderr, prompts)

    def spawn(self, user, *command, person=None, deny=None, size=(24, 80),
              timeout=20, options=(), login=None):
        """ssh on a terminal (pexpect), signed in as person if one is given:
        the caller goes on from what comes after the sign-in.  login: another
        account, with the key of user."""
        env = {k: v for k, v in os.environ.items()
               if not k.startswith("SSH_ASKPASS")}
        argv = self.ssh_argv(user, *options) + ["-tt", "127.0.0.1", *command]
        if login is not None:
            argv = [f"User={login}" if w == f"User={user}" else w
                    for w in argv]
        child = pexpect.spawn(argv[0], argv[1:], env=env, dimensions=size,
                              timeout=timeout, encoding="utf-8",
                              codec_errors="replace")
        self.callback(child.close, True)
        if person or deny:
            child.expect(lib.CODE)
            code = child.match.group()
            child.expect("Enter.*: ")
            self.idp.answer(code, person, deny)
            child.send("\r")
        return child

    def grant(self, user, role="dba", window="1h"):
        """user asks for the role, signing in as the person of that name, and
        bob approves; the request's id."""
        asked = self.ssh(user, "request", "--role", role, "--for", window,
                         "--reason", "a test", "--nowait", person=user)
        found = re.search(r"r-[0-9a-z]{13}", asked.out.decode())
        check(asked.status == 75 and found, asked)
        self.approve(found.group())
        return found.group()

    def approve(self, request):
        done = self.ssh("bob", "approver", "approve", request, "-y",
                        person="bob")
        check(done.status == 0, done)
        return done

    def check_quiet(self, words=()):
        """No token, and none of these words, in any log, recording, file of
        the store or environment of a process."""
        token = re.compile(rb"eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}")
        seen = list(environments())
        for path in files_below(self.statedir, self.rundir):
            with open(path, "rb") as f:
                seen.append((path, f.read()))
            if path.endswith(".zst"):
                seen.append((path, subprocess.run(
                    ["zstd", "-qdc", path], capture_output=True,
                    check=False).stdout))
        seen += [(p.log, lib.log_of(p).encode())
                 for p in (self.warrantd, self.sshd)]
        check(len(seen) > 20, len(seen))
        for where, data in seen:
            if b"WARRANT_TEST_PROMPTS" in data:
                continue    # our own ssh
            check(not token.search(data), where, "holds a token")
            for word in words:
                check(word.encode() not in data, where, "holds", word)

    def events(self, kind):
        """The ledger's events of this kind, oldest first: session, person,
        body."""
        db = sqlite3.connect(f"file:{self.statedir}/warrant.db?mode=ro",
                             uri=True)
        rows = db.execute(
            "SELECT session, who, body FROM event JOIN event_body "
            "USING (seq) WHERE kind = ? ORDER BY seq", (kind,)).fetchall()
        db.close()
        return [(s, w, json.loads(b)) for s, w, b in rows]

    def logs(self):
        """What provider, warrantd and sshd have written."""
        return "\n".join(f"== {p.log}\n{lib.log_of(p)[-6000:]}" for p in
                         (self.warrantd, self.sshd) if p is not None)


def files_below(*folders):
    for folder in folders:
        for at, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(at, name)
                if os.path.isfile(path):
                    yield path


def environments():
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                yield f"/proc/{pid}/environ", f.read()
        except OSError:
            continue


def processes_of(uid):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}").st_uid == uid:
                yield int(pid)
        except OSError:
            continue


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def maker(path):
    """The process of the test that made this file, or None."""
    with open(path, encoding="utf-8", errors="replace") as f:
        found = re.match(re.escape(MARK) + r" (\d+)\n", f.read())
    return int(found.group(1)) if found else None


def sweep():
    """Take away what a killed test has left in /etc/pam.d."""
    for name in os.listdir("/etc/pam.d"):
        path = f"/etc/pam.d/{name}"
        if not name.startswith("wsshd-"):
            continue
        owner = maker(path)
        if owner is not None and not os.path.exists(f"/proc/{owner}"):
            _remove(path)
