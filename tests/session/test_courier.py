#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""The courier against a real provider, well and ill.

Needs no root; as root it also becomes `nobody` and refuses others."""
import base64
import concurrent.futures
import contextlib
import json
import os
import pwd
import stat
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
import lib  # noqa: E402
from lib import Failed, Refused, Skipped, Wire, check, wait_until  # noqa: E402

ALONE = f"{lib.BUILD}/tests/session/courier_alone"
STACK = contextlib.ExitStack()
SECRETS = set()
LOGS = []
idp = None


class Courier:
    """One courier of its own: configuration, socket, cache folder."""

    def __init__(self, client="warrant", rates="", extra="", env=None,
                 user=None, state=None, **keys):
        self.area = lib.Area("courier", open_to_all=True)
        issuer = {
            "issuer": idp.issuer, "client_id": client, "ca_file": idp.ca,
            "http_timeout": "3s", **keys}
        lines = "\n".join(f"{k} = {v}" for k, v in issuer.items())
        self.conf = self.area.write("warrant.conf", f"""[issuer idp]
{lines}
{extra}
[courier]
{rates or '''rate_source = 10000
rate_account = 10000
rate_all = 10000'''}
""", 0o600)
        self.sock = self.area.path("courier.sock")
        self.state = state or self.area.path("state")
        argv = [ALONE, self.conf, self.sock, self.state]
        self.process = self.area.launch(
            "courier", argv + ([user] if user else []),
            env={**os.environ, **(env or {})})
        wait_until(lambda: "courier for" in lib.log_of(self.process) or
                   self.process.poll() is not None, 10, "courier")
        check(self.process.poll() is None, lib.log_of(self.process))

    def link(self):
        return Wire(self.sock)

    def begin(self, account="alice", rhost="192.0.2.1"):
        """A link with a sign-in on it, and the code."""
        link = self.link()
        got = link.ask("device.start", issuer="idp", account=account,
                       rhost=rhost)
        SECRETS.add(got["user_code"])
        return link, got

    def __enter__(self):
        return self

    def __exit__(self, *_):
        LOGS.append(lib.log_of(self.process))
        self.area.close()


def wait(link, seconds=20):
    got = link.ask("device.wait", seconds)
    SECRETS.update(got[k] for k in ("id_token", "access_token") if k in got)
    return got


def refused(what, code, *args, **kwargs):
    """what(...) must be answered by no with this code."""
    try:
        got = what(*args, **kwargs)
    except Refused as no:
        check(no.code == code, f"{no.code} instead of {code}: {no.text}")
        return no
    raise Failed(f"accepted, should be {code}: {got}")


def part(token, i):
    return json.loads(base64.urlsafe_b64decode(token.split(".")[i] + "=="))


def sign_in(person="alice", client="warrant", **keys):
    with Courier(client, **keys) as c:
        link, code = c.begin()
        idp.answer(code["user_code"], person)
        return wait(link), link.ask("jwks", issuer="idp")


def all_algorithms():
    """A sign-in with each signature algorithm; the module accepts each."""
    for client, alg in (("warrant", "RS256"), ("warrant-ps256", "PS256"),
                        ("warrant-es256", "ES256"),
                        ("warrant-eddsa", "EdDSA")):
        got, keys = sign_in(client=client)
        head, claims = part(got["id_token"], 0), part(got["id_token"], 1)
        check(head["alg"] == alg, head)
        check(claims["sub"] == "1001-alice", claims)
        check(claims["groups"] == ["engineers", "dba"], claims)
        kids = [k["kid"] for k in json.loads(keys["jwks"])["keys"]]
        check(head["kid"] in kids, head, kids)
        check(keys["stale"] is False and keys["checked"] is True, keys)
        verdict(client, got["id_token"], keys["jwks"])


def verdict(client, token, jwks):
    """The module's own code must accept what the courier brought."""
    with lib.Area("keys") as a:
        done = subprocess.run(
            [f"{lib.BUILD}/pam_module/warrant-check", "token", "--jwks",
             a.write("jwks", jwks), "--issuer", idp.issuer, "--audience",
             client, "--user", "alice"], input=token, text=True,
            capture_output=True, check=False)
        check(done.returncode == 0, client, done.stderr)


def confidential():
    """Confidential clients: the secret in the form, and by HTTP Basic."""
    with open(idp.secret_file, encoding="utf-8") as f:
        SECRETS.add(f.read().strip())
    for client, auth in (("warrant-secret", "post"),
                         ("warrant-basic", "basic")):
        got, _ = sign_in(client=client, client_auth=auth,
                         client_secret_file=idp.secret_file)
        check(part(got["id_token"], 1)["aud"] == client)
    with Courier("warrant-secret", client_auth="post") as c:
        refused(c.begin, "unavailable")


def order():
    """Signed in before anybody waits, or while somebody does: at once."""
    with Courier() as c:
        link, code = c.begin()
        idp.answer(code["user_code"], "alice")
        time.sleep(1.5)
        begin = time.monotonic()
        wait(link)
        check(time.monotonic() - begin < 0.2, "the tokens were not there")
        link, code = c.begin()
        link.send("device.wait")
        time.sleep(0.5)
        idp.answer(code["user_code"], "alice")
        begin = time.monotonic()
        link.receive()
        took = time.monotonic() - begin
        check(took < 2, f"{took:.1f} s at an interval of 1 s")


def two_at_once():
    """Two sign-ins at once: two codes, each person's own token."""
    with Courier() as c:
        one, a = c.begin("alice")
        two, b = c.begin("bob")
        check(a["user_code"] != b["user_code"])
        check(a["verification_uri"] == f"{idp.issuer}/device", a)
        check(a["user_code"] in a["verification_uri_complete"], a)
        idp.answer(b["user_code"], "bob")
        idp.answer(a["user_code"], "alice")
        check(part(wait(one)["id_token"], 1)["sub"] == "1001-alice")
        check(part(wait(two)["id_token"], 1)["sub"] == "1002-bob")


def denied():
    """Refused on the page that shows the code, and at the sign-in page."""
    with Courier() as c:
        for where in ("confirm", "login"):
            link, code = c.begin()
            idp.answer(code["user_code"], "alice", deny=where)
            no = refused(wait, "denied", link)
            check(no.text == "the sign-in was refused", no.text)


def never_finished():
    """Nobody signs in: timeout when the code ends, then no more polls."""
    idp.control.set(device_ttl=3)
    try:
        with Courier() as c:
            link, code = c.begin()
            check(code["expires_in"] == 3, code)
            begin = time.monotonic()
            refused(wait, "timeout", link)
            check(time.monotonic() - begin < 4.5)
            since = idp.control.seq()
            time.sleep(2.5)
            check(not idp.log("token", since), "polls after the end")
            refused(wait, "conflict", link)
    finally:
        idp.control.set(device_ttl=300)


def provider_down():
    """No provider: an answer in under a second, also when it comes back."""
    other = lib.Idp(STACK.enter_context(lib.Area("idp2")))
    port = int(other.issuer.rsplit(":", 1)[1])
    other.stop()
    with Courier(issuer=other.issuer, ca_file=other.ca) as c:
        begin = time.monotonic()
        no = refused(c.begin, "unavailable")
        check(time.monotonic() - begin < 1, "slow")
        check("discovery" in no.answer["reason"], no.answer)
        refused(c.link().ask, "unavailable", "jwks", issuer="idp")
        other.start(port)
        time.sleep(5.1)
        c.area.enter_context(c.begin()[0])


def spoilt_discovery():
    """Discovery spoilt in 14 ways: unavailable, and no device request."""
    spoilt = [
        ("garbage", {}), ("truncated", {}), ("reset", {}), ("hang", {}),
        ("slow", {}), ("huge", {}), ("redirect", {}),
        ("status", {"status": 500}), ("text", {"text": "[]"}),
        ("text", {"text": '{"issuer":"a","issuer":"b"}'}),
        ("patch", {"set": {"issuer": idp.issuer + "/"}}),
        ("patch", {"set": {"token_endpoint": "http://127.0.0.1/t"}}),
        ("patch", {"set": {"device_authorization_endpoint": None}}),
        ("patch", {"set": {"jwks_uri": "file:///etc/passwd"}}),
    ]
    for kind, rest in spoilt:
        idp.control.fault("discovery", kind, **rest)
        since = idp.control.seq()
        with Courier(http_timeout="2s") as c:
            begin = time.monotonic()
            refused(c.begin, "unavailable")
            check(time.monotonic() - begin < 3.5, kind, "took too long")
            check(not idp.log("device", since), kind)
            check(peak_kib(c) < 60000, kind, peak_kib(c), "KiB")
        idp.control.clear()


def peak_kib(c):
    with open(f"/proc/{c.process.pid}/status", encoding="utf-8") as f:
        for line in f:
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    raise Failed("no VmHWM")


def spoilt_device():
    """The device request spoilt: unavailable, nothing is polled."""
    for kind, rest in [
            ("garbage", {}), ("hang", {}), ("huge", {}), ("redirect", {}),
            ("status", {"status": 503}), ("invalid_client", {}),
            ("patch", {"set": {"user_code": "AB\x1b[2JCD"}}),
            ("patch", {"set": {"user_code": "A" * 33}}),
            ("patch", {"set": {"verification_uri": "javascript:alert(1)"}}),
            ("patch", {"set": {"expires_in": "300"}}),
            ("patch", {"set": {"interval": -1}}),
            ("patch", {"set": {"device_code": None}})]:
        idp.control.fault("device", kind, **rest)
        since = idp.control.seq()
        with Courier(http_timeout="2s") as c:
            refused(c.begin, "unavailable")
            time.sleep(0.1)
            check(not idp.log("token", since), kind)
        idp.control.clear()


def polls(since):
    return [e["at_ms"] for e in idp.log("token", since)]


def spoilt_token():
    """Polls spoilt once: asked again, later, and then signed in."""
    for kind, rest in [
            ("garbage", {}), ("reset", {"times": 2}), ("truncated", {}),
            ("status", {"status": 500}), ("status", {"status": 502}),
            ("huge", {}), ("hang", {})]:
        # libcurl itself asks twice when a kept connection is found closed
        idp.control.fault("token", kind, **{"times": 1, **rest})
        since = idp.control.seq()
        with Courier(http_timeout="2s") as c:
            link, code = c.begin()
            idp.answer(code["user_code"], "alice")
            wait(link)
            at = polls(since)
            check(len(at) == 1 + rest.get("times", 1), kind, at)
            check(at[-1] - at[-2] >= 1900, kind, "no back-off", at)
            check(peak_kib(c) < 60000, kind, peak_kib(c), "KiB")
        idp.control.clear()


def final_token():
    """Answers that end a sign-in at once."""
    for kind, rest, code in [
            ("access_denied", {}, "denied"),
            ("expired_token", {}, "timeout"),
            ("invalid_client", {}, "unavailable"),
            ("invalid_grant", {}, "unavailable"),
            ("redirect", {}, "unavailable"),
            ("patch", {"set": {"id_token": None}}, "unavailable"),
            ("patch", {"set": {"id_token": "a" * 16385}}, "unavailable"),
            ("patch", {"set": {"token_type": "MAC"}}, "unavailable")]:
        idp.control.fault("token", kind, **rest)
        since = idp.control.seq()
        with Courier() as c:
            link, got = c.begin()
            if kind == "patch":
                idp.answer(got["user_code"], "alice")
            refused(wait, code, link)
            time.sleep(1.5)
            spoilt = [e for e in idp.log("token", since)
                      if kind != "patch" or e["status"] == 200]
            check(len(spoilt) == 1, kind, len(spoilt), "polls")
        idp.control.clear()


def slow_down():
    """slow_down adds 5 s; Retry-After is kept to."""
    since = idp.control.seq()
    idp.control.fault("token", "slow_down", times=1)
    with Courier() as c:
        link, code = c.begin()
        idp.answer(code["user_code"], "alice")
        wait(link)
        at = polls(since)
        check(len(at) == 2 and at[1] - at[0] >= 5900, at)
    idp.control.clear()
    since = idp.control.seq()
    idp.control.fault("token", "status", status=429, retry_after=4, times=1)
    with Courier() as c:
        link, code = c.begin()
        idp.answer(code["user_code"], "alice")
        wait(link)
        at = polls(since)
        check(len(at) == 2 and at[1] - at[0] >= 3900, at)
    idp.control.clear()


def client_gone():
    """A client that goes away: no poll 2 s later, a hanging one dropped."""
    with Courier(http_timeout="10s") as c:
        link, _ = c.begin()
        since = idp.control.seq()
        wait_until(lambda: idp.log("token", since), 5, "a poll")
        link.close()
        gone = time.time() * 1000
        time.sleep(5)
        late = [t - gone for t in polls(since) if t > gone + 2000]
        check(not late, "polls after", late, "ms")
        idp.control.fault("token", "hang")
        link, _ = c.begin()
        since = idp.control.seq()
        wait_until(lambda: idp.log("token", since), 5, "a poll")
        link.close()
        gone = time.time() * 1000
        entry = wait_until(
            lambda: [e for e in idp.log("token", since) if e["aborted"]],
            2, "the hanging poll dropped")[0]
        check(entry["done_ms"] - gone < 2000)
        idp.control.clear()
        # and one whose process is killed
        since = idp.control.seq()
        child = subprocess.Popen(
            [sys.executable, "-c",
             "import sys, time\n"
             "sys.path.insert(0, sys.argv[1])\n"
             "import lib\n"
             "link = lib.Wire(sys.argv[2])\n"
             "link.ask('device.start', issuer='idp', account='a', rhost='b')\n"
             "time.sleep(60)\n", lib.HERE, c.sock])
        wait_until(lambda: idp.log("token", since), 5, "a poll")
        child.kill()
        child.wait()
        gone = time.time() * 1000
        time.sleep(4)
        late = [t - gone for t in polls(since) if t > gone + 2000]
        check(not late, "polls after", late, "ms")


def bad_certificates():
    """Another CA, an expired certificate, another name: no word is sent."""
    since = idp.control.seq()
    with Courier(ca_file=idp.other_ca) as c:
        no = refused(c.begin, "unavailable")
        check("certificate" in no.answer["reason"], no.answer)
    with Courier(ca_file="/etc/ssl/certs/ca-certificates.crt") as c:
        refused(c.begin, "unavailable")
    for which in ("expired", "wrong-name"):
        idp.control.certificate(which)
        try:
            with Courier() as c:
                no = refused(c.begin, "unavailable")
        finally:
            idp.control.certificate("good")
    check(not idp.log(since=since), idp.log(since=since))
    c = lib.Area("ca")
    with c, open(c.write("empty.pem", ""), encoding="utf-8") as empty:
        process = start_only(c, ca_file=empty.name)
        check(process.wait(5) == 78, "an empty ca_file is a wrong one")


def start_only(area, **keys):
    lines = "\n".join(f"{k} = {v}" for k, v in {
        "issuer": idp.issuer, "client_id": "warrant", **keys}.items())
    conf = area.write("warrant.conf", f"[issuer idp]\n{lines}\n")
    return area.launch("courier", [ALONE, conf, area.path("s"),
                                  area.path("state")])


def bad_configuration():
    """A secret others can read, no CA, http: refused at the start (78)."""
    with lib.Area("conf") as a:
        secret = a.write("secret", "s3cret-value\n", 0o644)
        for keys in ({"client_secret_file": secret},
                     {"ca_file": a.path("nowhere")},
                     {"issuer": "http://idp.example"},
                     {"jwks_file": a.write("keys", '{"keys":[]}')}):
            p = start_only(a, **keys)
            status = p.wait(5)
            check(status != 0, keys)
            check("s3cret" not in lib.log_of(p), "the secret is in the log")


def keys_cached():
    """Keys are asked once, cached over a restart, and by ETag later."""
    since = idp.control.seq()
    with Courier() as c:
        with c.link() as link:
            for _ in range(20):
                link.ask("jwks", issuer="idp")
        check(len(idp.log("jwks", since)) == 1, idp.log("jwks", since))
        cache = f"{c.state}/jwks-idp.json"
        mode = os.stat(cache)
        check(stat.S_IMODE(mode.st_mode) == 0o600, oct(mode.st_mode))
        with Courier(state=c.state) as again:
            got = again.link().ask("jwks", issuer="idp")
            check(got["stale"] is False)
        check(len(idp.log("jwks", since)) == 1, "asked again after restart")
        age(cache, 7200)
        with Courier(state=c.state) as again:
            got = again.link().ask("jwks", issuer="idp")
        entry = idp.log("jwks", since)[-1]
        check(entry["if_none_match"] and entry["status"] == 304, entry)
        check(time.time() * 1e6 - got["fetched_us"] < 60e6, "not confirmed")
        with open(cache, "w", encoding="utf-8") as f:
            f.write('{"issuer": "half')
        with Courier(state=c.state) as again:
            again.link().ask("jwks", issuer="idp")
        check(len(idp.log("jwks", since)) == 3, "a broken cache is no cache")


def age(cache, seconds):
    """Make a cache file look older."""
    with open(cache, encoding="utf-8") as f:
        o = json.load(f)
    for key in ("fetched_us", "fresh_us"):
        o[key] -= seconds * 1000000
    with open(cache, "w", encoding="utf-8") as f:
        json.dump(o, f)


def keys_stale():
    """Provider down: old keys up to jwks_stale; jwks_file if there are none."""
    with Courier() as c:
        text = c.link().ask("jwks", issuer="idp")["jwks"]
        cache = f"{c.state}/jwks-idp.json"
        age(cache, 7200)
        idp.control.fault("jwks", "status", status=503)
        with Courier(state=c.state) as again:
            got = again.link().ask("jwks", issuer="idp")
            check(got["stale"] is True and got["jwks"] == text, got)
        age(cache, 24 * 3600)
        with Courier(state=c.state) as again:
            refused(again.link().ask, "unavailable", "jwks", issuer="idp")
        seed = c.area.write("seed.json", text)
        with Courier(jwks_file=seed) as other:
            got = other.link().ask("jwks", issuer="idp")
            check(got["stale"] is True and got["jwks"] == text, got)
        idp.control.clear()


def keys_spoilt():
    """Key sets that are none: unavailable; odd entries are passed over."""
    many = {"keys": [{"kty": "oct", "kid": str(i)} for i in range(101)]}
    for kind, rest in [
            ("garbage", {}), ("truncated", {}), ("huge", {}), ("hang", {}),
            ("redirect", {}), ("text", {"text": "{}"}),
            ("text", {"text": '{"keys":[]}'}),
            ("text", {"text": '{"keys":[{"a":1,"a":2}]}'}),
            ("text", {"text": json.dumps(many)})]:
        idp.control.fault("jwks", kind, **rest)
        with Courier(http_timeout="2s") as c:
            refused(c.link().ask, "unavailable", "jwks", issuer="idp")
        idp.control.clear()
    idp.control.fault("jwks", "text", text='{"keys":[1,null,"x",'
                      '{"kty":"RSA","kid":"k","x5c":["AAAA"]}],"more":1}')
    with Courier() as c:
        got = c.link().ask("jwks", issuer="idp")
        check(json.loads(got["jwks"]) ==
              {"keys": [{"kid": "k", "kty": "RSA"}]}, got)
    idp.control.clear()


def unknown_kid():
    """A storm of unknown kids: one request a minute, removed keys die."""
    with Courier() as c:
        since = idp.control.seq()
        with c.link() as link:
            old = link.ask("jwks", issuer="idp")
            first = idp.log("jwks", since)[0]["at_ms"]
            kids = idp.control.rotate("replace")
            asked = 0
            while True:
                got = link.ask("jwks", issuer="idp",
                               kid=f"storm-{asked}" if asked % 2 else kids[0])
                asked += 1
                if kids[0] in got["jwks"]:
                    break
                check(time.time() * 1000 - first < 63000, "never known")
                time.sleep(0.02)
            for i in range(500):
                link.ask("jwks", issuer="idp", kid=f"after-{i}")
        log = idp.log("jwks", since)
        check(len(log) == 2, len(log), "requests for", asked + 500)
        check(log[1]["at_ms"] - first >= 59900, "too early")
        check(asked > 500, asked, "is no storm")
        for key in json.loads(old["jwks"])["keys"]:
            check(key["kid"] not in got["jwks"], "a removed key lives")


def userinfo():
    """userinfo by the access token; wrong tokens, huge and garbage."""
    with Courier() as c:
        link, code = c.begin()
        idp.answer(code["user_code"], "carol")
        got = wait(link)
        info = json.loads(link.ask(
            "userinfo", issuer="idp",
            access_token=got["access_token"])["userinfo"])
        check(info["sub"] == "1003-carol", info)
        check(info["groups"] == ["managers", "security"], info)
        refused(link.ask, "unavailable", "userinfo", issuer="idp",
                access_token="x" * 43)
        refused(link.ask, "input", "userinfo", issuer="idp",
                access_token="a\r\nX-Evil: 1")
        for kind in ("garbage", "huge", "redirect"):
            idp.control.fault("userinfo", kind)
            refused(link.ask, "unavailable", "userinfo", issuer="idp",
                    access_token=got["access_token"])
            idp.control.clear()


def thin():
    """A provider by name, with groups at userinfo only (--thin)."""
    global idp
    whole = idp
    idp = lib.Idp(STACK.enter_context(lib.Area("thin")), "--thin",
                  "--host", "localhost")
    try:
        with Courier() as c:
            link, code = c.begin()
            idp.answer(code["user_code"], "alice")
            got = wait(link)
            check("groups" not in part(got["id_token"], 1))
            info = json.loads(link.ask(
                "userinfo", issuer="idp",
                access_token=got["access_token"])["userinfo"])
            check(info["groups"] == ["engineers", "dba"], info)
    finally:
        idp.stop()
        idp = whole


def rates():
    """Limits by source, account, all, pending: the provider hears no more."""
    def begin_many(c, who):
        ok = 0
        for account, rhost in who:
            try:
                c.area.enter_context(c.begin(account, rhost)[0])
                ok += 1
            except Refused as no:
                check(no.code == "limit", no)
                check("too many" in no.text, no)
        return ok

    def same(n, account="a{}", rhost="192.0.2.{}"):
        return [(account.format(i), rhost.format(i)) for i in range(n)]

    for rate, who, want in (
            ("rate_account = 100", same(9, rhost="192.0.2.1"), 5),
            ("rate_source = 100", same(9, account="alice"), 3),
            ("rate_all = 7", same(12), 7),
            ("pending = 4", same(12), 4)):
        since = idp.control.seq()
        with Courier(rates=rate) as c:
            got = begin_many(c, who)
            check(got == want, rate, got, "instead of", want)
            asked = len(idp.log("device", since))
            check(asked == want, rate, asked, "device requests")
    with Courier(rates="pending = 1") as c:
        link, _ = c.begin("a", "1")
        refused(c.begin, "limit", "b", "2")
        link.close()
        wait_until(lambda: begin_many(c, [("c", "3")]), 2, "room again")


def many():
    """60 links wait at once; each gets its own code and its own answer."""
    with Courier(rates="rate_all = 1000\nrate_source = 1000\n"
                 "rate_account = 1000\npending = 100") as c:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            begun = list(pool.map(lambda i: c.begin(f"u{i}"), range(60)))
        check(len({code["user_code"] for _, code in begun}) == 60)
        for link, code in begun[:50]:
            link.send("device.wait")
        for link, code in begun[:3]:
            idp.answer(code["user_code"], "alice")
        for link, _ in begun[:3]:
            SECRETS.add(link.receive()["id_token"])
        for link, _ in begun:
            link.close()


def not_root():
    """Another uid is refused, even where the socket lets it in."""
    if os.geteuid() != 0:
        raise Skipped("needs root")
    nobody = pwd.getpwnam("nobody")
    with Courier() as c:
        check(stat.S_IMODE(os.stat(c.sock).st_mode) == 0o600)
        os.chmod(c.sock, 0o666)
        said = subprocess.run(
            [sys.executable, "-c",
             "import socket, sys\n"
             "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
             "s.connect(sys.argv[1])\n"
             "print(s.recv(9999).decode())\n", c.sock],
            user=nobody.pw_uid, group=nobody.pw_gid, extra_groups=[],
            capture_output=True, text=True, check=True, timeout=10).stdout
        check(json.loads(said)["code"] == "denied", said)


def unprivileged():
    """Started by root it becomes the account, without any capability."""
    if os.geteuid() != 0:
        raise Skipped("needs root")
    with Courier("warrant-secret", client_auth="post", user="nobody",
                 client_secret_file=idp.secret_file) as c:
        status = {}
        with open(f"/proc/{c.process.pid}/status", encoding="utf-8") as f:
            for line in f:
                key, value = line.split(":", 1)
                status[key] = value.split()
        uid = str(pwd.getpwnam("nobody").pw_uid)
        check(status["Uid"] == [uid] * 4, status["Uid"])
        check(int(status["CapPrm"][0], 16) == 0, status["CapPrm"])
        check(status["Groups"] == [], status["Groups"])
        check(status["NoNewPrivs"] == ["1"], status["NoNewPrivs"])
        check(status["Seccomp"] == ["2"], status["Seccomp"])
        check(os.stat(f"/proc/{c.process.pid}/mem").st_uid == 0,
              "/proc is the account's: dumpable")
        link, code = c.begin()
        idp.answer(code["user_code"], "alice")
        wait(link)
        link.ask("jwks", issuer="idp")
        check(os.stat(f"{c.state}/jwks-idp.json").st_uid == int(uid))


def environment():
    """Proxy variables and .netrc of the environment change nothing."""
    with lib.Area("home") as home:
        home.write(".netrc", "machine 127.0.0.1 login x password y\n")
        bad = "http://127.0.0.1:1"
        with Courier(env={"https_proxy": bad, "HTTPS_PROXY": bad,
                          "all_proxy": bad, "ALL_PROXY": bad,
                          "HOME": home.dir, "CURL_CA_BUNDLE": "/dev/null",
                          "SSL_CERT_FILE": "/dev/null"}) as c:
            c.begin()[0].close()
    with Courier(proxy="http://127.0.0.1:1") as c:
        refused(c.begin, "unavailable")


def nonsense():
    """Messages that are none are refused; the link goes on."""
    with Courier() as c, c.link() as link:
        for data in (b"x", b"[]", b'{"op":1}', b'{"op":"a","op":"b"}',
                     b"\xff\xfe", b'{"op":"device.start"}',
                     b'{"op":"device.start","issuer":7}',
                     b'{"op":"jwks","issuer":"idp","kid":["a"]}',
                     json.dumps({"op": "jwks", "issuer": "idp",
                                 "kid": "k" * 257}).encode(),
                     b'{"op":"fetch","url":"http://x/"}', b"{" * 60000):
            link.send_bytes(data)
            refused(link.receive, "input")
        refused(link.ask, "not-found", "jwks", issuer="other")
        refused(link.ask, "conflict", "device.wait")
        got = link.ask("jwks", issuer="idp", id=77)
        check(got["id"] == 77, got.get("id"))
        link.ask("device.start", issuer="idp", account="a", rhost="")
        refused(link.ask, "conflict", "device.start", issuer="idp",
                account="a", rhost="")


def ends():
    """SIGTERM ends it with status 0 at once, whatever is open."""
    with Courier() as c:
        c.begin()
        idp.control.fault("jwks", "hang")
        c.link().send("jwks", issuer="idp")
        time.sleep(0.2)
        begin = time.monotonic()
        check(lib.stop(c.process) == 0, lib.log_of(c.process))
        check(time.monotonic() - begin < 1, "slow")
        idp.control.clear()


def quiet():
    """No token, code or secret in any log of this run."""
    check(len(SECRETS) > 20, len(SECRETS), "secrets seen")
    text = "\n".join(LOGS)
    check(len(text) > 1000, "no logs")
    for secret in SECRETS:
        check(secret not in text, "a secret is in a log")


TESTS = [all_algorithms, confidential, order, two_at_once, denied,
         never_finished, provider_down, spoilt_discovery, spoilt_device,
         spoilt_token, final_token, slow_down, client_gone,
         bad_certificates, bad_configuration, keys_cached, keys_stale,
         keys_spoilt, unknown_kid, userinfo, thin, rates, many, not_root,
         unprivileged, environment, nonsense, ends, quiet]


def main():
    global idp
    try:
        lib.need_node()
    except Skipped as s:
        print(f"skipped: {s}")
        return 77
    with STACK:
        idp = lib.Idp(STACK.enter_context(lib.Area("idp")))
        return lib.run(TESTS)


if __name__ == "__main__":
    sys.exit(main())
