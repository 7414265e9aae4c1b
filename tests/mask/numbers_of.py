# SPDX-License-Identifier: BSD-2-Clause
"""Numbers of persons, accounts and things as score.py prints them: random,
with right check digits, each worked out here and not by the rules."""
import hashlib
import random
import string

R = random.Random()
DIGITS, UPPER = string.digits, string.ascii_uppercase
LOWER = string.ascii_lowercase
ALNUM = DIGITS + LOWER + UPPER


def some(n, chars=ALNUM):
    return "".join(R.choice(chars) for _ in range(n))


def weigh(digits, weights):
    return sum(int(d) * w for d, w in zip(digits, weights))


def until(make, good):
    while True:
        value = make()
        if good(value):
            return value


def cut(value, *sizes, by=" "):
    out, at = [], 0
    for n in sizes:
        out.append(value[at:at + n])
        at += n
    return by.join(out)


def luhn(body):
    total = 0
    for i, d in enumerate(reversed(body)):
        x = int(d) * (2 - i % 2)
        total += x - 9 if x > 9 else x
    return body + str(-total % 10)


def ymd(year=2):
    y = str(R.randint(1940, 1999))
    return y[4 - year:] + "%02d%02d" % (R.randint(1, 12), R.randint(1, 28))


def dmy(year=2):
    d = ymd(year)
    return d[-2:] + d[-4:-2] + d[:year]


def number(n):
    """No leading zero, not one digit repeated."""
    return until(lambda: some(n, DIGITS), lambda d: d[0] != "0" and
                 (n < 4 or len(set(d)) > 2))


def card():
    head, n = R.choice([
        ("4", 16), ("51", 16), ("53", 16), ("55", 16), ("2221", 16),
        ("2720", 16), ("34", 15), ("37", 15), ("6011", 16), ("65", 16),
        ("3530", 16), ("36", 14), ("62", 16), ("62", 19), ("2200", 16),
        ("5018", 16), ("4", 19)])
    pan = luhn(head + some(n - len(head) - 1, DIGITS))
    by = R.choice(["", " ", "-"])
    if n in (14, 15):
        return cut(pan, 4, 6, n - 10, by=by)
    return cut(pan, 4, 4, 4, 4, *([3] if n == 19 else []), by=by)


def track():
    pan = luhn("4" + some(14, DIGITS))
    return R.choice(["%%B%s^DOE/JOHN^29121010000000000?" % pan,
                     ";%s=29121010000000000?" % pan])


def iban():
    land, bban = R.choice([
        ("DE", some(18, DIGITS)), ("NL", some(4, UPPER) + some(10, DIGITS)),
        ("GB", some(4, UPPER) + some(14, DIGITS)), ("ES", some(20, DIGITS)),
        ("FR", some(23, DIGITS)), ("CH", some(17, DIGITS)),
        ("BE", some(12, DIGITS)), ("NO", some(11, DIGITS)),
        ("MT", some(4, UPPER) + some(23, DIGITS)),
        ("PL", some(24, DIGITS)), ("IT", some(1, UPPER) + some(22, DIGITS))])
    n = int("".join(str(int(c, 36)) for c in bban + land + "00"))
    value = "%s%02d%s" % (land, 98 - n % 97, bban)
    return value if R.random() < .5 else \
        " ".join(value[i:i + 4] for i in range(0, len(value), 4))


def ssn():
    return "%03d%02d%04d" % (R.choice([R.randint(1, 665),
                             R.randint(667, 899)]), R.randint(1, 99),
                             R.randint(1, 9999))


def itin():
    return "9%02d-%02d-%04d" % (R.randint(0, 99), R.choice(
        [50, 60, 65, 70, 80, 88, 90, 94, 99]), R.randint(1, 9999))


def aba():
    d = "0" + str(R.randint(1, 9)) + some(6, DIGITS)
    return d + str(-weigh(d, [3, 7, 1, 3, 7, 1, 3, 7]) % 10)


def mbi():
    a = "ACDEFGHJKMNPQRTUVWXY"
    n = [str(R.randint(1, 9)), R.choice(a), R.choice(a + DIGITS),
         some(1, DIGITS), R.choice(a), R.choice(a + DIGITS),
         some(1, DIGITS), R.choice(a), R.choice(a), some(2, DIGITS)]
    by = R.choice(["", "-"])
    return "".join(n[:4]) + by + "".join(n[4:7]) + by + "".join(n[7:])


def mod11(d, weights, ten="X"):
    c = -weigh(d, weights) % 11
    return ten if c == 10 else str(c)


def nhs():
    d = until(lambda: R.choice("467") + some(8, DIGITS), lambda d: mod11(
        d, range(10, 1, -1)) != "X")
    return d + mod11(d, range(10, 1, -1))


def verhoeff(body):
    def times(a, b):      # the group of the pentagon's symmetries
        if a < 5:
            return (a + b) % 5 if b < 5 else (a + b - 5) % 5 + 5
        return (a - b - 5) % 5 + 5 if b < 5 else (a - b) % 5
    perm = [list(range(10)), [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]]
    while len(perm) < 8:
        perm.append([perm[1][x] for x in perm[-1]])
    for check in DIGITS:
        c = 0
        for i, d in enumerate(reversed(body + check)):
            c = times(c, perm[i % 8][int(d)])
        if c == 0:
            return body + check
    raise AssertionError


def nif():
    if R.random() < .5:
        d = some(8, DIGITS)
        return d + "TRWAGMYFPDXBNJZSQVHLCKE"[int(d) % 23]
    x, d = R.randint(0, 2), some(7, DIGITS)
    return "XYZ"[x] + d + \
        "TRWAGMYFPDXBNJZSQVHLCKE"[int(str(x) + d) % 23]


def codice():
    consonants = "BCDFGLMNPRSTVZ"
    s = some(6, consonants) + some(2, DIGITS) + R.choice("ABCDEHLMPRST") + \
        "%02d" % R.choice([R.randint(1, 28), R.randint(41, 68)]) + \
        some(1, UPPER) + some(3, DIGITS)
    odd = dict(zip(DIGITS + UPPER, [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] +
                   [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3,
                    6, 8, 12, 14, 16, 10, 22, 25, 24, 23]))
    total = sum(odd[c] if i % 2 == 0 else int(c) if c.isdigit() else
                UPPER.index(c) for i, c in enumerate(s))
    return s + UPPER[total % 26]


def br(body, top):
    for _ in range(2):
        w = [2 + i % (top - 1) for i in range(len(body))]
        s = weigh(reversed(body), w) % 11
        body += str(0 if s < 2 else 11 - s)
    return body


def cpf():
    d = br(number(9), 11)
    return "%s.%s.%s-%s" % (d[:3], d[3:6], d[6:9], d[9:])


def cnpj():
    d = br(number(8) + "0001", 9)
    return "%s.%s.%s/%s-%s" % (d[:2], d[2:5], d[5:8], d[8:12], d[12:])


def pnr():
    d = luhn(ymd() + some(3, DIGITS))
    return R.choice(["", "19"]) + d[:6] + "-" + d[6:]


def hetu():
    b, n = dmy(), "%03d" % R.randint(2, 899)
    return b + R.choice("-A") + n + \
        "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(b + n) % 31]


def rrn():
    d = ymd() + R.choice("12") + some(5, DIGITS)
    d += str((11 - weigh(d, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11) % 10)
    return d[:6] + "-" + d[6:]


def fin():
    c, d = R.choice("STFG"), some(7, DIGITS)
    s = weigh(d, [2, 7, 6, 5, 4, 3, 2]) + (4 if c in "TG" else 0)
    return c + d + ("JZIHGFEDCBA" if c in "ST" else "XWUTRQPNMLK")[s % 11]


def iso11_10(d):
    p = 10
    for c in d:
        s = (int(c) + p) % 10
        p = (s or 10) * 2 % 11
    return d + str((11 - p) % 10)


def steuerid():
    d = list(R.sample(DIGITS, 9))
    d.insert(R.randint(0, 9), R.choice(d))
    d = "".join(d)
    return steuerid() if d[0] == "0" else iso11_10(d)


def rvnr():
    d = "%02d" % R.randint(10, 89) + dmy()
    c, n = R.choice(UPPER), some(2, DIGITS)
    full = d + "%02d" % (UPPER.index(c) + 1) + n
    s = sum(sum(map(int, str(int(x) * w))) for x, w in
            zip(full, [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]))
    return d + c + n + str(s % 10)


def tckn():
    d = number(9)
    d += str((sum(map(int, d[::2])) * 7 - sum(map(int, d[1:8:2]))) % 10)
    return d + str(sum(map(int, d)) % 10)


def nir():
    d = R.choice("12") + "%02d%02d" % (R.randint(40, 99),
                                       R.randint(1, 12))
    d += "%02d" % R.randint(1, 95) + some(6, DIGITS)
    d += "%02d" % (97 - int(d) % 97)
    return R.choice([d, cut(d, 1, 2, 2, 2, 3, 3, 2)])


def nrn():
    d = ymd() + "%03d" % R.randint(1, 997)
    return d + "%02d" % (97 - int(d) % 97)


def fnr():
    def two(d):
        a = mod11(d, [3, 7, 6, 1, 8, 9, 4, 5, 2])
        return d + a + mod11(d + a.replace("X", "0"),
                             [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
    return until(lambda: two(dmy() + some(3, DIGITS)),
                 lambda d: "X" not in d)


def rc():
    d = until(lambda: "%s%02d%02d" % (R.randint(54, 99), R.randint(1, 12) +
                                      R.choice([0, 50]), R.randint(1, 28)) +
              some(3, DIGITS), lambda d: int(d) % 11 != 10)
    return d + str(int(d) % 11)


def ahv():
    d = "756" + some(9, DIGITS)
    return d + str(-weigh(d, [1, 3] * 6) % 10)


def atsvnr():
    n, b = until(lambda: (number(3), dmy()), lambda x: weigh(
        x[0] + x[1], [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11 != 10)
    return n + str(weigh(n + b, [3, 7, 9, 5, 8, 4, 2, 1, 6]) % 11) + b


def pps():
    d = some(7, DIGITS)
    return d + "WABCDEFGHIJKLMNOPQRSTUV"[weigh(d, range(8, 1, -1)) % 23]


def baltic():
    d = R.choice("34") + ymd() + some(3, DIGITS)
    s = weigh(d, [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11
    if s == 10:
        s = weigh(d, [3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10
    return d + str(s)


def lvpk():
    d = dmy() + "1" + some(3, DIGITS)
    return d[:6] + "-" + d[6:] + str((1 + weigh(
        d, [10, 5, 8, 4, 2, 1, 6, 3, 7, 9])) % 11 % 10)


def kennitala():
    d = until(lambda: dmy() + number(2), lambda d: mod11(
        d, [3, 2, 7, 6, 5, 4, 3, 2]) != "X")
    return d + mod11(d, [3, 2, 7, 6, 5, 4, 3, 2]) + "9"


def jmbg():
    d = dmy(3) + some(5, DIGITS)
    return d + mod11(d, [7, 6, 5, 4, 3, 2] * 2, "0")


def cnp():
    d = R.choice("12") + ymd() + "%02d" % R.randint(1, 46) + number(3)
    s = weigh(d, [2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11
    return d + str(1 if s == 10 else s)


def nip():
    d = until(lambda: number(9), lambda d: weigh(
        d, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 < 10)
    return d + str(weigh(d, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11)


def cif():
    d = number(7)
    s = sum(sum(map(int, str(int(c) * (2 if i % 2 == 0 else 1))))
            for i, c in enumerate(d))
    return R.choice("ABEFGHJ") + d + str(-s % 10)


def inn():
    d = number(10)
    d += str(weigh(d, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10)
    return d + str(weigh(d, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10)


def snils():
    d = number(9)
    return cut(d, 3, 3, 3, by="-") + " %02d" % (
        weigh(d, range(9, 0, -1)) % 101 % 100)


def ukdl():
    b = ymd()
    return some(5, UPPER) + b[0] + b[2:] + b[1] + some(2, UPPER) + \
        some(1, DIGITS) + some(2, UPPER)


def cnid():
    d = "%d" % R.randint(110101, 659001) + ymd(4) + some(3, DIGITS)
    s = weigh(d, [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
    return d + "10X98765432"[s % 11]


def twid():
    c = R.choice("ABCDEFGHJKLMNPQRSTUVXYZ")
    n = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(c) + 10
    d = R.choice("12") + some(7, DIGITS)
    return c + d + str(-(n // 10 + n % 10 * 9 +
                         weigh(d, range(8, 0, -1))) % 10)


def hkid(brackets=True):
    c, d = R.choice(UPPER), some(6, DIGITS)
    s = 36 * 9 + (UPPER.index(c) + 10) * 8 + weigh(d, range(7, 1, -1))
    k = "0123456789A"[-s % 11]
    return c + d + ("(%s)" % k if brackets else k)


def mynumber():
    d = number(11)
    r = weigh(d, [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11
    return d + str(0 if r < 2 else 11 - r)


def curp():
    s = some(1, "BCDFGHM") + some(1, "AEIOU") + some(2, UPPER) + ymd() + \
        R.choice("HM") + "DF" + some(3, "BCDFGHJKLM") + some(1, DIGITS)
    letters = "0123456789ABCDEFGHIJKLMN\u00d1OPQRSTUVWXYZ"
    total = sum(letters.index(c) * (18 - i) for i, c in enumerate(s))
    return s + str(-total % 10)


def cuit():
    d = until(lambda: R.choice(["20", "23", "27", "30"]) + number(8),
              lambda d: mod11(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) != "X")
    return d + mod11(d, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])


def rut(dots=True):
    d = str(R.randint(5000000, 25000000))
    k = mod11(reversed(d), [2, 3, 4, 5, 6, 7, 2, 3], "K")
    return "{:,}".format(int(d)).replace(",", "." if dots else "") + "-" + k


def conit():
    d = "8" + number(8)
    r = weigh(d, [41, 37, 29, 23, 19, 17, 13, 7, 3]) % 11
    return d + str(r if r < 2 else 11 - r)


def gstin():
    s = "27" + some(5, UPPER) + some(4, DIGITS) + some(1, UPPER) + "1Z"
    n = 0
    for i, c in enumerate(s):
        x = int(c, 36) * (1 + i % 2)
        n += x // 36 + x % 36
    return s + (DIGITS + UPPER)[-n % 36]


def vin():
    def weight(s):
        values = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ",
                          "12345678123457923456789"))
        return sum(int(values.get(c, c)) * w for c, w in zip(
            s, [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2])) % 11
    s = some(8, "ABCDEFGHJKLMNPRSTUVWXYZ" + DIGITS) + "0" + some(
        4, "ABCDEFGHJKLMNPRSTUVWXYZ") + some(4, DIGITS)
    return s[:8] + "0123456789X"[weight(s)] + s[9:]


def iin():
    d = ymd() + "3" + some(4, DIGITS)
    s = weigh(d, range(1, 12)) % 11
    if s == 10:
        s = weigh(d, [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11
    return iin() if s == 10 else d + str(s)


def dea():
    d = some(6, DIGITS)
    return R.choice("ABFM") + some(1, UPPER) + d + str(
        weigh(d, [1, 2] * 3) % 10)


def base58(version, body, end=b""):
    raw = bytes([version]) + body + end
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    n, out = int.from_bytes(raw, "big"), ""
    chars = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    while n:
        n, r = divmod(n, 58)
        out = chars[r] + out
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + out


def bech32():
    chars = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    data = [0] + [R.randrange(32) for _ in range(32)]

    def polymod(values):
        gen, chk = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd,
                    0x2a1462b3], 1
        for v in values:
            top = chk >> 25
            chk = (chk & 0x1ffffff) << 5 ^ v
            for i in range(5):
                chk ^= gen[i] if top >> i & 1 else 0
        return chk
    n = polymod([3, 3, 0, 2, 3] + data + [0] * 6) ^ 1
    return "bc1" + "".join(chars[x] for x in data + [
        n >> 5 * (5 - i) & 31 for i in range(6)])


def by_check(n, weights, mod=11):
    """n digits whose weighted sum is a multiple of mod."""
    return until(lambda: number(n), lambda d: weigh(d, weights) % mod == 0)


def random_bytes(n):
    return bytes(R.randrange(256) for _ in range(n))
