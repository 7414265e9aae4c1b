# SPDX-License-Identifier: BSD-2-Clause
"""Lines that look like values and are none, by family."""
import base64
import uuid

from numbers_of import DIGITS, LOWER, R, UPPER, luhn, number, random_bytes, some, until

HEX = "0123456789abcdef"
WORDS = ("server worker request cache queue index backup session handler "
         "stream module thread socket buffer").split()


def n(lo, hi):
    return R.randint(lo, hi)


def stamp():
    return "2025-%02d-%02dT%02d:%02d:%02d.%03dZ" % (
        n(1, 12), n(1, 28), n(0, 23), n(0, 59), n(0, 59), n(0, 999))


def ip():
    return "%d.%d.%d.%d" % tuple(n(1, 254) for _ in range(4))


def ip6():
    return ":".join(some(4, HEX) for _ in range(8))


def w():
    return R.choice(WORDS)


def uid():
    v = R.randint(1, 7)
    s = "%032x" % R.getrandbits(128)
    return str(uuid.UUID(s[:12] + str(v) + s[13:16] + "a" + s[17:]))


def hexdump():
    raw = random_bytes(16)
    h = raw.hex()
    return "%08x  %s  |%s|" % (n(0, 2**32 - 1), " ".join(
        h[i:i + 4] for i in range(0, 32, 4)), "".join(
            chr(c) if 32 < c < 127 else "." for c in raw))


FAMILIES = {
    "uuid": lambda: "id=%s" % uid(),
    "git hash": lambda: "commit " + some(40, HEX),
    "git log": lambda: "* %s (HEAD -> main) fix %s" % (some(
        n(7, 12), HEX), w()),
    "epoch ms": lambda: "ts=%d" % n(1500000000000, 1799999999999),
    "epoch s": lambda: '{"time":%d,"n":%d}' % (n(1500000000, 1799999999),
                                               n(1, 99)),
    "epoch us": lambda: "at %d us" % n(1500000000000000, 1799999999999999),
    "epoch ns": lambda: "start_ns %d" % n(15 * 10**17, 18 * 10**17),
    "deb version": lambda: "pkg 1.%d.%d-%d+deb12u1" % (n(0, 99), n(0, 99),
                                                       n(0, 99)),
    "semver": lambda: "v%d.%d.%d-rc.%d+build.%d" % (
        n(0, 20), n(0, 99), n(0, 99), n(1, 9), n(1, 10**8)),
    "mac": lambda: "link/ether " + ":".join(some(2, HEX) for _ in range(6)),
    "mac dashes": lambda: "-".join(some(2, HEX).upper() for _ in range(6)),
    "ipv4": lambda: "%s:%d -> %s:%d" % (ip(), n(1, 65535), ip(),
                                        n(1, 65535)),
    "ipv6": lambda: "inet6 %s/64" % ip6(),
    "ls -l": lambda: "-rw-r--r-- 1 %d %d %12d May %2d 10:00 a.tar" % (
        n(1, 65535), n(1, 65535), n(1, 10**12), n(1, 28)),
    "prompt": lambda: "%s@web%02d:~$ ls" % (some(6, LOWER), n(1, 99)),
    "prompt path": lambda: "%s@db-%d.example.com:/var/log# tail" % (
        some(5, LOWER), n(1, 99)),
    "float": lambda: "loss 0.%s acc %d.%s" % (
        some(16, DIGITS), n(0, 99), some(15, DIGITS)),
    "float list": lambda: "[%s]" % ", ".join(
        "-%d.%s" % (n(0, 9), some(16, DIGITS)) for _ in range(3)),
    "order": lambda: "order %s" % number(n(6, 12)),
    "card typo": lambda: "order id %s shipped" % until(
        lambda: number(n(13, 19)), lambda d: luhn(d[:-1]) != d),
    "phone-like id": lambda: "%s-%s-%s" % ("01"[n(0, 1)] + number(2),
                                           number(3), number(4)),
    "invoice": lambda: "INV-%d-%06d" % (n(2019, 2026), n(0, 999999)),
    "phone-like": lambda: "%s-%s-%s" % (number(3), number(3), number(4)),
    "ticket": lambda: "%s-%d closed" % (some(n(2, 4), UPPER), n(1, 99999)),
    "syslog": lambda: "May %2d %02d:%02d:%02d web%02d sshd[%d]: Accepted "
    "publickey for %s from %s port %d ssh2" % (
        n(1, 28), n(0, 23), n(0, 59), n(0, 59), n(1, 9), n(1, 99999),
        some(5, LOWER), ip(), n(1024, 65535)),
    "ssh key print": lambda: "SHA256:" + base64.b64encode(
        random_bytes(32)).decode()[:43],
    "nginx": lambda: '%s - - [0%d/May/2025:10:00:%02d +0000] "GET /a/%d?p=%d'
    ' HTTP/1.1" 200 %d "-" "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101"'
    % (ip(), n(1, 9), n(0, 59), n(1, 10**8), n(1, 99), n(1, 10**7)),
    "json log": lambda: '{"ts":"%s","level":"info","trace_id":"%s",'
    '"span_id":"%s","dur_ms":%d.%d}' % (stamp(), some(32, HEX), some(
        16, HEX), n(0, 999), n(0, 999999)),
    "k8s": lambda: "%s-%s-%s   1/1   Running   %d   %dd" % (
        w(), some(10, "bcdfghjklmnpqrstvwxz2456789"), some(
            5, "bcdfghjklmnpqrstvwxz2456789"), n(0, 9), n(1, 400)),
    "docker": lambda: "%s   nginx:1.%d   \"/docker-entrypoint\"   %d days "
    "ago" % (some(12, HEX), n(10, 30), n(2, 9)),
    "image": lambda: "nginx@sha256:" + some(64, HEX),
    "apt": lambda: "Get:%d http://deb.debian.org/debian bookworm/main amd64 "
    "lib%s amd64 %d.%d.%d-%d [%s,%d kB]" % (
        n(1, 99), w(), n(0, 9), n(0, 99), n(0, 99), n(1, 9), number(1),
        n(100, 999)),
    "kernel": lambda: "[%5d.%06d] BAR %d: mem 0x%016x-0x%016x 64bit" % (
        n(0, 99999), n(0, 999999), n(0, 5), R.getrandbits(44),
        R.getrandbits(44)),
    "base64": lambda: base64.b64encode(random_bytes(57)).decode(),
    "hex dump": hexdump,
    "sha256sum": lambda: "%s  %s.iso" % (some(64, HEX), w()),
    "address": lambda: "#%d 0x%016x in %s_%s ()" % (
        n(0, 30), R.getrandbits(47), w(), w()),
    "date": lambda: "%s %s done in %d ms" % (stamp(), w(), n(1, 99999)),
    "date plain": lambda: "2025%02d%02d%02d%02d%02d" % (
        n(1, 12), n(1, 28), n(0, 23), n(0, 59), n(0, 59)),
    "ps": lambda: "root %7d  0.%d  1.2 %7d %6d ?  Ssl  May0%d  %d:%02d "
    "/usr/sbin/%sd" % (n(1, 4194304), n(0, 9), n(1, 9999999),
                       n(1, 999999), n(1, 9), n(0, 999), n(0, 59), w()),
    "df": lambda: "/dev/sda%d %12d %12d %12d %d%% /" % (
        n(1, 9), n(1, 10**12), n(1, 10**12), n(1, 10**12), n(1, 99)),
    "psql numbers": lambda: " %d | %d | %d.%02d | %d" % (
        n(1, 10**9), n(1, 10**10), n(1, 10**6), n(0, 99), n(1, 10**11)),
    "isbn": lambda: "978-%d-%03d-%05d-%d" % (n(0, 9), n(0, 999),
                                             n(0, 99999), n(0, 9)),
    "numbers": lambda: "{:,} rows, {:,} bytes".format(
        n(10**6, 10**9), n(10**9, 10**15)),
    "arn": lambda: "arn:aws:iam::%012d:role/%s" % (n(0, 10**12 - 1), w()),
    "ec2": lambda: "i-%s ami-%s" % (some(17, HEX), some(17, HEX)),
    "config": lambda: "%s_key_id: %s  # token_type: bearer" % (w(), w()),
    "code": lambda: "password = get_password(user); token := os.Getenv("
    "\"%s_TOKEN\")" % w().upper(),
    "url": lambda: "https://example.com/%s/%d?page=%d&sort=%s#L%d" % (
        w(), n(1, 10**9), n(1, 99), w(), n(1, 999)),
    "path": lambda: "/usr/lib/python3.11/site-packages/%s_%s-%d.%d.dist-info"
    % (w(), w(), n(0, 9), n(0, 99)),
    "make": lambda: "gcc -DHAVE_CONFIG_H -I. -O2 -Wall -c -o %s.o %s.c" % (
        w(), w()),
    "progress": lambda: "%3d%% %d/%d [%02d:%02d<%02d:%02d, %d.%02dit/s]" % (
        n(0, 100), n(1, 10**6), n(1, 10**6), n(0, 59), n(0, 59), n(0, 59),
        n(0, 59), n(0, 99), n(0, 99)),
    "prose": lambda: " ".join(w() for _ in range(12)) + ".",
}

# A telephone number in form: profile pii is right to hide it.
PHONES = {"phone-like"}
