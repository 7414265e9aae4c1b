#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A token in parts, used once; a person who is remembered; many who wait.

in: an installed build, root; out: a line for each test"""
import base64
import concurrent.futures
import json
import os
import re
import sqlite3
import subprocess
import sys

import lib
from host import CONF, Host, run
from lib import check

H = None
PARTS = """\
[login]
group = warrant-users
prompt = token

[issuer people]
issuer = {issuer}
client_id = warrant
ca_file = {ca}
flows = device, parts

[issuer build]
issuer = {issuer}
client_id = warrant-login
ca_file = {ca}
flows = parts, certificate
bind = none
require_claims = preferred_username=alice, email_verified=true

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
REMEMBER = CONF.replace("[role dba]", "remember = 1h\n\n[role dba]")
DECOY = CONF.replace("[login]", "[login]\nunknown = decoy\nwait = 5s")
HERE = os.path.dirname(os.path.realpath(__file__))


def new_token(person="alice", **how):
    """An ID token of the client warrant-login, by its code flow."""
    key = H.path("for-token")
    for end in ("", ".pub", "-cert.pub"):
        if os.path.exists(key + end):
            os.unlink(key + end)
    argv = [f"{H.at['bindir']}/warrant-login", "--issuer", H.idp.issuer,
            "--client-id", "warrant-login", "--ca", H.idp.ca, "--key", key]
    p = subprocess.Popen(argv, env={**os.environ, "HOME": H.dir},
                         stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                         text=True)
    for line in p.stderr:
        if line.startswith("  https://"):
            browser = lib.browser.Browser(H.idp.ca)
            browser.go(line.strip())
            browser.press(person=person)
            break
    said = p.stderr.read()
    check(p.wait(30) == 0, said)
    with open(f"{key}-cert.pub", encoding="ascii") as f:
        blob = base64.b64decode(f.read().split()[1])
    return re.search(rb"\.(eyJ[\w-]+\.[\w-]+\.[\w-]+)", blob).group(1).decode()


def answer(account, file, command=("whoami",)):
    """ssh whose prompts warrant-login answers from a file."""
    env = {**os.environ, "SSH_ASKPASS": f"{H.at['bindir']}/warrant-login",
           "SSH_ASKPASS_REQUIRE": "force", "WARRANT_TOKEN_FILE": file}
    argv = H.ssh_argv(account) + ["-T", "127.0.0.1", *command]
    return subprocess.run([w.replace("LogLevel=ERROR", "LogLevel=INFO")
                           for w in argv], env=env, capture_output=True,
                          stdin=subprocess.DEVNULL, timeout=60, check=False)


def bodies(kind):
    """Of the events of a kind, oldest first."""
    with sqlite3.connect(f"file:{H.statedir}/warrant.db?mode=ro",
                         uri=True) as db:
        return [body for body, in db.execute(
            "SELECT body FROM event_body JOIN event USING (seq) "
            "WHERE kind = ? ORDER BY seq", (kind,))]


def let_in(done):
    return done.returncode == 0 and b"Alice Adams" in done.stdout


def test_parts():
    """A token in parts of 1000 bytes, by warrant-login as SSH_ASKPASS"""
    done = answer("alice", H.write("token", new_token()))
    check(let_in(done), done)


def test_once():
    """The same token by 20 ssh at once: exactly one; no re-encoded copy"""
    token = new_token()
    file = H.write("token", token)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        all_done = list(pool.map(lambda _: answer("alice", file), range(20)))
    check(sum(map(let_in, all_done)) == 1, [d.stderr for d in all_done])
    told = [d for d in all_done if b"has been used" in d.stderr]
    check(len(told) == 19, [d.stderr for d in all_done])
    head, body, mac = token.split(".")
    for copy in (f"{token}=", f"{token}==", f"{head}=.{body}.{mac}",
                 f"{head}.{body}.{mac[:-1]}{chr(ord(mac[-1]) + 1)}",
                 f"{token}.", f"{token}\n{token}"):
        done = answer("alice", H.write("token", copy))
        check(not let_in(done) and done.returncode == 255, copy, done)


def test_required_claims():
    """require_claims: somebody else's token of the same client is refused"""
    done = answer("dave", H.write("token", new_token("dave")))
    check(not let_in(done) and done.returncode == 255, done)
    check("preferred_username" in bodies("identity.rejected")[-1], "no event")


def test_cut():
    """A token pasted whole is cut by ssh at 1023: told so"""
    child = H.spawn("alice", "whoami")
    child.expect("part 1 of up to 16, empty line ends: ")
    child.sendline("e" * 1500)
    child.expect("cut the token at 1023")
    child.close(True)


def test_empty_goes_on():
    """No token: the device flow follows"""
    child = H.spawn("alice", "whoami")
    child.expect("part 1 of up to 16, empty line ends: ")
    child.send("\r")
    child.expect(lib.CODE)
    code = child.match.group()
    child.expect("Enter.*: ")
    H.idp.answer(code, "alice")
    child.send("\r")
    child.expect("Alice Adams")
    child.close(True)


def test_16_parts():
    """16 parts are taken, a 17th is not asked for"""
    child = H.spawn("alice", "whoami")
    for i in range(1, 17):
        child.expect(f"part {i} of up to 16, empty line ends: ")
        child.sendline("e" * 1000)
    child.expect("not accepted")
    child.close(True)


def test_quiet():
    """No token in any log, recording, store or environment"""
    child = H.spawn("alice", "whoami")
    child.expect("part 1 of up to 16, empty line ends: ")
    H.check_quiet()
    child.close(True)


def signed_in(user, person):
    done = H.ssh(user, "whoami", person=person)
    check(done.status == 0, done)
    return bool(re.search(lib.CODE, done.prompts))


def test_remember():
    """remember: same key, account and network are not asked again"""
    check(signed_in("alice", "alice"), "nobody was asked")
    check(not signed_in("alice", None), "asked again")
    # another account, another key
    check(signed_in("dave", "dave"), "dave was not asked")
    old = H.keys["alice"]
    H.keys["alice"] = f"{old}-2"
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
         H.keys["alice"]])
    with open(f"{H.dir}/home/alice/.ssh/authorized_keys", "a",
              encoding="ascii") as f, \
            open(f"{H.keys['alice']}.pub", encoding="ascii") as pub:
        f.write(pub.read())
    check(signed_in("alice", "alice"), "another key was not asked")
    H.keys["alice"] = old
    check(not signed_in("alice", None), "the first key was asked")
    flows = [json.loads(b)["flow"] for b in bodies("identity.verified")]
    check(flows.count("remembered") == 2, flows)
    check("remembered" in run([f"{H.at['bindir']}/warrant-report", "who"]),
          "not in the report")


def test_remember_ends():
    """... until a grant is revoked, the rules change, warrantd is restarted"""
    asked = H.ssh("alice", "request", "--role", "dba", "--for", "1h",
                  "--reason", "x", "--nowait")
    request = re.search(r"r-[0-9a-z]{13}", asked.out.decode()).group()
    done = H.ssh("bob", "approver", "approve", request, "-y", person="bob")
    grant = re.search(r"g-[0-9a-z]{13}", done.out.decode()).group()
    check(not signed_in("alice", None), "asked")
    done = H.ssh("bob", "approver", "revoke", grant, "-m", "enough",
                 "--kill")
    check(done.status == 0, done)
    check(signed_in("alice", "alice"), "known after the revocation")
    check(not signed_in("alice", None), "asked")
    with open(H.conf, encoding="utf-8") as f:
        text = f.read()
    with open(H.conf, "w", encoding="utf-8") as f:
        f.write(text.replace("approve = dba-leads",
                             "approve = dba-leads, security"))
    check(signed_in("alice", "alice"), "known under other rules")
    lib.stop(H.warrantd)
    H.start_warrantd(fresh=False)
    check(signed_in("alice", "alice"), "known after a restart")


def test_101st():
    """100 wait for their sign-in: the 101st is told, break-glass gets in"""
    children = []
    for i in range(100):
        child = H.spawn("alice", "whoami", timeout=60)
        children.append(child)
        child.expect("Enter.*: ")
    done = H.ssh("alice", "whoami")
    check(done.status == 255 and b"Too many sign-ins" in done.err +
          done.prompts.encode(), done)
    rescue = H.ssh_argv("rescue") + ["-T", "127.0.0.1", "id", "-un"]
    env = {**H.environment(), "SSH_ASKPASS": H.write(
        "word", "#!/bin/sh\necho rescue-word\n", 0o755)}
    done = subprocess.run(rescue, env=env, capture_output=True, timeout=30,
                          check=False)
    check(done.stdout == b"rescue\n", done)
    for child in children:
        child.close(True)


def test_decoy():
    """unknown = decoy: a stranger sees what others see, and waits in vain"""
    seen = []
    for account in ("alice", "nobody-here", "root", "mallory"):
        before = len(H.idp.log("device"))
        child = H.spawn("alice", "id", options=(
            "PreferredAuthentications=keyboard-interactive",
            f"HostKeyAlias={account}"), login=account)
        child.expect(lib.CODE)
        child.expect("Enter.*: ")
        child.send("\r")
        asked = len(H.idp.log("device")) - before
        check(asked == (account == "alice"), account, asked)
        seen.append(re.sub(r"\S*(BCDF|[A-Z]{4}-[A-Z]{4})\S*", "CODE",
                           child.before).replace(account, "NAME"))
        child.expect("not finished in time", timeout=20)
        child.close(True)
    check(len(set(seen)) == 1, seen)


def test_unknown_users():
    """Unknown accounts: no call to the provider, the same answer as others"""
    before = len(H.idp.log())

    def knock(i):
        argv = H.ssh_argv("alice") + ["-T", "127.0.0.1", "id"]
        argv = [w.replace("User=alice", f"User=nobody{i}") for w in argv]
        return subprocess.run(argv, env=H.environment(), timeout=60,
                              capture_output=True, check=False)
    n = 1000 if os.environ.get("WARRANT_SOAK") else 40
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in pool.map(knock, range(n)):
            check(done.returncode == 255, done)
    check(len(H.idp.log()) == before, "the provider was asked")


def with_host(conf, tests, users, **how):
    global H
    with Host(conf, **how) as H:
        for name in users:
            H.user(name)
        H.loglevel = "INFO"
        if "rescue" in how.get("sshd_lines", ""):
            H.user("rescue", groups=("warrant-breakglass",),
                   shell="/bin/sh", password="rescue-word")
        H.start()
        status = lib.run(tests)
        if status == 1:
            print(H.logs())
    return status


def main():
    if os.geteuid() != 0:
        print("skip signin: needs root")
        return 77
    return max(
        with_host(PARTS, [test_parts, test_once, test_required_claims,
                          test_cut, test_empty_goes_on, test_16_parts,
                          test_quiet],
                  ("alice", "bob", "dave")),
        with_host(REMEMBER, [test_remember, test_remember_ends],
                  ("alice", "bob", "dave")),
        with_host(DECOY, [test_decoy], ("alice",),
                  sshd_lines="Match User *\n"
                  "    AuthenticationMethods keyboard-interactive:pam\n"
                  "Match all"),
        with_host(CONF, [test_101st, test_unknown_users], ("alice",),
                  sshd_lines="# rescue\nMaxStartups 300"))


sys.exit(main())
