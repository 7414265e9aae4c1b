#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Proof of masking afterwards, through a real ssh: what was masked leaves
nothing behind, and a rule that came later finds exactly what stands there.

in: an installed build, root; out: a line for each test"""
import json
import os
import sqlite3
import sys

import pexpect

import lib
from host import CONF, Host
from lib import check, wait_until

H = None
CARD = "4111 1111 1111 1111"
TOKEN = "ghp_16C7e42F292c6912E7710c838347Ae17"
EMPLOYEES = ("EMP-104711", "EMP-208815", "EMP-104711")
EMP = r"""rule emp
  profile ids
  tag emp
  value EMP-\d{6}
  bound alnum alnum
  test + "EMP-123456"
"""


def put(name, text, mode=0o644):
    path = H.path(name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


def ask(*words):
    """A report that may end with any status, as JSON."""
    done = H.warrant_report(*words, "--json")
    check(done.returncode in (0, 1), done)
    for secret in (CARD, TOKEN, *EMPLOYEES):
        check(secret not in done.stdout, done.stdout)
    return done.returncode, json.loads(done.stdout)


def sealed():
    db = sqlite3.connect(f"file:{H.statedir}/warrant.db?mode=ro", uri=True)
    try:
        return db.execute("SELECT (SELECT count(*) FROM channel), "
                          "(SELECT count(*) FROM channel_end)").fetchone()
    finally:
        db.close()


def work():
    """A shell that prints everything."""
    lines = put("lines", f"card {CARD} and {TOKEN}\n" + "".join(
        f"who {e} is\n" for e in EMPLOYEES) + f"password={TOKEN}\n")
    child = H.spawn("alice", person="alice")
    child.sendline(f"cat {lines}; exit")
    child.expect(pexpect.EOF)
    child.close()
    wait_until(lambda: sealed()[0] == sealed()[1] >= 1, 20, "it is sealed")


def test_nothing_is_left():
    """Cards and tokens were printed and masked: 0 residual"""
    work()
    status, all_ = ask("verify-mask")
    check(status == 0 and all_["residual"] == 0 and all_["rows"] == [], all_)
    check(all_["verdict"].startswith("0 residual in "), all_)
    check(all(one["masked"] and one["rules_at_hand"]
              for one in all_["recordings"]), all_)
    text = H.report("verify-mask", "--since", "-1h")
    check(text.splitlines()[-1] == all_["verdict"], text)


def test_a_later_rule_finds_what_stands():
    """The newest rules find exactly what was printed; the old ones do not"""
    put("rules/emp.rules", EMP)
    status, all_ = ask("verify-mask")
    check(status == 1 and all_["residual"] == len(EMPLOYEES), all_)
    check(all_["by_rule"] == {"emp": len(EMPLOYEES)}, all_)
    for row in all_["rows"]:
        check(row["rule"] == "emp" and row["where"] == "stream" and
              row["rules"] == "newest" and row["length"] == 10 and
              row["shape"] == "AAA-999999" and
              row["person"] == "Alice Adams", row)
    values = [row["value"] for row in all_["rows"]]
    check(values[0] == values[2] != values[1], values)
    check(all(one["rules_at_hand"] for one in all_["recordings"]), all_)
    done = H.warrant_report("verify-mask")
    check(done.returncode == 1 and "3 residual in 1 of " in done.stdout,
          done)
    one = all_["rows"][0]["session"]
    status, only = ask("verify-mask", one[:9])
    check(status == 1 and len(only["recordings"]) == 1, only)
    done = H.warrant_report("verify-mask", "s-000")
    check(done.returncode == 1 and "no such session" in done.stderr, done)


def test_a_rehearsal_says_the_same():
    """rehearse counts as verify-mask does, and shows lines masked"""
    path = H.path("rules", "emp.rules")
    status, all_ = ask("rehearse", path)
    check(status == 0 and all_["values"] == len(EMPLOYEES), all_)
    rule = all_["by_rule"][0]
    check(rule == {"rule": "emp", "values": 3, "sessions": 1}, rule)
    check(all_["by_session"][0]["person"] == "Alice Adams", all_)
    lines = [s["line"] for s in all_["samples"]]
    check(lines == ["who [emp]***** is"], lines)
    _, none = ask("rehearse", path, "--samples", "0")
    check(none["samples"] == [] and none["values"] == 3, none)
    _, none = ask("rehearse", path, "--until", "yesterday")
    check(none["values"] == 0, none)


def test_a_wrong_rule_is_named():
    """RULES with an error: file and line"""
    path = put("wrong.rules", EMP.replace("  bound", "  bounds"))
    done = H.warrant_report("rehearse", path)
    check(done.returncode == 78 and "wrong.rules:5:" in done.stderr, done)
    done = H.warrant_report("verify-mask", "--since", "tomorrow")
    check(done.returncode == 2 and "no time" in done.stderr, done)
    done = H.warrant_report("rehearse", path, "--samples", "x")
    check(done.returncode == 2, done)


def test_it_is_written_down():
    """Who looked for what is an event, and so is each recording read"""
    db = sqlite3.connect(f"file:{H.statedir}/warrant.db?mode=ro", uri=True)
    kinds = [k for k, in db.execute(
        "SELECT e.kind FROM event e JOIN event_body b ON b.seq = e.seq "
        "WHERE json_extract(b.body, '$.for') LIKE "
        "'warrant-report verify-mask%'")]
    db.close()
    check({"report.read", "recording.read"} == set(kinds), kinds)


def test_exposed():
    """Nothing was seen in this test before it was masked"""
    check(H.rows("exposed") == [], H.rows("exposed"))


def main():
    global H
    if os.geteuid() != 0:
        print("skip residual: needs root")
        return 77
    with Host(conf=CONF) as H:
        for name in ("alice", "bob"):
            H.user(name)
        os.mkdir(H.path("rules"), 0o755)
        with open(H.conf, "a", encoding="ascii") as f:
            f.write(f"\n[mask]\nrules = {H.path('rules')}\n")
        H.start()
        H.grant("alice")
        status = lib.run([
            test_nothing_is_left, test_a_later_rule_finds_what_stands,
            test_a_rehearsal_says_the_same, test_a_wrong_rule_is_named,
            test_it_is_written_down, test_exposed])
        if status == 1 or os.environ.get("V"):
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
