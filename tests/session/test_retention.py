#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What is too old goes, and is named; what is held stays; what somebody else
took away is found.

in: an installed build, root; out: a line for each test"""
import glob
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time

import lib
from host import CONF, Host, run
from lib import check, wait_until

H = None
RETENTION = """
[retention]
every = 1s
"""
HELD = OLD = YOUNG = None       # sessions of 500, 400 and 300 days ago


def sh(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def both(folder):
    """What two verifiers that share no code say: it must be the same."""
    key = H.report("fingerprint").split()[-1]
    ours, other = H.verify(folder, key), H.independent(folder, key)
    check(ours.returncode == other.returncode, ours, other)
    return ours, other


def recording(session):
    return f"{H.statedir}/sessions/{session}.cast.zst"


def make_old():
    """A store with three sessions of long ago."""
    global HELD, OLD, YOUNG
    file = H.path("old")
    run([f"{H.at['libexecdir']}/warrant/warrant-recorder", "--standalone",
         file, "--", "echo", "long ago"])
    shutil.rmtree(H.statedir, ignore_errors=True)
    os.makedirs(f"{H.statedir}/sessions", mode=0o700)
    os.chmod(H.statedir, 0o700)
    HELD, OLD, YOUNG = run(
        [f"{lib.BUILD}/tests/session/old_store", H.statedir, "500h", file,
         "400", file, "300", file]).split()
    for session in (HELD, OLD, YOUNG):
        shutil.copy(file, recording(session))
    for name in ("warrant.db", "keys", *map(os.path.basename, glob.glob(
            f"{H.statedir}/warrant.db-*"))):
        run(["chown", "-R", "warrant:", f"{H.statedir}/{name}"])
    run(["chown", "warrant:", H.statedir])


def test_after_a_gap():
    """A clock that ran far since the last event: nothing is removed yet"""
    H.start_warrantd(fresh=False)
    wait_until(lambda: "until warrantd is started again" in
               lib.log_of(H.warrantd), 5, "said so")
    time.sleep(2.5)
    check(os.path.exists(recording(OLD)) and not H.rows("retention")[1:])


def test_removed():
    """A year is over: recording and content go, and an event names them"""
    lib.stop(H.warrantd)
    H.start_warrantd(fresh=False)
    wait_until(lambda: not os.path.exists(recording(OLD)), 10, "removed")
    for session in (HELD, YOUNG):
        check(os.path.exists(recording(session)), session)
    # the seal of a recording goes in the run behind its own
    wait_until(lambda: len([r for r in H.rows("retention") if r["recordings"]
                            is not None]) == 2, 10, "two runs")
    said = H.report("did", YOUNG)
    check("an old command" in said, said)
    check("an old command" not in H.report("did", OLD))
    check("an old command" in H.report("did", HELD))
    # for access three years are kept: who, and by whose leave
    check(sum(r["session"] == OLD and r["person"] == "Alice"
              for r in H.rows("who")) == 1, H.rows("who"))


def test_nowhere():
    """What was removed stands in no file of the store any more"""
    lib.stop(H.warrantd)
    text = b""
    for name in glob.glob(f"{H.statedir}/warrant.db*"):
        with open(name, "rb") as f:
            text += f.read()
    count = text.count(b"an old command")
    check(count == 2, count)    # of the two that are kept
    H.start_warrantd(fresh=False)
    wait_until(lambda: H.warrant_report("who").returncode == 0, 5,
               "it answers")


def stripped(folder, wanted):
    """Take away the bodies of events whose record says wanted; the list of
    digests is made true again."""
    path, taken = f"{folder}/events.ndjson", 0
    with open(path, encoding="utf-8") as f:
        events = [json.loads(line) for line in f]
    for event in events:
        if wanted(event["record"]) and "body" in event:
            del event["body"], event["salt"]
            taken += 1
    with open(path, "w", encoding="utf-8") as f:
        for event in events:
            f.write(json.dumps(event, separators=(",", ":"),
                               ensure_ascii=False) + "\n")
    check(taken > 0, "nothing was taken")
    sums(folder)


def sums(folder):
    with open(f"{folder}/SHA256SUMS", encoding="ascii") as f:
        names = [line[66:-1] for line in f]
    with open(f"{folder}/SHA256SUMS", "w", encoding="ascii") as f:
        for name in names:
            if os.path.exists(f"{folder}/{name}"):
                with open(f"{folder}/{name}", "rb") as data:
                    digest = hashlib.sha256(data.read()).hexdigest()
                f.write(f"{digest}  {name}\n")


def exported():
    """A fresh copy of an export, made once."""
    if not os.path.exists(H.path("export")):
        H.report("export", H.path("export"))
    shutil.rmtree(H.path("copy"), ignore_errors=True)
    shutil.copytree(H.path("export"), H.path("copy"))
    return H.path("copy")


def found(folder, *words):
    for done in both(folder):
        check(done.returncode == 2, done)
        check(any(w in done.stdout for w in words), done, words)


def test_verified():
    """An export from which retention has removed is whole, and says so"""
    done = H.warrant_report("export", H.path("another"))
    check(done.returncode == 0 and done.stderr == "", done)
    for done in both(exported()):
        check(done.returncode == 0, done)
        check("removed by retention" in done.stdout, done)


def test_taken_away():
    """A body or a recording that somebody took away is found, by two"""
    def of(*words):
        return lambda record: all(w in record for w in words)

    for wanted in (of("kind decision.approve"), of("kind purge.run"),
                   of("kind channel.open", YOUNG),
                   of("kind channel.seal", YOUNG), of("seq 0\n")):
        folder = exported()
        stripped(folder, wanted)
        found(folder, "taken away")
    # a recording without its seal is any file
    folder = exported()
    stripped(folder, of("kind channel.seal", YOUNG))
    with open(f"{folder}/recordings/{YOUNG}.cast.zst", "r+b") as f:
        f.truncate(0)
    sums(folder)
    found(folder, "nothing says which file")
    folder = exported()
    os.unlink(f"{folder}/recordings/{HELD}.cast.zst")
    sums(folder)
    found(folder, "not there")
    # what retention removed does not come back
    folder = exported()
    shutil.copy(f"{folder}/recordings/{HELD}.cast.zst",
                f"{folder}/recordings/{OLD}.cast.zst")
    found(folder, "removed", "not the bytes")
    folder = exported()
    with open(f"{folder}/recordings/.hidden", "w", encoding="ascii"):
        pass
    found(folder, "nothing")


def test_floor():
    """Less than the preset keeps is refused, with what it keeps"""
    for text, said in (("preset = hipaa\naccess = 3y", "no length"),
                       ("preset = hipaa\naccess = 156w", "keeps"),
                       ("command = 30d", "keeps 365 days"),
                       ("preset = custom\nrecordings = 89d", "90 days"),
                       ("preset = never", "none of")):
        conf = H.write("floor.conf", CONF.format(
            issuer=H.idp.issuer, ca=H.idp.ca) + f"[retention]\n{text}\n")
        done = sh(f"{H.at['sbindir']}/warrantd", "--check-config",
                  "--config", conf)
        check(done.returncode == 78 and said in done.stderr, done)
    conf = H.write("floor.conf", CONF.format(
        issuer=H.idp.issuer, ca=H.idp.ca) +
        "[retention]\npreset = custom\nrecordings = 90d\n")
    done = sh(f"{H.at['sbindir']}/warrantd", "--check-config", "--config",
              conf)
    check(done.returncode == 0, done)


def main():
    global H
    if os.geteuid() != 0:
        print("skip retention: needs root")
        return 77
    with Host(conf=CONF + RETENTION) as H:
        make_old()
        status = lib.run([test_after_a_gap, test_removed, test_nowhere,
                          test_verified, test_taken_away, test_floor])
        if status == 1:
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
