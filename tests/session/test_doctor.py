#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""warrant-check sshd on a real sshd: nothing in a right configuration, each
planted deviation by its name.

in: an installed build, root; out: a line for each test"""
import json
import os
import subprocess
import sys

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


def main():
    global H
    if os.geteuid() != 0:
        print("skip doctor: needs root")
        return 77
    with Host() as H:
        H.user("alice")
        H.start_sshd()
        return lib.run([test_right, test_sshd, test_pam, test_shell_group,
                        test_unreadable])


if __name__ == "__main__":
    sys.exit(main())
