#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""warrant-check sshd on a real sshd: nothing in a right configuration, each
planted deviation by its name.

in: an installed build, root; out: a line for each test"""
import io
import json
import os
import re
import subprocess
import sys

import pexpect

import lib
from host import Host
from lib import check

H = None


def sshd(*words, config=None, pam=None):
    argv = [f"{H.at['sbindir']}/warrant-check", "sshd", "--json", "--config",
            H.conf, "--sshd-config", config or H.path("sshd_config"),
            "--pam", pam or H.pam_file, "--user", "alice", *words]
    return subprocess.run(argv, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=30)


def changed(path, name, old, new):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    check(old in text, old)
    return H.write(name, text.replace(old, new), 0o600)


def test_right():
    """What the tests of the whole run under has no error"""
    done = sshd()
    found = json.loads(done.stdout)
    check(done.returncode == 0 and
          not any(f["level"] == "error" for f in found), done)
    check(any("setcred" in f["what"] for f in found), found)


def test_sshd():
    """Deviations of sshd_config, also in a Match block"""
    for old, new, says in (
            ("UsePAM yes", "UsePAM no", "usepam"),
            ("PermitUserRC no", "PermitUserRC yes", "~/.ssh/rc"),
            ("DisableForwarding yes", "", "forwarded"),
            ("PasswordAuthentication no", "PasswordAuthentication yes",
             "password prompt"),
            ("LoginGraceTime 180", "LoginGraceTime 60", "without a word"),
            ("AuthenticationMethods publickey,keyboard-interactive:pam\n"
             "Disable", "Disable", "without a sign-in"),
            ("Match Group", "Match User alice\n    ForceCommand "
             "internal-sftp\nMatch Group", "internal-sftp")):
        config = changed(H.path("sshd_config"), "sshd_changed", old, new)
        done = sshd(config=config)
        found = [f for f in json.loads(done.stdout) if says in f["what"]]
        check(done.returncode == 1 and found and found[0]["fix"], new, done)


def test_pam():
    """Deviations of the PAM stack, also in a file it includes"""
    included = H.write("included", "auth sufficient pam_unix.so\n")
    for old, new, says in (
            ("account required " + H.module, "account optional " + H.module,
             "does not count"),
            ("session required " + H.module, "session optional " + H.module,
             "without a gate"),
            ("auth    [success=done", f"@include {included}\n"
             "auth    [success=done", "lets in by itself")):
        pam = changed(H.pam_file, "pam_changed", old, new)
        done = sshd(pam=pam)
        found = [f for f in json.loads(done.stdout) if says in f["what"]]
        check(done.returncode == 1 and found, new, done)
    check(found[0]["where"] == f"{included}:1", found)


def test_shell_group():
    """warrant-shell without its group: what to type is said"""
    os.chmod(H.shell, 0o755)
    try:
        done = sshd()
        check(done.returncode == 1 and "chmod 2755" in done.stdout, done)
    finally:
        os.chmod(H.shell, 0o2755)


def test_unreadable():
    """What cannot be read is said, with status 78; a wrong word is 2"""
    for how in ({"config": H.write("broken", "UsePAM maybe\n")},
                {"pam": "/nonexistent/pam"},
                {"pam": H.write("broken_pam", "auth required\n")}):
        done = sshd(**how)
        check(done.returncode == 78 and done.stderr, how, done)
    check(sshd("--nonsense").returncode == 2)


def login(user, *words, person=None, answer=None, pam=None):
    """warrant-check login on a terminal, by this person or password."""
    child = pexpect.spawn(f"{H.at['sbindir']}/warrant-check",
                          ["login", "--pam", pam or H.pam_file, *words,
                           user], timeout=40, encoding="utf-8")
    child.logfile_read = io.StringIO()
    if person:
        child.expect(lib.CODE)
        code = child.match.group()
        child.expect("Enter.*: ")
        H.idp.answer(code, person)
        child.send("\r")
    elif answer:
        child.expect("[Pp]assword: ")
        child.send(f"{answer}\r")
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.logfile_read.getvalue()


def test_login():
    """warrant-check login: each module's answer; let in, or not"""
    status, said = login("alice", person="alice")
    check(status == 0 and re.search(
        r"auth .*pam_succeed_if.so +auth_err -> ignore", said) and re.search(
            r"auth .*pam_warrant.so +success -> done", said) and
        "alice would be let in" in said, said)
    status, said = login("alice", person="bob")
    check(status == 1 and "identity not accepted" in said and
          "pam_warrant.so       auth_err -> die" in said and
          "alice would be refused by auth" in said, said)
    status, said = login("rescue", answer="rescue-word")
    check(status == 0 and "pam_unix.so          success -> ok" in said, said)
    status, said = login("rescue", answer="wrong")
    check(status == 1, said)
    done = subprocess.run([f"{H.at['sbindir']}/warrant-check", "login",
                           "--json", "--pam", H.pam_file, "nobody"],
                          capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL)
    found = json.loads(done.stdout)
    check(done.returncode == 1 and found["let_in"] is False and
          found["lines"][-1]["module"] == "pam_warrant.so", done)


def test_as_if():
    """... as if provider, daemon, store, grant or space were gone"""
    for trouble, says in (("no-idp", "does not answer"),
                          ("no-daemon", "does not answer")):
        status, said = login("alice", "--as-if", trouble)
        check(status == 1 and says in said and
              "authinfo_unavail -> die" in said, trouble, said)
        # the way in that needs none of them
        status, said = login("rescue", "--as-if", trouble,
                             answer="rescue-word")
        check(status == 0, trouble, said)
    for trouble in ("no-store", "disk-full"):
        status, said = login("alice", "--as-if", trouble, person="alice")
        check(status == 1 and "warrantd does not answer" in said, trouble,
              said)
    status, said = login("alice", "--as-if", "no-grant", person="alice")
    check(status == 0 and "the lobby" in said, said)
    with open(H.conf, encoding="utf-8") as f:
        text = f.read()
    H.write("deny.conf", text.replace("[login]", "[login]\nno_grant = deny"))
    pam = changed(H.pam_file, "pam_deny", H.conf, H.path("deny.conf"))
    status, said = login("alice", "--as-if", "no-grant", person="alice",
                         pam=pam)
    check(status == 1 and "no grant covers this account" in said
          and "perm_denied -> bad" in said, said)
    check(login("alice", "--as-if", "bad-luck")[0] == 2)
    left = [n for n in os.listdir("/tmp") if n.startswith("warrant-check-")]
    check(not left, left)


def main():
    global H
    if os.geteuid() != 0:
        print("skip doctor: needs root")
        return 77
    with Host() as H:
        H.user("alice")
        H.user("rescue", groups=("warrant-breakglass",), shell="/bin/sh",
               password="rescue-word")
        H.start()
        return lib.run([test_right, test_sshd, test_pam, test_shell_group,
                        test_unreadable, test_login, test_as_if])


if __name__ == "__main__":
    sys.exit(main())
