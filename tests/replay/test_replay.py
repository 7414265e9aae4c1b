#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""warrant-replay as a person uses it: jumps, search, programs, keys on a
terminal; damaged, cut and growing files.

in: $WARRANT_BUILD (default: where we are); zstd(1), pexpect; asciinema where
    it is installed
out: a line a case; status 1 when one fails"""
import hashlib
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

try:
    import pexpect
except ImportError:
    print("test_replay: skipped: no pexpect")
    sys.exit(77)

BUILD = os.path.abspath(os.environ.get("WARRANT_BUILD", "."))
# under make asan: what looks for leaks traces us, which its filter forbids
os.environ["ASAN_OPTIONS"] = "detect_leaks=0"
REPLAY = f"{BUILD}/report/warrant-replay"
RECORDER = f"{BUILD}/recorder/warrant-recorder"
RED = "\x1b[31m"
HEAD = {"version": 2, "width": 40, "height": 10, "timestamp": 1000}


class Skipped(Exception):
    pass


def check(right, *what):
    if not right:
        raise AssertionError(" ".join(str(w) for w in what))


def record(path, events, per_frame=3, close=True):
    """A record after warrant-record(5), by no code of the project."""
    lines = [json.dumps(HEAD)] + [json.dumps(e) for e in events]
    last = bytes(32)
    with open(path, "wb") as f:
        for seq, at in enumerate(range(0, len(lines), per_frame)):
            plain = "".join(x + "\n" for x in
                            lines[at:at + per_frame]).encode()
            data = subprocess.run(["zstd", "-1qc", "--no-check"], input=plain,
                                  capture_output=True, check=True).stdout
            flags = 1 if close and at + per_frame >= len(lines) else 0
            last = hashlib.sha256(
                b"warrant-record-1" + last + struct.pack("<Q", seq) + plain +
                struct.pack("<II", len(plain), flags)).digest()
            f.write(data + struct.pack(
                "<II4sIQII", 0x184D2A57, 64, b"WCH1", flags, seq, len(plain),
                len(data)) + hashlib.sha256(data).digest()[:8] + last)
    return path


def program(pid, argv, decision="log"):
    return "exec " + json.dumps({"pid": pid, "argv": argv, "exe": "/bin/x",
                                 "cwd": "/", "decision": decision})


EVENTS = [
    [0.5, "o", "begin\r\n"],
    [10.25, "m", program(11, "ls -l")],
    [10.5, "o", f"{RED}red\x1b[0m fi\x1b[1mle\x1b[0m\r\n"],
    [20.0, "m", program(12, "rm -rf /", "denied")],
    [20.5, "o", "progress 1%\rprogress 2%"],
    [30.0, "o", "\x1b[?1049h\x1b[2J\x1b[3;5Halternate \u6f22"],
    [40.0, "r", "30x8"],
    [50.0, "o", "\x1b[?1049l"],
    [60.123456, "o", "\r\nfinal ERROR line"],
    [61.0, "x", "0"],
]


def run(*words, **more):
    return subprocess.run([REPLAY, *words], capture_output=True, text=True,
                          check=False, timeout=60,
                          stdin=more.pop("stdin", subprocess.DEVNULL), **more)


def screen(path, at):
    done = run("--text", "--at", at, path)
    check(done.returncode == 0, at, done.stderr)
    check(done.stderr == "", at, done.stderr)
    return done.stdout.split("\n")


# ---- cases ----------------------------------------------------------------

def test_screen_at_a_time(folder):
    """--text --at prints the screen of then, by any form of a time"""
    path = record(f"{folder}/r", EVENTS)
    check(screen(path, "0")[0] == "", "before the first output")
    check(screen(path, "5")[0] == "begin", "5")
    for at in "10.5", "0:10.5", "0:00:10.500000", "1970-01-01T00:16:50.5Z":
        check(screen(path, at)[1] == "red file", at, screen(path, at))
    check(screen(path, "21")[2] == "progress 2%", screen(path, "21"))
    check(screen(path, "30")[2] == "    alternate \u6f22", screen(path, "30"))
    check(len(screen(path, "30")) == 11, "10 rows")
    check(len(screen(path, "45")) == 9, "8 rows after the new size")
    check(screen(path, "50")[:3] == ["begin", "red file", "progress 2%"],
          "the normal screen is back", screen(path, "50"))
    check(screen(path, "1000000")[3] == "final ERROR line", "the end")


def test_wrong_words(folder):
    """What cannot be done is said, with status 2"""
    path = record(f"{folder}/r", EVENTS)
    for words in (["--text", "--at", "soon"], ["--at", "5"],
                  ["--search", "("]):
        done = run(*words, path)
        check(done.returncode == 2 and done.stderr, words, done)
    with open(path, "rb") as f:
        done = run("--text", "--at", "5", "/dev/stdin", stdin=f)
        check(done.returncode == 0, "a file by its descriptor", done)
    data = open(path, "rb").read()
    done = subprocess.run([REPLAY, "--text", "--at", "5", "/dev/stdin"],
                          input=data, capture_output=True, check=False)
    check(done.returncode == 2 and b"copy it" in done.stderr, "a pipe", done)
    done = subprocess.run([REPLAY, "--text", "/dev/stdin"], input=data,
                          capture_output=True, check=False)
    check(done.returncode == 0 and b"final ERROR" in done.stdout, "a pipe")


def test_search(folder):
    """--search finds what the screen shows, once, with the time it shows"""
    path = record(f"{folder}/r", EVENTS)
    done = run("--search", "red file", path)
    check(done.stdout == "0:00:10.500000  red file\n", "coloured", done)
    done = run("--search", "ERR[OR]+ line$", path)
    check(done.stdout == "0:01:00.123456  final ERROR line\n", done)
    at = done.stdout.split()[0]
    check("final ERROR line" in screen(path, at), "and --at shows it")
    check(run("--search", "progress 1%", path).stdout == "",
          "overwritten in one write")
    check(run("--search", "begin", path).stdout.count("\n") == 1, "once")
    done = run("--search", "alternate", "--json", path)
    row = json.loads(done.stdout)
    check(row["at"] == "0:00:30.000000" and "alternate" in row["text"], row)
    check(run("--search", "nothing like it", path).stdout == "", "none")


def test_search_many_lines(folder):
    """A line that leaves the screen within one write is found"""
    text = "".join(f"line {i}\r\n" for i in range(2000))
    path = record(f"{folder}/many", [[1.0, "o", text]])
    done = run("--search", "^line (7|77|777|1999)$", path)
    check([x.split("  ")[1] for x in done.stdout.splitlines()] ==
          ["line 7", "line 77", "line 777", "line 1999"], done.stdout)


def test_commands(folder):
    """--commands: a line a program, with what was shown until the next"""
    path = record(f"{folder}/r", EVENTS)
    done = run("--commands", path)
    lines = done.stdout.splitlines()
    check(len(lines) == 3, done)
    check(re.search(r"0:00:10\.250000 +1970-01-01 00:16:50Z +11 +\d+ +ls -l$",
                    lines[1]), lines[1])
    check(re.search(r"12 +denied +\d+ +rm -rf /$", lines[2]), lines[2])
    rows = json.loads(run("--commands", "--json", path).stdout)["programs"]
    shown = [sum(len(e[2].encode()) for e in EVENTS
                 if e[1] == "o" and a < e[0] < b)
             for a, b in ((10.25, 20), (20, 99))]
    check([r["bytes"] for r in rows] == shown, rows, shown)
    check(rows[1]["pid"] == 12 and rows[1]["decision"] == "denied" and
          rows[1]["time"] == "1970-01-01T00:17:00.000000Z", rows[1])
    done = run("--commands", record(f"{folder}/none", EVENTS[:1]))
    check(done.returncode == 0 and "no program" in done.stderr, done)


def player(*words):
    return pexpect.spawn(REPLAY, list(words), dimensions=(20, 80),
                         timeout=20, encoding="utf-8")


def leave(child, key="q"):
    child.send(key)
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 0, "leaves with", child.exitstatus)


def test_keys(folder):
    """Keys jump, search, list and leave; the status line tells the place"""
    child = player(record(f"{folder}/r", EVENTS))
    child.expect("begin")
    child.send(" ")
    child.expect("paused 0:00:00 / 0:01:01")
    child.send(">")
    child.expect("paused 0:00:1")
    child.send("]")
    child.expect("red|paused")
    child.send("g")
    child.expect("go to")
    child.send("0:3x\x7f1\r")
    child.expect("alternate")
    child.expect("paused 0:00:31")
    child.send("\x1b[D")
    child.expect("progress 2%")
    child.expect("paused 0:00:21")
    child.send("[")
    child.expect("paused 0:00:20")
    child.send("[")
    child.expect("paused 0:00:10")
    child.send("[")
    child.expect("no program is started before")
    child.send("/")
    child.expect("/")
    child.send("ERROR\r")
    child.expect("found: final ERROR line")
    child.send("n")
    child.expect("not found to here")
    child.send("/(\r")
    child.expect("no regular expression")
    child.send("g\x1b")
    child.send("gsoon\r")
    child.expect("no time")
    child.send("?")
    child.expect("space pause")
    child.send("G")
    child.expect("end 0:01:01")
    child.send("R")
    child.expect("0:01:01")
    leave(child)


def test_end_waits_for_a_key(folder):
    """At its end a player with keys stands still, and q leaves"""
    child = player("--speed", "60", "--idle", "0.1",
                   record(f"{folder}/r", EVENTS))
    child.expect("end 0:01:01")
    child.send("\x1b[D")
    child.expect("paused 0:00:51")
    leave(child, "\x03")


def test_starts_at_a_time(folder):
    """--at on a terminal begins there"""
    child = player("--at", "30", record(f"{folder}/r", EVENTS))
    child.expect("alternate")
    check("begin" not in child.before, child.before)
    leave(child)


def test_terminal_is_protected(folder):
    """Nothing recorded reaches the reader's terminal as it is"""
    evil = ("\x1b]0;title\x07\x1b]52;c;eA==\x1b\\\x1b[c\x1b[6n\x1bP$q\"p\x1b\\"
            "\x1b[?1003h\x1b[?2004h\x1b[8;5;5t\x05\x9b6nharmless")
    path = record(f"{folder}/evil", [[0.1, "o", evil], [0.2, "x", "0"]])
    child = player(path)
    child.expect("end 0:00:00")
    shown = child.before + child.after
    leave(child)
    check("harmless" in shown, repr(shown))
    kinds = set(re.findall(r"\x1b\[[?\d;]*([A-Za-z])", shown))
    check(kinds <= set("HJKmhl"), kinds)
    check(not re.search(r"\x1b[^\[]|[\x00-\x07\x0e-\x1a\x9b]", shown),
          repr(shown))
    check(set(re.findall(r"\x1b\[\?(\d+)", shown)) <= {"25", "7"}, "modes")


def test_damaged(folder):
    """A changed byte ends it with the place, wherever one jumps to it"""
    path = record(f"{folder}/r", EVENTS)
    data = bytearray(open(path, "rb").read())
    middle = data.index(b"WCH1", len(data) // 2) + 40
    data[middle] ^= 1       # of a hash: what follows does not hold
    bad = f"{folder}/bad"
    with open(bad, "wb") as f:
        f.write(data)
    for words in (["--text"], ["--text", "--at", "1000"],
                  ["--search", "x"], ["--commands"]):
        done = run(*words, bad)
        check(done.returncode == 1 and re.search(r"byte \d+: ", done.stderr),
              words, done)
    for n in range(0, len(data), 7):    # cut anywhere
        with open(bad, "wb") as f:
            f.write(open(path, "rb").read()[:n])
        done = run("--text", "--at", "1000", bad)
        check(done.returncode == 0 or "nothing is recorded" in done.stderr,
              n, done)
        check(n < 200 or done.returncode == 0, n, done)
    done = run("--commands", bad)
    check("interrupted, or cut" in done.stderr, done)


def test_grows(folder):
    """--follow on a terminal shows what comes, and says when it is over"""
    path = record(f"{folder}/r", EVENTS)
    data = open(path, "rb").read()
    half = data.index(b"WCH1", 500) + 64
    slow = f"{folder}/slow"
    with open(slow, "wb") as f:
        f.write(data[:half])
        f.flush()
        child = player("--follow", slow)
        child.expect("red")
        f.write(data[half:])
    child.expect("final ERROR line")
    child.expect("the session has ended")
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 0, child.exitstatus)


def test_recorded(folder):
    """What warrant-recorder keeps of a terminal is shown and found"""
    path = f"{folder}/made.cast.zst"
    script = ("for i in 1 2 3; do printf 'row %s \\033[32mgr''een\\033[0m\\n' "
              "$i; done; printf '\\033[5;3Hpla''ced'")
    child = pexpect.spawn(RECORDER, ["--no-mask", "--standalone", path, "--",
                                     "sh", "-c", script],
                          dimensions=(12, 50), timeout=30)
    child.expect(pexpect.EOF)
    child.close()
    rows = screen(path, "1000")
    check(len(rows) == 13 and rows[:3] ==
          ["row 1 green", "row 2 green", "row 3 green"] and
          rows[4] == "  placed", rows)
    check(run("--search", "row 2 green", path).stdout.count("\n") == 1,
          "found")


def long_events():
    """More than is drawn for a far jump; a title and a character set that no
    line repeats."""
    begin = [[0.0, "o", "\x1b[2;10r\x1b[1;1H\x1b[7mTITLE\x1b[0m\x1b(0"
              "\x1b[2;1H"]]
    return begin + [[i / 100, "o", f"qqq {i:06} " + "x" * 900 + "\r\n"]
                    for i in range(1, 6000)]


def test_kept_screens(folder):
    """--keep makes far jumps of later processes exact"""
    path = record(f"{folder}/r", long_events(), per_frame=120)
    before = run("--text", "--at", "50", path)
    check("approximate" in before.stderr, before.stderr)
    check("TITLE" not in before.stdout, before.stdout)
    done = run("--keep", path)
    check(done.returncode == 0 and not done.stderr + done.stdout, done)
    kept = f"{path}.screens"
    check(os.stat(kept).st_mode & 0o777 == 0o600, "others may not read it")
    shown = screen(path, "50")
    check(shown[0] == "TITLE" and shown[1] == "\u2502" * 40,
          "margins and a character set of the first line", shown)
    child = player("--at", "50", path)
    child.expect("TITLE")
    child.send(" ")
    child.expect("paused")
    child.send("R")         # from the start, and the same
    child.expect("paused")
    check("APPROXIMATE" not in child.before, child.before)
    leave(child)
    data = open(kept, "rb").read()
    for what, bad in (("cut", data[:-1]), ("empty", b""),
                      ("changed", data[:900] + b"?" + data[901:])):
        with open(kept, "wb") as f:
            f.write(bad)
        done = run("--text", "--at", "50", path)
        check(done.returncode == 0 and done.stdout == before.stdout and
              "not used" in done.stderr, what, done)
    other = record(f"{folder}/other", [[0.5, "o", "x"]] + long_events(),
                   per_frame=120)
    with open(f"{other}.screens", "wb") as f:
        f.write(data)
    done = run("--text", "--at", "50", other)
    check("not used" in done.stderr and "approximate" in done.stderr,
          "of another recording", done)


def test_keep_refuses(folder):
    """Screens are kept of a whole recording in a file"""
    path = record(f"{folder}/r", EVENTS, close=False)
    with open(path, "r+b") as f:
        f.truncate(os.stat(path).st_size - 1)
    done = run("--keep", path)
    check(done.returncode == 1 and "not whole" in done.stderr, done)
    check(not os.path.exists(f"{path}.screens"), "nothing is left")
    with open(path, "rb") as f:
        done = run("--keep", "/dev/fd/0", stdin=f)
    check(done.returncode == 2 and "beside a file" in done.stderr, done)


def test_jailed(folder):
    """What draws has a seccomp filter"""
    path = record(f"{folder}/r", EVENTS, close=False)
    child = player("--follow", path)
    child.expect("final ERROR")
    with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
        state = dict(x.rstrip("\n").split(":\t", 1) for x in f if ":\t" in x)
    check(state["Seccomp"] == "2" and state["NoNewPrivs"] == "1", state)
    leave(child)


def test_asciinema(folder):
    """asciinema reads what --cast prints"""
    if shutil.which("asciinema") is None:
        raise Skipped("asciinema is not installed")
    path = record(f"{folder}/r", [e for e in EVENTS if e[1] in "o"])
    with open(f"{folder}/r.cast", "w", encoding="utf-8") as f:
        f.write(run("--cast", path).stdout)
    child = pexpect.spawn("asciinema", ["cat", f"{folder}/r.cast"],
                          timeout=60, env={**os.environ, "LC_ALL": "C.UTF-8"})
    child.expect("final ERROR line")
    child.expect(pexpect.EOF)
    child.close()
    check(child.exitstatus == 0, child.exitstatus)


CASES = [f for name, f in sorted(globals().items())
         if name.startswith("test_")]


def main():
    failed = skipped = 0
    for case in CASES:
        if sys.argv[1:] and not any(w in case.__name__ for w in sys.argv[1:]):
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                case(folder)
            print("ok:", case.__doc__)
        except Skipped as why:
            skipped += 1
            print("skipped:", case.__doc__, "-", why)
        except (AssertionError, pexpect.ExceptionPexpect) as why:
            failed += 1
            print("FAILED:", case.__doc__, "-", why)
    print(f"{len(CASES) - failed - skipped} passed, {failed} failed, "
          f"{skipped} skipped")
    sys.exit(1 if failed else 0)


main()
