#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""What the module adds to a login in its own process: CPU of one sign-in
with a fresh RS256 token, loading the module included, less the same with
pam_permit.so.  Neither the provider's time nor the daemons' is in it.

in: $WARRANT_BUILD (a build folder with tests/pam/drive)
out: milliseconds, p50 and p99 (--json: an object): with a key set whose keys
     the courier has checked, which is the rule, and with one it has not"""
import json
import os
import subprocess
import sys
import tempfile

TESTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
sys.path.insert(0, f"{TESTS}/pam")
import test_pam as pam  # noqa: E402

LOGINS = 200


def cpu_ms(argv):
    """CPU of one run that must end well."""
    with subprocess.Popen(argv, stdout=subprocess.PIPE) as p:
        said = p.stdout.read()
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = os.waitstatus_to_exitcode(status)
    pam.check(p.returncode == 0 and b"auth 0 " in said, argv, said)
    return (used.ru_utime + used.ru_stime) * 1000


def at(sorted_ms, share):
    return sorted_ms[min(len(sorted_ms) - 1, int(len(sorted_ms) * share))]


def logins(checked):
    """What each login cost, less the median of a stack that does nothing."""
    keys = {"jwks": json.dumps({"keys": [pam.KEYS["a"].jwk()]}),
            "fetched_us": 1, "stale": False, "checked": checked}
    with pam.Stack(courier={"jwks": keys}) as s:
        s.write("pam.d/permit", "auth required pam_permit.so\n")
        argv = [pam.DRIVE, f"{s.dir}/pam.d", "w", "nobody", "192.0.2.7",
                "auth"]
        base = sorted(cpu_ms(argv[:2] + ["permit"] + argv[3:])
                      for _ in range(LOGINS))
        return sorted(cpu_ms(argv) - at(base, 0.5) for _ in range(LOGINS))


def main():
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        pam.KEYS["a"] = pam.Key(folder, "a")
        for name, checked in (("checked", True), ("unchecked", False)):
            took = logins(checked)
            found[name] = {"p50 ms": at(took, 0.5), "p99 ms": at(took, 0.99)}
    if "--json" in sys.argv[1:]:
        print(json.dumps(found, indent=1))
        return
    print("module's CPU a login (ms)    p50    p99")
    for name, f in found.items():
        print(f"  key set {name:16} {f['p50 ms']:6.1f} {f['p99 ms']:6.1f}")


main()
