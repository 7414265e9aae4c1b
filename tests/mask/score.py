#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Recall and false positives of warrant-mask, per type of value.

usage: score.py [-m] [cases per type and scene] [seed]

Values are generated with their check digits (numbers_of.py, kinds.py),
wrapped in scenes and sent through the real program in three chunkings: a
SEQPACKET socket keeps each write one read.  A value counts as found when at
most half of its letters and digits are left and everything around it is
unchanged.  Soft scenes go through a pipe, byte for byte; hard scenes
(look-alikes, overstriking, wrapped lines) through a terminal of 80 columns.
-m prints what was missed."""
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unicodedata

import kinds
import traps
from numbers_of import R

BUILD = os.environ.get("WARRANT_BUILD", ".")
SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
PROGRAM = [os.path.join(BUILD, "recorder/warrant-mask"), "-r",
           os.path.join(SOURCE, "recorder/mask/rules"), "-v", "record"]
ESCAPE = re.compile(rb"\x1b\[[0-9;]*[A-Za-z]|\x1b\]8;[^\x1b]*\x1b\\")
CONTROL = re.compile("\x1b\\[[0-9;]*[A-Za-z]|[\r\b]")
BARS = {"self": .98, "context": .85, "token": .60}
HARD_BAR, TRAP_BAR, COLS = .95, .01, 80


def inside(v):
    at = len(v) // 2
    return v[:at] + b"\x1b[1m" + v[at:]


# scene: what stands around context and value, both as bytes
PLAIN = {
    "prose": b"The value is %s as agreed",
    "psql": b" 17 | %s | 2024-05-01 | t",
    "json": b'{"id":17,"note":"%s"}',
    "log": b"May  1 10:00:00 web01 app[812]: got %s",
    "colour": b"\x1b[32m%s\x1b[0m end",
    "grep": b"a.log:\x1b[01;31m\x1b[K%s\x1b[m\x1b[K ok",
    "osc8": b"\x1b]8;;http://x/\x1b\\%s\x1b]8;;\x1b\\ ok",
    "utf8": "größe 日本 %s – é".encode(),
    "tab": b"17\t%s\tok",
    "key": b"value: %s",
    "json key": b'  "v": "%s",',
    "yaml": b"  - item: '%s'",
    "single": b"echo '%s' | wc -c",
    "start": b"%s is it",
    "alone": b"%s",
    "crlf": b"got %s\r",
    "table": "│ 17 │ %s │ ok │".encode(),
}
# these only where what follows cannot be the value's own
CLOSED = {
    "csv": b"17,%s,ok", "xml": b"<v id=\"1\">%s</v>", "sentence": b"It is %s.",
    "brackets": b"(see %s)", "markdown": b"|a|%s|b|", "semicolon": b"a;%s;b",
    "comma": b"got %s, then", "query": b"GET /x?v=%s&n=1 HTTP/1.1",
}


def soft_cases(count):
    for kind in kinds.KINDS:
        for scene, form in {**PLAIN, **CLOSED}.items():
            if scene in CLOSED and (kind in kinds.OPEN or
                                    kinds.KINDS[kind][0] == "context" and
                                    scene == "csv"):
                continue
            for _ in range(count):
                b, v, a = (x.encode() for x in kinds.make(kind))
                head, tail = form.split(b"%s")
                yield kind, scene, head + b, v, a + tail
        for _ in range(count):
            b, v, a = (x.encode() for x in kinds.make(kind))
            yield kind, "colour-in", b"x " + b, inside(v), a + \
                b"\x1b[0m end"


def digits_as(zero):
    return lambda s: "".join(chr(ord(c) - 48 + zero) if c.isdigit() else c
                             for c in s)


def wrapped(kind, form):
    """A line cut by the margin inside the value."""
    b, v, a = kinds.make(kind)
    if len(b) > 40 or len(v) < 3:
        return None
    at = R.randint(1, min(len(v) - 1, 30))
    fill = "x" * (COLS - len(b) - at - 1) + " "
    cut = {"less": " \b", "readline": " \r", "vim": "\x1b[4;1H",
           "autowrap": ""}[form]
    start, end = ("\x1b[3;1H", " z\x1b[9;1H") if form == "vim" else ("", " z")
    rest = v[at:]
    for k in range(COLS, len(rest), COLS):
        return None         # one cut is enough
    return start + fill + b, v[:at] + cut + rest, a + end


def changed(kind, form):
    b, v, a = kinds.make(kind)
    v = form(v)
    return "x " + b, v, a + " z"


HARD = {
    "full-width": lambda k: changed(k, digits_as(0xff10)),
    "arabic": lambda k: changed(k, digits_as(0x660)),
    "nbsp": lambda k: tuple(x.replace(" ", "\u00a0") for x in
                            changed(k, str)),
    "zero-width": lambda k: changed(k, lambda v: "\u200b".join(
        [v[:2], v[2:5], v[5:]])),
    "soft hyphen": lambda k: changed(k, lambda v: v[:3] + "\u00ad" + v[3:]),
    "underlined": lambda k: changed(k, lambda v: "".join(
        "_\b" + c for c in v)),
    "bold": lambda k: changed(k, lambda v: "".join(
        c + "\b" + c for c in v)),
    "less": lambda k: wrapped(k, "less"),
    "readline": lambda k: wrapped(k, "readline"),
    "vim": lambda k: wrapped(k, "vim"),
    "autowrap": lambda k: wrapped(k, "autowrap"),
}


def hard_cases(count):
    for kind in kinds.KINDS:
        for scene, wrap in HARD.items():
            for _ in range(count):
                got = wrap(kind)
                if got is not None:
                    yield (kind, scene) + tuple(x.encode() for x in got)


def run(data, sizes, *options):
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with subprocess.Popen(PROGRAM + list(options), stdin=theirs,
                          stdout=subprocess.PIPE) as p:
        theirs.close()

        def feed():
            at = 0
            while at < len(data):
                n = sizes()
                ours.send(data[at:at + n])
                at += n
            ours.close()
        t = threading.Thread(target=feed)
        t.start()
        out = p.stdout.read()
        t.join()
    if p.returncode != 0:
        sys.exit("score.py: warrant-mask exits with %d" % p.returncode)
    return out


def all_chunkings(data, *options):
    outs = [run(data, s, *options) for s in
            (lambda: 4096, lambda: R.randint(1, 64), lambda: 1)]
    return outs[0], len(set(outs)) == 1


def judge(before, value, after, got):
    """Found?  And is everything else as it was?"""
    if ESCAPE.findall(got) != ESCAPE.findall(before + value + after):
        return False, False
    before, value, after, got = (ESCAPE.sub(b"", x) for x in
                                 (before, value, after, got))
    whole = len(got) == len(before + value + after) and \
        got.startswith(before) and got.endswith(after)
    left = got[len(before):len(before) + len(value)]
    letters = [i for i, c in enumerate(value) if chr(c).isalnum()]
    kept = sum(left[i:i + 1] == value[i:i + 1] for i in letters)
    return whole and kept * 2 <= len(letters), whole


def columns(text):
    return sum(0 if unicodedata.category(c) in ("Cf", "Mn", "Cc") else
               2 if unicodedata.east_asian_width(c) in "WF" else 1
               for c in CONTROL.sub("", text))


def judge_hard(before, value, after, got):
    """As judge, on a terminal: columns stay, not bytes."""
    source, got = (before + value + after).decode(), got.decode()
    before, value, after = (x.decode() for x in (before, value, after))
    whole = CONTROL.findall(source) == CONTROL.findall(got) and \
        columns(source) == columns(got) and got.startswith(before) and \
        got.endswith(after)
    if not whole:
        return False, False

    def letters(s):
        s = re.sub("[\u200b\u00ad]", "", s)
        s = CONTROL.sub("", re.sub("(.)\b(.)", r"\2", s))
        return [c for c in re.sub(r"\[[a-z0-9]*\]", "", s) if c.isalnum()]
    left = letters(got[len(before):len(got) - len(after)])
    return 2 * len(left) <= len(letters(value)), whole


class Score:
    def __init__(self):
        self.n = self.ok = 0

    def add(self, ok):
        self.n += 1
        self.ok += ok

    def rate(self):
        return self.ok / self.n if self.n else None

    def __str__(self):
        return "      -" if self.n == 0 else "%6.1f%%" % (100 * self.rate())


def score_scenes(cases, judge_one, stats, scenes, options, misses):
    end = b"\r\n" if "-t" in options else b"\n"
    data = b"".join(a + v + b + end for _, _, a, v, b in cases)
    out, same = all_chunkings(data, *options)
    broken = 0
    for (kind, scene, a, v, b), got in zip(cases, out.split(end)):
        found, whole = judge_one(a, v, b, got)
        stats.setdefault(kind, Score()).add(found)
        scenes.setdefault(scene, Score()).add(found)
        broken += not whole
        if misses and not (found and whole):
            print("miss", kind, scene, "" if whole else "BROKEN", a + v + b,
                  got)
    return same, broken


def score_traps(count, profile, misses):
    """Lines masked by family and by rule; lines."""
    lines = [(f, make().encode()) for f, make in traps.FAMILIES.items()
             for _ in range(count)
             if profile != "all" or f not in traps.PHONES]
    data = b"".join(t + b"\n" for _, t in lines)
    with tempfile.NamedTemporaryFile() as f:
        out = run(data, lambda: 4096, "-p", profile, "-e", f.name)
        events = [json.loads(x) for x in f.read().splitlines()]
    family, rules = {}, {}
    for (name, t), got in zip(lines, out.split(b"\n")):
        family.setdefault(name, Score()).add(t != got)
        if misses and t != got:
            print("trap", profile, name, t, got)
    for e in events:
        rules[e["rule"]] = rules.get(e["rule"], 0) + e["masked"]
    return family, rules, len(lines)


def print_types(soft, hard, wrong):
    print("%-20s %-8s %6s %7s %7s %6s" % ("type", "group", "cases", "soft",
                                          "hard", "false"))
    for kind, (group, _) in kinds.KINDS.items():
        print("%-20s %-8s %6d %s %s %6d" % (
            kind, group, soft[kind].n + hard.get(kind, Score()).n,
            soft[kind], hard.get(kind, Score()), wrong.get(kind, 0)))


def macro(stats, group):
    rates = [s.rate() for k, s in stats.items() if kinds.KINDS[k][0] == group]
    return sum(rates) / len(rates)


def check_rules():
    """Every rule that is shipped has a generator."""
    listed = subprocess.run(PROGRAM + ["-l", "-p", "all"], check=True,
                            capture_output=True, text=True).stdout
    rules = {x.split()[0] for x in listed.splitlines()}
    return rules - set(kinds.KINDS) - kinds.WITHOUT


def main():
    args = [x for x in sys.argv[1:] if x != "-m"]
    misses = "-m" in sys.argv
    count = int(args[0]) if args else 1
    seed = int(args[1]) if len(args) > 1 else R.randrange(10**9)
    R.seed(seed)
    print("seed %d, %d cases per type and scene" % (seed, count))
    failed = ["no generator for " + x for x in sorted(check_rules())]
    soft, hard, scenes = {}, {}, {}
    same, broken = score_scenes(list(soft_cases(count)), judge, soft, {},
                                ["-p", "all"], misses)
    same_hard, broken_hard = score_scenes(
        list(hard_cases(count)), judge_hard, hard, scenes,
        ["-p", "all", "-t", "-c", str(COLS)], misses)
    family, wrong, n = score_traps(count * 100, "all", misses)
    _, plain, _ = score_traps(count * 100, "pci,secrets,ids", misses)
    print_types(soft, hard, wrong)
    for group, bar in BARS.items():
        mean = macro(soft, group)
        print("%-20s macro recall %.1f%%, bar %.0f%%" %
              (group, 100 * mean, 100 * bar))
        if mean < bar:
            failed.append("recall of " + group)
    for scene, s in scenes.items():
        print("hard: %-14s recall %s, bar %.0f%%" % (scene, s,
                                                     100 * HARD_BAR))
        if s.rate() < HARD_BAR:
            failed.append("recall in " + scene)
    print("traps, lines masked by family: " + ", ".join(
        "%s %d" % (f, s.ok) for f, s in family.items() if s.ok) + ".")
    for name, w in (("all", wrong), ("default", plain)):
        total = sum(w.values())
        print("traps, profiles %s: %d lines of %d families, masked %d "
              "(%.2f%%)" % (name, n, len(family), total, 100 * total / n))
        if total > n * TRAP_BAR:
            failed.append("false positives")
        if w.get("card.pan") or w.get("iban"):
            failed.append("a card or an IBAN where none is")
    print("changed beside a value: %d" % (broken + broken_hard))
    if not (same and same_hard):
        failed.append("the chunkings differ")
    if broken + broken_hard:
        failed.append("bytes beside a value changed")
    if failed:
        sys.exit("FAIL: " + ", ".join(failed))


main()
