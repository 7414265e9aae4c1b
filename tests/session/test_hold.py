#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Programs that wait for a word, through a real ssh and sudo: approved,
refused, left, stopped, not decided in time; from scripts, editors, make.

in: an installed build, root; out: a line for each test"""
import os
import re
import shutil
import subprocess
import sys
import time

import pexpect

import lib
from host import CONF, Host
from lib import check, wait_until

H = None
HELD = r"waits for approval \((h-[0-9a-z]{13})"
RULES = """
[gate]
rules = never, root, slow, tool, script, unlink, prey

[rule never]
do = deny
program = rm
args = -rf ...
say = not like that here

[rule root]
program = sudo, su
wait = 60s
say = name the ticket

[rule slow]
program = sleep
args = 7777
wait = 5s

[rule tool]
program = true
args = risky
by = dba-leads

[rule unlink]
do = deny
program = unlink

[rule prey]
program = true
args = prey

[rule script]
program = */deploy.sh
"""
SUDOERS = "/etc/sudoers.d/warrant-test-hold"


def approver(*words):
    """bob's approver, over one connection of his."""
    return H.ssh("bob", "approver", *words, person="bob",
                 options=("ControlMaster=auto", "ControlPersist=300",
                          f"ControlPath={H.path('bob-mux')}"))


def prompt(child):
    child.sendline("PS1='read''y> '; unset PROMPT_COMMAND")
    child.expect("ready> ")


def alice():
    child = H.spawn("alice", person="alice", options=(
        "ControlMaster=auto", "ControlPersist=300",
        f"ControlPath={H.path('alice-mux')}"))
    prompt(child)
    return child


def more():
    """A further session on alice's connection: no sign-in."""
    child = H.spawn("alice", options=(
        "ControlMaster=no", f"ControlPath={H.path('alice-mux')}"))
    prompt(child)
    return child


def held(child):
    child.expect(HELD)
    return child.match.group(1)


def expect_all(child, *patterns):
    """These in any order: what warrant says and what a shell says race."""
    seen = ""
    while not all(re.search(p, seen) for p in patterns):
        child.expect(r".+")
        seen += child.match.group()


def events(kind):
    return [body for _, _, body in H.events(kind)]


def end_of(hold):
    """Why it is no longer held, as the ledger was told."""
    found = []

    def told():
        found[:] = [e["why"] for e in events("exec.unheld")
                    if e["hold"] == hold]
        return found
    wait_until(told, 10, f"{hold} is over")
    return found[0]


def test_approved():
    """sudo waits, the approver sees who, what and why; yes: it runs as root"""
    child = alice()
    child.sendline("sudo id -un")
    hold = held(child)
    child.expect("name the ticket")
    shown = approver("show", hold)
    check(shown.status == 0, shown)
    for word in (b"sudo id -un", b"/usr/bin/sudo", b"alice", b"as uid 0",
                 b"dba-leads", b"name the ticket"):
        check(word in shown.out, word, shown)
    check(hold[:8].encode() in approver("ls").out)
    done = approver("approve", hold[:9], "-y", "-m", "INC-7")
    check(done.status == 0 and b"Approved" in done.out, done)
    expect_all(child, "approved it: \"INC-7\"", r"\nroot\r", "ready> ")
    check(end_of(hold) == "ran")
    # once is once
    child.sendline("sudo id -un")
    check(held(child) != hold)
    child.send("\x03")
    child.expect("ready> ")
    child.sendline("exit")


def test_refused():
    """No: Operation not permitted, and the reason"""
    child = more()
    child.sendline("sudo true; echo status=$?")
    hold = held(child)
    # longer than the line it is shown in: the word must reach the gate
    done = approver("deny", hold, "-m", "not today" + "\u00fc" * 150)
    check(done.status == 0, done)
    expect_all(child, "refused it: \"not today",
               "Operation not permitted", "status=126")
    check(end_of(hold) == "refused")
    done = approver("approve", hold, "-y")
    check(done.status != 0 and b"over" in done.err, done)
    child.sendline("exit")


def test_left():
    """Ctrl-C gives the prompt back; Ctrl-Z stops the job and fg finds the
    decision that was made meanwhile"""
    child = more()
    child.sendline("sudo id -un")
    hold = held(child)
    child.send("\x03")
    child.expect("ready> ")
    check(end_of(hold) == "cancelled")
    child.sendline("sudo id -un")
    hold = held(child)
    time.sleep(0.3)
    child.send("\x1a")
    child.expect("Stopped")
    child.expect("ready> ")
    done = approver("approve", hold, "-y")
    check(done.status == 0, done)
    child.sendline("fg")
    child.expect(r"\nroot\r")
    child.expect("ready> ")
    check(end_of(hold) == "ran")
    child.sendline("exit")


def test_time():
    """Nobody decides: refused, and said so"""
    child = more()
    child.sendline("sleep 7777; echo status=$?")
    hold = held(child)
    expect_all(child, "nobody has decided in time", "status=126")
    check(end_of(hold) == "lapsed")
    child.sendline("exit")


def test_denied():
    """A rule that refuses does so at once, by any way to start it"""
    with open(f"{H.dir}/home/alice/keep", "w", encoding="ascii"):
        pass
    child = more()
    for how in ("rm -rf keep", "sh -c 'exec rm -rf keep'",
                "ln -sf /bin/rm lrm; ./lrm -rf keep",
                "find . -name keep -exec rm -rf {} +",
                "python3 -c 'import os; os.execv(\"/bin/rm\","
                " [\"x\", \"-rf\", \"keep\"])'",
                "(setsid sh -c 'exec </dev/null >/dev/null 2>&1;"
                " rm -rf keep' &); sleep 1"):
        child.sendline(how)
        child.expect("ready> ")
        check(os.path.exists(f"{H.dir}/home/alice/keep"), how)
        check("setsid" in how or "permitted" in child.before or
              "not like that" in child.before, how, child.before)
    child.sendline("rm -f keep; ls")
    child.expect("ready> ")
    check(not os.path.exists(f"{H.dir}/home/alice/keep"), child.before)
    check(len(events("exec.denied")) >= 6, events("exec.denied"))
    child.sendline("exit")


def test_from_programs():
    """A script, python, make, xargs and vim wait as well as the shell does"""
    with open(f"{H.dir}/home/alice/Makefile", "w", encoding="ascii") as f:
        f.write("all: a b\na b:\n\t/bin/true risky; echo made-$@\n")
    child = more()
    for how, ran in (("sh -c 'true; /bin/true risky; echo sc''ript'", "script"),
                     ("python3 -c 'import os; os.system(\"/bin/true risky\");"
                      "print(\"py\" + \"thon\")'", "python"),
                     ("echo risky | xargs /bin/true && echo xar''gs", "xargs")):
        child.sendline(how)
        hold = held(child)
        check(ran not in child.before.split("\n", 1)[-1], child.before)
        check(approver("approve", hold, "-y").status == 0)
        child.expect(ran)
        child.expect("ready> ")
    child.sendline("make -j2")
    for _ in range(2):
        check(approver("approve", held(child), "-y").status == 0)
    child.expect("made-[ab]")
    child.expect("made-[ab]")
    child.expect("ready> ")
    child.sendline("vim -u NONE -n -c '!/bin/true risky' -c q")
    check(approver("approve", held(child), "-y").status == 0)
    child.send("\r\r")
    child.expect("ready> ")
    child.sendline("exit")


def test_session():
    """Approved for the session: as often as it is asked there"""
    child = more()
    child.sendline("/bin/true risky; echo on''ce")
    check(approver("approve", held(child), "--session", "-y").status == 0)
    child.expect("once")
    child.sendline("for i in 1 2 3; do /bin/true risky || break; done;"
                   " echo al''l")
    child.expect("all")
    check("waits" not in child.before, child.before)
    child.sendline("/bin/true risky more; echo oth''er")
    child.expect("other")   # args = risky: these words are of no rule
    child.sendline("exit")
    other = more()
    other.sendline("/bin/true risky")
    held(other)             # another session asks anew
    other.send("\x03")
    other.expect("ready> ")
    other.sendline("exit")


def test_script():
    """A script is held by its path and runs as what was approved"""
    path = f"{H.dir}/home/alice/deploy.sh"
    with open(path, "w", encoding="ascii") as f:
        f.write("#!/bin/sh\necho dep''loyed $1\n")
    os.chmod(path, 0o755)
    child = more()
    child.sendline("./deploy.sh now")
    hold = held(child)
    check(approver("approve", hold, "-y").status == 0)
    child.expect("deployed now")
    child.expect("ready> ")
    check(end_of(hold) == "ran")
    child.sendline("exit")


def test_no_terminal():
    """Without a terminal it waits as well, and says so on standard error"""
    run = subprocess.Popen(
        H.ssh_argv("alice", "ControlMaster=no",
                   f"ControlPath={H.path('alice-mux')}") +
        ["-T", "127.0.0.1", "sudo id -un"], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    line = b""
    while b"waits for approval" not in line:
        line = run.stderr.readline()
        check(line, "standard error ended")
    hold = re.search(HELD, line.decode()).group(1)
    check(approver("approve", hold, "-y").status == 0)
    out, _ = run.communicate(timeout=20)
    check(out == b"root\n" and run.returncode == 0, out, run.returncode)


def test_nobody_else():
    """Who asked decides nothing; who is no approver sees nothing"""
    child = more()
    child.sendline("/bin/true risky & sleep 0.5; echo")
    hold = held(child)
    child.sendline(f"{H.at['bindir']}/approver approve {hold} -y")
    child.expect("somebody else decides")
    child.sendline(f"{H.at['bindir']}/approver ls")
    child.expect(hold[:8])
    done = H.ssh("erin", "approver", "show", hold, person="erin")
    check(done.status != 0 and b"nothing that waits" in done.err, done)
    child.sendline("kill %1; exit")
    child.expect(pexpect.EOF)
    check(end_of(hold) == "cancelled")


def test_ledger_anew():
    """warrantd's ledger dies while a program waits: it is still decided"""
    child = more()
    child.sendline("/bin/true risky && echo ra''n")
    hold = held(child)
    pid = subprocess.run(["pgrep", "-P", str(H.warrantd.pid), "-f",
                          "role ledger"], capture_output=True, text=True,
                         check=True).stdout
    os.kill(int(pid), 9)
    wait_until(lambda: b"true risky" in approver("show", hold).out, 20,
               "known to the new ledger")
    check(approver("approve", hold, "-y").status == 0)
    child.expect("ran")
    child.expect("ready> ")
    child.sendline("exit")


def test_traced():
    """What cannot be looked at while it starts does not start, held or not;
    all else runs as without the gate, under strace, too"""
    child = more()
    child.sendline("strace -f -o /dev/null /bin/echo tra''ced")
    child.expect("traced")
    child.expect("ready> ")
    child.sendline("strace -f -o /dev/null sh -c '/bin/true risky;"
                   " echo status=$?'")
    hold = held(child)
    check(approver("approve", hold, "-y").status == 0)
    expect_all(child, "may not start", "status=126")
    child.sendline("exit")


def attacks(child, *words):
    """What race printed: tries, won, caught."""
    child.sendline(f"./race {' '.join(map(str, words))}")
    hold = held(child) if words[0] == "late" else None
    if hold:
        time.sleep(2)       # the words are changed by now, on any machine
        check(approver("approve", hold, "-y").status == 0)
    child.expect(r"tries (\d+) won (\d+) caught (\d+)", timeout=120)
    return [int(n) for n in child.match.groups()]


def test_race():
    """A program shown and another started in its place: never, by a thread,
    shared memory or process_vm_writev, for a rule that refuses and for one
    that holds"""
    shutil.copy(f"{lib.BUILD}/tests/session/race", f"{H.dir}/home/alice/race")
    os.chmod(f"{H.dir}/home/alice/race", 0o755)
    tries = 10000 if os.environ.get("WARRANT_SOAK") else 1000
    child = more()
    caught = 0
    for mode in ("thread", "shared", "writev", "absent"):
        done, won, died = attacks(child, mode, tries, "mark")
        check(done == tries and won == 0, mode, done, won, died)
        caught += died
    check(caught > 0, "the attack never came near")
    print(f"# race: 0 of {4 * tries} won, {caught} killed")
    child.expect("ready> ")
    late = attacks(child, "late", 300, "prey")
    check(late == [1, 0, 1], late)
    child.sendline("exit")


def test_evidence():
    """Who held, asked and said what is in the ledger and in the record"""
    session = next(s for s, _, body in H.events("exec.approved")
                   if body["message"] == "INC-7")
    did = subprocess.run([f"{H.at['bindir']}/warrant-report", "did",
                          session], capture_output=True, text=True,
                         check=True).stdout
    check(re.search(r"a held program was approved:.*sudo id -un.*once.*INC-7"
                    r".*by Bob Brown", did) and "a program was held" in did,
          did)
    said = events("exec.approved")
    check(any(e["argv"] == "sudo id -un" and e["message"] == "INC-7"
              for e in said), said)
    check(any(e.get("argv") == "sudo id -un" and e.get("hold")
              for e in events("exec.held")), events("exec.held"))
    check(any(e["message"].startswith("not today\u00fc")
              for e in events("exec.refused")))
    check({e["why"] for e in events("exec.unheld")} >=
          {"ran", "lapsed", "cancelled", "refused"})


def main():
    global H
    if os.geteuid() != 0:
        print("skip hold: needs root")
        return 77
    with Host(conf=CONF + RULES) as H:
        for name in ("alice", "bob", "erin"):
            H.user(name)
        H.callback(lambda: os.path.exists(SUDOERS) and os.unlink(SUDOERS))
        with open(SUDOERS, "w", encoding="ascii") as f:
            f.write("alice ALL=(ALL) NOPASSWD: ALL\n")
        os.chmod(SUDOERS, 0o440)
        H.start()
        H.grant("alice")
        status = lib.run([
            test_approved, test_refused, test_left, test_time, test_denied,
            test_from_programs, test_session, test_script, test_no_terminal,
            test_nobody_else, test_ledger_anew, test_traced, test_race,
            test_evidence])
        if status == 1 or os.environ.get("V"):
            print(H.logs())
        return status


if __name__ == "__main__":
    sys.exit(main())
