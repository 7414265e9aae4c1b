#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""pam_warrant.so by libpam, with daemons of our own: what it asks, what it
answers, what it shows, for each way a login can go wrong.

Needs no root (the session tests make a user namespace of their own), no
network and no sshd.  in: $WARRANT_BUILD (default: the current folder)"""
import array
import base64
import concurrent.futures
import contextlib
import grp
import json
import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

BUILD = os.path.abspath(os.environ.get("WARRANT_BUILD", "."))
MODULE = f"{BUILD}/pam_module/.libs/pam_warrant.so"
DRIVE = f"{BUILD}/tests/pam/drive"
ISSUER = "https://idp.test"
LOGIN = "l-0123456789abc"
CONN = "c-0123456789abc"
NOBODY = pwd.getpwnam("nobody")
GROUP = grp.getgrgid(NOBODY.pw_gid).gr_name

# security/_pam_types.h
SUCCESS, SYSTEM_ERR, PERM_DENIED, AUTH_ERR, AUTHINFO_UNAVAIL, MAXTRIES = \
    0, 4, 6, 7, 9, 11
SESSION_ERR = 14

CONF = f"""\
[host]
name = db1
[login]
group = {GROUP}
wait = 5s
[issuer test]
issuer = {ISSUER}
client_id = warrant
username = sub=1001 nobody
"""


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def check(right, *what):
    if not right:
        raise Failed(" ".join(str(w) for w in what))


# ---- tokens ---------------------------------------------------------------

def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An RSA key of openssl(1); kid names it."""

    def __init__(self, folder, kid):
        self.kid, self.file = kid, f"{folder}/{kid}.pem"
        self._openssl("genpkey", "-algorithm", "RSA", "-pkeyopt",
                      "rsa_keygen_bits:2048", "-out", self.file)
        modulus = self._openssl("rsa", "-in", self.file, "-noout",
                                "-modulus").decode().strip()
        self.n = b64u(bytes.fromhex(modulus.split("=")[1]))

    @staticmethod
    def _openssl(*words, data=None):
        return subprocess.run(["openssl", *words], input=data, check=True,
                              capture_output=True).stdout

    def jwk(self):
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid,
                "n": self.n, "e": "AQAB"}

    def token(self, **changes):
        now = int(time.time())
        claims = {"iss": ISSUER, "sub": "1001", "aud": "warrant",
                  "iat": now - 1, "exp": now + 300, "name": "Alice Adams",
                  "groups": ["dba", "with blanks"], **changes}
        head = {"alg": "RS256", "kid": self.kid}
        signed = ".".join(b64u(json.dumps(part).encode())
                          for part in (head, claims))
        return signed + "." + b64u(self._openssl(
            "dgst", "-sha256", "-sign", self.file, data=signed.encode()))


# ---- daemons --------------------------------------------------------------

class Refuse(Exception):
    """A daemon's answer ok:false."""

    def __init__(self, code, text="words of the daemon"):
        super().__init__(text)
        self.answer = {"ok": False, "code": code, "text": text}


HANG, CLOSE, GARBAGE = object(), object(), object()


class Daemon:
    """Listens at path.  ops: op to an answer (dict), a function of the
    message, Refuse, HANG, CLOSE or GARBAGE."""

    def __init__(self, path, ops):
        self.ops, self.asked, self.fds, self.links = ops, [], [], []
        self.closed = threading.Event()
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.listener.bind(path)
        self.listener.listen(8)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                link, _ = self.listener.accept()
            except OSError:
                return
            self.links.append(link)
            threading.Thread(target=self._serve, args=(link,),
                             daemon=True).start()

    def _serve(self, link):
        with contextlib.suppress(OSError):
            while True:
                data, anc, _, _ = link.recvmsg(65536, 256)
                if not data:
                    break
                for _, _, raw in anc:
                    fds = array.array("i")
                    fds.frombytes(raw)
                    self.fds += list(fds)
                msg = json.loads(data)
                self.asked.append(msg)
                if self._answer(link, msg) is False:
                    break
        link.close()
        self.closed.set()

    def _answer(self, link, msg):
        what = self.ops.get(msg["op"], Refuse("input"))
        if callable(what) and not isinstance(what, type):
            what = what(msg)
        if what is HANG:
            return True
        if what is CLOSE:
            return False
        if what is GARBAGE:
            link.send(b"\x00{not json")
        elif isinstance(what, Refuse):
            link.send(json.dumps(what.answer).encode())
        elif what is not None:
            link.send(json.dumps({"ok": True, **what}).encode())
        return True

    def settle(self):
        """Until every link is closed at the other end."""
        deadline = time.monotonic() + 5
        while any(link.fileno() >= 0 for link in self.links):
            check(time.monotonic() < deadline, "a link stays open")
            time.sleep(0.01)

    def ops_asked(self):
        return [m["op"] for m in self.asked]

    def stop(self):
        self.listener.close()
        for fd in self.fds:
            os.close(fd)
        for link in self.links:
            with contextlib.suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)


# ---- one host -------------------------------------------------------------

KEYS = {}


def device(**changes):
    return {"user_code": "BCDF-GHJK", "expires_in": 300, "interval": 5,
            "verification_uri": ISSUER + "/device", **changes}


class Stack:
    """A folder with warrant.conf, PAM services and the sockets of daemons.
    courier, ledger, pam: replaced or added ops; None for no such daemon."""

    def __init__(self, courier=(), ledger=(), pam=(), conf=CONF, words=""):
        self.dir = tempfile.mkdtemp(prefix="warrant-pam-")
        self.daemons = {}
        self.conf = f"{self.dir}/warrant.conf"
        self.write("warrant.conf", conf)
        args = f"conf={self.conf} rundir={self.dir} {words}"
        self.write("pam.d/w", "".join(
            f"{kind} required {MODULE} {args}\n"
            for kind in ("auth", "account", "session")))
        self.write("pam.d/other", "auth required pam_deny.so\n")
        self._start("courier", courier, {
            "device.start": device(),
            "device.wait": lambda _: {"id_token": KEYS["a"].token()},
            "jwks": {"jwks": json.dumps({"keys": [KEYS["a"].jwk()]}),
                     "fetched_us": 1, "stale": False}})
        self._start("ledger", ledger, {
            "login.verified": {"login": LOGIN, "person": "p-0123456789abc"},
            "login.rejected": {},
            "login.check": {"state": "grant", "text": "",
                            "person": "p-0123456789abc"}})
        self._start("pam", pam, {
            "conn.open": {"conn": CONN, "person": "p-0123456789abc",
                          "name": "Alice"},
            "conn.gate": {}, "conn.close": None})

    def _start(self, name, changes, ops):
        if changes is not None:
            self.daemons[name] = Daemon(f"{self.dir}/{name}.sock",
                                        {**ops, **dict(changes)})

    def write(self, name, text):
        path = f"{self.dir}/{name}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, 0o644)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for daemon in self.daemons.values():
            daemon.stop()
        shutil.rmtree(self.dir)

    def asked(self, name):
        return self.daemons[name].ops_asked()

    def message(self, name, op):
        return [m for m in self.daemons[name].asked if m["op"] == op][-1]

    def drive(self, *steps, user="nobody", rhost="192.0.2.7", root=False,
              timeout=30, answer=None):
        """Codes by step, and all that was said."""
        argv = [DRIVE, f"{self.dir}/pam.d", "w", user, rhost, *steps]
        if root and os.geteuid() != 0:
            argv = ["unshare", "--user", "--map-root-user", *argv]
        env = {**os.environ}
        if answer is not None:
            env["DRIVE_ANSWER"] = answer
        done = subprocess.run(argv, capture_output=True, text=True, env=env,
                              timeout=timeout, check=False)
        check(done.returncode == 0, argv, done)
        return Result(done.stdout)


class Result:
    def __init__(self, text):
        self.text = text
        self.code = {m.group(1): int(m.group(2)) for m in re.finditer(
            r"^(auth|setcred|acct|open|close) (\d+)", text, re.M)}
        self.said = re.findall(r"^say (\S+) (.*)$", text, re.M)
        self.env = dict(e.split("=", 1) for e in re.findall(
            r"^env (.*)$", text, re.M))

    def errors(self):
        return [text for style, text in self.said if style == "error"]


def auth(want, says=None, reason=None, **how):
    """One sign-in: its code, the last error text, what the ledger hears."""
    with Stack(**how) as s:
        r = s.drive("auth", "env")
        check(r.code["auth"] == want, "code", r.code, r.text)
        check(("WARRANT_LOGIN" in r.env) == (want == SUCCESS), r.env)
        if says is not None:
            check(r.errors() and r.errors()[-1] == says, r.said)
        if reason is not None:
            check(reason in s.message("ledger", "login.rejected")["reason"],
                  s.daemons["ledger"].asked)
        if "ledger" in s.daemons and want != SUCCESS and \
                how.get("ledger") is None:
            check("login.verified" not in s.asked("ledger"))
        return r


# ---- auth -----------------------------------------------------------------

NO_COURIER = ("You cannot be signed in now: the sign-in service of this host "
              "or its provider does not answer. Try again, or use the "
              "break-glass account of this host.")
NO_LEDGER = ("You cannot be let in now: warrantd does not answer. Try again, "
             "or use the break-glass account of this host.")
NOT_ACCEPTED = "identity not accepted"


def exports():
    """The module exports pam_sm_* and nothing else."""
    out = subprocess.run(["nm", "-D", "--defined-only", MODULE], check=True,
                         capture_output=True, text=True).stdout
    names = {line.split()[-1] for line in out.splitlines()}
    check(names == {"pam_sm_authenticate", "pam_sm_setcred",
                    "pam_sm_acct_mgmt", "pam_sm_open_session",
                    "pam_sm_close_session"}, names)


def good():
    """A sign-in: one prompt, then facts of a verified token for the ledger."""
    with Stack() as s:
        r = s.drive("auth", "env")
        check(r.code["auth"] == SUCCESS, r.text)
        check(r.said == [("prompt-off", (
            "Sign in as nobody on db1, from 192.0.2.7:\\n"
            f"  open  {ISSUER}/device\\n  enter BCDF-GHJK\\n"
            "The page must show BCDF-GHJK.  Never enter a code that somebody "
            "sent you.\\nPress Enter, now or after signing in: "))], r.said)
        check(r.env == {"WARRANT_LOGIN": LOGIN}, r.env)
        start = s.message("courier", "device.start")
        check(start == {"op": "device.start", "issuer": "test",
                        "account": "nobody", "rhost": "192.0.2.7"}, start)
        v = s.message("ledger", "login.verified")
        for key, value in {"issuer": ISSUER, "sub": "1001", "alg": "RS256",
                           "name": "Alice Adams", "account": "nobody",
                           "groups": ["dba", "with blanks"], "kid": "a",
                           "rhost": "192.0.2.7", "service": "w",
                           "flow": "device"}.items():
            check(v[key] == value, key, v[key])
        check(re.fullmatch("[0-9a-f]{64}", v["token_hash"]), v)
        check("id_token" not in v)


def info_mode():
    """prompt = info: text without a question."""
    with Stack(conf=CONF.replace("wait = 5s", "wait = 5s\nprompt = info")) \
            as s:
        r = s.drive("auth")
        check(r.code["auth"] == SUCCESS, r.text)
        check([style for style, _ in r.said] == ["info"], r.said)


def no_courier():
    """No courier, one that hangs up, talks nonsense or says nothing."""
    auth(AUTHINFO_UNAVAIL, NO_COURIER, courier=None)
    for bad in (CLOSE, GARBAGE, HANG, Refuse("unavailable")):
        begin = time.monotonic()
        r = auth({GARBAGE: AUTH_ERR}.get(bad, AUTHINFO_UNAVAIL), NO_COURIER,
                 courier={"device.start": bad})
        check(time.monotonic() - begin < 10, "slow")
        check(all(style == "error" for style, _ in r.said), r.said)


def evil_courier():
    """What cannot be shown is refused, and nothing of it shown."""
    for change in ({"user_code": "A\033[2J"}, {"user_code": 7},
                   {"user_code": "A" * 65},
                   {"verification_uri": "javascript:x"},
                   {"verification_uri": "https://x/\n"},
                   {"verification_uri_complete": "https://x/\u202e"}):
        r = auth(AUTH_ERR, NO_COURIER,
                 courier={"device.start": device(**change)})
        check(r.said == [("error", NO_COURIER)], r.said)


def sign_in_fails():
    """Denied, too late, too many, provider down: each its own words."""
    for answer, code, says in (
            (Refuse("denied"), AUTH_ERR, "The sign-in was refused."),
            (Refuse("timeout"), AUTH_ERR,
             "The sign-in was not finished in time."),
            (Refuse("limit"), MAXTRIES,
             "Too many sign-ins at this time: wait a minute."),
            (Refuse("unavailable"), AUTHINFO_UNAVAIL, NO_COURIER),
            (CLOSE, AUTHINFO_UNAVAIL, NO_COURIER)):
        auth(code, says, courier={"device.wait": answer})


def never_finished():
    """Gives up after [login] wait, and lets go of the courier."""
    with Stack(courier={"device.wait": HANG}) as s:
        begin = time.monotonic()
        r = s.drive("auth")
        took = time.monotonic() - begin
        check(r.code["auth"] == AUTH_ERR, r.text)
        check(r.errors() == ["The sign-in was not finished in time."], r.said)
        check(4.9 < took < 12, took)
        check(s.daemons["courier"].closed.wait(2), "the link is still open")


def client_gone():
    """The client of SSH_CONNECTION closes: over within 2 s."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        client = socket.create_connection(listener.getsockname())
        server, peer = listener.accept()
    with Stack(courier={"device.wait": HANG}) as s, server:
        argv = [DRIVE, f"{s.dir}/pam.d", "w", "nobody", "127.0.0.1",
                f"SSH_CONNECTION=127.0.0.1 {peer[1]} 127.0.0.1 22", "auth"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True,
                              pass_fds=[server.fileno()]) as run:
            time.sleep(1)
            check(run.poll() is None, "did not wait")
            begin = time.monotonic()
            client.close()
            out = run.communicate(timeout=10)[0]
        check(time.monotonic() - begin < 2, "slow")
        check(Result(out).code["auth"] == AUTHINFO_UNAVAIL, out)
        check(s.daemons["courier"].closed.wait(1), "the link is still open")


def conversation_gone():
    """No way to ask is no way in."""
    with Stack() as s:
        r = s.drive("gone", "auth")
        check(r.code["auth"] == AUTHINFO_UNAVAIL, r.text)
        check("device.wait" not in s.asked("courier"))


def tokens_refused():
    """Each wrong token: constant words, precise reason for the ledger."""
    now = int(time.time())
    for changes, reason in (
            ({"exp": now - 100, "iat": now - 200}, "exp"),
            ({"aud": "other"}, "aud"), ({"iss": ISSUER + "/"}, "iss"),
            ({"azp": "other"}, "azp"), ({"sub": ""}, "sub"),
            ({"iat": now + 1000, "exp": now + 2000}, "iat"),
            ({"iat": now - 3600}, "iat"),
            ({"events": {}}, "events"),
            ({"sub": "1002"}, "account"),
            ({"_claim_names": {"groups": "src1"}}, "overage")):
        auth(AUTH_ERR, NOT_ACCEPTED, reason, courier={
            "device.wait": {"id_token": KEYS["a"].token(**changes)}})
    other = KEYS["b"].token()
    none = b64u(b'{"alg":"none"}') + "." + other.split(".")[1] + "."
    for token in (other.replace(other.split(".")[0],
                                KEYS["a"].token().split(".")[0]),
                  none, "x", "", "a.b.c", KEYS["a"].token() + "A"):
        auth(AUTH_ERR, NOT_ACCEPTED if token else None, courier={
            "device.wait": {"id_token": token}})
    for answer in ({}, {"id_token": 7}, {"id_token": "x" * 20000}):
        auth(AUTH_ERR, courier={"device.wait": answer})
    # whatever becomes of the report of it
    for answer in (Refuse("unavailable"), CLOSE, GARBAGE, HANG):
        auth(AUTH_ERR, NOT_ACCEPTED,
             courier={"device.wait": {"id_token": other}},
             ledger={"login.rejected": answer})


def key_rotated():
    """An unknown kid is asked for by name, once."""
    asked = []

    def keys(msg):
        asked.append(msg.get("kid"))
        name = "b" if msg.get("kid") == "b" else "a"
        return {"jwks": json.dumps({"keys": [KEYS[name].jwk()]})}
    auth(SUCCESS, courier={
        "device.wait": lambda _: {"id_token": KEYS["b"].token()},
        "jwks": keys})
    check(asked == [None, "b"], asked)
    del asked[:]
    auth(AUTH_ERR, NOT_ACCEPTED, courier={
        "device.wait": lambda _: {"id_token": KEYS["b"].token()},
        "jwks": lambda m: asked.append(m.get("kid")) or
        {"jwks": json.dumps({"keys": [KEYS["a"].jwk()]})}})
    check(asked == [None, "b"], asked)


def keys_spoilt():
    """Key sets that are none, and a courier that dies before it sends one."""
    for bad in ({"jwks": "x"}, {"jwks": '{"keys":[]}'}, {}, GARBAGE):
        auth(AUTH_ERR, NOT_ACCEPTED, courier={"jwks": bad})
    for bad in (CLOSE, HANG, Refuse("unavailable")):
        auth(AUTHINFO_UNAVAIL, NO_COURIER, courier={"jwks": bad})


def userinfo():
    """groups_source: whose groups count, and whose sub."""
    def stack(source, info, token=None, access="x" * 20):
        return {"conf": CONF + f"groups_source = {source}\n", "courier": {
            "device.wait": lambda _: {
                "id_token": KEYS["a"].token(**(token or {})),
                **({"access_token": access} if access else {})},
            "userinfo": info if isinstance(info, Refuse) else
            {"userinfo": json.dumps(info)}}}

    def groups(**how):
        with Stack(**how) as s:
            r = s.drive("auth")
            check(r.code["auth"] == SUCCESS, r.text)
            return s.message("ledger", "login.verified")["groups"]
    info = {"sub": "1001", "groups": ["from userinfo"]}
    check(groups(**stack("token", info)) == ["dba", "with blanks"])
    check(groups(**stack("both", info)) == ["dba", "with blanks"])
    check(groups(**stack("userinfo", info)) == ["from userinfo"])
    check(groups(**stack("both", info, {"groups": []})) == [])
    auth(AUTH_ERR, NOT_ACCEPTED, "sub",
         **stack("userinfo", {"sub": "1002", "groups": ["root"]}))
    auth(AUTH_ERR, NOT_ACCEPTED, "access token",
         **stack("userinfo", info, access=None))
    auth(AUTHINFO_UNAVAIL, NO_COURIER,
         **stack("userinfo", Refuse("unavailable")))


def no_ledger():
    """A verified person is not let in when nobody can write it down."""
    auth(AUTHINFO_UNAVAIL, NO_LEDGER, ledger=None)
    for bad in (CLOSE, HANG, Refuse("unavailable")):
        auth(AUTHINFO_UNAVAIL, NO_LEDGER, ledger={"login.verified": bad})
    for bad in (GARBAGE, {}, {"login": 7}, {"login": "p-0123456789abc"},
                {"login": LOGIN + "\nLD_PRELOAD=/x"}, Refuse("denied")):
        auth(AUTH_ERR, NO_LEDGER, ledger={"login.verified": bad})
    auth(AUTH_ERR, "This token has been used: get a new one.",
         ledger={"login.verified": Refuse("conflict")})


def answers():
    """What is typed at a prompt: a pasted token is told so, nothing counts."""
    incorrect = "\b\n\r\x7fINCORRECT" * 20     # sshd's, for a stranger
    with Stack() as s:
        for text, code in (("", SUCCESS), ("e" * 199, SUCCESS),
                           ("e" * 200, AUTH_ERR), ("e" * 100000, AUTH_ERR),
                           (incorrect, AUTH_ERR)):
            r = s.drive("auth", answer=text)
            check(r.code["auth"] == code, len(text), r.text[-300:])
            check(code == SUCCESS or "takes no token" in r.errors()[-1],
                  r.said)
    parts = CONF.replace("wait = 5s", "wait = 5s\nprompt = token").replace(
        "client_id = warrant", "client_id = warrant\nflows = device, parts")
    with Stack(conf=parts) as s:
        for text, says in (("e" * 1023, "cut the token at 1023"),
                           ("e" * 1001, "too long"), ("e" * 1000, "not acc"),
                           ("e" * 100000, "too long"), (incorrect, "not acc"),
                           ("\x1b[2J", "not accepted")):
            r = s.drive("auth", answer=text)
            check(r.code["auth"] == AUTH_ERR and says in r.errors()[-1],
                  len(text), r.said)
        check(s.asked("courier") == [], s.asked("courier"))


def decoys():
    """unknown = decoy: the same prompt for who is not there, and no way in."""
    conf = CONF.replace("wait = 5s", "wait = 5s\nunknown = decoy")
    for user in ("root", "no-such-user", "n" * 40, "%n%n%s"):
        with Stack(conf=conf) as s:
            r = s.drive("auth", "env", user=user)
            check(r.code["auth"] == AUTH_ERR, "code", r.code, user)
            check("WARRANT_LOGIN" not in r.env, r.env)
            check(r.said[0][0] == "prompt-off" and "BCDF-GHJK" in
                  r.said[0][1], r.said)
            ask = s.message("courier", "device.start")
            check(ask.get("decoy") is True, ask)
            check("login.verified" not in s.asked("ledger"), user)


def accounts():
    """Who is not enrolled is refused before anybody is asked."""
    for user in ("root", "daemon", "no-such-user", "", "Nobody", "../nobody",
                 "nobody\nx", "n" * 40, "n" * 10000, "%n%n%s"):
        with Stack() as s:
            r = s.drive("auth", "acct", "env", user=user)
            check(r.code["auth"] == AUTH_ERR, user, r.text)
            check(r.code["acct"] == PERM_DENIED, user, r.text)
            check(set(r.errors()) <= {NOT_ACCEPTED}, r.said)
            check(s.asked("courier") == [] and s.asked("ledger") == [], user)
    with Stack(conf=CONF.replace(f"group = {GROUP}",
                                 "group = no-such-group")) as s:
        check(s.drive("auth").code["auth"] == AUTH_ERR)
        check(s.asked("courier") == [])


def configuration():
    """Missing, wrong, writable by others, no issuer; a mistyped PAM line."""
    for conf in (CONF + "typo = 1\n", "[login\n", CONF.replace("5s", "5"),
                 CONF.split("[issuer")[0],
                 CONF.replace("sub=1001", "su=1001")):
        auth(SYSTEM_ERR, conf=conf)
    auth(SYSTEM_ERR, words="brekglass")
    auth(SYSTEM_ERR, words="conf=relative")
    for path in ("warrant.conf",):
        with Stack() as s:
            os.chmod(f"{s.dir}/{path}", 0o666)
            r = s.drive("auth", "acct", LOGIN_ENV, "acct", "open")
            check(r.code == {"auth": SYSTEM_ERR, "acct": SYSTEM_ERR,
                             "open": SESSION_ERR}, r.text)
            os.unlink(f"{s.dir}/{path}")
            r = s.drive("auth", "acct")
            check(SUCCESS not in r.code.values(), r.text)
    with Stack() as s: # a folder where others could put a socket
        os.chmod(s.dir, 0o777)
        r = s.drive("auth", LOGIN_ENV, "acct", "open")
        check(SUCCESS not in r.code.values(), r.text)
        check(s.asked("courier") == [])


# ---- setcred and account --------------------------------------------------

LOGIN_ENV = f"WARRANT_LOGIN={LOGIN}"


def setcred():
    """SUCCESS, whatever else is wrong: sshd ends the login otherwise."""
    with Stack(courier=None, ledger=None, pam=None, conf="nonsense",
               words="nonsense") as s:
        check(s.drive("setcred").code["setcred"] == SUCCESS)


def account(want, says=None, login=LOGIN, **how):
    with Stack(**how) as s:
        r = s.drive(*([f"WARRANT_LOGIN={login}"] if login else []), "acct")
        check(r.code["acct"] == want, r.text)
        check(r.errors() == ([] if says is None else [says]), r.said)
        return s.daemons["ledger"].asked if "ledger" in s.daemons else None


def account_states():
    """grant and lobby are let in, deny with its text, all else is refused."""
    asked = account(SUCCESS)
    check(asked == [{"op": "login.check", "login": LOGIN, "account":
                     "nobody", "rhost": "192.0.2.7", "service": "w"}], asked)
    account(SUCCESS, ledger={"login.check": {"state": "lobby"}})
    account(PERM_DENIED, "no grant: ask \\x1b[31mone",
            ledger={"login.check": {"state": "deny",
                                    "text": "no grant: ask \033[31mone"}})
    account(PERM_DENIED, NOT_ACCEPTED,
            ledger={"login.check": {"state": "deny"}})
    for state in ("", "Grant", "grant ", "allow", None, 1, True):
        account(PERM_DENIED, NOT_ACCEPTED,
                ledger={"login.check": {"state": state}})
    account(PERM_DENIED, NOT_ACCEPTED, ledger={"login.check": {}})
    account(PERM_DENIED, NOT_ACCEPTED, ledger={"login.check": GARBAGE})
    account(PERM_DENIED, NOT_ACCEPTED,
            ledger={"login.check": Refuse("not-found")})


def account_no_ledger():
    """warrantd down: refused, in words that name the way in."""
    account(AUTHINFO_UNAVAIL, NO_LEDGER, ledger=None)
    for bad in (CLOSE, HANG, Refuse("unavailable")):
        account(AUTHINFO_UNAVAIL, NO_LEDGER, ledger={"login.check": bad})


def account_alone():
    """A key-only login has no sign-in; what is no login id is none."""
    says = ("No sign-in stands behind this login: allow keyboard-interactive "
            "authentication in your client.")
    for login in (None, "x", "c-0123456789abc", LOGIN + "0"):
        check(account(PERM_DENIED, says, login=login) == [], login)


# ---- session --------------------------------------------------------------

def may_filter():
    if os.geteuid() != 0 and subprocess.run(
            ["unshare", "--user", "--map-root-user", "true"],
            capture_output=True, check=False).returncode != 0:
        raise Skipped("needs root or a user namespace")


def session():
    """Open: filter, listener handed over, GO; the environment is clean."""
    may_filter()
    with Stack() as s:
        r = s.drive(LOGIN_ENV, "LD_PRELOAD=/tmp/x.so", "BASH_ENV=/tmp/x",
                    "WARRANT_SESSION=c-forged", "LANG=C", "open", "seccomp",
                    "env", "fds", "close", root=True)
        check(r.code["open"] == SUCCESS and r.code["close"] == SUCCESS,
              r.text)
        check("seccomp 2\n" in r.text, r.text)
        check("fds 0\n" in r.text, r.text)
        check(r.env == {"LANG": "C", "WARRANT_SESSION": CONN}, r.env)
        s.daemons["pam"].settle()
        check(s.asked("pam") == ["conn.open", "conn.gate", "conn.close"],
              s.asked("pam"))
        o = s.message("pam", "conn.open")
        check(o["login"] == LOGIN and o["account"] == "nobody" and
              o["uid"] == NOBODY.pw_uid and "nested" not in o and
              o["breakglass"] is False, o)
        check(len(s.daemons["pam"].fds) == 1, "no listener came")
        check(r.said == [], r.said)


def session_refused():
    """No connection, no GO, no login id: PAM_SESSION_ERR, no words."""
    may_filter()
    for pam in (None, {"conn.open": Refuse("denied")},
                {"conn.open": CLOSE}, {"conn.open": {}},
                {"conn.open": GARBAGE}, {"conn.open": HANG},
                {"conn.gate": Refuse("unavailable")},
                {"conn.gate": CLOSE}, {"conn.gate": HANG}):
        with Stack(pam=pam) as s:
            r = s.drive(LOGIN_ENV, "open", "env", root=True)
            check(r.code["open"] == SESSION_ERR, pam, r.text)
            check("WARRANT_SESSION" not in r.env, r.env)
            check(r.said == [], r.said)
    for steps in (["open"], ["WARRANT_LOGIN=x", "open"]):
        with Stack() as s:
            r = s.drive(*steps, root=True)
            check(r.code["open"] == SESSION_ERR, r.text)
            check(s.asked("pam") == [], s.asked("pam"))


def session_unprivileged():
    """Without the right to install the filter there is no session."""
    if os.geteuid() == 0:
        raise Skipped("runs as root")
    with Stack() as s:
        r = s.drive(LOGIN_ENV, "open")
        check(r.code["open"] == SESSION_ERR, r.text)


def nested():
    """A second session below the first joins it, without a listener."""
    may_filter()

    def answer(msg):
        if "nested" in msg:
            check(msg["nested"] == "", msg)
        return {"conn": CONN, "person": "p", "name": "n"}
    with Stack(pam={"conn.open": answer}) as s:
        r = s.drive(LOGIN_ENV, "open", "close", "WARRANT_SESSION=", "open",
                    "env", root=True)
        check(r.code["open"] == SUCCESS, r.text)
        check(r.env["WARRANT_SESSION"] == CONN, r.env)
        s.daemons["pam"].settle()
        check(sorted(s.asked("pam")) == [
            "conn.close", "conn.close", "conn.gate", "conn.open",
            "conn.open"], s.asked("pam"))
        check("nested" in s.message("pam", "conn.open"))
        check(len(s.daemons["pam"].fds) == 1, "a second listener")


def nested_refused():
    """Below a listener that is not ours nothing is joined."""
    may_filter()

    def answer(msg):
        return Refuse("denied") if "nested" in msg else \
            {"conn": CONN, "person": "p", "name": "n"}
    with Stack(pam={"conn.open": answer}) as s:
        r = s.drive(LOGIN_ENV, "open", "close", LOGIN_ENV, "open", root=True)
        check(re.findall(r"^open (\d+)", r.text, re.M) ==
              [str(SUCCESS), str(SESSION_ERR)], r.text)


def last_line():
    """The break-glass line is nothing to a session opened or refused."""
    may_filter()
    for answer, want in (({"conn": CONN, "person": "p", "name": "n"},
                          SUCCESS), (Refuse("denied"), SESSION_ERR)):
        with Stack(pam={"conn.open": answer}) as s:
            args = f"conf={s.conf} rundir={s.dir}"
            s.write("pam.d/w", f"session required {MODULE} {args}\n"
                    f"-session optional {MODULE} {args} breakglass\n")
            r = s.drive(LOGIN_ENV, "open", "close", root=True)
            check(r.code["open"] == want, r.text)
            opened = [m for m in s.daemons["pam"].asked
                      if m["op"] == "conn.open"]
            check(len(opened) == 1 and not opened[0]["breakglass"], opened)


def breakglass():
    """breakglass: gate and record if they can be had, never a refusal."""
    may_filter()
    with Stack(words="breakglass", conf="nonsense", courier=None,
               ledger=None) as s:
        r = s.drive("open", "seccomp", "close", root=True, user="root")
        check(r.code["open"] == SUCCESS and "seccomp 2\n" in r.text, r.text)
        o = s.message("pam", "conn.open")
        check(o["breakglass"] is True and "login" not in o, o)
    for pam in (None, {"conn.open": Refuse("denied")}, {"conn.open": CLOSE},
                {"conn.open": GARBAGE}, {"conn.open": HANG}):
        with Stack(words="breakglass", pam=pam, conf="nonsense") as s:
            r = s.drive("LD_PRELOAD=/x", "open", "seccomp", "env",
                        root=True, user="root")
            check(r.code["open"] == SUCCESS, r.text)
            check("seccomp 0\n" in r.text, "no gate answers", r.text)
            check(r.env == {}, r.env)


TESTS = [exports, good, info_mode, no_courier, evil_courier, sign_in_fails,
         never_finished, client_gone, conversation_gone, tokens_refused,
         key_rotated, keys_spoilt, userinfo, no_ledger, answers, decoys,
         accounts,
         configuration, setcred, account_states, account_no_ledger,
         account_alone, session, session_refused, session_unprivileged,
         nested, nested_refused, last_line, breakglass]


def run(test):
    try:
        test()
    except Skipped as s:
        return "skip", f": {s}"
    except Exception as e: # a broken test is a failed test
        return "FAIL", f": {type(e).__name__}: {e}"
    return "ok", ""


def main():
    """Mostly waiting, so several at a time."""
    wanted = sys.argv[1:]
    count = {"ok": 0, "FAIL": 0, "skip": 0}
    with tempfile.TemporaryDirectory(prefix="warrant-pam-keys-") as folder:
        for kid in ("a", "b"):
            KEYS[kid] = Key(folder, kid)
        tests = [t for t in TESTS if not wanted or t.__name__ in wanted]
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            for test, (result, why) in zip(tests, pool.map(run, tests)):
                count[result] += 1
                print(f"{result} {test.__name__}{why}", flush=True)
    print(f"{count['ok']} ok, {count['FAIL']} failed, "
          f"{count['skip']} skipped")
    return 1 if count["FAIL"] else 0


if __name__ == "__main__":
    sys.exit(main())
