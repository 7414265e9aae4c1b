#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What verifying a token costs, beside `openssl speed` in the same run.

in: $WARRANT_BUILD (a build folder), python3-cryptography, openssl
out: a line an algorithm (--json: an object): microseconds to load and check
     the key, to verify with the key at hand (and as a ratio to openssl's own
     verify), and for all of token_verify"""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature)

BUILD = os.environ.get("WARRANT_BUILD", ".")
SPEED = {"RS256": "rsa2048", "ES256": "ecdsap256", "EdDSA": "ed25519"}


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(n, size):
    return b64u(n.to_bytes(size, "big"))


def make(alg):
    """A key set and what signs for it."""
    if alg == "RS256":
        key = rsa.generate_private_key(65537, 2048)
        n = key.public_key().public_numbers().n
        return ({"kty": "RSA", "n": number(n, 256), "e": "AQAB"},
                lambda m: key.sign(m, padding.PKCS1v15(), hashes.SHA256()))
    if alg == "ES256":
        key = ec.generate_private_key(ec.SECP256R1())
        p = key.public_key().public_numbers()

        def sign(m):
            r, s = decode_dss_signature(key.sign(m, ec.ECDSA(
                hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        return ({"kty": "EC", "crv": "P-256", "x": number(p.x, 32),
                 "y": number(p.y, 32)}, sign)
    key = ed25519.Ed25519PrivateKey.generate()
    raw = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": b64u(raw)}, key.sign


def openssl(name):
    """Microseconds of one verification."""
    out = subprocess.run(["openssl", "speed", "-seconds", "1", name],
                         capture_output=True, text=True, check=True).stdout
    return 1e6 / float(re.findall(r"([\d.]+)\s*$", out)[-1])


def measure(alg, folder):
    jwk, sign = make(alg)
    now = int(time.time())
    claims = {"iss": "https://b", "aud": "b", "sub": "1001", "iat": now,
              "exp": now + 600, "name": "Alice Adams",
              "groups": ["engineers", "dba"]}
    signed = ".".join(b64u(json.dumps(part).encode()) for part in (
        {"alg": alg, "kid": "k"}, claims))
    for name, text in (
            ("keys", json.dumps({"keys": [{**jwk, "kid": "k", "alg": alg}]})),
            ("token", f"{signed}.{b64u(sign(signed.encode()))}")):
        with open(f"{folder}/{name}", "w", encoding="ascii") as f:
            f.write(text)
    out = subprocess.run([f"{BUILD}/tests/bench/verify", f"{folder}/keys",
                          f"{folder}/token"], capture_output=True, text=True,
                         check=True).stdout
    figures = {k: float(v) for k, v in re.findall(r"(\w+) ([\d.]+)", out)}
    figures["openssl"] = openssl(SPEED[alg])
    figures["ratio"] = figures["verify"] / figures["openssl"]
    return figures


def main():
    with tempfile.TemporaryDirectory() as folder:
        found = {alg: measure(alg, folder) for alg in SPEED}
    if "--json" in sys.argv[1:]:
        print(json.dumps(found, indent=1))
        return
    print("token     load key   verify  of openssl's  token_verify  (us)")
    for alg, f in found.items():
        print(f"{alg:8} {f['load']:9.0f} {f['verify']:8.1f} "
              f"{f['ratio']:13.2f} {f['all']:13.0f}")


main()
