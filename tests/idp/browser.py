# SPDX-License-Identifier: BSD-2-Clause
"""browser.py - the device page as a person's browser would use it.

in: where the provider is, a user code, a name of people.json
out: the code approved or refused, by the provider's own pages and cookies
"""
import html.parser
import http.cookiejar
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """A page said no, or was none we know."""


class _Page(html.parser.HTMLParser):
    """The first form of a page: where it goes, its hidden fields, its text."""

    def __init__(self, text):
        super().__init__()
        self.action = None
        self.fields = {}
        self.words = []
        self.style = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.style = tag == "style"
        if tag == "form" and self.action is None:
            self.action = attrs.get("action", "")
        if tag == "input" and "name" in attrs:
            self.fields[attrs["name"]] = attrs.get("value", "")

    def handle_endtag(self, tag):
        self.style = False

    def handle_data(self, data):
        if not self.style:
            self.words.append(data.strip())

    def says(self):
        return " ".join(w for w in self.words if w)


class Browser:
    """One fresh browser: no cookies, trusts ca alone."""

    def __init__(self, ca, timeout=20):
        self.timeout = timeout
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(
                context=ssl.create_default_context(cafile=ca)),
            urllib.request.HTTPCookieProcessor(
                http.cookiejar.CookieJar()))
        self.opener.addheaders = [("Accept", "text/html")]
        self.url = None
        self.page = None

    def go(self, url, fields=None):
        body = None
        if fields is not None:
            body = urllib.parse.urlencode(fields).encode()
        try:
            with self.opener.open(url, body, self.timeout) as answer:
                self.url = answer.geturl()
                self.page = _Page(answer.read().decode())
        except urllib.error.HTTPError as error:
            said = _Page(error.read().decode(errors="replace")).says()
            raise Refused(f"{url}: {error.code} {said}") from error

    def press(self, **fields):
        """Send the page's form, with these fields added or replaced."""
        if self.page.action is None:
            raise Refused(f"{self.url}: no form: {self.page.says()}")
        where = urllib.parse.urljoin(self.url, self.page.action)
        self.go(where, {**self.page.fields, **fields})


def answer(issuer, ca, code, person, deny=None):
    """Type code at issuer's device page and sign in as person.

    deny: None to approve, "confirm" to say no when the page shows the code,
    "login" to say no at the sign-in page.  Returns the last page's text."""
    b = Browser(ca)
    b.go(f"{issuer}/device")
    b.press(user_code=code)
    if code not in b.page.says():
        raise Refused(f"the page does not show {code}: {b.page.says()}")
    if deny == "confirm":
        b.press(abort="yes")
        return b.page.says()
    b.press(confirm="yes")
    if deny == "login":
        b.press(deny="yes")
        return b.page.says()
    b.press(person=person)
    if "Signed in" not in b.page.says():
        raise Refused(b.page.says())
    return b.page.says()


def read_ready(folder):
    """What idp.mjs wrote to DIR/ready."""
    with open(f"{folder}/ready", encoding="utf-8") as f:
        return json.load(f)


class Control:
    """The provider's control port: faults, settings, log."""

    def __init__(self, url):
        self.url = url
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}))

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data,
                                         method=method)
        with self.opener.open(request, timeout=10) as reply:
            return json.load(reply)

    def fault(self, where, kind, **rest):
        self._call("POST", "/_test/fault",
                   {"where": where, "kind": kind, **rest})

    def clear(self):
        self._call("DELETE", "/_test/fault")

    def set(self, **settings):
        self._call("POST", "/_test/set", settings)

    def rotate(self, mode="replace"):
        return self._call("POST", "/_test/rotate", {"mode": mode})["kids"]

    def certificate(self, use):
        self._call("POST", "/_test/certificate", {"use": use})

    def log(self, since=0):
        """Requests with seq > since; each has at_ms, where, status, ..."""
        return self._call("GET", f"/_test/log?since={since}")["log"]

    def seq(self):
        return self._call("GET", "/_test/log?since=1000000000")["seq"]
