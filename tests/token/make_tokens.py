#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Make good and hostile ID tokens with fresh keys.

make_tokens.py FILE [NOW]    writes FILE (JSON), the times around NOW

FILE holds key sets, PEMs of their keys, and a list of tokens; each says with
which policy it is to be judged, what is wanted, and for a hostile one a part
of the reason, so that it is refused for what is wrong with it and not by
chance.  tests/unit/test_token.c judges them through token_verify, and
tests/token/check.sh through warrant-check.  Token texts are in base64, since
some hold bytes that no JSON can.
"""
import base64
import hashlib
import hmac
import json
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature)

NOW = int(sys.argv[2]) if len(sys.argv) > 2 else 1780000000
ISS = "https://id.example.org/realms/staff"
AUD = "warrant-db"
HASH = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
ORDER = {
    "ES256": 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    "ES384": int("F" * 48 + "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973",
                 16),
    "ES512": int("01" + "F" * 65 + "A51868783BF2F966B7FCC0148F709A5D03BB5C9B8"
                 "899C47AEBB6FB71E91386409", 16),
}
HALF = {"ES256": 32, "ES384": 48, "ES512": 66}
ED_L = 2**252 + 27742317777372353535851937790883648493


def b64u(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def uint(n, size=None):
    return b64u(n.to_bytes(size or (n.bit_length() + 7) // 8, "big"))


# ---- keys -----------------------------------------------------------------

def rsa_key(bits=2048, e=65537):
    return rsa.generate_private_key(public_exponent=e, key_size=bits)


KEY = {
    "rs": rsa_key(), "rs-only": rsa_key(), "ps-only": rsa_key(),
    "big": rsa_key(3072), "enc": rsa_key(), "ops": rsa_key(),
    "small": rsa_key(1024), "just-small": rsa_key(2040),
    "e3": rsa_key(2048, 3), "private": rsa_key(), "dup": rsa_key(),
    "twin": rsa_key(), "other": rsa_key(),
    "es256": ec.generate_private_key(ec.SECP256R1()),
    "es384": ec.generate_private_key(ec.SECP384R1()),
    "es512": ec.generate_private_key(ec.SECP521R1()),
    "k1": ec.generate_private_key(ec.SECP256K1()),
    "mismatch": ec.generate_private_key(ec.SECP384R1()),
    "ed": ed25519.Ed25519PrivateKey.generate(),
}
CRV = {"secp256r1": ("P-256", 32), "secp384r1": ("P-384", 48),
       "secp521r1": ("P-521", 66), "secp256k1": ("secp256k1", 32)}


def jwk(kid, key, **more):
    if isinstance(key, rsa.RSAPrivateKey):
        n = key.public_key().public_numbers()
        o = {"kty": "RSA", "n": uint(n.n), "e": uint(n.e)}
    elif isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        o = {"kty": "OKP", "crv": "Ed25519", "x": b64u(raw)}
    else:
        n = key.public_key().public_numbers()
        name, size = CRV[key.curve.name]
        o = {"kty": "EC", "crv": name, "x": uint(n.x, size),
             "y": uint(n.y, size)}
    if kid is not None:
        o["kid"] = kid
    o.update(more)
    return o


def pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo).decode()


LOW = {  # encodings of Ed25519 points of small order, and y >= p
    "low-0": "00" * 32,
    "low-1": "01" + "00" * 31,
    "low-p-1": "ec" + "ff" * 30 + "7f",
    "low-p": "ed" + "ff" * 30 + "7f",
    "low-p+1": "ee" + "ff" * 30 + "7f",
    "low-8a": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "low-8b": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "low-1s": "01" + "00" * 30 + "80",
}
one = KEY["rs"].public_key().public_numbers()
es_off = jwk("off-curve", KEY["es256"])
es_off["y"] = uint(KEY["es256"].public_key().public_numbers().y ^ 1, 32)
es_short = jwk("short-x", KEY["es256"])
es_short["x"] = uint(5, 31)
es_wide = jwk("wide-x", KEY["es256"])
es_wide["x"] = uint(KEY["es256"].public_key().public_numbers().x, 33)
SETS = {
    "main": {"keys": [
        jwk("rs", KEY["rs"], use="sig"),
        jwk("rs-only", KEY["rs-only"], alg="RS256", key_ops=["verify"]),
        jwk("ps-only", KEY["ps-only"], alg="PS256"),
        jwk("big", KEY["big"], x5t="abc", extra={"a": [1]}),
        jwk("es256", KEY["es256"], use="sig", alg="ES256"),
        jwk("es384", KEY["es384"]),
        jwk("es512", KEY["es512"]),
        jwk("ed", KEY["ed"], alg="EdDSA"),
        jwk("twin", KEY["twin"]), jwk("twin", KEY["es256"]),
        jwk("twin", KEY["other"], use="enc"),
        # from here on nothing may verify a token
        jwk("enc", KEY["enc"], use="enc"),
        jwk("ops", KEY["ops"], key_ops=["encrypt", "wrapKey"]),
        jwk("dup", KEY["dup"]), jwk("dup", KEY["other"]),
        jwk("small", KEY["small"]), jwk("just-small", KEY["just-small"]),
        jwk("e3", KEY["e3"]),
        {"kty": "RSA", "kid": "e1", "n": uint(one.n), "e": "AQ"},
        {"kty": "RSA", "kid": "e-even", "n": uint(one.n), "e": "AQAA"},
        {"kty": "RSA", "kid": "n-even", "n": uint(one.n + 1), "e": "AQAB"},
        {"kty": "RSA", "kid": "n-zero", "n": b64u(b"\0" + one.n.to_bytes(
            256, "big")), "e": "AQAB"},
        {"kty": "RSA", "kid": "n-pad", "n": uint(one.n) + "=", "e": "AQAB"},
        {"kty": "RSA", "kid": "n-prime", "e": "AQAB",
         "n": uint(KEY["rs"].private_numbers().p ** 2)},
        jwk("private", KEY["private"],
            d=uint(KEY["private"].private_numbers().d)),
        jwk("k1", KEY["k1"]), jwk("k1-as-es256", KEY["k1"], alg="ES256"),
        jwk("mismatch", KEY["mismatch"], alg="ES256"),
        es_off, es_short, es_wide,
        {"kty": "oct", "kid": "oct", "k": b64u(b"k" * 32)},
        {"kty": "rsa", "kid": "kty-case", "n": uint(one.n), "e": "AQAB"},
        {"kty": "OKP", "kid": "x25519", "crv": "X25519", "x": b64u(b"x" * 32)},
        jwk("hs-alg", KEY["rs"], alg="HS256"),
        jwk(None, KEY["other"]),
        "no object", {"kid": "no-kty"},
    ] + [{"kty": "OKP", "crv": "Ed25519", "kid": k, "x": b64u(bytes.fromhex(v))}
         for k, v in LOW.items()]},
    "single": {"keys": [jwk(None, KEY["rs"])]},
    "single-named": {"keys": [jwk("rs", KEY["rs"])]},
}
PEMS = {k: pem(v) for k, v in KEY.items()}
PEMS["k1-as-es256"] = PEMS["k1"]
PEMS["hs-alg"] = PEMS["rs"]


# ---- signing --------------------------------------------------------------

def raw_ecdsa(r, s, size):
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def sign(alg, key, data, salt=None, mgf=None):
    if alg == "EdDSA":
        return key.sign(data)
    h = HASH[alg[2:]]()
    if alg[:2] == "RS":
        return key.sign(data, padding.PKCS1v15(), h)
    if alg[:2] == "PS":
        return key.sign(data, padding.PSS(padding.MGF1(mgf or h),
                        h.digest_size if salt is None else salt), h)
    size = (key.curve.key_size + 7) // 8
    r, s = decode_dss_signature(key.sign(data, ec.ECDSA(h)))
    return raw_ecdsa(r, s, size)


def dumps(o):
    if isinstance(o, (bytes, bytearray)):
        return bytes(o)
    if isinstance(o, str):
        return o.encode()
    return json.dumps(o, separators=(",", ":")).encode()


def parts(header, payload, key, alg, **how):
    data = b64u(dumps(header)) + "." + b64u(dumps(payload))
    return data, sign(alg, key, data.encode(), **how)


def compact(header, payload, key, alg, **how):
    data, sig = parts(header, payload, key, alg, **how)
    return data + "." + b64u(sig)


def claims(**changes):
    c = {"iss": ISS, "sub": "248289761001", "aud": AUD, "exp": NOW + 300,
         "iat": NOW - 5, "name": "Ann Example", "preferred_username": "ann",
         "email": "ann@example.org", "email_verified": True,
         "groups": ["dba", "on call"]}
    for k, v in changes.items():
        if v is DROP:
            c.pop(k, None)
        else:
            c[k] = v
    return c


DROP = object()
KIDS = {"RS256": "rs", "RS384": "rs", "RS512": "rs", "PS256": "rs",
        "PS384": "rs", "PS512": "rs", "ES256": "es256", "ES384": "es384",
        "ES512": "es512", "EdDSA": "ed"}
tokens = []


def add(want, name, text, why="", kid="rs", **policy):
    if isinstance(text, str):
        text = text.encode()
    t = {"name": name, "want": want, "why": why, "naive_kid": kid,
         "text": base64.b64encode(text).decode()}
    t.update(policy)
    tokens.append(t)


def token(alg="RS256", kid=None, key=None, header=None, payload=None,
          how=None, **changes):
    """A token that is right but for what is changed."""
    kid = KIDS[alg] if kid is None else kid
    h = {"alg": alg, "kid": kid, "typ": "JWT"}
    for k, v in (header or {}).items():
        if v is DROP:
            h.pop(k, None)
        else:
            h[k] = v
    body = claims(**changes) if payload is None else payload
    return compact(h, body, key or KEY[kid], alg, **(how or {}))


def good(name, text, **policy):
    add("yes", name, text, **policy)


def bad(name, text, why, **policy):
    add("no", name, text, why, **policy)


def bad_claim(name, why, policy=None, /, **changes):
    bad(name, token(**changes), why, **(policy or {}))


# ---- good -----------------------------------------------------------------

for alg in KIDS:
    good("alg " + alg, token(alg), kid=KIDS[alg],
         expect={"sub": "248289761001", "username": "ann", "alg": alg,
                 "email_verified": True, "groups": ["dba", "on call"]})
good("RSA 3072", token(kid="big"), kid="big")
good("key with alg and key_ops", token(kid="rs-only"), kid="rs-only")
good("PS256-only key", token("PS256", kid="ps-only"), kid="ps-only")
good("two keys of one kid, one fits RS256", token(kid="twin"), kid="twin")
good("two keys of one kid, one fits ES256",
     token("ES256", kid="twin", key=KEY["es256"]), kid="twin")
good("no kid, a single key without one", token(header={"kid": DROP}),
     set="single")
good("no kid, a single key with one", token(header={"kid": DROP}),
     set="single-named")
good("no typ", token(header={"typ": DROP}))
good("unknown header members", token(header={"x5t": "abc", "foo": {"a": 1}}))
good("header with white space", compact(
    b' { "alg" : "RS256" ,\n "kid":"rs" } ', claims(), KEY["rs"], "RS256"))
good("aud a list of one", token(aud=[AUD]))
good("aud trusted, azp ours", token(aud=[AUD, "api"], azp=AUD),
     trusted=["api"])
good("azp ours", token(azp=AUD))
good("azp is the client, aud the host", token(azp="cli"), client_id="cli")
good("exp inside the leeway", token(exp=NOW - 29, iat=NOW - 90), leeway=30)
good("iat inside the leeway", token(iat=NOW + 30), leeway=30)
good("nbf inside the leeway", token(nbf=NOW + 30), leeway=30)
good("iat at max_age", token(iat=NOW - 600), max_age=600)
good("lifetime at the limit", token(iat=NOW, exp=NOW + 3600),
     max_lifetime=3600)
good("nonce", token(nonce="n-0S6_WzA2Mj"), nonce="n-0S6_WzA2Mj",
     nonce_rule="required")
good("nonce not echoed", token(), nonce="n-1", nonce_rule="if-present")
good("auth_time", token(auth_time=NOW - 900), max_auth_age=900)
good("acr", token(acr="urn:mace:incommon:iap:silver"),
     acr=["urn:mace:incommon:iap:silver"])
good("amr", token(amr=["pwd", "hwk"]), amr=["hwk", "pwd"],
     expect={"amr": "pwd hwk"})
ACCESS = "ya29.access-token"
for alg in ("RS256", "ES384", "EdDSA"):
    h = {"RS256": "sha256", "ES384": "sha384", "EdDSA": "sha512"}[alg]
    d = hashlib.new(h, ACCESS.encode()).digest()
    good("at_hash " + alg, token(alg, at_hash=b64u(d[:len(d) // 2])),
         access_token=ACCESS, kid=KIDS[alg])
good("at_hash, no access token used", token(at_hash="anything"))
good("sub of 255", token(sub="s" * 255))
good("sub with odd characters", token(sub="auth0|a/b:c@d \"e\""))
good("no groups", token(groups=DROP), expect={"groups": []})
good("groups with a bad one", token(groups=["a\nb", "dba", 7, "c" * 256]),
     expect={"groups": ["dba"], "groups_dropped": 3})
good("one group as a string", token(groups="dba"),
     expect={"groups": ["dba"]})
good("1500 groups", token("EdDSA", groups=["g%d" % i for i in range(1500)]),
     kid="ed")
good("groups under another name", token(**{"cognito:groups": ["x"]}),
     groups_claim="cognito:groups", expect={"groups": ["x"]})
good("e-mail not verified", token(email_verified=False),
     expect={"email_verified": False})
good("name in Greek", token(name="Ἄννα"), expect={"name": "Ἄννα"})
good("name with ESC is no name", token(name="A\x1b[31mB"),
     expect={"name": ""})
good("username with C1 is no name", token(preferred_username="a\u009bb"),
     expect={"username": ""})
good("16 deep", token(address=json.loads("[" * 15 + "]" * 15)))
pad = 16384 - len(token("EdDSA", pad=""))
t = token("EdDSA", pad="x" * (pad * 3 // 4))
while len(t) < 16384 and pad:
    pad -= 1
    t2 = token("EdDSA", pad="x" * (pad * 3 // 4 + 8))
    if len(t2) <= 16384:
        t = t2
        break
good("16 KiB", t, kid="ed")
data, sig = parts({"alg": "ES256", "kid": "es256"}, claims(), KEY["es256"],
                  "ES256")
r, s = int.from_bytes(sig[:32], "big"), int.from_bytes(sig[32:], "big")
good("ES256, s in the other half", data + "." + b64u(
    raw_ecdsa(r, ORDER["ES256"] - s, 32)), kid="es256")

# ---- the algorithm --------------------------------------------------------

BASE = token()
H, P, S = BASE.split(".")
for alg in ("none", "None", "NONE", "nOnE", ""):
    h = b64u(dumps({"alg": alg, "kid": "rs"}))
    bad("alg %r, no signature" % alg, h + "." + P + ".", "alg")
    bad("alg %r, signature" % alg, h + "." + P + "." + S, "alg")
bad("no alg", b64u(dumps({"kid": "rs"})) + "." + P + ".", "alg is missing")
bad("empty signature", H + "." + P + ".", "signature of 0 bytes")
secrets = {
    "public PEM": pem(KEY["rs"]).encode(),
    "public PEM without newline": pem(KEY["rs"]).strip().encode(),
    "DER": KEY["rs"].public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo),
    "modulus": uint(one.n).encode(),
    "JWK": dumps(SETS["main"]["keys"][0]),
    "empty key": b"",
}
for bits in ("256", "384", "512"):
    for what, secret in secrets.items():
        d = b64u(dumps({"alg": "HS" + bits, "kid": "rs"})) + "." + P
        mac = hmac.new(secret, d.encode(), "sha" + bits).digest()
        bad("HS%s with %s" % (bits, what), d + "." + b64u(mac),
            "is not allowed")
for bits, kid in (("256", "es256"), ("256", "ed"), ("256", "oct"),
                  ("256", "hs-alg")):
    d = b64u(dumps({"alg": "HS256", "kid": kid})) + "." + P
    secret = b"k" * 32 if kid == "oct" else PEMS[kid].encode()
    bad("HS256 with key " + kid, d + "." + b64u(
        hmac.new(secret, d.encode(), "sha256").digest()), "is not allowed",
        kid=kid)
for alg in ("rs256", "Rs256", "RS256 ", "RS-256", "RS256\0", "ES256K", "dir",
            "RSA-OAEP", "HS256", "RS1", "A" * 2000):
    bad("alg %.12r, RS256 signature" % alg,
        token(header={"alg": alg}), "is not allowed" if "\0" not in alg
        else "JSON")
for alg in (256, None, ["RS256"], {"a": 1}, True):
    bad("alg %r" % (alg,), token(header={"alg": alg}),
        "alg is missing or no string")
bad("alg not in the policy", token("RS512"), "is not allowed",
    algs="RS256 ES256")
bad("RS256 signed, PS256 said", compact({"alg": "PS256", "kid": "rs"},
    claims(), KEY["rs"], "RS256"), "does not hold")
bad("PS256 signed, RS256 said", compact({"alg": "RS256", "kid": "rs"},
    claims(), KEY["rs"], "PS256"), "does not hold")
bad("RS512 signed, RS256 said", compact({"alg": "RS256", "kid": "rs"},
    claims(), KEY["rs"], "RS512"), "does not hold")
bad("ES256 signed, EdDSA said", compact({"alg": "EdDSA", "kid": "es256"},
    claims(), KEY["es256"], "ES256"), "0 fit EdDSA", kid="es256")
for salt, what in ((0, "no salt"), (20, "salt of 20"), (222, "longest salt")):
    bad("PS256, " + what, token("PS256", how={"salt": salt}), "does not hold")
bad("PS512, salt of 32", token("PS512", how={"salt": 32}), "does not hold")
bad("PS256, MGF1 with SHA-1", token("PS256", how={"mgf": hashes.SHA1()}),
    "does not hold")
bad("PS256 under a key for RS256", token("PS256", kid="rs-only"),
    "0 fit PS256", kid="rs-only")
bad("RS256 under a key for PS256", token("RS256", kid="ps-only"),
    "0 fit RS256", kid="ps-only")

# ---- the key --------------------------------------------------------------

bad("another key's signature", token(key=KEY["other"]), "does not hold")
bad("unknown kid", token(kid="nobody", key=KEY["other"]), "no key", kid="")
bad("kid of another case", token(kid="RS", key=KEY["rs"]), "no key", kid="")
bad("kid a prefix", token(kid="r", key=KEY["rs"]), "no key", kid="")
bad("kid a path", token(kid="../../../../dev/null", key=KEY["rs"]), "no key",
    kid="")
bad("kid is SQL", token(kid="x' or '1'='1", key=KEY["rs"]), "no key", kid="")
bad("kid missing, many keys", token(header={"kid": DROP}), "names no key")
for name, kid, why in (
        ("empty", "", "kid"), ("a number", 1, "kid"), ("null", None, "kid"),
        ("a list", ["rs"], "kid"), ("too long", "k" * 257, "kid"),
        ("with a newline", "rs\n", "kid"), ("with ESC", "rs\x1b[2J", "kid"),
        ("not ASCII", "r\u0455", "kid"), ("with NUL", "rs\0", "JSON")):
    bad("kid " + name, token(header={"kid": kid}), why)
for kid in ("enc", "ops", "small", "just-small", "e3", "private"):
    bad("key " + kid, token(kid=kid), "no key", kid=kid)
bad("key hs-alg", token(kid="hs-alg", key=KEY["rs"]), "no key", kid="hs-alg")
bad("two keys of one kid fit", token(kid="dup"), "of which 2 fit", kid="dup")
d = b64u(dumps({"alg": "RS256", "kid": "e1"})) + "." + P
digest_info = bytes.fromhex("3031300d060960864801650304020105000420") + \
    hashlib.sha256(d.encode()).digest()
forged = b"\0\1" + b"\xff" * (256 - 3 - len(digest_info)) + b"\0" + digest_info
bad("forged under e = 1", d + "." + b64u(forged), "no key", kid="")
for kid in ("e-even", "n-even", "n-zero", "n-pad", "kty-case", "no-kty"):
    bad("key " + kid, token(kid=kid, key=KEY["rs"]), "no key", kid="rs")
bad("key n-prime", token(kid="n-prime", key=KEY["rs"]), "no valid public key",
    kid="")
for kid in ("k1", "k1-as-es256"):
    bad("ES256 with secp256k1, " + kid,
        token("ES256", kid=kid, key=KEY["k1"]), "no key", kid=kid)
bad("ES256 with a P-384 key marked ES256", token(
    "ES256", kid="mismatch", key=KEY["mismatch"]), "no key", kid="mismatch")
bad("ES256 with a P-384 key", token("ES256", kid="es384"), "0 fit ES256",
    kid="es384")
bad("ES256 with a P-521 key", token("ES256", kid="es512"), "0 fit ES256",
    kid="es512")
bad("ES384 with a P-256 key", token("ES384", kid="es256"), "0 fit ES384",
    kid="es256")
bad("ES512 with a P-384 key", token("ES512", kid="es384"), "0 fit ES512",
    kid="es384")
bad("ES256 with an RSA key", compact({"alg": "ES256", "kid": "rs"}, claims(),
    KEY["es256"], "ES256"), "0 fit ES256")
bad("RS256 with an EC key", compact({"alg": "RS256", "kid": "es256"},
    claims(), KEY["rs"], "RS256"), "0 fit RS256", kid="es256")
for kid in ("off-curve", "short-x", "wide-x"):
    bad("key " + kid, token("ES256", kid=kid, key=KEY["es256"]),
        "no valid public key" if kid == "off-curve" else "no key", kid="")
bad("key x25519", compact({"alg": "EdDSA", "kid": "x25519"}, claims(),
    KEY["ed"], "EdDSA"), "no key", kid="")
for kid in LOW:
    # R = identity, S = 0: holds under a key of order 1 whatever is signed
    d = b64u(dumps({"alg": "EdDSA", "kid": kid})) + "." + P
    bad("Ed25519 key " + kid, d + "." + b64u(
        b"\1" + b"\0" * 31 + b"\0" * 32), "no key", kid="")

# ---- signatures -----------------------------------------------------------

for alg in HALF:
    half, n = HALF[alg], ORDER[alg]
    kid = KIDS[alg]
    d, sig = parts({"alg": alg, "kid": kid}, claims(), KEY[kid], alg)
    r, s = (int.from_bytes(sig[i * half:][:half], "big") for i in (0, 1))
    from cryptography.hazmat.primitives.asymmetric.utils import (
        encode_dss_signature)
    forms = {
        "DER": encode_dss_signature(r, s),
        "a byte short": sig[:-1],
        "a byte long": sig + b"\0",
        "zeros in front of both": raw_ecdsa(r, s, half + 1),
        "r alone": sig[:half],
        "r and s changed over": sig[half:] + sig[:half],
        "r = 0": raw_ecdsa(0, s, half),
        "s = 0": raw_ecdsa(r, 0, half),
        "both 0": bytes(2 * half),
        "r = n": raw_ecdsa(n, s, half),
        "s = n": raw_ecdsa(r, n, half),
        "all ones": b"\xff" * (2 * half),
    }
    if (s + n).bit_length() <= 8 * half:
        forms["s + n"] = raw_ecdsa(r, s + n, half)
    for what, value in forms.items():
        bad(alg + " signature " + what, d + "." + b64u(value), "signature",
            kid=kid)
d, sig = parts({"alg": "EdDSA", "kid": "ed"}, claims(), KEY["ed"], "EdDSA")
S_ed = int.from_bytes(sig[32:], "little")
for what, value in {
        "S + L": sig[:32] + (S_ed + ED_L).to_bytes(32, "little"),
        "63 bytes": sig[:63], "65 bytes": sig + b"\0", "zeros": bytes(64),
        "R of order 1": b"\1" + bytes(31) + sig[32:],
        "top bit of S": sig[:63] + bytes([sig[63] | 0x80]),
        "of the payload alone": KEY["ed"].sign(d.split(".")[1].encode()),
}.items():
    bad("EdDSA signature " + what, d + "." + b64u(value), "signature",
        kid="ed")
d, sig = parts({"alg": "RS256", "kid": "rs"}, claims(), KEY["rs"], "RS256")
for what, value in {
        "a zero in front": b"\0" + sig, "a zero behind": sig + b"\0",
        "a byte short": sig[1:], "n - s": (
            one.n - int.from_bytes(sig, "big")).to_bytes(256, "big"),
        "s + n": (int.from_bytes(sig, "big") % one.n + one.n).to_bytes(
            257, "big"),
        "one bit": bytes([sig[0] ^ 1]) + sig[1:], "zeros": bytes(256),
        "one": bytes(255) + b"\1", "of SHA-1": KEY["rs"].sign(
            d.encode(), padding.PKCS1v15(), hashes.SHA1()),
        "longer than any key": bytes(1025),
}.items():
    bad("RS256 signature " + what, d + "." + b64u(value), "")
bad("payload of another token", H + "." + b64u(dumps(claims(
    sub="root"))) + "." + S, "does not hold")
bad("header of another token", b64u(dumps(
    {"kid": "rs", "alg": "RS256"})) + "." + P + "." + S, "does not hold")

# ---- the form -------------------------------------------------------------

for name, text in {
        "nothing": "", "a dot": ".", "two dots": "..", "three dots": "...",
        "two parts": H + "." + P, "one part": H, "a trailing dot": BASE + ".",
        "four parts": BASE + "." + S, "five parts": BASE + "." + S + "." + S,
        "a leading dot": "." + BASE, "no header": "." + P + "." + S,
        "no payload": H + ".." + S, "a leading space": " " + BASE,
        "a trailing space": BASE + " ", "a line's end": BASE + "\n",
        "CR LF": BASE + "\r\n", "a trailing tab": BASE + "\t",
        "Bearer": "Bearer " + BASE, "quotes": '"' + BASE + '"',
        "a NUL behind": BASE + "\0", "a NUL and more": BASE + "\0x",
        "a NUL in the payload": H + "." + P[:9] + "\0" + P[9:] + "." + S,
        "a line's end in the payload": H + "." + P[:8] + "\n" + P[8:] + "." + S,
        "!": BASE + "!", "a percent escape": BASE + "%3D",
        "padding behind": BASE + "==", "one =": BASE + "=",
        "padding of the header": H + "=." + P + "." + S,
        "padding of the payload": H + "." + P + "=." + S,
        "not ASCII": BASE + "é", "full-width dot": BASE.replace(".", "．"),
        "twice": BASE + BASE, "an ellipsis": BASE.replace(".", "…"),
}.items():
    bad("form: " + name, text, "")
ONE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
for i, where in enumerate(("header", "payload", "signature")):
    # a payload or header whose last character has spare bits
    for space in range(3):
        p = dumps({"alg": "RS256", "kid": "rs", "a": "x" * space}), \
            dumps(claims(a="x" * space))
        cut = [b64u(p[0]), b64u(p[1]), ""]
        if i < 2 and len(cut[i]) % 4 == 0:
            continue
        if i < 2:
            c = cut[i]
            cut[i] = c[:-1] + ONE64[ONE64.index(c[-1]) | 1]
        d = cut[0] + "." + cut[1]
        cut[2] = b64u(sign("RS256", KEY["rs"], d.encode()))
        if i == 2:
            c = cut[2]
            cut[2] = c[:-1] + ONE64[ONE64.index(c[-1]) | 1]
        bad("form: spare bits of the %s, signed (%d)" % (where, space),
            ".".join(cut), "spare bits")
# a text that decodes to + and /, in the alphabet of section 4
p = dumps(claims(a="?>?>~~~")) + b"   "
std = base64.b64encode(p).rstrip(b"=").decode()
if "+" not in std and "/" not in std:
    p = dumps(claims(a="\x7f??>>>")) + b"  "
    std = base64.b64encode(p).rstrip(b"=").decode()
d = b64u(dumps({"alg": "RS256", "kid": "rs"})) + "." + std
if "+" in std or "/" in std:
    bad("form: + and / in the payload, signed", d + "." + b64u(
        sign("RS256", KEY["rs"], d.encode())), "base64")
d = H + "." + P + "="
bad("form: = behind the payload, signed", d + "." + b64u(
    sign("RS256", KEY["rs"], d.encode())), "base64")
d = H + "." + P[:8] + "\n" + P[8:]
bad("form: line's end in the payload, signed", d + "." + b64u(
    sign("RS256", KEY["rs"], d.encode())), "base64")
bad("form: 16 KiB and one", "A" * 8000 + "." + "A" * 8000 + "." + "A" * 383,
    "more than 16384")
bad("form: 16 KiB and one, signed", token("EdDSA", pad="x" * 12000),
    "more than 16384", kid="ed")
bad("form: 40 kB", token(pad="x" * 30000), "more than 16384")
flat = {"protected": H, "payload": P, "signature": S}
bad("form: flattened JSON", json.dumps(flat), "")
bad("form: general JSON", json.dumps({"payload": P, "signatures": [flat]}), "")

# ---- the header -----------------------------------------------------------

for name, value in {
        "crit": ["exp"], "crit empty": [], "crit b64": ["b64"], "zip": "DEF",
        "cty": "JWT", "jwk": jwk("x", KEY["other"]),
        "jku": "https://evil.example/jwks", "x5u": "https://evil.example/c",
        "x5c": ["MIIB"], "b64 false": False, "b64 true": True,
        "jwk null": None}.items():
    member = name.split()[0]
    bad("header " + name, token(header={member: value}), member)
bad("header b64 with crit", token(header={"b64": False, "crit": ["b64"]}),
    "is refused")
bad("header jwk, its own signature", token(
    key=KEY["other"], header={"jwk": jwk("rs", KEY["other"])}), "jwk")
for typ in ("at+jwt", "logout+jwt", "jwt", "secevent+jwt", "JOSE", "JWS",
            "application/jwt", "", 7, None, ["JWT"]):
    bad("typ %r" % (typ,), token(header={"typ": typ}), "typ")
for name, raw in {
        "empty": b"", "a list": b'[{"alg":"RS256","kid":"rs"}]',
        "a string": b'"RS256"', "not JSON": b"alg=RS256",
        "alg twice": b'{"alg":"none","kid":"rs","alg":"RS256"}',
        "alg twice by escape": b'{"alg":"RS256","kid":"rs","\\u0061lg":"x"}',
        "kid twice": b'{"alg":"RS256","kid":"other","kid":"rs"}',
        "text behind": b'{"alg":"RS256","kid":"rs"}x',
        "two objects": b'{"alg":"RS256","kid":"rs"}{}',
        "a comment": b'{"alg":"RS256",/**/"kid":"rs"}',
        "a comma too many": b'{"alg":"RS256","kid":"rs",}',
        "single quotes": b"{'alg':'RS256','kid':'rs'}",
        "a BOM": b'\xef\xbb\xbf{"alg":"RS256","kid":"rs"}',
        "UTF-16": '{"alg":"RS256","kid":"rs"}'.encode("utf-16"),
        "not UTF-8": b'{"alg":"RS256","kid":"rs","a":"\xff"}',
        "a NUL": b'{"alg":"RS256","kid":"rs"}\0',
        "deep": b'{"alg":"RS256","kid":"rs","a":' + b"[" * 9 + b"]" * 9 + b"}",
        "over 4 KiB": b'{"alg":"RS256","kid":"rs","a":"' + b"x" * 4096 + b'"}',
}.items():
    bad("header: " + name, compact(raw, claims(), KEY["rs"], "RS256"),
        "token header")

# ---- the payload ----------------------------------------------------------

body = dumps(claims())[:-1]
for name, raw in {
        "empty": b"", "an empty list": b"[]", "a list": b"[" + body + b"}]",
        "a string": b'"x"', "a number": b"1", "null": b"null", "true": b"true",
        "not JSON": b"sub=root", "text behind": body + b"}x",
        "two objects": body + b"}{}",
        "aud twice": body + b',"aud":"x"}',
        "exp twice": body + b',"exp":9999999999}',
        "sub twice": body + b',"sub":"root"}',
        "sub twice by escape": body + b',"\\u0073ub":"root"}',
        "a name twice inside": body + b',"a":{"b":1,"b":2}}',
        "a NUL behind": body + b"}\0", "a NUL inside": body + b',\0"a":1}',
        "an escaped NUL": body + b',"a":"x\\u0000y"}',
        "not UTF-8": body + b',"a":"\xff\xfe"}',
        "overlong UTF-8": body + b',"a":"\xc0\xaf"}',
        "a lone surrogate": body + b',"a":"\\ud800"}',
        "UTF-8 surrogate": body + b',"a":"\xed\xa0\x80"}',
        "a BOM": b"\xef\xbb\xbf" + body + b"}",
        "UTF-16": (body + b"}").decode().encode("utf-16"),
        "17 deep": body + b',"a":' + b"[" * 16 + b"]" * 16 + b"}",
        "5000 deep": body + b',"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
        "deep, never closed": b'{"a":' * 1500,
        "a number too large": body + b',"a":1e999}',
        "an integer too large": body + b',"a":18446744073709551616}',
        "NaN": body + b',"a":NaN}', "a comment": body + b"/**/}",
        "a raw line's end in a string": body + b',"a":"x\ny"}',
        "compressed": __import__("zlib").compress(body + b"}"),
}.items():
    bad("payload: " + name, compact({"alg": "RS256", "kid": "rs"}, raw,
        KEY["rs"], "RS256"), "token payload")
inner = token()
bad("payload: a token inside", compact({"alg": "RS256", "kid": "rs"}, inner,
    KEY["rs"], "RS256"), "token payload")
bad("payload: {}", token(payload={}), "is missing")

# ---- claims ---------------------------------------------------------------

for name, value in {"missing": DROP, "of another issuer":
                    "https://evil.example", "with a slash": ISS + "/",
                    "in capitals": ISS.upper(), "a prefix": ISS[:-1],
                    "longer": ISS + "2", "empty": "", "null": None,
                    "a list": [ISS], "a number": 1, "http":
                    ISS.replace("https", "http"),
                    "with a blank": ISS + " "}.items():
    bad_claim("iss " + name, "iss", iss=value)
for name, value in {"missing": DROP, "empty": "", "of 256": "s" * 256,
                    "a number": 7, "null": None, "a list": ["a"],
                    "true": True, "with a newline": "a\nb",
                    "with ESC": "a\x1b[31m", "with DEL": "a\x7f",
                    "with C1": "a\u009b", "not ASCII": "анна",
                    "right to left": "a\u202eb", "with TAB": "a\tb"}.items():
    bad_claim("sub " + name, "sub", sub=value)
for name, value in {"missing": DROP, "another": "other", "empty": "",
                    "null": None, "a number": 1, "an object": {"a": AUD},
                    "no one": [], "another in a list": ["other"],
                    "in capitals": AUD.upper(), "longer": AUD + "2",
                    "a prefix": AUD[:-1], "a list in a list": [[AUD]],
                    "a list with a number": [AUD, 1],
                    "a list with an untrusted one": [AUD, "evil"],
                    "two, the first untrusted": ["evil", AUD],
                    "17 of them": [AUD] * 17, "twice us, no azp": [AUD, AUD],
                    "words in one string": AUD + " other"}.items():
    bad_claim("aud " + name, "aud", aud=value)
TRUST = {"trusted": ["api"]}
bad_claim("aud trusted alone", "aud", TRUST, aud=["api"], azp=AUD)
bad_claim("aud trusted as a string", "aud", TRUST, aud="api", azp=AUD)
bad_claim("aud two, no azp", "azp", TRUST, aud=[AUD, "api"])
bad_claim("aud two, azp theirs", "azp", TRUST, aud=[AUD, "api"], azp="api")
for name, value in {"another": "other", "empty": "", "a number": 1,
                    "null": None, "a list": [AUD], "longer": AUD + "x"}.items():
    bad_claim("azp " + name, "azp", azp=value)
bad_claim("azp is the audience, not the client", "azp", {"client_id": "cli"},
          azp=AUD)
for c in ("exp", "iat"):
    for name, value in {"missing": DROP, "a string": str(NOW + 9),
                        "a float": NOW + 9.0, "0": 0, "negative": -1,
                        "null": None, "true": True, "a list": [NOW],
                        "2^53": 2**53, "2^62": 2**62, "-2^63": -2**63,
                        "a float with exponent": 1e12,
                        "in milliseconds": NOW * 1000}.items():
        bad_claim("%s %s" % (c, name), "token:", **{c: value})
for c in ("nbf", "auth_time"):
    for name, value in {"a string": str(NOW), "a float": NOW - 0.5, "0": 0,
                        "negative": -5, "null": None, "2^53": 2**53}.items():
        bad_claim("%s %s" % (c, name), c, **{c: value})
bad_claim("exp 2^63", "token:", exp=9223372036854775807)
bad_claim("expired by a second", "expired", {"leeway": 0}, exp=NOW - 1)
bad_claim("expired at this second", "expired", {"leeway": 0}, exp=NOW)
bad_claim("expired at the leeway's end", "expired", {"leeway": 30},
          exp=NOW - 30, iat=NOW - 90)
bad_claim("expired a year ago", "expired", exp=NOW - 31536000,
          iat=NOW - 31536300)
bad_claim("exp = iat", "not after", exp=NOW, iat=NOW)
bad_claim("exp before iat", "not after", exp=NOW + 5, iat=NOW + 10)
bad_claim("iat in the future", "from the future", {"leeway": 30},
          iat=NOW + 31)
bad_claim("iat a day ahead", "from the future", iat=NOW + 86400,
          exp=NOW + 90000)
bad_claim("iat older than max_age", "too old", {"max_age": 600},
          iat=NOW - 601)
bad_claim("lives too long", "lifetime", {"max_lifetime": 3600}, iat=NOW,
          exp=NOW + 3601)
bad_claim("lives ten years", "lifetime", iat=NOW - 5, exp=NOW + 315360000)
bad_claim("nbf in the future", "not yet valid", {"leeway": 30},
          nbf=NOW + 31)
bad_claim("auth_time too old", "too long ago", {"max_auth_age": 900},
          auth_time=NOW - 901)
bad_claim("auth_time missing", "auth_time is missing", {"max_auth_age": 900})
bad_claim("auth_time in the future", "future", auth_time=NOW + 3600)
NONCE = {"nonce": "abc", "nonce_rule": "required"}
bad_claim("nonce missing", "nonce is missing", NONCE)
bad_claim("nonce empty", "nonce", NONCE, nonce="")
for value in ("abd", "ab", "abcd", "ABC", 7, None, ["abc"]):
    bad_claim("nonce %r" % (value,), "nonce", NONCE, nonce=value)
bad_claim("nonce empty on both sides", "nonce",
          {"nonce": "", "nonce_rule": "required"}, nonce="")
bad_claim("nonce of another login, echo optional", "another login",
          {"nonce": "abc", "nonce_rule": "if-present"}, nonce="xyz")
for name, value in {"missing": DROP, "another": "0", "a number": 1,
                    "a list": ["gold"], "longer": "gold2"}.items():
    bad_claim("acr " + name, "acr", {"acr": ["gold"]}, acr=value)
for name, value in {"missing": DROP, "a string": "hwk", "empty": [],
                    "another": ["pwd"], "a number": [1],
                    "an object": {"hwk": 1}, "one of two": ["pwd"]}.items():
    bad_claim("amr " + name, "amr", {"amr": ["hwk", "pwd"]}, amr=value)
full = hashlib.sha256(ACCESS.encode()).digest()
for name, value in {"of another": b64u(hashlib.sha256(b"x").digest()[:16]),
                    "of all": b64u(full), "in hex": full[:16].hex(),
                    "empty": "", "a number": 1, "padded":
                    b64u(full[:16]) + "==", "the right half":
                    b64u(full[16:])}.items():
    bad_claim("at_hash " + name, "at_hash", {"access_token": ACCESS},
              at_hash=value)
for name, value in {"of a logout": {
        "http://schemas.openid.net/event/backchannel-logout": {}},
        "empty": {}, "null": None}.items():
    bad_claim("events " + name, "events", events=value)
bad_claim("groups left out by Entra ID", "overage", groups=DROP,
          _claim_names={"groups": "src1"}, _claim_sources={
              "src1": {"endpoint": "https://graph.example/x"}})
bad_claim("groups left out by Entra ID, implicit", "overage", groups=DROP,
          hasgroups=True)
for name, value in {"a number": 7, "an object": {"dba": True}, "null": None,
                    "true": True, "a bad string": "a\nb"}.items():
    bad_claim("groups " + name, "list of names", groups=value)
bad("2001 groups", token("EdDSA", groups=["g"] * 2001), "2001 groups", kid="ed")
for c in ("name", "preferred_username", "email"):
    bad_claim(c + " a number", c, **{c: 7})
    bad_claim(c + " a list", c, **{c: ["ann"]})
bad_claim("email_verified a string", "email_verified", email_verified="true")
bad_claim("email_verified a number", "email_verified", email_verified=1)
bad_claim("before the clock began", "clock", {"earliest": NOW + 1})

with open(sys.argv[1], "w", encoding="ascii") as f:
    json.dump({"now": NOW, "issuer": ISS, "audience": AUD,
               "sets": {k: json.dumps(v) for k, v in SETS.items()},
               "pems": PEMS, "tokens": tokens}, f, indent=1)
    f.write("\n")
print("%d good, %d hostile" % tuple(sum(t["want"] == w for t in tokens)
                                    for w in ("yes", "no")))
