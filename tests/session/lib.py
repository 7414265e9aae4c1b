# SPDX-License-Identifier: BSD-2-Clause
"""lib.py - what the session tests share.

in: $WARRANT_BUILD (the build folder; default: where we are)
out: processes that end with the test, a wire client, one line a test

A test program defines functions, hands them to run(), and exits with what
that returns: 0 all passed, 1 not.  Everything started through an Area ends
when the Area does, also after Ctrl-C or SIGTERM.
"""
import contextlib
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback

HERE = os.path.dirname(os.path.realpath(__file__))
SRC = os.path.dirname(os.path.dirname(HERE))
BUILD = os.path.abspath(os.environ.get("WARRANT_BUILD", "."))
# where the provider's packages are installed: gone with `make clean`
os.environ.setdefault("WARRANT_IDP_BUILD", f"{BUILD}/build-idp")


def _load(name, path):
    sys.dont_write_bytecode = True
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


browser = _load("browser", f"{SRC}/tests/idp/browser.py")


# a code as a prompt shows it
CODE = r"\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b"


class Failed(Exception):
    """What a test says when what it saw is wrong."""


class Skipped(Exception):
    """What a test says when it cannot run here."""


def check(true, *what):
    if not true:
        raise Failed(" ".join(str(w) for w in what) or "check failed")


def wait_until(true, seconds, what):
    """Call true() until it is; its value.  Failed after seconds."""
    end = time.monotonic() + seconds
    while True:
        value = true()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def wait_sealed(path):
    """Until that recording has its end, warrant-record(5)."""
    def ended():
        with open(path, "rb") as f:
            return f.read()[-4:] == b"\xb1\xea\x92\x8f"
    wait_until(ended, 10, "sealed")


class Refused(Exception):
    """An answer with ok: false."""

    def __init__(self, answer):
        super().__init__(f"{answer.get('code')}: {answer.get('text')}")
        self.code = answer.get("code")
        self.text = answer.get("text")
        self.answer = answer


class Wire:
    """One link of lib/wire.h: a JSON object a datagram."""

    def __init__(self, path):
        self.s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.s.connect(path)

    def send_bytes(self, data):
        self.s.send(data)

    def send(self, op, **fields):
        self.send_bytes(json.dumps({"op": op, **fields}).encode())

    def receive(self, timeout=30):
        self.s.settimeout(timeout)
        try:
            data = self.s.recv(70000)
        except socket.timeout:
            raise Failed(f"no answer within {timeout} s") from None
        if not data:
            raise Failed("the link was closed")
        answer = json.loads(data)
        if not answer["ok"]:
            raise Refused(answer)
        return answer

    def ask(self, op, timeout=30, **fields):
        self.send(op, **fields)
        return self.receive(timeout)

    def close(self):
        self.s.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Area(contextlib.ExitStack):
    """A temporary folder, and processes that end with it.

    open_to_all: others may enter the folder (sockets, certificates)."""

    def __init__(self, name, open_to_all=False):
        super().__init__()
        self.dir = tempfile.mkdtemp(prefix=f"warrant-{name}-")
        if open_to_all:
            os.chmod(self.dir, 0o755)
        self.callback(shutil.rmtree, self.dir, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def write(self, name, text, mode=0o644):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def launch(self, name, argv, **how):
        """A process whose output goes to NAME.log; ended by SIGTERM, after
        5 s by SIGKILL, when the area ends."""
        log = self.path(f"{name}.log")
        with open(log, "ab") as out:
            p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=out,
                                 stderr=subprocess.STDOUT,
                                 start_new_session=True, **how)
        p.log = log
        self.callback(stop, p)
        return p


def stop(p, seconds=5):
    """End a process we started; its status."""
    if p.poll() is None:
        p.terminate()
        try:
            p.wait(seconds)
        except subprocess.TimeoutExpired:
            p.kill()
    return p.wait()


def log_of(p):
    with open(p.log, encoding="utf-8", errors="replace") as f:
        return f.read()


class Idp:
    """The provider of tests/idp, running in an area."""

    def __init__(self, area, *options, name="idp"):
        self.area = area
        self.dir = area.path(name)
        self.name = name
        self.options = options
        self.start()

    def start(self, port=0):
        self.process = self.area.launch(
            self.name, [f"{SRC}/tests/idp/start", "--dir", self.dir,
                        "--port", str(port), *self.options])
        wait_until(lambda: os.path.exists(f"{self.dir}/ready") or
                   self.process.poll() is not None, 60, "provider ready")
        check(self.process.poll() is None, log_of(self.process))
        ready = browser.read_ready(self.dir)
        self.issuer = ready["issuer"]
        self.ca = ready["ca"]
        self.other_ca = ready["other_ca"]
        self.secret_file = ready["client_secret_file"]
        self.control = browser.Control(ready["control"])

    def stop(self):
        stop(self.process)

    def answer(self, code, person, deny=None):
        return browser.answer(self.issuer, self.ca, code, person, deny)

    def log(self, where=None, since=0):
        return [e for e in self.control.log(since)
                if where is None or e["where"] == where]


def need_node():
    for tool in ("node", "npm", "openssl"):
        if shutil.which(tool) is None:
            raise Skipped(f"{tool} is not installed")


def _on_signal(number, _frame):
    raise SystemExit(128 + number)


def run(tests, argv=None):
    """Run tests (functions; their docstring is the name), print a line for
    each, and return the exit status: 0, 1, or 77 if none could run.  With
    arguments only those whose function name contains one of them."""
    signal.signal(signal.SIGTERM, _on_signal)
    signal.signal(signal.SIGHUP, _on_signal)
    wanted = sys.argv[1:] if argv is None else argv
    count = {"ok": 0, "FAILED": 0, "skipped": 0}
    for test in tests:
        if wanted and not any(w in test.__name__ for w in wanted):
            continue
        begin = time.monotonic()
        why = ""
        try:
            test()
            verdict = "ok"
        except Skipped as s:
            verdict, why = "skipped", f": {s}"
        except KeyboardInterrupt:
            raise
        except Exception as e:  # a test may fail in any way
            verdict = "FAILED"
            why = f": {e}" if isinstance(e, Failed) else \
                "\n" + traceback.format_exc()
        count[verdict] += 1
        name = (test.__doc__ or test.__name__).split("\n")[0].rstrip(".")
        print(f"{verdict:7} {time.monotonic() - begin:6.1f} s  {name}{why}",
              flush=True)
    print(f"# {count['ok']} ok, {count['FAILED']} failed, "
          f"{count['skipped']} skipped", flush=True)
    if count["FAILED"]:
        return 1
    return 77 if count["ok"] == 0 else 0
