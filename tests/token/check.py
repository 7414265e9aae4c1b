#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""warrant-check token on every token that its options can express, fresh
ones too where python3-cryptography is there; each exit status; and that
standard error stays printable and never holds the token."""
import base64
import json
import os
import subprocess
import sys
import tempfile

source = os.environ.get("srcdir", ".")
CHECK = os.path.abspath("pam_module/warrant-check")
MAKE = os.path.join(source, "tests/token/make_tokens.py")
KNOWN = {"name", "want", "why", "naive_kid", "text", "set", "kid", "expect",
         "leeway", "nonce", "nonce_rule", "max_age", "acr"}
failures = []
count = 0


def run(args, text):
    return subprocess.run([CHECK] + args, input=text, capture_output=True,
                          timeout=60, check=False)


def want(what, got, status, part=""):
    global count
    count += 1
    err = got.stderr.decode("utf-8", "replace")
    if got.returncode != status or part not in err:
        failures.append("%s: status %d, wanted %d %r: %s" % (
            what, got.returncode, status, part, err))
    bad = [c for c in err if c != "\n" and not " " <= c <= "~"]
    if bad or (status == 1 and err.count("\n") != 1):
        failures.append("%s: not one printable line: %r" % (what, err))


def options(data, work, t):
    args = ["token", "--jwks", os.path.join(work, t.get("set", "main")),
            "--issuer", data["issuer"], "--audience", data["audience"],
            "--now", str(data["now"])]
    if t.get("nonce_rule") == "required":
        args += ["--nonce", t["nonce"]]
    if "max_age" in t:
        args += ["--max-age", str(t["max_age"])]
    if "acr" in t:
        args += ["--acr", t["acr"][0]]
    return args


def every_token(data, work):
    for name, text in data["sets"].items():
        with open(os.path.join(work, name), "w", encoding="utf-8") as f:
            f.write(text)
    ran = 0
    for t in data["tokens"]:
        if not set(t) <= KNOWN or t.get("leeway", 30) != 30 or \
                t.get("nonce_rule") == "if-present" or t.get("nonce") == "":
            continue
        text = base64.b64decode(t["text"])
        if t["want"] == "no" and text.endswith(b"\n"):
            continue  # here it ends a line
        got = run(options(data, work, t), text)
        want(t["name"], got, 0 if t["want"] == "yes" else 1, t["why"])
        if len(text) > 40 and text[:40] in got.stderr:
            failures.append(t["name"] + ": token on standard error")
        ran += 1
    return ran


def statuses(data, work):
    first = {t["name"]: t for t in data["tokens"]}
    ok = first["alg RS256"]
    text = base64.b64decode(ok["text"])
    args = options(data, work, ok)
    want("a line", run(args, text + b"\n"), 0)
    want("two ends of lines", run(args, text + b"\n\n"), 1)
    want("user", run(args + ["--user", "ann"], text), 0)
    for user in ("bob", "Ann", "an", "ann ", "", "root"):
        want("user " + user, run(args + ["--user", user], text), 1, "account")
    want("another key's, signature only", run(
        ["token", "--jwks", args[2], "--signature-only"],
        base64.b64decode(first["another key's signature"]["text"])), 1)
    want("expired, signature only", run(
        ["token", "--jwks", args[2], "--signature-only"],
        base64.b64decode(first["expired a year ago"]["text"])), 0)
    want("payload no JSON, signature only", run(
        ["token", "--jwks", args[2], "--signature-only"],
        base64.b64decode(first["payload: not JSON"]["text"])), 1)
    for bad in ([], ["token"], ["x"], ["token", "--jwks", args[2]],
                args + ["extra"], args + ["--now", "soon"],
                args + ["--now", "-5"], args + ["--max-age", "0"],
                args + ["--nonce", ""], args + ["--frob"], args + ["--acr", ""],
                args + ["--issuer", "i" * 600]):
        want("usage %s" % bad[-2:], run(bad, text), 2)
    want("no key set", run(["token", "--jwks", work + "/none"] + args[3:],
                           text), 78, "none")
    for name, content in (("empty", b""), ("list", b"[]"), ("nokeys",
                          b'{"keys":[]}'), ("huge", b" " * 300000)):
        with open(os.path.join(work, name), "wb") as f:
            f.write(content)
        want("key set " + name, run(["token", "--jwks",
             os.path.join(work, name)] + args[3:], text), 78)
    folder = os.open(work, os.O_RDONLY)
    want("standard input a folder", subprocess.run(
        [CHECK] + args, stdin=folder, capture_output=True, check=False), 78,
        "standard input")
    os.close(folder)
    want("version", run(["--version"], b""), 0)
    want("help", run(["--help"], b""), 0)


def main():
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(source, "tests/data/token/tokens.json"),
                  encoding="ascii") as f:
            data = json.load(f)
        ran = every_token(data, work)
        statuses(data, work)
        fresh = os.path.join(work, "fresh.json")
        made = subprocess.run([sys.executable, "-B", MAKE, fresh],
                              capture_output=True, check=False)
        if made.returncode == 0:
            with open(fresh, encoding="ascii") as f:
                ran += every_token(json.load(f), work)
            env = dict(os.environ, WARRANT_TOKENS=fresh)
            unit = subprocess.run(["tests/unit/test_token"], env=env,
                                  capture_output=True, check=False)
            if unit.returncode != 0:
                failures.append(unit.stdout.decode() + unit.stderr.decode())
        else:
            print("no fresh tokens: " + made.stderr.decode().strip()[-100:])
    print("%d tokens, %d checks, %d failures" % (ran, count, len(failures)))
    print("\n".join(failures))
    return 1 if failures or ran < 300 else 0


sys.exit(main())
