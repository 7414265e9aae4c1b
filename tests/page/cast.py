# SPDX-License-Identifier: BSD-2-Clause
"""A recording, made by hand as warrant-record(5) tells; needs zstd(1)."""
import hashlib
import json
import struct
import subprocess

HEADER = {
    "version": 2, "width": 80, "height": 24, "timestamp": 1790000000,
    "warrant": {"format": 1, "channel": "s-9f3k2a7c1x0mz",
                "connection": "c-9f3k2a7c1x0mz", "person": "p-9f3k2a7c1x0mz",
                "name": "Ann Other", "account": "ann", "host": "db1",
                "role": "dba", "grant": "g-9f3k2a7c1x0mz",
                "opened_us": 1790000000123456, "tty": True,
                "mask": {"rules": "0" * 64, "profiles": "pci", "key": "k0"}}}


def frame(lines, number, before, last):
    """One pair, and its hash."""
    plain = "".join(json.dumps(one) + "\n" for one in lines).encode()
    data = subprocess.run(["zstd", "-qc"], input=plain, check=True,
                          stdout=subprocess.PIPE).stdout
    flags = 1 if last else 0
    digest = hashlib.sha256(
        b"warrant-record-1" + before + struct.pack("<Q", number) + plain +
        struct.pack("<II", len(plain), flags)).digest()
    return data + struct.pack(
        "<II4sIQII", 0x184D2A57, 64, b"WCH1", flags, number, len(plain),
        len(data)) + hashlib.sha256(data).digest()[:8] + digest, digest


def recording(events, header=None, frames=1, closed=True):
    """Bytes of a file: the header, then events in so many frames."""
    lines = [HEADER if header is None else header] + list(events)
    share = -(-len(lines) // frames)
    out, before = b"", bytes(32)
    for n in range(frames):
        pair, before = frame(lines[n * share:(n + 1) * share], n, before,
                             closed and n == frames - 1)
        out += pair
    return out
