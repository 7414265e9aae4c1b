#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Check an export of warrant without warrant.

usage: independent.py DIR --key KEY

Written from warrant-export(5), warrant-store(5) and warrant-record(5) alone;
shares no code with warrant-report verify and must agree with it.  Needs
Python 3.9, openssl(1) 3 for the signatures, and zstd(1) to look into the
recordings (without it their files are still compared with their seals).

out: a line for each thing checked; status 0 complete and unaltered, 1 with
     warnings, 2 altered or incomplete, 3 unreadable"""
import argparse
import base64
import bisect
import datetime
import hashlib
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile

ED25519_SPKI = bytes.fromhex("302a300506032b6570032100")
STAYS = {"purge.run", "erase.run", "hold.placed", "hold.released",
         "key.rotated"}
FLOOR = datetime.timedelta(days=90)
MAGIC, CHAIN = 0x184D2A57, 72
RECORD = re.compile(
    r"warrant-event/v1\nseq (0|[1-9]\d*)\n"
    r"time (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)\n"
    r"boot ([0-9a-f-]{36}) (\d+)\nkind ([a-z.]+)\nsession (\S+)\nwho (\S+)\n"
    r"body ([0-9a-f]{64})\n")


def seek_table(entries):
    """What a seekable zstd file ends with: where each frame lies."""
    body = b"".join(entries) + struct.pack("<IBI", 2 * len(entries), 0,
                                           0x8F92EAB1)
    return struct.pack("<II", 0x184D2A5E, len(body)) + body


class Altered(Exception):
    pass


def sha(*parts):
    h = hashlib.sha256()
    for p in parts:
        h.update(p)
    return h.digest()


def b64(text):
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise Altered("base64 with spare bits")
    return raw


def signature_holds(pub, message, signature):
    with tempfile.TemporaryDirectory() as work:
        for name, data in (("key", ED25519_SPKI + pub), ("msg", message),
                           ("sig", signature)):
            with open(f"{work}/{name}", "wb") as f:
                f.write(data)
        done = subprocess.run(
            ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER",
             "-inkey", f"{work}/key", "-rawin", "-in", f"{work}/msg",
             "-sigfile", f"{work}/sig"], capture_output=True, check=False)
    return done.returncode == 0


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def unique(pairs):
    names = [k for k, _ in pairs]
    if len(set(names)) != len(names):
        raise Altered("a name twice in one object")
    return dict(pairs)


class Export:
    def __init__(self, folder, key):
        self.folder, self.fails, self.warnings = folder, 0, 0
        name, key_id, raw = re.fullmatch(
            r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)", key).groups()
        raw = b64(raw)
        if len(raw) != 33 or raw[0] != 1 or \
                sha(name.encode(), b"\n", raw)[:4].hex() != key_id:
            raise ValueError("the key does not match its own fingerprint")
        self.origin, self.pin = name, raw[1:]
        self.used, self.sums = set(), {}
        self.epochs = []            # (first event, public key)
        self.points = []            # (size, root)
        self.seals, self.lost, self.open = {}, set(), set()
        self.bare, self.runs = [], []   # no body; (first, last, when or None)
        self.removed = {}               # recordings: channel to digest

    def say(self, verdict, text):
        self.fails += verdict == "FAIL"
        self.warnings += verdict == "WARN"
        print(f"{verdict:5} {text}")

    def read(self, name):
        path = os.path.join(self.folder, name)
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise Altered(f"{name}: no regular file")
        with open(path, "rb") as f:
            data = f.read()
        self.used.add(name)
        if self.sums.get(name) != hashlib.sha256(data).hexdigest():
            self.say("FAIL", f"{name}: not the bytes of SHA256SUMS")
        return data

    def read_sums(self):
        with open(os.path.join(self.folder, "SHA256SUMS"), "rb") as f:
            text = f.read().decode("ascii")
        if not text.endswith("\n"):
            raise Altered("SHA256SUMS: cut")
        for line in text[:-1].split("\n"):
            found = re.fullmatch(r"([0-9a-f]{64})  ([\w./-]+)", line)
            if not found or found.group(2) in self.sums:
                raise Altered("SHA256SUMS: a line that is none")
            self.sums[found.group(2)] = found.group(1)

    def keys(self):
        lines = self.read("keys").decode("ascii").splitlines()
        for i, line in enumerate(lines):
            epoch, pub, first, start, endorse = line.split(" ")
            key = b64(pub)
            if epoch != str(i) or len(key) != 32 or first != str(int(first)):
                raise Altered(f"keys: line {i + 1}")
            if i == 0:
                if key != self.pin or endorse != "-" or first != "0":
                    raise Altered("keys: the first is not the pinned one")
            else:
                statement = "\n".join(["warrant-key/v1", self.origin, epoch,
                                       pub, first, start, ""]).encode()
                if int(first) <= self.epochs[-1][0] or not signature_holds(
                        self.epochs[-1][1], statement, b64(endorse)):
                    raise Altered(f"keys: epoch {i} is not endorsed")
            self.epochs.append((int(first), key))
        if not self.epochs:
            raise Altered("keys: there are none")
        self.say("ok", f"{len(self.epochs)} keys, endorsed one by another")

    def note(self, text):
        body, _, signatures = text.partition("\n\n")
        origin, size, root = body.split("\n")
        size, root = int(size), b64(root)
        if origin != self.origin or len(root) != 32:
            raise Altered("a checkpoint of another log")
        pub = [k for first, k in self.epochs if first < size][-1]
        ours = sha(origin.encode(), b"\n\x01", pub)[:4]
        for line in signatures.splitlines():
            found = re.fullmatch("\u2014 (\\S+) (\\S+)", line)
            raw = b64(found.group(2))
            if found.group(1) == origin and raw[:4] == ours and \
                    len(raw) == 68:
                if signature_holds(pub, body.encode() + b"\n", raw[4:]):
                    break
        else:
            raise Altered(f"the signature over {size} events does not hold")
        if self.points and size < self.points[-1][0]:
            raise Altered("checkpoints are out of order")
        self.points.append((size, root))

    def checkpoints(self):
        text = self.read("checkpoints.ndjson").decode("utf-8")
        for line in text.splitlines():
            self.note(json.loads(line, object_pairs_hook=unique)["note"])
        self.note(self.read("checkpoint").decode("utf-8"))

    def event(self, line, number):
        event = json.loads(line, object_pairs_hook=unique)
        found = RECORD.fullmatch(event["record"])
        if not found or int(found.group(1)) != number:
            raise Altered(f"event {number} is missing, doubled or no event")
        kind, session, body_hash = found.group(5, 6, 8)
        body = event.get("body")
        if (body is None) != (event.get("salt") is None):
            raise Altered(f"event {number}: half a body")
        if body is None:
            self.bare.append((number, moment(found.group(2)), kind))
        if body is not None and sha(bytes.fromhex(event["salt"]),
                                    body.encode()).hex() != body_hash:
            raise Altered(f"event {number}: its body was changed")
        if kind == "channel.open":
            self.open.add(session)
        elif kind in ("channel.seal", "channel.lost"):
            self.open.discard(session)
            if kind == "channel.lost":
                self.lost.add(session)
            else:
                if session in self.seals:
                    self.say("FAIL", f"{session}: sealed twice")
                self.seals[session] = json.loads(body) if body else {}
        elif kind in ("purge.run", "erase.run") and body is not None:
            run = json.loads(body)
            when = None if kind == "erase.run" else moment(found.group(2))
            self.runs += [(low, high, when) for low, high in run["ranges"]
                          if high < number]
            self.removed.update({r["channel"]: r["sha256"]
                                 for r in run["recordings"]})
        return sha(b"\0", event["record"].encode())

    def events(self):
        text = self.read("events.ndjson").decode("utf-8")
        tops, left = [], list(self.points)     # (height, hash)
        lines = text.split("\n")
        if lines.pop() != "":
            raise Altered("events.ndjson: cut")
        for number, line in enumerate(lines):
            node = (0, self.event(line, number))
            while tops and tops[-1][0] == node[0]:
                node = (node[0] + 1, sha(b"\1", tops.pop()[1], node[1]))
            tops.append(node)
            while left and left[0][0] == number + 1:
                root = tops[-1][1]
                for _, top in tops[-2::-1]:
                    root = sha(b"\1", top, root)
                if root != left.pop(0)[1]:
                    raise Altered(f"the first {number + 1} events are not "
                                  "those that were signed")
        if left or self.points[-1][0] != len(lines):
            raise Altered("another number of events was signed")
        self.say("ok", f"{len(lines)} events are those of "
                 f"{len(self.points)} signed checkpoints")

    def bodies(self):
        """Whatever lacks its body must be named by a run that removed it."""
        self.runs.sort(key=lambda run: run[0])
        first = [run[0] for run in self.runs]
        for number, when, kind in self.bare:
            at = bisect.bisect_right(first, number) - 1
            _, last, ended = self.runs[at] if at >= 0 else (0, -1, None)
            if kind in STAYS or last < number:
                self.say("FAIL", f"event {number}: its body was taken away")
            elif ended is not None and ended - when < FLOOR:
                self.say("FAIL", f"event {number}: removed too early")
        if self.bare and not self.fails:
            self.say("ok", f"the bodies of {len(self.bare)} events were "
                     "removed by retention")

    def frames(self, data):
        """The pairs of a record, zstd frame and chain: how many, whether the
        last says that it is the last, and its hash."""
        at, number, before, closed, begin = 0, 0, bytes(32), False, 0
        text, entries, table = None, [], b""
        if shutil.which("zstd"):
            text = subprocess.run(["zstd", "-dcq"], input=data,
                                  capture_output=True, check=False).stdout
        while at < len(data):
            end = data.find(struct.pack("<II4s", MAGIC, 64, b"WCH1"), at)
            while end >= 0:
                chain = data[end:end + CHAIN]
                if len(chain) < CHAIN:
                    return number, closed, before
                flags, n, length, packed = struct.unpack("<IQII", chain[12:32])
                if packed == end - at:
                    break
                end = data.find(struct.pack("<II4s", MAGIC, 64, b"WCH1"),
                                end + 1)
            if end < 0:
                if closed and data[at:] != table:
                    raise Altered("bytes behind its last pair that are no "
                                  "seek table of it")
                return number, closed, before
            frame = data[at:end]
            if closed or n != number or sha(frame)[:8] != chain[32:40]:
                raise Altered(f"pair {number} is not in its place")
            if text is not None:
                lines = text[begin:begin + length]
                begin += length
                want = sha(b"warrant-record-1", before, struct.pack("<Q", n),
                           lines, struct.pack("<II", len(lines), flags))
                if len(lines) != length or want != chain[40:]:
                    raise Altered(f"pair {number}: its lines were changed")
            before, closed = chain[40:], flags & 1 == 1
            number, at = number + 1, end + CHAIN
            entries.append(struct.pack("<IIII", packed, length, CHAIN, 0))
            if closed:
                table = seek_table(entries)
        return number, closed, before

    def recording(self, session, seal):
        name = f"recordings/{session}.cast.zst"
        gone = self.removed.get(session)
        gone = gone is not None and seal.get("sha256", gone) == gone
        if not os.path.lexists(os.path.join(self.folder, name)):
            if gone:
                return
            raise Altered("the recording that was sealed is not there")
        if gone or not seal:
            raise Altered("removed by retention, and there it is" if gone
                          else "nothing says which file was sealed")
        data = self.read(name)
        if hashlib.sha256(data).hexdigest() != seal["sha256"]:
            raise Altered("not the file that was sealed")
        _, closed, last = self.frames(data)
        state = seal.get("state", "completed")
        if state != "completed":
            self.say("WARN", f"{session}: sealed as {state}")
        elif not closed:
            raise Altered("its end is missing")
        elif seal.get("hash", last.hex()) != last.hex():
            raise Altered("its chain does not end as it was sealed")

    def recordings(self):
        before = self.fails
        for session, seal in self.seals.items():
            try:
                self.recording(session, seal)
            except Altered as why:
                self.say("FAIL", f"{session}: {why}")
        if self.fails == before:
            self.say("ok", f"{len(self.seals)} recordings are those that "
                     "were sealed")
        for session in sorted(self.lost):
            self.say("WARN", f"{session}: its recording was lost")
        for session in sorted(self.open):
            self.say("WARN", f"{session}: was still running")

    def strays(self):
        there = {os.path.relpath(os.path.join(at, name), self.folder)
                 for at, _, names in os.walk(self.folder) for name in names}
        for name in sorted(there - self.used - {"SHA256SUMS"}):
            self.say("FAIL", f"{name}: belongs to nothing")
        for name in sorted(set(self.sums) - self.used):
            self.say("FAIL", f"{name}: listed and not part of the export")

    def check(self):
        self.read_sums()
        self.read("README.txt")
        self.keys()
        self.checkpoints()
        self.events()
        self.bodies()
        self.recordings()
        self.strays()


def main():
    words = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    words.add_argument("dir")
    words.add_argument("--key", required=True)
    given = words.parse_args()
    try:
        export = Export(given.dir, given.key)
        if not os.path.isdir(given.dir):
            raise ValueError(f"{given.dir}: no folder")
    except (ValueError, AttributeError, Altered) as why:
        print(f"independent.py: {why}", file=sys.stderr)
        return 3
    try:
        export.check()
    # whatever does not read as an export was altered
    except (Altered, ValueError, KeyError, IndexError, TypeError,
            AttributeError, OSError, struct.error) as why:
        export.say("FAIL", f"{why}")
    print("FAIL: altered or incomplete" if export.fails else
          "complete and unaltered" + (", with the warnings above" if
                                      export.warnings else ""))
    return 2 if export.fails else 1 if export.warnings else 0


if __name__ == "__main__":
    sys.exit(main())
