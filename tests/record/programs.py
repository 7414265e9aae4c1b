#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Real programs on a recorded terminal show 60 card numbers, IBANs and
tokens: none is on the screen at any look, none in the bytes that reach the
terminal, none in the recording, as bytes or drawn; what was masked is counted.
And secrets that are typed are nowhere.

The terminal outside is a tmux of its own (outer.py).
in: a build ($WARRANT_BUILD or the current folder); the values are the same in
    every run, others by $WARRANT_PLANTED_SEED
out: a line a program; 77 without tmux"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
sys.dont_write_bytecode = True
sys.path[:0] = [f"{SRC}/tests/session", f"{SRC}/tests/mask"]
import numbers_of  # noqa: E402
from outer import Late, Outer, need, plain  # noqa: E402

BUILD = os.path.abspath(os.environ.get("WARRANT_BUILD", "."))
RECORDER = f"{BUILD}/recorder/warrant-recorder"
REPLAY = f"{BUILD}/report/warrant-replay"
SEED = int(os.environ.get("WARRANT_PLANTED_SEED", "1"))
SECRET = "tYped-Zq71xw"     # of no rule: only that it was typed hides it
CLEAN = {"HISTFILE": "/dev/null", "PS1": "$ ", "LESS": "", "LESSHISTFILE": "-",
         "VIMINIT": "set nocompatible nomodeline viminfo= noswapfile"}


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def check(true, *what):
    if not true:
        raise Failed(" ".join(str(w) for w in what))


class Planted:
    """Values, and a file whose lines have one each."""

    def __init__(self, folder):
        numbers_of.R.seed(SEED)
        self.cards = []
        while len(self.cards) < 60:
            value = numbers_of.card()
            if value not in self.cards:
                self.cards.append(value)
        self.ibans = [numbers_of.cut(v, 4, 4, 4, 4, 4, 2) for v in (
            self._iban() for _ in range(10))]
        self.tokens = ["ghp_" + numbers_of.some(36) for _ in range(5)]
        self.tokens += ["AKIA" + numbers_of.some(16, "ABCDEFGHIJKLMNOPQRSTUV"
                        "WXYZ234567") for _ in range(5)]
        self.values = self.cards + self.ibans + self.tokens
        self.file = os.path.join(folder, "planted")
        with open(self.file, "w", encoding="ascii") as f:
            for i, value in enumerate(self.values):
                f.write(f"line {i:02} {'.' * (i % 7)} {value} rest\n")
            f.write("last line\n")

    @staticmethod
    def _iban():
        bban = numbers_of.some(18, numbers_of.DIGITS)
        left = int(bban + "131400") % 97    # DE00
        return f"DE{98 - left:02}{bban}"

    def seen_in(self, text, drawn):
        """Values that stand there: on a screen also over its lines, among
        bytes as contiguous text."""
        text = plain(text)
        if not drawn:
            return [v for v in self.values if v in text]
        text = re.sub(r"[ \n-]", "", text)
        return [v for v in self.values if re.sub(r"[ -]", "", v) in text]


def around(text, value):
    at = text.find(value)
    return text[max(at - 300, 0):at + 300] if at >= 0 else text[-900:]


class Recorded:
    """A program on a recorded terminal; afterwards its recording."""

    def __init__(self, folder, argv, size=(80, 24), env=None):
        self.file = os.path.join(folder, "record.cast.zst")
        if os.path.exists(self.file):
            os.unlink(self.file)
        self.outer = Outer(folder, [
            RECORDER, "--rules", f"{SRC}/recorder/mask/rules",
            "--standalone", self.file, "--", *argv], size,
            {**CLEAN, **(env or {})})

    def __enter__(self):
        return self.outer

    def __exit__(self, kind, *_):
        self.raw = self.outer.raw()
        self.outer.close()
        inner = os.path.join(os.path.dirname(self.file), "inner")
        if os.path.exists(inner):   # it outlives a test that failed
            subprocess.run(["tmux", "-S", inner, "kill-server"],
                           check=False, capture_output=True)

    def replay(self, *words):
        done = subprocess.run([REPLAY, *words, self.file], check=False,
                              capture_output=True, timeout=60)
        check(done.returncode in (0, 1), words, done.stderr)
        return done.stdout.decode("utf-8", "replace")

    def marks(self, kind):
        lines = self.replay("--cast").splitlines()[1:]
        texts = [e[2] for e in map(json.loads, lines) if e[1] == "m"]
        return [json.loads(t.split(" ", 1)[1]) for t in texts
                if t.startswith(f"{kind} ")]

    def everything(self):
        """Each way in which it could be seen: name, text, drawn or bytes."""
        yield from ((f"screen {i}", text, True) for i, text in
                    enumerate(self.outer.seen))
        yield "bytes at the terminal", self.raw, False
        for how in ("--raw", "--cast", "--text"):
            yield f"recording {how}", self.replay(how), False
        # each line that ever stood on the recorded screen
        for line in self.replay("--search", ".").splitlines():
            yield "recorded screen", line, True

    def hides(self, planted, counts, what=None, drawn_alone=False):
        """None of the values is anywhere, and each of `what` is counted: as
        many different values as there are, drawn once or more."""
        for name, text, drawn in self.everything():
            if drawn_alone and not drawn:
                continue
            seen = planted.seen_in(text, drawn)
            if seen:
                raise Failed(f"{name} shows {seen[:3]}: "
                             f"{around(text, seen[0])!r}")
        marks = [m for m in self.marks("mask") if m["view"] == "record"]
        total = self.marks("total")[0]
        check(total["masked"] == len([m for m in marks if m["masked"]]),
              total)
        for rule, n in counts.items():
            fps = {m["fp"] for m in marks if m["rule"] == rule}
            check(len(fps) == n, what, rule, "values", len(fps), "not", n)


ALL = {"card.pan": 60, "iban": 10}


def need_programs(*names):
    for name in names:
        if shutil.which(name) is None:
            raise Skipped(f"{name} is not installed")


# ---- what is shown ---------------------------------------------------------

def test_cat(folder, planted):
    """cat, stopped by Ctrl-S, let go by Ctrl-Q"""
    r = Recorded(folder, ["sh", "-c", "stty ixon; echo ready; read _; "
                          f"cat {planted.file} -"])
    with r as t:
        t.wait("ready")
        t.keys("Enter")
        t.wait("last line")
        t.keys("C-s")
        t.type("typed while stopped")
        t.keys("C-q", "Enter", "C-d")
        check(t.end() == 0)
    r.hides(planted, ALL)
    cards = [m for m in r.marks("mask") if m["rule"] == "card.pan"]
    check(len(cards) == 60 and r.marks("total")[0]["exposed"] == 0,
          "shown once, counted", len(cards))


def test_drip(folder, planted):
    """A byte at a time, each after the one before was seen"""
    card = planted.cards[0]
    r = Recorded(folder, ["sh", "-c", "stty -echo; echo ready; for c in "
                          + " ".join(f"'{c}'" for c in card + ".") +
                          "; do printf %s \"$c\"; read _; done"])
    with r as t:
        t.wait("ready")
        for i in range(len(card) + 1):
            t.wait(lambda s, i=i: len(s.split("\n")[1]) > i)
            t.keys("Enter")
        check(t.end() == 0)
    r.hides(planted, {"card.pan": 1})


def test_less(folder, planted):
    """less: wrapped lines, a search, scrolled both ways"""
    need_programs("less")
    r = Recorded(folder, ["less", "-J", planted.file], (30, 12))
    with r as t:
        t.wait("line 00")
        t.type("/line 3")
        t.keys("Enter")
        t.wait("line 30")
        t.keys("n", "n", "C-u", "C-u", "y", "y", "G")
        t.wait("last line")
        t.keys("g")
        t.wait("line 00")
        for _ in range(len(planted.values)):
            t.keys("j", "j")
        t.wait("last line")
        t.keys("q")
        check(t.end() == 0)
    r.hides(planted, {})
    # of a value whose halves are never on one screen nobody can tell
    check(len({m["fp"] for m in r.marks("mask")
               if m["rule"] == "card.pan"}) > 45, "counted")


def test_vim(folder, planted):
    """vim: highlighted digits, edited lines, wrapped ones"""
    need_programs("vim")
    r = Recorded(folder, ["sh", "-c", f"cd {folder}; exec vim -u NONE -i NONE"
                          " -n planted"], (44, 20))
    with r as t:
        t.wait("line 00")
        t.type(":set hls is so=0 nu ve=all")
        t.keys("Enter")
        for what in ("1", "[0-9]", "44", "4 *[0-9]"):
            t.type("gg/" + what)
            t.keys("Enter")
            t.type(":echo 'looked' 'for'")
            t.keys("Enter")
            t.wait("looked for")
            for _ in range(5):
                t.keys("n", "C-e", "w")
        t.type("ggfcx0ilong enough to wrap around the screen ")
        t.keys("Escape")
        t.type(":nohlsearch")
        t.keys("Enter")
        for i in range(0, len(planted.values), 6):
            t.type(f":{i + 1}")
            t.keys("Enter")
            t.type("zt")
            t.wait(f"line {i:02}" if i else "enough to wrap")
        t.type(":q!")
        t.keys("Enter")
        check(t.end() == 0)
    # what comes in several reads can be shown before it is painted over
    # (SECURITY.md): the bytes of that are not looked at, the screens are
    r.hides(planted, {}, drawn_alone=True)
    check(len({m["fp"] for m in r.marks("mask")
               if m["rule"] == "card.pan"}) >= 60, "counted")


COPYING = re.compile(r"\[\d+/\d+\]")


def inner_tmux(folder):
    with open(f"{folder}/conf", "w", encoding="ascii") as f:
        f.write("set -g default-command \"env 'PS1=$ ' sh\"\n"
                "set -g status off\n")
    return ["tmux", "-f", f"{folder}/conf", "-S", f"{folder}/inner",
            "new-session"]


def test_tmux(folder, planted):
    """tmux inside: two panes, copy mode, a search in it"""
    r = Recorded(folder, [*inner_tmux(folder), f"cat {planted.file}; "
                          "PS1='$ ' exec sh"])
    with r as t:
        t.wait("last line")
        t.keys("C-b", "[")
        t.wait(COPYING.search)
        t.keys("M-<")
        t.wait("line 0")
        t.keys("q")
        t.wait(lambda s: not COPYING.search(s))
        t.keys("C-b", '"')
        t.wait(lambda s: s.count("$") >= 2)
        t.type(f"cat {planted.file}; echo no''w")
        t.keys("Enter")
        t.wait("now")
        t.type("exit")
        t.keys("Enter")
        t.wait(lambda s: "now" not in s)
        t.type("exit")
        t.keys("Enter")
        check(t.end() == 0)
    r.hides(planted, {})
    check(len({m["fp"] for m in r.marks("mask")}) > 20, "counted")


def test_watch(folder, planted):
    """watch: a screen of values, then others"""
    need_programs("watch")
    r = Recorded(folder, ["watch", "-n", "0.1", f"cat {folder}/watched"])
    lines = open(planted.file, encoding="ascii").read().splitlines()
    parts = [lines[i:i + 20] for i in range(0, len(lines), 20)]

    def write(part):
        with open(f"{folder}/watched.new", "w", encoding="ascii") as f:
            f.write("\n".join(part) + "\n")
        os.rename(f"{folder}/watched.new", f"{folder}/watched")
    write(parts[0])
    with r as t:
        for part in parts:
            write(part)
            t.wait(part[-1][:7])
        t.keys("C-c")
        t.end()
    r.hides(planted, ALL)


def test_grep(folder, planted):
    """grep with coloured hits inside of values"""
    r = Recorded(folder, ["sh", "-c", f"grep --color=always '[1-5]' "
                          f"{planted.file}; echo; echo all"])
    with r as t:
        t.wait("all")
        check(t.end() == 0)
    r.hides(planted, ALL)


# ---- what is typed ---------------------------------------------------------

PROMPTS = (
    ("read", "bash -c 'read -rsp \"Secret: \" x; echo; echo got ${#x}'"),
    ("getpass", "python3 -c 'import getpass; print(\"got\", "
     "len(getpass.getpass(\"Secret: \")))'"),
    ("ssh-keygen", "ssh-keygen -q -y -f %(key)s | sed 's/^/got 1''2 /'"),
)


def type_secret(t, nth, command):
    """The command asks (twice at most) and says how much it got."""
    t.type(f"clear; echo be''gun {nth}; {command}")
    t.keys("Enter")
    t.wait(f"begun {nth}")      # what the one before said is gone
    for _ in range(2):
        text = t.wait(lambda s: re.search(r"(Secret|assphrase|assword)[^\n]*"
                                          r":\s*\Z|got 12", s.rstrip()))
        if "got 12" in text:
            return
        lines = len(text.rstrip().split("\n"))
        t.type(SECRET)
        t.keys("Enter")
        t.wait(lambda s, n=lines: len(s.rstrip().split("\n")) > n)
    t.wait("got 12")


def typed(folder, argv, key):
    r = Recorded(folder, argv)
    with r as t:
        t.wait("$")
        for nth, (name, command) in enumerate(PROMPTS):
            if shutil.which(command.split()[0]) is None:
                continue
            try:
                type_secret(t, nth, command % {"key": key} if "%(" in command else
                            command)
            except Late as late:
                raise Failed(name, late) from None
        t.type("exit")
        t.keys("Enter")
        t.end()
    for where, text, _ in r.everything():
        check(SECRET not in plain(text), where, "shows what was typed")
    with open(r.file, "rb") as f:
        check(SECRET.encode() not in f.read(), "the file's bytes")
    typed_text = "".join(e[2] for e in map(json.loads, r.replay(
        "--cast").splitlines()[1:]) if e[1] == "i")
    check(SECRET not in typed_text, "as input")


def make_key(folder):
    key = f"{folder}/key"
    if not os.path.exists(key):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", SECRET,
                        "-f", key], check=True)
    return key


def test_typed(folder, _planted):
    """read -s, getpass, ssh-keygen: what is typed is nowhere"""
    need_programs("ssh-keygen")
    typed(folder, ["sh"], make_key(folder))


def test_typed_in_tmux(folder, _planted):
    """The same inside of tmux"""
    need_programs("ssh-keygen")
    typed(folder, inner_tmux(folder), make_key(folder))


TESTS = (test_cat, test_drip, test_less, test_vim, test_tmux, test_watch,
         test_grep, test_typed, test_typed_in_tmux)


def main():
    if not need():
        print("skipped: tmux is not installed")
        return 77
    failed = 0
    for test in TESTS:
        if sys.argv[1:] and not any(w in test.__name__ for w in sys.argv[1:]):
            continue
        begin = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="warrant-programs-") as f:
            try:
                test(f, Planted(f))
                verdict = "ok"
            except Skipped as why:
                verdict = f"skipped: {why}"
            except (Failed, Late) as why:
                verdict = f"FAILED, seed {SEED}: {why}"
                failed = 1
        print(f"{time.monotonic() - begin:5.1f} s  {test.__doc__}: {verdict}",
              flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
