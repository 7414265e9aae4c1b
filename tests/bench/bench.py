#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What recording costs, beside a relay that records nothing
(tests/bench/relay.c) and other recorders in the same run.

in: $WARRANT_BUILD (a build folder); script, ttyrec, asciinema, tlog-rec where
    they are installed
out: the table of README.md (--json: an object): bulk output through a
     terminal, CPU of all processes, bytes stored a byte shown, start to first
     byte, a key's way there and back, and a hundred sessions at a time"""
import json
import os
import pty
import re
import resource
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get("WARRANT_BUILD", ".")
RULES = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                     "../../recorder/mask/rules")
TABLES = tempfile.mkdtemp(prefix="warrant-bench-")
RECORDER = [f"{BUILD}/recorder/warrant-recorder", "--rules", RULES,
            "--tables", TABLES, "-f"]
MIB = 12
ROUNDS = 5
FLEET = 100


OURS = ("masked", "unmasked")
PEERS = {   # of other recorders, where they are installed
    "script": lambda out, c: ["script", "-qefc", words(c), out],
    "ttyrec": lambda out, c: ["ttyrec", "-e", words(c), out],
    "asciinema": lambda out, c: ["asciinema", "rec", "-q", "--overwrite",
                                 "-c", words(c), out],
    "tlog": lambda out, c: ["tlog-rec", "-w", "file", f"--file-path={out}",
                            "--"] + c,
}
PROGRAM = {"tlog": "tlog-rec"}


def words(command):
    return " ".join(f"'{w}'" for w in command)


def argv_of(name, out, command):
    if name == "bare":
        return command
    if name == "relay":
        return [f"{BUILD}/tests/bench/relay"] + command
    if name in PEERS:
        return PEERS[name](out, command)
    return RECORDER + (["-n"] if name == "unmasked" else []) + \
        ["-s", out, "--"] + command


class Run:
    """A command on a terminal of ours."""

    def __init__(self, argv):
        self.begin = time.monotonic()
        self.before = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execvp(argv[0], argv)

    def read(self, timeout=30):
        if not select.select([self.fd], [], [], timeout)[0]:
            raise SystemExit("bench: nothing came")
        try:
            return os.read(self.fd, 65536)
        except OSError:
            return b""

    def drain(self):
        n = 0
        while True:
            got = self.read()
            if not got:
                break
            n += len(got)
        os.close(self.fd)
        self.status = os.waitpid(self.pid, 0)[1]
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = (after.ru_utime + after.ru_stime - self.before.ru_utime -
               self.before.ru_stime)
        return n, time.monotonic() - self.begin, cpu


def bulk(name, command, out):
    n, seconds, cpu = Run(argv_of(name, out, command)).drain()
    stored = os.stat(out).st_size / max(n, 1) if os.path.exists(out) else 0
    mib = max(n, 1) / 2**20
    return mib / seconds, cpu * 1000 / mib, stored


def present(folder):
    """All that can run here, the relay first: it is what they pay beside."""
    peers = []
    for name in PEERS:
        if not shutil.which(PROGRAM.get(name, name)):
            print(f"bench: {name} is not installed", file=sys.stderr)
            continue
        trial = Run(argv_of(name, f"{folder}/try", ["echo", "x"]))
        trial.drain()
        if trial.status != 0:
            print(f"bench: {name} does not run here", file=sys.stderr)
        else:
            peers.append(name)
    return ["bare", "relay", *peers, "unmasked", "masked"]


def first_byte(name, out):
    r = Run(argv_of(name, out, ["echo", "x"]))
    r.read()
    ms = (time.monotonic() - r.begin) * 1000
    r.drain()
    return ms


def keys(name, out):
    """Microseconds from a key to its echo by cat: median and p99."""
    r = Run(argv_of(name, out, ["cat"]))
    time.sleep(0.5)
    took = []
    for _ in range(200):
        begin = time.monotonic()
        os.write(r.fd, b"x")
        r.read()
        took.append((time.monotonic() - begin) * 1e6)
        time.sleep(0.001)
    os.write(r.fd, b"\n\x04")
    r.drain()
    return statistics.median(took), sorted(took)[len(took) * 99 // 100]


def cpu_s(pids):
    """User and system time of processes and of what they have waited for."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", encoding="ascii") as f:
            fields = f.read().rpartition(")")[2].split()
        total += sum(map(int, fields[11:15]))
    return total / os.sysconf("SC_CLK_TCK")


def pss_kib(pids):
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            total += int(re.search(r"^Pss: +(\d+)", f.read(), re.M).group(1))
    return total


def fleet(name, folder):
    """CPU (ms a second) and PSS (KiB) of one of FLEET recorders, each with a
    command that prints 2 KiB/s: 20 lines of a log."""
    slow = ["bash", "-c", "exec {f}<> <(:); while printf '2026-11-24T12:%02d:"
            "%02dZ host app[%d]: request %08d took %03d ms, status 200\\n' "
            "$((++i / 1200 % 60)) $((i / 20 % 60)) $((i % 9999)) $i "
            "$((i * 7919 % 1000)); do read -t 0.05 -u $f; done"]
    runs = [Run(argv_of(name, f"{folder}/fleet-{name}-{i}", slow))
            for i in range(FLEET)]
    end = time.monotonic() + 3
    pids = [r.pid for r in runs]
    while time.monotonic() < end:
        take(runs)
    before, begin = cpu_s(pids), time.monotonic()
    while time.monotonic() < begin + 5:
        take(runs)
    used = (cpu_s(pids) - before) / (time.monotonic() - begin) / FLEET
    pss = pss_kib(pids) / FLEET
    for r in runs:
        os.close(r.fd)
    for r in runs:
        os.kill(r.pid, signal.SIGTERM)
        os.waitpid(r.pid, 0)
    return used * 1000, pss


def take(runs):
    for fd in select.select([r.fd for r in runs], [], [], 0.1)[0]:
        os.read(fd, 65536)


def texts(folder):
    """What the bulk figures are of, and what is stored of other kinds."""
    def write(name, data):
        with open(f"{folder}/{name}", "wb") as f:
            f.write(data)
        return f"{folder}/{name}"
    log = write("log", b"".join(
        b"2026-11-24T12:%02d:%02dZ host app[%d]: request %08d took %03d ms, "
        b"status 200\n" % (i // 60 % 60, i % 60, i % 9999, i,
                           i * 7919 % 1000)
        for i in range(MIB * 2**20 // 88)))
    ls = subprocess.run(["ls", "-lR", "--color=always", "/usr/share"],
                        capture_output=True, check=False).stdout
    colours = write("ls", ls[:MIB * 2**20 // 2])
    small = write("small.py", b"import os\nd = open(%r, 'rb').read()[:60000]\n"
                  b"for i in range(len(d)): os.write(1, d[i:i+1])\n"
                  % colours.encode())
    return {"log": ["cat", log], "ls --color": ["cat", colours],
            "1-byte writes": ["python3", small]}


def measure(folder):
    names, kinds = present(folder), texts(folder)
    result = {name: {} for name in names}
    bulks = {name: [] for name in names}
    for _ in range(ROUNDS):     # in turn: the machine has other work, too
        for name in names:
            bulks[name].append(bulk(name, kinds["log"], f"{folder}/{name}"))
    for name in names:
        out, row = f"{folder}/{name}", result[name]
        row["bulk MiB/s"] = statistics.median(b[0] for b in bulks[name])
        row["CPU ms/MiB"] = statistics.median(b[1] for b in bulks[name])
        row["first byte ms"] = statistics.median(
            first_byte(name, out + "1") for _ in range(9))
        row["key us"], row["key p99 us"] = keys(name, out + "2")
        if name not in ("bare", "relay"):
            row["stored log"] = bulks[name][0][2]
            for kind in ("ls --color", "1-byte writes"):
                row[f"stored {kind}"] = bulk(name, kinds[kind],
                                             out + "3")[2]
        if name in ("relay", *OURS):
            try:
                row["fleet CPU ms/s"], row["fleet PSS KiB"] = fleet(
                    name, folder)
            except OSError as why:
                print(f"bench: {FLEET} of {name}: {why}", file=sys.stderr)
    return result


def table(result):
    """The rows of README's "What it costs"."""
    relay = result["relay"]

    def ratio(key, name):
        return result[name][key] / (relay[key] or 1)
    rows = [
        ("bulk log text, of a relay's throughput", ".2f", "bulk MiB/s",
         ratio, "0.65 / 0.80"),
        ("CPU a MiB shown, times a relay's", ".2f", "CPU ms/MiB", ratio,
         "-"),
        ("CPU a MiB shown, ms", ".1f", "CPU ms/MiB", None, "15 / 9"),
        ("stored a byte shown: log", ".2f", "stored log", None, "0.30"),
        ("stored a byte shown: ls --color", ".2f", "stored ls --color",
         None, "0.23"),
        ("stored a byte shown: 1-byte writes", ".2f",
         "stored 1-byte writes", None, "0.35"),
        ("key and echo, us more than a relay, p50", ".0f", "key us",
         lambda k, n: result[n][k] - relay[k], "15"),
        ("key and echo, times a relay's, p99", ".2f", "key p99 us", ratio,
         "2"),
        ("first byte, ms", ".1f", "first byte ms", None, "5"),
        (f"one of {FLEET} at 2 KiB/s: CPU, times a relay's", ".2f",
         "fleet CPU ms/s", ratio, "2"),
        (f"one of {FLEET} at 2 KiB/s: PSS, KiB", ".0f", "fleet PSS KiB",
         None, "1024"),
    ]
    names = ["masked", "unmasked",
             *(n for n in ("relay", *PEERS) if n in result)]
    print("| what | bar, masked / not | " + " | ".join(names) + " |")
    print("| --- |" + " --- |" * (len(names) + 1))
    for what, form, key, how, bar in rows:
        cells = [format(how(key, n) if how else result[n][key], form)
                 if key in result[n] and (not how or key in relay) else "-"
                 for n in names]
        print(f"| {what} | {bar} | " + " | ".join(cells) + " |")


def main():
    subprocess.run([f"{BUILD}/recorder/warrant-maskc", "-q", "-o", TABLES,
                    "-r", RULES], check=True)
    with tempfile.TemporaryDirectory() as folder:
        result = measure(folder)
    shutil.rmtree(TABLES)
    if "--json" in sys.argv:
        print(json.dumps(result, indent=2))
    else:
        table(result)


main()
