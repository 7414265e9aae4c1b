#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make the certificates of tests/data/cert with ssh-keygen.

make_certs.py FOLDER    a certificate of each kind of key, and vectors.json

What the code must find in them is worked out here by other means: the nonce
with hashlib from the .pub file, the fingerprint by `ssh-keygen -l`.  Run by
hand; its output is committed, since keys differ at each run.
"""
import base64
import hashlib
import json
import os
import subprocess
import sys
import tempfile

KINDS = {"ed25519": ["-t", "ed25519"], "ecdsa256": ["-t", "ecdsa", "-b", "256"],
         "ecdsa384": ["-t", "ecdsa", "-b", "384"],
         "ecdsa521": ["-t", "ecdsa", "-b", "521"],
         "rsa": ["-t", "rsa", "-b", "2048"]}
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUifQ.c2ln"


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def keygen(*words):
    return subprocess.run(["ssh-keygen", "-q", *words], check=True,
                          capture_output=True, text=True).stdout


def certificate(folder, kind, ca=None, options=None, token=TOKEN):
    """The certificate of a fresh key, as `TYPE BASE64`, and what is in it."""
    key = f"{folder}/{kind}-{len(os.listdir(folder))}"
    keygen(*KINDS[kind], "-N", "", "-f", key)
    random = os.urandom(32)
    with open(f"{key}.pub", encoding="ascii") as f:
        plain_type, plain = f.read().split()[:2]
    blob = base64.b64decode(plain)
    if options is None:
        options = [f"extension:oidc-token@warrant={b64u(random)}.{token}"]
    keygen("-s", ca or key, "-I", "t", "-n", "warrant", "-V",
           "20200101000000Z:20380101000000Z", "-O", "clear",
           *[w for o in options for w in ("-O", o)], f"{key}.pub")
    with open(f"{key}-cert.pub", encoding="ascii") as f:
        words = f.read().split()[:2]
    return {
        "kind": kind, "key": key, "text": " ".join(words),
        "type": plain_type,
        "nonce": b64u(hashlib.sha256(
            b"warrant-nonce-v1" + blob + random).digest()),
        "fingerprint": keygen("-l", "-f", f"{key}.pub").split()[1],
    }


def main():
    with tempfile.TemporaryDirectory() as folder:
        good = [certificate(folder, kind) for kind in KINDS]
        other = good[0]["key"]
        named = ["extension:oidc-token@warrant="]
        bad = {
            "by another key": certificate(folder, "ed25519", ca=other),
            "no token": certificate(folder, "ed25519", options=[
                "permit-pty"]),
            "empty": certificate(folder, "ed25519", options=[
                named[0] + "x"]),
            "no dot": certificate(folder, "ed25519", options=[
                named[0] + b64u(bytes(32)) + TOKEN]),
            "spare bits": certificate(folder, "ed25519", options=[
                named[0] + "A" * 42 + "B." + TOKEN]),
            "short": certificate(folder, "ed25519", options=[
                named[0] + b64u(bytes(31)) + "." + TOKEN]),
        }
        for v in [*good, *bad.values()]:
            del v["key"]
    with open(f"{sys.argv[1]}/vectors.json", "w", encoding="ascii") as f:
        json.dump({"token": TOKEN, "after": 1577836800,
                   "before": 2145916800, "good": good, "bad": bad}, f,
                  indent=1)
        f.write("\n")


main()
