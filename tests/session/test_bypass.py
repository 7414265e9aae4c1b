#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Ways around the recorder that are known to work elsewhere: each is closed.
And the one that must stay open, break-glass.

in: an installed build, root; out: a line for each test"""
import os
import subprocess
import sys

import pexpect

import host
import lib
from host import CONF, PAM, Host, run
from lib import check

H = None
PRELOAD = r"""
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
__attribute__((constructor)) static void loaded(void)
{
	char exe[200] = "";
	FILE *f = fopen("%s", "a");
	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0 && f != NULL)
		fprintf(f, "%%s\n", exe);
	if (f != NULL)
		fclose(f);
}
"""


def home(user, name, text):
    path = f"{H.dir}/home/{user}/{name}"
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    run(["chown", user, path])
    return path


def test_other_shell():
    """A passwd shell other than warrant-shell (ForceCommand alone) does not
    even start"""
    home("dave", ".bashrc", "echo in''side; exec /bin/sh\n")
    run(["usermod", "-s", "/bin/bash", "dave"])
    for command in ([], ["id"]):
        done = H.ssh("dave", *command, person="dave", tty=not command)
        check(done.status != 0 and b"inside" not in done.out and
              b"uid=" not in done.out, done)
    check("may not start before a recording" in lib.log_of(H.warrantd))
    run(["usermod", "-s", H.shell, "dave"])


def test_rc_file():
    """~/.bashrc runs inside the recording, whatever it starts"""
    home("alice", ".bashrc", "echo in''side; trap '' HUP; exec /bin/sh\n")
    child = H.spawn("alice", person="alice")
    child.expect("inside")
    child.sendline("tty; echo card 4111 1111 1111 1111 end; exit 3")
    child.expect(r"\[card\]")
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 3, child.exitstatus)
    os.unlink(f"{H.dir}/home/alice/.bashrc")


def test_ssh_rc():
    """~/.ssh/rc is not run"""
    mark = H.path("home", "alice", "rc-ran")
    home("alice", ".ssh/rc", f"touch {mark}\n")
    done = H.ssh("alice", "true", person="alice")
    check(done.status == 0 and not os.path.exists(mark), done)


def test_internal_sftp():
    """Subsystem internal-sftp does not pass by: it is a command like others"""
    argv = H.ssh_argv("alice", program="sftp") + ["127.0.0.1"]
    done = subprocess.run(argv, input=b"ls /\n", capture_output=True,
                          env=H.environment("alice"), timeout=60, check=False)
    check(done.returncode != 0 and b"etc" not in done.stdout, done)
    folder = f"{H.statedir}/sessions"
    heads = [subprocess.run(["zstd", "-dc", f"{folder}/{name}"],
                            capture_output=True, check=False).stdout
             for name in os.listdir(folder) if name.endswith(".zst")]
    check(any(b'"command":"internal-sftp' in head for head in heads), done)


def test_preload():
    """LD_PRELOAD by ~/.pam_environment reaches neither warrant-shell nor the
    real shell"""
    seen = H.path("home", "alice", "seen")
    source = H.write("preload.c", PRELOAD % seen)
    library = H.path("home", "alice", "preload.so")
    run(["gcc", "-shared", "-fPIC", "-o", library, source])
    home("alice", ".pam_environment", f"LD_PRELOAD={library}\n")
    home("alice", ".ssh/environment", f"LD_PRELOAD={library}\n")
    done = H.ssh("alice", "echo got $LD_PRELOAD", person="alice")
    check(done.status == 0 and done.out == b"got\n", done)
    if os.path.exists(seen):
        with open(seen, encoding="utf-8") as f:
            loaded = f.read()
        check("warrant" not in loaded and "bash" not in loaded, loaded)


def test_forwarding():
    """No connection is carried past: forwarding is refused"""
    argv = H.ssh_argv("alice", "ExitOnForwardFailure=yes")
    argv += ["-T", "-W", "127.0.0.1:22", "127.0.0.1"]
    done = subprocess.run(argv, capture_output=True, timeout=60, check=False,
                          env=H.environment("alice"), stdin=subprocess.DEVNULL)
    check(done.returncode != 0 and b"forwarding failed" in done.stderr, done)


def test_impostor():
    """Only warrant-shell itself is taken for one by the gate"""
    code = ("import socket,os;s=socket.socket(socket.AF_UNIX,"
            "socket.SOCK_SEQPACKET);s.connect('%s/gate/'+"
            "os.environ['WARRANT_SESSION']+'.sock');"
            "s.settimeout(5);print(s.recv(999),s.recv(9))" % H.rundir)
    done = H.ssh("alice", f"{sys.executable} -c \"{code}\" || python3 -c "
                 f"\"{code}\"", person="alice")
    check(b"is no warrant-shell" in done.out and b" b''" in done.out, done)


def breakglass(module):
    """key and local password of a member; what a login by it says"""
    global H
    users = "/var/tmp/warrant-breakglass-test"
    pam = PAM.replace("pam_succeed_if.so quiet user ingroup "
                      "warrant-breakglass", "pam_listfile.so item=user "
                      f"sense=allow onerr=fail quiet file={users}")
    with open(users, "w", encoding="utf-8") as f:
        f.write("frank\n")
    try:
        with Host(conf=CONF, pam=pam.replace("{module}", module)) as H:
            H.user("frank", groups=("warrant-breakglass",),
                   shell="/bin/bash", password="corr3ct horse")
            H.user("alice")
            H.start()
            child = H.spawn("frank", "echo in''side; id -un")
            child.expect("[Pp]assword: ")
            child.sendline("corr3ct horse")
            child.expect("inside")
            child.expect("frank")
            child.expect(pexpect.EOF)
            child = H.spawn("frank", "echo in''side")
            child.expect("[Pp]assword: ")
            child.sendline("wrong")
            child.expect(pexpect.EOF, timeout=30)
            check("inside" not in child.before, child.before)
            if module != "{module}":
                done = H.ssh("alice", "id", person="alice")
                check(done.status == 255 and b"uid=" not in done.out, done)
    finally:
        os.unlink(users)


def test_breakglass():
    """Break-glass: own key and local password let the group's member in"""
    breakglass("{module}")


def test_breakglass_without_module():
    """... also when the module's file is missing; nobody else gets in"""
    breakglass("/nonexistent/pam_warrant.so")


def main():
    global H
    if os.geteuid() != 0:
        print("skip bypass: needs root")
        return 77
    host.SFTP = "internal-sftp"
    pam = PAM + "session optional pam_env.so user_readenv=1\n"
    with Host(pam=pam, sshd_lines="") as H:
        for name in ("alice", "bob", "dave"):
            H.user(name)
        H.start()
        H.grant("alice")
        status = lib.run([
            test_other_shell, test_rc_file, test_ssh_rc, test_internal_sftp,
            test_preload, test_forwarding, test_impostor])
        if status == 1:
            print(H.logs())
    host.SFTP = "/usr/lib/openssh/sftp-server"
    return max(status, lib.run([test_breakglass,
                                test_breakglass_without_module]))


if __name__ == "__main__":
    sys.exit(main())
