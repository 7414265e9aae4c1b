#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The programs and their manual say the same: options, commands, keys.

in: $WARRANT_BUILD (default: where we are), mandoc(1)
out: one line for each difference; status 1 if there is any"""
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("WARRANT_BUILD", "."))
PROGRAMS = {
    "approver": "approver/approver.1",
    "warrantd": "approver/warrantd.8",
    "warrant-authkeys": "pam_module/warrant-authkeys.8",
    "warrant-login": "pam_module/warrant-login.1",
    "warrant-check": "pam_module/warrant-check.8",
    "warrant-gate": "recorder/warrant-gate.8",
    "warrant-mask": "recorder/warrant-mask.1",
    "warrant-maskc": "recorder/warrant-maskc.8",
    "warrant-recorder": "recorder/warrant-recorder.8",
    "warrant-replay": "report/warrant-replay.1",
    "warrant-report": "report/warrant-report.1",
    "warrant-shell": "recorder/warrant-shell.8",
}
LONG = re.compile(r"(?<![\w-])--[a-z][a-z-]*[a-z]")
bad = 0


def say(*words):
    global bad
    bad += 1
    print("manual:", *words)


def read(path):
    with open(f"{SRC}/{path}", encoding="utf-8") as f:
        return f.read()


def run(program, *words):
    return subprocess.run([program, *words], capture_output=True, text=True,
                          check=False, stdin=subprocess.DEVNULL, timeout=30)


def page_text(page):
    """As a reader sees it, without bold and underline."""
    out = run("mandoc", "-T", "ascii", f"{SRC}/man/{page}").stdout
    return re.sub(".\x08", "", out)


def helps(path, name):
    """--help of the program and of each of its commands that has one."""
    done = run(path, "--help")
    if done.returncode != 0:
        say(name, "--help ends with", done.returncode)
    text = done.stdout
    for command in re.findall(r"^  ([a-z]+) \[?--", text, re.M):
        more = run(path, command, "--help")
        if more.returncode != 0:
            say(name, command, "--help ends with", more.returncode)
        text += more.stdout
    return text


def check_program(name, at):
    folder, page = at.split("/")
    path = f"{BUILD}/{folder}/{name}"
    text, shown = helps(path, name), page_text(page)
    if name == "warrant-shell":     # its built-ins print this table
        text += read("recorder/lobby.c")
    version = run(path, "--version")
    if version.returncode != 0 or name not in version.stdout:
        say(name, "--version:", version.returncode, version.stdout)
    wrong = run(path, "--no-such-option")
    if wrong.returncode != 2 or "usage" not in wrong.stderr or \
            "no-such-option" not in wrong.stderr:
        say(name, "--no-such-option: status", wrong.returncode, wrong.stderr)
    ours, theirs = set(LONG.findall(text)), set(LONG.findall(shown))
    for option in sorted(ours - theirs):
        say(f"{page} does not describe {option}")
    # "-m TEXT" of the program may be "-m, --message" of the page
    short = {long for x, long in re.findall(
        r"-([A-Za-z])(?: \w+)?(?:,| \(or) (--[a-z-]+)", shown) if f"-{x} " in text}
    for option in sorted(theirs - ours - short - {"--help", "--version"}):
        say(f"{name} --help does not name {option} of {page}")
    pair = re.compile(r"(?<![\w-])-([A-Za-z])(?: \w+)?, (--[a-z-]+)")
    listed = set(pair.findall(text))
    if listed:
        for x, long in listed ^ set(pair.findall(shown)):
            say(f"{name}: -{x}, {long} stands in one of --help and {page}")
    check_commands(name, page, text)


def check_commands(name, page, text):
    """Both ways, for the programs that list commands."""
    source = read(f"man/{page}")
    ours = set(re.findall(rf"^  {name} ([a-z]+)", text, re.M)) or set(
        re.findall(r"^  ([a-z]+) \[?--", text, re.M))
    theirs = set(re.findall(r"^\.(?:It Cm|It Ic|Ss) ([a-z]+)(?: |$)", source,
                            re.M))
    for command in sorted(ours - theirs):
        say(f"{page} does not describe {command}")
    for command in sorted(theirs - ours) if ours else ():
        say(f"{name} --help does not name {command} of {page}")


def check_words(page, macro, words, where):
    text = read(f"man/{page}")
    listed = set()
    for line in re.findall(rf"^\..*?\b{macro} (.*)$", text, re.M):
        listed |= set(re.findall(r"[\w.-]+", line))
    if not words:
        say(f"nothing found in {where}")
    for word in sorted(set(words) - listed):
        say(f"{page} does not describe {word} of {where}")


def check_orphans():
    """Each page is named by another one."""
    named = set()
    for page in os.listdir(f"{SRC}/man"):
        if re.search(r"\.[1-8]$", page):
            named |= {f"{n}.{s}" for n, s in re.findall(
                r"^\.Xr (\S+) (\d)", read(f"man/{page}"), re.M)
                if f"{n}.{s}" != page}
    for page in os.listdir(f"{SRC}/man"):
        if re.search(r"\.[1-8]$", page) and page not in named:
            say(f"no page refers to {page}")


def check_references():
    for page in sorted(os.listdir(f"{SRC}/man")):
        if not re.search(r"\.[1-8]$", page):
            continue
        text = read(f"man/{page}")
        for name, section in re.findall(r"^\.Xr (\S+) (\d)", text, re.M):
            ours = "warrant" in name or name == "approver"
            if ours and not os.path.exists(f"{SRC}/man/{name}.{section}"):
                say(f"{page} refers to {name}({section}): no such page")
        if f"dist_man_MANS += %D%/{page}" not in read("man/local.mk"):
            say(f"man/local.mk does not install {page}")


def main():
    if shutil.which("mandoc") is None:
        print("manual: mandoc is not installed")
        return 77
    for name, at in PROGRAMS.items():
        check_program(name, at)
    check_words("warrant-mask.conf.5", "Ic", re.findall(
        r'^\t\{ "([a-z]+)", (?:true|false), key_',
        read("recorder/mask/rulekeys.c"), re.M), "rulekeys.c")
    check_words("warrant-mask.conf.5", "Cm", re.findall(
        r'^\t\{ "([a-z]+)", ARG_', read("recorder/mask/validate.c"), re.M),
        "validate.c")
    check_words("warrant-store.5", "Cm", re.findall(
        r"^CREATE (?:TABLE|VIEW) ([a-z_]+)", read("schema/store.sql"), re.M),
        "store.sql")
    lobby = re.findall(r'^\t\{ "([a-z]+)", \d, \d, ', read(
        "recorder/lobby.c"), re.M)
    check_words("warrant-shell.8", "Cm", lobby, "lobby.c")
    check_words("warrant-shell.8", "Fl", [f"-{w}" for w in re.findall(
        r'\{ "([a-z]+)", (?:0|\'\w\'), WORDS_', read("recorder/lobby.c"))],
        "lobby.c")
    check_references()
    check_orphans()
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
