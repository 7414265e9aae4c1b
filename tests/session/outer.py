# SPDX-License-Identifier: BSD-2-Clause
"""outer.py - a person's terminal, for tests: a tmux of its own.

in: a folder, a command
out: its bytes as they came, and the screen as tmux draws it

    with Outer(folder, ["vim", "cards"]) as t:
        t.wait("all of it")         # a text on the screen, or a function of it
        t.keys("/4", "Enter")       # as send-keys(1) names them
        t.raw(), t.screen()
"""
import os
import re
import secrets
import shlex
import shutil
import subprocess
import time

SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_].*?(?:\x07|\x1b\\)"
                      r"|[ -/]*[0-~])", re.S)


def plain(text):
    """As contiguous text: without colours, wraps and what erases to the right;
    anything else parts."""
    text = re.sub(r"\x1b\[[0-9;:]*m|\x1b\[0?K| \x08|\r\n", "", text)
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", "\0", SEQUENCE.sub("\0", text))


class Late(Exception):
    """A text did not come."""


class Outer:
    def __init__(self, folder, argv, size=(80, 24), env=None):
        self.socket = os.path.join(folder, f"tmux-{secrets.token_hex(4)}")
        self.log = f"{self.socket}.raw"
        self.seen = []      # every screen that was looked at
        with open(self.log, "wb"):
            pass
        begin = f"{self.socket}.begin"
        os.mkfifo(begin)
        words = f"read _ <{shlex.quote(begin)}; {shlex.join(argv)}; " \
            "printf '\\nstatus=%s=\\n' $?; read _"
        clean = {k: v for k, v in os.environ.items() if k != "TMUX"}
        subprocess.run(
            ["tmux", "-f", "/dev/null", "-S", self.socket, "new-session",
             "-d", "-x", str(size[0]), "-y", str(size[1]), "sh", "-c",
             words], check=True, env={**clean, **(env or {}),
                                      "LC_ALL": "C.UTF-8"})
        self.tmux("set", "-g", "status", "off")
        self.tmux("resize-window", "-x", str(size[0]), "-y", str(size[1]))
        self.tmux("pipe-pane", "-O", f"cat >>{shlex.quote(self.log)}")
        with open(begin, "w", encoding="ascii") as f:
            f.write("\n")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words],
                              check=True, capture_output=True,
                              text=True).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def screen(self):
        text = self.tmux("capture-pane", "-p")
        if not self.seen or self.seen[-1] != text:
            self.seen.append(text)
        return text

    def wait(self, what, seconds=20):
        """Until it is on the screen (a text, or true of it)."""
        end = time.monotonic() + seconds
        while True:
            text = self.screen()
            if what(text) if callable(what) else what in text:
                return text
            if time.monotonic() > end:
                raise Late(f"not within {seconds} s: {what}, on\n{text}")
            time.sleep(0.02)

    def raw(self):
        with open(self.log, "rb") as f:
            return f.read().decode("utf-8", "replace")

    def end(self):
        """The program has ended: its status."""
        text = self.wait("status=")
        return int(re.search(r"status=(\d+)=", text).group(1))

    def close(self):
        subprocess.run(["tmux", "-S", self.socket, "kill-server"],
                       check=False, capture_output=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def need():
    return shutil.which("tmux") is not None
