# SPDX-License-Identifier: BSD-2-Clause
"""Chromium without a window, driven by its debugging pipe.

in: the program; out: a page that is opened, clicked, typed at, photographed;
every request it would make and every error it tells"""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time

import png

PROGRAM = shutil.which("chromium") or shutil.which("chromium-browser") or \
    shutil.which("google-chrome")


class Chrome:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="warrant-page-")
        down, ours_out = os.pipe()
        ours_in, up = os.pipe()

        def pipes():    # the browser reads 3 and writes 4
            a, b = os.dup(down), os.dup(up)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu",
             "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", "--disable-sync",
             "--disable-component-update", "--remote-debugging-pipe",
             f"--user-data-dir={self.folder}", "about:blank"],
            preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=dict(os.environ, HOME=self.folder))
        os.close(down)
        os.close(up)
        self.out, self.into = ours_out, os.fdopen(ours_in, "rb")
        self.text, self.number, self.session = b"", 0, None
        self.requests, self.errors = [], []
        target = self.ask("Target.createTarget", url="about:blank")
        self.session = self.ask("Target.attachToTarget", flatten=True,
                                targetId=target["targetId"])["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.ask(domain + ".enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.out)
        self.process.kill()
        self.process.wait()
        self.into.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def message(self):
        while b"\0" not in self.text:
            more = os.read(self.into.fileno(), 1 << 20)
            if more == b"":
                raise RuntimeError("the browser is gone")
            self.text += more
        one, self.text = self.text.split(b"\0", 1)
        return json.loads(one)

    def event(self, m):
        kind, p = m.get("method"), m.get("params", {})
        if kind == "Network.requestWillBeSent":
            self.requests.append(p["request"]["url"])
        elif kind == "Runtime.exceptionThrown":
            self.errors.append(p["exceptionDetails"].get("exception", {}).get(
                "description", "an exception"))
        elif kind == "Log.entryAdded":
            self.errors.append(p["entry"]["text"])

    def ask(self, method, **params):
        self.number += 1
        m = {"id": self.number, "method": method, "params": params}
        if self.session:
            m["sessionId"] = self.session
        os.write(self.out, json.dumps(m).encode() + b"\0")
        while True:
            m = self.message()
            if m.get("id") == self.number:
                if "error" in m:
                    raise RuntimeError(f"{method}: {m['error']}")
                return m["result"]
            self.event(m)

    def go(self, url):
        """Go there, and wait until all of it is there."""
        self.ask("Page.navigate", url=url)
        while True:
            try:
                if self.js("document.readyState === 'complete' && "
                           "location.href") == url:
                    return
            except RuntimeError:    # the page is being left
                pass
            time.sleep(0.01)

    def open(self, path, fragment="", width=1280, height=900):
        """Open a file anew."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width,
                 height=height, deviceScaleFactor=1, mobile=False)
        self.go("about:blank")
        self.requests, self.errors = [], []
        self.go(f"file://{path}{fragment}")

    def js(self, text):
        """The value of an expression; for looking, the page's own policy
        does not hold it up."""
        r = self.ask("Runtime.evaluate", expression=text, returnByValue=True)
        if "exceptionDetails" in r:
            raise RuntimeError(str(r["exceptionDetails"]))
        return r["result"].get("value")

    def picture(self):
        r = self.ask("Page.captureScreenshot", format="png")
        data = base64.b64decode(r["data"])
        if "WARRANT_PICTURES" in os.environ:    # to look at them
            name = f"{os.environ['WARRANT_PICTURES']}/{self.number}.png"
            with open(name, "wb") as f:
                f.write(data)
        return png.Image(data)

    def key(self, key, shift=False):
        for kind in ("keyDown", "keyUp"):
            p = {"type": kind, "key": key, "modifiers": 8 if shift else 0}
            if len(key) == 1 and kind == "keyDown":
                p["text"] = key
            self.ask("Input.dispatchKeyEvent", **p)

    def click(self, selector):
        """A mouse in the middle of the element."""
        x, y = self.js(
            "(() => { const e = document.querySelector(%s); "
            "e.scrollIntoView({block: 'nearest'}); "
            "const b = e.getBoundingClientRect(); "
            "return [b.left + b.width / 2, b.top + b.height / 2]; })()"
            % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                     button="left", clickCount=1)
