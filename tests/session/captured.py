#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""Stands in the recorder's place and lies: all that goes to warrantd passes
here, and what is told may be altered, left out or added to.

in: descriptors 3 to 6 as warrantd gives them; beside this file `lie', which
lie it is, and `real', the path of the recorder that does the work
out: what the recorder says, and the lie"""
import json
import os
import select
import socket

HERE = os.path.dirname(os.path.realpath(__file__))
MONITOR, RECORD, SPOOL = 3, 5, 6
OTHER = "s-0000000000000"


def word(name):
    with open(f"{HERE}/{name}", encoding="utf-8") as f:
        return f.read().strip()


def altered(lie, raw):
    """The messages that go out in the place of this one."""
    msg = json.loads(raw)
    seal = msg["op"] == "seal"
    if lie == "session":        # events of a session that is not its own
        msg |= {"channel": OTHER, "conn": "c-0000000000000"}
    elif lie == "hash" and seal:
        msg["hash"] = "00" * 32
    elif lie == "digest" and seal:
        msg |= {"sha256": "00" * 32, "size": 1, "length": 1}
    elif lie == "status" and seal:
        msg.pop("signal", None)
        msg["status"] = 0
    elif lie == "silent" and seal:
        return []
    elif lie == "rubbish" and seal:
        return [b"\xff no JSON"]
    elif lie == "unknown" and seal:
        return [json.dumps({"op": "grant.issued", "role": "root"}).encode(),
                raw]
    elif lie == "file" and seal:        # what is sealed is not what was kept
        byte = os.pread(RECORD, 1, 40)
        os.pwrite(RECORD, bytes([byte[0] ^ 1]), 40)
    return [json.dumps(msg).encode()]


def main():
    lie, up = word("lie"), socket.socket(fileno=MONITOR)
    down, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        os.dup2(its.fileno(), MONITOR)
        for fd in (down.fileno(), its.fileno()):
            os.close(fd)
        if lie in ("silent", "rubbish"):    # nor by the spool
            os.dup2(os.open("/dev/null", os.O_WRONLY), SPOOL)
        os.execv(word("real"), ["warrant-recorder"])
    its.close()
    for fd in (4, SPOOL):
        os.close(fd)
    while True:
        for one in select.select([up, down], [], [])[0]:
            raw = one.recv(65536)
            if not raw:
                return
            for out in [raw] if one is up else altered(lie, raw):
                (down if one is up else up).send(out)


main()
