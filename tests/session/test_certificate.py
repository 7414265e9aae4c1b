#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Sign-in by an ID token in an SSH certificate: warrant-login on the laptop,
ssh, scp, sftp, rsync, git and ansible without a prompt, and all that must not
get in.

in: an installed build, root; out: a line for each test"""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import time

import lib
from host import Done, Host, run
from lib import Skipped, check

H = None
CONF = """\
[login]
group = warrant-users

[issuer people]
issuer = {issuer}
client_id = warrant
ca_file = {ca}

[issuer tools]
issuer = {issuer}
client_id = warrant-login
ca_file = {ca}
flows = certificate

[role dba]
about = databases of the tests
account = alice
request = engineers
approve = dba-leads
transfer = log

[role own]
account = dave
request = engineers
approve = dba-leads

[courier]
rate_source = 10000
rate_account = 10000
rate_all = 10000
pending = 100
"""

# alice comes by certificate alone; TrustedUserCAKeys stands for an sshd that
# was let believe a key: the module is then the only one that looks.
SSHD = """\
AuthorizedKeysCommand {command} %u %k %t
AuthorizedKeysCommandUser warrant-keys
TrustedUserCAKeys {trusted}
Match User alice
    AuthenticationMethods publickey
    AuthorizedKeysFile none
Match all
"""


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def login(person, name, *options, client="warrant-login", paste=False):
    """warrant-login as person; the key, or what it said on failure."""
    key = H.path(name)
    argv = [f"{H.at['bindir']}/warrant-login", "--issuer", H.idp.issuer,
            "--client-id", client, "--ca", H.idp.ca, "--key", key, *options]
    env = {**os.environ, "HOME": H.path("laptop")}
    env.pop("DISPLAY", None)
    os.makedirs(env["HOME"], exist_ok=True)
    p = subprocess.Popen(argv + (["--paste"] if paste else []), env=env,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True)
    said = ""
    while True:
        line = p.stderr.readline()
        said += line
        if line == "" or re.match(r"  https://", line):
            break
    end = ""
    if line:
        browser = lib.browser.Browser(H.idp.ca)
        browser.go(line.strip())
        if paste:
            end = ended_at(browser, person)
        else:
            browser.press(person=person)
    out, err = p.communicate(f"{end}\n", timeout=30)
    if p.returncode != 0:
        return None, said + err
    return key, said + err


def ended_at(browser, person):
    """The address of the page that the browser cannot reach."""
    seen = []

    class Stop(lib.browser.urllib.request.HTTPRedirectHandler):
        handler_order = 100     # before the one that follows all

        def redirect_request(self, req, fp, code, msg, headers, newurl):
            if newurl.startswith("http://127.0.0.1"):
                seen.append(newurl)
                raise lib.browser.Refused("nobody listens there")
            return super().redirect_request(req, fp, code, msg, headers,
                                            newurl)
    browser.opener.add_handler(Stop())
    try:
        browser.press(person=person)
    except lib.browser.Refused:
        pass
    return seen[0]


def argv_of(key, account, program="ssh", batch=True):
    argv = [program, "-F", "none", "-i", key]
    for o in (f"Port={H.port}", f"User={account}", "IdentitiesOnly=yes",
              "IdentityAgent=none", "StrictHostKeyChecking=no",
              f"UserKnownHostsFile={H.path('known_hosts')}",
              "LogLevel=ERROR", f"BatchMode={'yes' if batch else 'no'}"):
        argv += ["-o", o]
    return argv


def ssh(key, account, *command, stdin=b"", batch=True):
    argv = argv_of(key, account, batch=batch)
    env = H.environment()
    done = subprocess.run([*argv, "-T", "127.0.0.1", *command], input=stdin,
                          capture_output=True, timeout=60, check=False,
                          env=env)
    prompts = ""
    if os.path.exists(env["WARRANT_TEST_PROMPTS"]):
        with open(env["WARRANT_TEST_PROMPTS"], encoding="utf-8") as f:
            prompts = f.read()
    return Done(done.returncode, done.stdout, done.stderr, prompts)


def grant(key, account, role):
    asked = ssh(key, account, "request", "--role", role, "--for", "1h",
                "--reason", "tools", "--nowait")
    found = re.search(r"r-[0-9a-z]{13}", asked.out.decode())
    check(found, asked)
    H.approve(found.group())


def token_of(key):
    """The ID token inside a certificate."""
    with open(f"{key}-cert.pub", encoding="ascii") as f:
        blob = base64.b64decode(f.read().split()[1])
    return re.search(rb"\.(eyJ[\w-]+\.[\w-]+\.[\w-]+)", blob).group(1).decode()


def certificate(name, token, random=None, ca=None, principals="warrant",
                trusted=False):
    """A certificate made by hand, with this token in it."""
    key = H.path(name)
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key])
    text = f"{b64u(random or os.urandom(32))}.{token}"
    run(["ssh-keygen", "-q", "-s", ca or key, "-I", "x", "-n", principals,
         "-V", "-1m:+1h", "-O", f"extension:oidc-token@warrant={text}",
         f"{key}.pub"])
    with open(H.path("trusted"), "w", encoding="ascii") as f:
        if trusted:
            with open(f"{ca or key}.pub", encoding="ascii") as pub:
                f.write(pub.read())
    return key


def refused(done, status=255):
    check(done.status == status and b"uid=" not in done.out, done)


def test_login():
    """warrant-login: listening and by paste; asks for a grant, then works"""
    key, said = login("alice", "key-a", "--account", "alice")
    check(key and "Signed in" in said, said)
    check(oct(os.stat(key).st_mode & 0o777) == "0o600", key)
    grant(key, "alice", "dba")
    done = ssh(key, "alice", "id", "-un")
    check(done.out == b"alice\n" and done.status == 0, done)
    done = ssh(key, "alice", "exit 7")
    check(done.status == 7, done)
    key, said = login("alice", "key-p", paste=True)
    check(key, said)
    done = ssh(key, "alice", "id", "-un")
    check(done.out == b"alice\n", done)


def test_with_keyboard():
    """publickey,keyboard-interactive: the certificate is the sign-in"""
    key, said = login("dave", "key-d")
    check(key, said)
    asked = ssh(key, "dave", "request", "--role", "own", "--for", "1h",
                "--reason", "x", "--nowait", batch=False)
    check(asked.status == 75 and asked.prompts.strip() == "", asked)
    # a plain key of the same person goes on to be asked
    done = H.ssh("dave", "whoami", person="dave")
    check(re.search(lib.CODE, done.prompts), done)


def test_transfers():
    """scp, sftp, rsync and git without a prompt"""
    key = H.path("key-a")
    text = H.write("file", "one\ntwo\n")
    for argv in (argv_of(key, "alice", "scp"),
                 argv_of(key, "alice", "scp") + ["-O"]):
        run([*argv, text, "127.0.0.1:copied"])
        check(ssh(key, "alice", "cat copied; rm copied").out ==
              b"one\ntwo\n", argv)
    batch = H.write("batch", f"put {text} by-sftp\nls\n")
    run([*argv_of(key, "alice", "sftp"), "-b", batch, "127.0.0.1"])
    shell = " ".join(argv_of(key, "alice"))
    run(["rsync", "-a", "-e", shell, text, "127.0.0.1:by-rsync"])
    check(ssh(key, "alice", "cat by-sftp by-rsync").out ==
          b"one\ntwo\n" * 2, "sftp, rsync")
    check(ssh(key, "alice", "git init -q --bare repo").status == 0, "init")
    work = H.path("work")
    env = {**os.environ, "GIT_SSH_COMMAND": shell, "HOME": H.dir,
           "GIT_CONFIG_NOSYSTEM": "1"}
    home = f"{H.dir}/home/alice"

    def git(*words):
        run(["git", "-c", "user.name=a", "-c", "user.email=a@b", *words],
            env=env)
    git("clone", "-q", f"127.0.0.1:{home}/repo", work)
    shutil.copy(text, f"{work}/file")
    git("-C", work, "add", "file")
    git("-C", work, "commit", "-q", "-m", "one")
    git("-C", work, "push", "-q", "origin", "HEAD:main")
    done = ssh(key, "alice", "git -C repo log --oneline main | wc -l")
    check(done.out.strip() == b"1", done)


def test_ansible():
    """ansible: ping, shell and copy, with and without pipelining"""
    if shutil.which("ansible") is None:
        raise Skipped("ansible is not installed")
    key = H.path("key-a")
    text = H.path("file")
    H.write("inventory", f"db1 ansible_host=127.0.0.1 ansible_port={H.port} "
            f"ansible_user=alice ansible_ssh_private_key_file={key} "
            "ansible_python_interpreter=/usr/bin/python3\n")
    for pipelining in ("True", "False"):
        env = {**os.environ, "HOME": H.path(f"ansible-{pipelining}"),
               "ANSIBLE_PIPELINING": pipelining, "LC_ALL": "C.UTF-8",
               "ANSIBLE_HOST_KEY_CHECKING": "False",
               "ANSIBLE_SSH_ARGS": "-F none -o IdentityAgent=none "
               "-o ControlMaster=auto -o ControlPersist=5 "
               f"-o UserKnownHostsFile={H.path('known_hosts')} "
               "-o StrictHostKeyChecking=no"}
        os.makedirs(env["HOME"], exist_ok=True)
        for words in (("-m", "ping"), ("-m", "shell", "-a", "id -un"),
                      ("-m", "copy", "-a",
                       f"src={text} dest=copied-{pipelining}")):
            out = run(["ansible", "-i", H.path("inventory"), "db1", *words],
                      env=env, timeout=120)
            check("SUCCESS" in out or "CHANGED" in out, out)
    done = ssh(key, "alice", "cat copied-True copied-False")
    check(done.out == b"one\ntwo\n" * 2, done)


def test_not_theirs():
    """Another account, a certificate for another account: not let in"""
    key = H.path("key-a")
    refused(ssh(key, "dave", "id"))
    other, said = login("alice", "key-o", "--account", "dave")
    check(other, said)
    refused(ssh(other, "alice", "id"))
    done = H.ssh("alice", "id")     # a plain key is nothing to go by
    refused(done)


def test_stolen():
    """A token in somebody else's certificate: refused before and in PAM"""
    token = token_of(H.path("key-a"))
    stolen = certificate("stolen", token)
    refused(ssh(stolen, "alice", "id"))
    stolen = certificate("stolen2", token, principals="alice",
                         trusted=True)
    done = ssh(stolen, "alice", "id")
    refused(done, 254)
    check(b"identity not accepted" in done.out, done)
    by_other = certificate("stolen3", token, ca=H.path("key-a"))
    refused(ssh(by_other, "alice", "id"))
    with open(H.path("trusted"), "w", encoding="ascii"):
        pass


def test_forged():
    """Tokens that nobody signed: refused"""
    head, body, mac = token_of(H.path("key-a")).split(".")
    none = b64u(b'{"alg":"none"}')
    for token in (f"{none}.{body}.", f"{head}.{body}.{'A' * len(mac)}",
                  f"{head}.{body}", "x", "." * 40):
        name = f"forged-{abs(hash(token)) % 10**9}"
        key = certificate(name, token, principals="alice", trusted=True)
        refused(ssh(key, "alice", "id"), 254)
    with open(H.path("trusted"), "w", encoding="ascii"):
        pass


def test_expired():
    """Let in until the token expires, and not after"""
    H.idp.control.set(token_ttl=4)
    try:
        key, said = login("alice", "key-e")
    finally:
        H.idp.control.set(token_ttl=600)
    check(key, said)
    check(ssh(key, "alice", "id").status == 0, "before")
    time.sleep(5)
    refused(ssh(key, "alice", "id"))


def test_authkeys_alone():
    """warrant-authkeys as its account: a line, or nothing, always 0"""
    with open(H.path("key-a-cert.pub"), encoding="ascii") as f:
        kind, text = f.read().split()[:2]
    argv = ["setpriv", "--reuid", "warrant-keys", "--regid", "warrant-keys",
            "--clear-groups", f"{H.at['sbindir']}/warrant-authkeys",
            "--config", H.conf, "--rundir", H.rundir]
    out = run([*argv, "alice", text, kind])
    check(re.fullmatch(r'cert-authority,principals="warrant,alice",restrict,'
                       r"pty ssh-ed25519 [A-Za-z0-9+/=]+\n", out), out)
    for words in (["bob", text, kind], ["root", text, kind],
                  ["nobody-here", text, kind], ["alice\n", text, kind],
                  ['alice"', text, kind], ["alice", text[:-8], kind],
                  ["alice", "", kind], ["alice", text, "ssh-rsa"],
                  ["alice", "AAAA" * 30000, kind]):
        check(run([*argv, *words]) == "", words)
    # what may ask for keys may ask for nothing else
    code = (f"import socket; s = socket.socket(1, 5); s.connect("
            f"'{H.rundir}/keys.sock'); s.send(b'"
            '{"op": "device.start", "issuer": "people", "account": "a", '
            '"rhost": "b"}'
            "'); print(s.recv(9999).decode())")
    out = run([*argv[:6], "python3", "-c", code])
    check(json.loads(out)["code"] == "denied", out)


def test_quiet():
    """No token in any log, recording, store or environment"""
    argv = argv_of(H.path("key-a"), "alice")
    with subprocess.Popen([*argv, "-T", "127.0.0.1", "env; echo end; cat"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env=H.environment()) as p:
        said = b""
        while not said.endswith(b"end\n"):
            said += p.stdout.readline()
        check(b"eyJ" not in said and b"SSH_AUTH_INFO" not in said, said)
        H.check_quiet()
        p.stdin.close()


def test_provider_gone():
    """The provider is down: keys that are known still count"""
    H.idp.stop()
    done = ssh(H.path("key-a"), "alice", "id", "-un")
    check(done.out == b"alice\n", done)


def main():
    global H
    if os.geteuid() != 0:
        print("skip certificate: needs root")
        return 77
    with Host(CONF) as H:
        H.write("trusted", "")
        H.sshd_lines = SSHD.format(
            command=f"{H.at['sbindir']}/warrant-authkeys --config {H.conf} "
            f"--rundir {H.rundir}", trusted=H.path("trusted"))
        for name in ("alice", "bob", "dave"):
            H.user(name)
        H.start()
        status = lib.run([
            test_login, test_with_keyboard, test_transfers, test_ansible,
            test_not_theirs, test_stolen, test_forged, test_expired,
            test_authkeys_alone, test_quiet, test_provider_gone])
        if status == 1:
            print(H.logs())
    return status


sys.exit(main())
