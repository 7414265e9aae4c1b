#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""warrant-replay --html: what a reader sees of the page, in a browser.

in: $WARRANT_BUILD (default: where we are), zstd(1), chromium (without it those
cases are skipped); words: only these cases
out: a line a case; status 1 when one fails, 77 when some were skipped

Where something stands is not taken from the page's own word: marks of colours
that nothing else has are printed into the corners of the terminal, found in
the picture, and cells counted from there."""
import base64
import fcntl
import hashlib
import os
import pty
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import cast  # noqa: E402
import chrome  # noqa: E402

BUILD = os.path.abspath(os.environ.get("WARRANT_BUILD", "."))
# under make asan: what looks for leaks traces us, which its filter forbids
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
REPLAY = f"{BUILD}/report/warrant-replay"
RECORDER = f"{BUILD}/recorder/warrant-recorder"
FIRST, LAST, RED, GREEN = (255, 0, 254), (254, 0, 255), (255, 2, 3), \
    (3, 255, 2)


class Skipped(Exception):
    pass


class Place:
    """A folder, and the browser that all cases share."""
    folder = browser = None


def check(holds, *words):
    if not holds:
        raise AssertionError(" ".join(map(str, words)))


def browser():
    if chrome.PROGRAM is None:
        raise Skipped("chromium is missing")
    if Place.browser is None:
        Place.browser = chrome.Chrome()
    return Place.browser


def keep(name, data):
    path = f"{Place.folder}/{name}"
    with open(path, "wb") as f:
        f.write(data)
    return path


def replay(*words, **more):
    return subprocess.run([REPLAY, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, **more)


def page(name, data, *words, status=0):
    """Make the page of a recording; its path and what was said."""
    out = f"{Place.folder}/{name}.html"
    done = replay("--html", *words, "--out", out,
                  keep(f"{name}.cast.zst", data))
    check(done.returncode == status, name, done.returncode, done.stderr)
    return out, done.stderr.decode()


def text_of(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def recorded(name, script, cols=80, lines=24):
    """What warrant-recorder makes of a shell script on a terminal."""
    path = f"{Place.folder}/{name}.cast.zst"
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(RECORDER, [RECORDER, "--standalone", path, "--no-mask", "--",
                            "/bin/sh", "-c", "read -r go; " + script])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, cols, 0,
                                                    0))
    os.write(fd, b"\n")
    try:
        while os.read(fd, 65536):
            pass
    except OSError:     # the other side is closed
        pass
    check(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, name)
    with open(path, "rb") as f:
        return f.read()


def block(line, col, colour, n=1):
    return "\033[%d;%dH\033[48;2;%d;%d;%dm%s\033[0m" % (
        (line, col) + colour + (" " * n,))


def corners(cols=80, lines=24):
    """The first and the last cell of a screen, without wrapping."""
    return "\033[?7l\033[?25l" + block(1, 1, FIRST) + \
        block(lines, cols, LAST) + "\033[?7h"


class Cells:
    """Cells of a picture, counted from the two corners."""

    def __init__(self, image, cols=80, lines=24):
        self.image = image
        a, b = image.find(FIRST), image.find(LAST)
        check(a is not None and b is not None, "no corners", a, b)
        self.left, self.top = a[0], a[1]
        self.width = (b[2] - a[0]) / cols
        self.height = (b[3] - a[1]) / lines
        check(4 < self.width < 20 and 8 < self.height < 40, "cells of",
              self.width, self.height)

    def box(self, line, col, n=1):
        """left, top, right, bottom; line and col count from 1"""
        x, y = self.left + (col - 1) * self.width, \
            self.top + (line - 1) * self.height
        return x, y, x + n * self.width, y + self.height

    def colours(self, line, col, n=1):
        """What stands inside of the cells, a pixel off their edges."""
        x, y, right, bottom = map(round, self.box(line, col, n))
        return [self.image.at(i, j) for j in range(y + 1, bottom - 1)
                for i in range(x + 1, right - 1)]

    def is_at(self, colour, line, col, n=1):
        got, want = self.image.find(colour), self.box(line, col, n)
        check(got is not None and all(abs(g - w) <= 1.5 for g, w in
              zip(got, want)), colour, "is at", got, "not", want)


# ---- without a browser ----

def policy():
    """The policy allows the script and the styles that are there, by their
    hashes, and nothing else."""
    text = text_of(page("policy", cast.recording([]))[0])
    rule = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    rules = dict(r.strip().split(" ", 1) for r in rule.group(1).split(";"))
    check(rules["default-src"] == "'none'", rules)
    check(text.index(rule.group(0)) < text.index("<style"), "policy is late")

    def hashes(tag):
        return {"'sha256-%s'" % base64.b64encode(hashlib.sha256(
            t.encode()).digest()).decode() for t in
            re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.S)}

    check(set(rules["script-src"].split()) == hashes("script"), rules)
    check(set(rules["style-src"].split()) == hashes("style"), rules)
    check(not re.search(r"<[^>]* on[a-z]+=|innerHTML|https?://", text),
          "a handler or an address")


def ways():
    """Files are made new and private; a terminal gets no page; a part has an
    order; other modes take no part."""
    path = page("ways", cast.recording([[1, "o", "x"]]))[0]
    check(os.stat(path).st_mode & 0o777 == 0o600, "mode")
    given = f"{Place.folder}/ways.cast.zst"
    before = text_of(path)
    done = replay("--html", "--out", path, given)
    check(done.returncode == 2 and b"exists" in done.stderr, done)
    check(text_of(path) == before, "written over")
    check(replay("--html", given).stdout.decode().endswith("</html>\n"),
          "standard output")
    ours, theirs = pty.openpty()
    done = subprocess.run([REPLAY, "--html", given], stdout=theirs,
                          stderr=subprocess.PIPE, check=False)
    check(done.returncode == 2 and b"--out" in done.stderr, done)
    os.close(ours)
    os.close(theirs)
    for words in (["--html", "--from", "5", "--to", "4"], ["--from", "5"],
                  ["--html", "--follow"], ["--out", "x"]):
        check(replay(*words, given).returncode == 2, words)


def broken():
    """A break gives a page of what was verified before, which says so; one in
    the first frame gives none."""
    events = [[n, "o", f"line{n}\r\n"] for n in range(1, 40)]
    good = cast.recording(events, frames=4)
    chain = struct.pack("<I", 0x184D2A57)
    first = good.index(chain)
    for name, at in (("late", good.index(chain, first + 72) + 50),
                     ("early", first + 50)):
        data = bytearray(good)
        data[at] ^= 1
        if name == "late":
            path, said = page("late", bytes(data), status=1)
            text = text_of(path)
            check("BROKEN" in text and "changed" in text, text[-3000:])
            check("line1\"" in text and "line9\"" in text and
                  "line39" not in text, "lines")
            check("changed" in said, said)
        else:
            done = replay("--html", "--out", f"{Place.folder}/no.html",
                          keep("early.cast.zst", bytes(data)))
            check(done.returncode == 1, done)
            check(not os.path.exists(f"{Place.folder}/no.html"), "a page")
    # the bad frame itself is not shown: its lines were read, not proven
    check("line12" not in text, "an unproven line")


def cut():
    """A recording without its end is told as such, and shown."""
    events = [[n, "o", f"line{n}\r\n"] for n in range(1, 40)]
    whole = cast.recording(events, frames=2)
    path, said = page("cut", whole[:-30])
    check("not whole" in text_of(path) and "without its last frame" in said,
          said)
    check("line39" in text_of(path), "the last lines")
    path, said = page("open", cast.recording(events, closed=False))
    check("not whole" in text_of(path), "open")


def too_much():
    """A page has a bound; the error names the place and the way out."""
    noise = "".join(chr(33 + n * n % 90) for n in range(70))
    events = [[n, "o", "".join("\r\n%x%s" % (n * 4000 + i, noise)
               for i in range(4000))] for n in range(1, 230)]
    data = cast.recording(events, frames=100)
    done = replay("--html", "--out", f"{Place.folder}/big.html",
                  keep("big.cast.zst", data))
    check(done.returncode != 0 and b"--from" in done.stderr and
          b"MiB" in done.stderr, done)
    check(not os.path.exists(f"{Place.folder}/big.html"), "a page")
    done = replay("--html", "--from", "2", "--to", "9", "--out",
                  f"{Place.folder}/big.html", f"{Place.folder}/big.cast.zst")
    check(done.returncode == 0, done.stderr)
    text = text_of(f"{Place.folder}/big.html")
    check("this page shows 0:02.0 to 0:09.0" in text, "part")
    check("%x%s" % (8000, noise.split('"')[0][:3]) in text, "in the part")
    check("%x%s" % (220 * 4000, noise[:3]) not in text, "behind it")


# ---- with one ----

def places():
    """Colours stand in the cells where they were printed, at two times, on
    the alternate screen and back from it."""
    c = browser()
    data = recorded("places", "printf '%s'; sleep 0.4; printf '%s'; sleep 0.4;"
                    "printf '%s'" % tuple(s.replace("\033", "\\033") for s in (
                        corners() + block(5, 11, RED, 10) +
                        "\033[7;3Hplain text",
                        "\033[?1049h\033[2J" + corners() +
                        block(12, 40, GREEN, 3), "\033[?1049l")))
    path = page("places", data)[0]
    c.open(path)
    end = float(c.js("document.querySelector('main').dataset.to")) / 1e6
    check(0.8 <= end < 60, end)
    c.open(path, f"#t={end - 0.6:.3f}")
    cells = Cells(c.picture())
    cells.is_at(RED, 5, 11, 10)
    check(cells.image.find(GREEN) is None, "green is early")
    paper = cells.colours(9, 3)[0]
    check(set(cells.colours(9, 3, 10)) == {paper}, "an empty line is not")
    inked = sum(1 for p in cells.colours(7, 3, 10) if p != paper)
    check(inked > 150, "text is blank:", inked)
    check(set(cells.colours(7, 14, 10)) == {paper}, "text is too long")
    c.open(path, f"#t={end - 0.2:.3f}")
    cells = Cells(c.picture())
    cells.is_at(GREEN, 12, 40, 3)
    check(cells.image.find(RED) is None, "red is below the other screen")
    c.open(path, f"#t={end:.3f}")
    Cells(c.picture()).is_at(RED, 5, 11, 10)
    check(c.errors == [], c.errors)


def wide():
    """Wide, combining, box and foreign characters move nothing that stands
    behind them."""
    c = browser()
    lines = ("\u65e5\u672c\ud55c\uad6d", "e\u0301a\u0308o\u0302",
             "\u2500\u2502\u250c\u2588\u2592", "\u05e9\u05dc\u05d5\u05dd",
             "\u0645\u0631\u062d\u0628\u0627", "\U0001f600x", "\u00e9\u00df")
    cols = (8, 3, 5, 4, 5, 3, 2)
    path = page("wide", cast.recording([[0.1, "o", corners() + "".join(
        "\033[%d;1H%s\033[48;2;%d;9;9m \033[0m" % (3 + i, t, 100 + i)
        for i, t in enumerate(lines))]]))[0]
    c.open(path, "#t=1")
    cells = Cells(c.picture())
    for i, n in enumerate(cols):
        cells.is_at((100 + i, 9, 9), 3 + i, 1 + n)


def attributes():
    """Palette, true colour and reverse are what they are."""
    c = browser()
    path = page("attributes", cast.recording([[0.1, "o", corners() +
        "\033[3;1H\033[48;5;196m \033[0m\033[3;5H\033[38;2;7;200;9;7m "
        "\033[0m\033[3;9H\033[48;5;244m \033[0m\033[3;13H\033[41m \033[0m"
        "\033[3;17H\033[7m \033[0m"]]))[0]
    c.open(path, "#t=1")
    cells = Cells(c.picture())
    cells.is_at((255, 0, 0), 3, 1)
    cells.is_at((7, 200, 9), 3, 5)
    cells.is_at((128, 128, 128), 3, 9)
    red = cells.colours(3, 13)[0]
    check(red[0] > 180 and red[1] < 100 and red[2] < 100, "red is", red)
    turned = cells.colours(3, 17)[0]
    check(min(turned) > 180, "reversed blank is", turned)


def sizes():
    """A terminal that changes its size is shown in that size."""
    c = browser()
    path = page("sizes", cast.recording([
        [0.1, "o", corners() + block(2, 70, RED, 4)],
        [1.0, "r", "40x10"],
        [1.1, "o", "\033[2J" + corners(40, 10) + block(9, 30, GREEN, 2)],
        [2.0, "r", "200x50"],
        [2.1, "o", "\033[2J" + corners(200, 50) + block(49, 180, RED, 9)],
    ]))[0]
    for t, cols, lines, what in (
            (0.5, 80, 24, (RED, 2, 70, 4)), (1.5, 40, 10, (GREEN, 9, 30, 2)),
            (2.5, 200, 50, (RED, 49, 180, 9)), (0.2, 80, 24, (RED, 2, 70, 4))):
        c.open(path, f"#t={t}")
        Cells(c.picture(), cols, lines).is_at(*what)


PLANTED = ("</script><script>document.title='planted'</script>"
           "<img src=x onerror=\"document.title='planted'\"><!--<script>"
           "]]>&lt;\u2028\u2029\u202etxt.exe\u2066 \x00\x85"
           "\033]8;;http://127.0.0.1:%d/link\033\\link\033]8;;\033\\"
           "\033]0;planted\007<img src='http://127.0.0.1:%d/planted'>")


def hostile():
    """Nothing recorded is markup: no script runs, no element, link or request
    comes of it; not even of what is put into the page afterwards."""
    c = browser()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        evil = PLANTED % (port, port)
        header = dict(cast.HEADER, warrant=dict(cast.HEADER["warrant"],
                      name=evil, host=evil, channel=evil))
        path = page("hostile", cast.recording([
            [0.1, "o", corners() + "\033[3;1H" + evil],
            [0.2, "m", "exec " + '{"argv":"%s","exe":"%s"}' % tuple(
                2 * [evil.replace("\\", "\\\\").replace('"', '\\"')])],
            [0.3, "m", evil], [0.4, "o", "\r\n" + "A" * 60000 + evil],
            [0.5, "x", evil],
            [0.6, "o", corners() + block(7, 7, RED)]], header))[0]
        c.open(path, "#t=9", height=1600)
        check("planted" in c.js("document.title") and
              c.js("document.title") != "planted", c.js("document.title"))
        check(c.js("document.images.length + document.links.length") == 0,
              "elements")
        check(c.js("document.scripts.length") == 1, "scripts")
        check(c.requests == [c.requests[0]] and
              c.requests[0].startswith("file://"), c.requests)
        check(c.errors == [], c.errors)
        Cells(c.picture()).is_at(RED, 7, 7)
        c.open(path, "#t=0.1")
        odd = c.js("Array.from(document.querySelectorAll('.odd'))"
                   ".map((e) => e.title).join()")
        check("U+202E" in odd and "U+2066" in odd, odd)
        check(not re.search("[\u202a-\u202e\u2066-\u2069]",
                            c.js("document.documentElement.outerHTML")),
              "characters that turn text")
        more = "<script>document.title='planted'</script>" \
            f"<img src='http://127.0.0.1:{port}/x' " \
            "onerror=\"document.title='planted'\">" \
            "<style>body{background:#f00}</style></main>"
        text = text_of(path).replace("</main>", more)
        with open(f"{Place.folder}/forced.html", "w", encoding="utf-8") as f:
            f.write(text)
        c.open(f"{Place.folder}/forced.html", "#t=9")
        check(c.js("document.title") != "planted", "a planted script ran")
        check(c.js("document.images.length") == 1, "the image is not there")
        try:
            server.accept()
            raise AssertionError("the page asked the network")
        except BlockingIOError:
            pass
        # the same without the policy does both: this test can fail
        with open(f"{Place.folder}/free.html", "w", encoding="utf-8") as f:
            f.write(re.sub("<meta http-equiv[^>]*>", "", text))
        server.settimeout(60)
        c.ask("Page.navigate", url=f"file://{Place.folder}/free.html")
        server.accept()[0].close()
        check(c.js("document.title") == "planted", "no script ran at all")


EXEC = 'exec {"argv":"%s","exe":"/usr/bin/x","cwd":"/","decision":"%s"}'
MASK = 'mask {"rule":"card","view":"%s","state":"valid","masked":true,' \
    '"exposed":%d,"fp":"k0:00"}'


def reading():
    """Keys, clicks and the search go to the time they say; what a screen
    shows there is drawn."""
    c = browser()
    events = [[0.5, "m", EXEC % ("first", "log")]]
    for n in range(1, 300):
        events.append([n, "o", "\033[2J" + corners() +
                       block(2 + n % 20, 20, RED) + f"\033[1;5Hscreen {n} "])
    events.append([150.5, "m", EXEC % ("second", "deny")])
    events.append([200.5, "m", MASK % ("record", 0)])
    events.append([201.5, "m", MASK % ("live", 4)])
    events.sort(key=lambda e: e[0])
    path = page("reading", cast.recording(events + [[300, "x", "3"]],
                                          frames=3))[0]
    c.open(path)

    def now():
        return c.js("document.getElementById('clock').textContent")

    def shows(n):
        Cells(c.picture()).is_at(RED, 2 + n % 20, 20)

    check(now() == "0:00.0 / 5:00.0", now())
    c.click("#commands li:nth-child(2)")
    check(now().startswith("2:30.5"), now())
    shows(150)
    c.click("#masked li")
    check(now().startswith("3:20.5"), now())
    shows(200)
    for key, shift, t in (("ArrowRight", False, "3:25.5"),
                          ("ArrowLeft", True, "2:25.5"),
                          ("ArrowDown", False, "2:30.5"),
                          ("ArrowUp", False, "0:00.5"), (".", False, "0:01.0"),
                          (".", False, "0:02.0"), (",", False, "0:01.0"),
                          ("End", False, "5:00.0"), ("Home", False, "0:00.0")):
        c.key(key, shift)
        check(now().startswith(t), key, now())
    c.key("/")
    for one in "SCREEN 27":
        c.key(one)
    c.key("Enter")
    check(now().startswith("0:27.0"), now())
    shows(27)
    check(c.js("document.getElementById('found').textContent") == "1 of 11",
          "27, 270 to 279")
    c.key("Enter")
    check(now().startswith("4:30.0"), now())
    c.key("Escape")
    c.key("n", False)
    check(now().startswith("4:31.0"), now())
    c.key("?")
    check(c.js("document.getElementById('help').open"), "help")
    c.key("Escape")
    c.js("location.hash = '#t=100'")
    check(now().startswith("1:40.0"), now())
    check(c.errors == [], c.errors)


def playing():
    """Play runs to the end by itself, pauses cut short."""
    c = browser()
    path = page("playing", cast.recording(
        [[0.1, "o", corners()], [3000, "o", block(4, 4, GREEN)],
         [3000.2, "o", "."]]))[0]
    c.open(path)
    c.js("document.getElementById('idle').value = '0.5'")
    c.js("document.getElementById('speed').value = '16'")
    c.key(" ")
    c.ask("Runtime.evaluate", awaitPromise=True, expression="""
        new Promise((done) => { const look = () =>
            document.getElementById("play").textContent === "Play" ? done() :
            requestAnimationFrame(look); look(); })""")
    check(c.js("document.getElementById('clock').textContent") ==
          "50:00.2 / 50:00.2", "the end")
    Cells(c.picture()).is_at(GREEN, 4, 4)


def header_block():
    """Who, where, when and what was verified is there for people, also
    without scripts and on paper."""
    c = browser()
    path = page("header", cast.recording(
        [[0.5, "m", EXEC % ("ls -l", "log")], [1, "m", MASK % ("record", 0)],
         [2, "m", MASK % ("live", 4)], [83, "x", "SIGHUP"]]))[0]
    head = re.search('id="head">([0-9a-f]{64})<', text_of(path)).group(1)
    seen = "document.body.innerText"
    wanted = ("Ann Other", "ann", "db1", "s-9f3k2a7c1x0mz", "1:23.0", "SIGHUP",
              "2026-09-21T14:13:20Z", "verified", head, "ls -l")
    for way in ("scripts", "none", "print"):
        c.ask("Emulation.setScriptExecutionDisabled", value=way == "none")
        c.ask("Emulation.setEmulatedMedia", media="print" if way == "print"
              else "")
        c.open(path)
        text = c.js(seen)
        for word in wanted:
            check(word in text, way, word, text)
        check(("must run" in text) == (way == "none"), way, "noscript")
        shown = c.js("document.getElementById('player').offsetHeight") > 0
        check(shown == (way == "scripts"), way, "player")
        check("not whole" not in text, way, text)
    c.ask("Emulation.setEmulatedMedia", media="")
    c.ask("Emulation.setScriptExecutionDisabled", value=False)
    check("1; 1 shown in part" in text, "masked values", text)
    data = bytes(cast.recording([[1, "o", corners()]]))
    with open(path, encoding="utf-8") as f:
        half = f.read()
    with open(path, "w", encoding="utf-8") as f:
        f.write(half[:half.index("<header>") - 50])
    c.open(path)
    check("not whole" in c.js(seen), "half a page", len(data))


def fits():
    """A terminal of 80 columns is whole in a window of 1280, by day and by
    night."""
    c = browser()
    path = page("fits", cast.recording([[0.1, "o", corners()]]))[0]
    papers = []
    for scheme in ("light", "dark"):
        c.ask("Emulation.setEmulatedMedia", media="", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        c.open(path, "#t=1")
        cells = Cells(c.picture())
        check(cells.width >= 8, "small", cells.width)
        papers.append(cells.image.at(3, 3))
    c.ask("Emulation.setEmulatedMedia", media="", features=[])
    check(min(papers[0]) > 200 and max(papers[1]) < 60, papers)


TESTS = [policy, ways, broken, cut, too_much, places, wide, attributes, sizes,
         hostile, reading, playing, header_block, fits]


def main():
    signal.alarm(540)   # a browser that hangs
    wanted = sys.argv[1:]
    failed = skipped = 0
    with tempfile.TemporaryDirectory(prefix="warrant-page-") as folder:
        Place.folder = folder
        for test in TESTS:
            if wanted and test.__name__ not in wanted:
                continue
            try:
                test()
                print("ok", test.__name__, flush=True)
            except Skipped as s:
                skipped += 1
                print("skip", test.__name__ + ":", s, flush=True)
            except Exception as e:  # a broken test is a failed test
                failed += 1
                print("FAIL", test.__name__ + ":", type(e).__name__, e,
                      flush=True)
        if Place.browser is not None:
            Place.browser.__exit__()
    return 1 if failed else 77 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
