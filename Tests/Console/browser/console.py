"""The console of one gateway, and its pages."""

import os
import subprocess
from urllib.parse import urlsplit

from playwright.sync_api import expect

from browser.guard import Guard


class Console:
    """Signs in once for each key, so that no test meets the limit of attempts."""

    @classmethod
    def of(cls, gateway):
        url = f"{gateway.url}/console/"
        if getattr(gateway, "console", None) is None or gateway.console.gateway_url != gateway.url:
            gateway.console = cls(gateway, url)
        return gateway.console

    def __init__(self, gateway, url):
        self.gateway, self.gateway_url, self.url = gateway, gateway.url, url
        self.cookies, self.proxy = {}, None
        if (command := os.environ.get("TIDEHOOK_CONSOLE_PROXY")) and gateway.api.call("GET", "/console/").status == 404:
            self._through(command)

    def _through(self, command):
        """For work on the pages with a binary that has none: a program that serves them and passes calls on."""
        from harness.gateway import REPOSITORY

        self.proxy = subprocess.Popen(
            [command, "--assets", str(REPOSITORY / "Sources/TidehookConsole/Assets"), "--gateway", self.gateway.url, "--key", self.gateway.key],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.url = self.proxy.stdout.readline().split()[-1]

    def close(self):
        """Ends what `_through` started."""
        if self.proxy:
            self.proxy.kill()
            self.proxy.wait()
            self.gateway.console = None

    def page(self, context, key=None, signed_in=True):
        """A new page, which tests use like any page of Playwright's; `visit` and `guard` are ours."""
        if signed_in and not self.proxy:
            context.add_cookies(self._signed_in(context, key or self.gateway.key))
        page = context.new_page()
        parts = urlsplit(self.url)
        page.guard = Guard(page, f"{parts.scheme}://{parts.netloc}")
        if self.proxy:
            page.guard.allow("status of 40[04]")  # what the binary behind it does not have yet
        page.console_url = self.url
        page.visit = lambda path: self.visit(page, path)
        return page

    def _signed_in(self, context, key):
        if key not in self.cookies:
            answer = context.request.post(f"{self.gateway.url}/console/session", data={"key": key})
            assert answer.status == 201, f"signing in: {answer.status} {answer.text()}"
            self.cookies[key] = context.cookies()
        return self.cookies[key]

    def visit(self, page, path):
        """Opens a page of the console and returns when it is there."""
        page.goto(f"{self.url}#{path}")
        ready(page)
        return page


def ready(page):
    """Waits until the page that was opened is there: it has a heading, and nothing is being loaded."""
    page.evaluate("new Promise((done) => setTimeout(done))")
    expect(page.locator("#main h1").first).to_be_attached()
    expect(page.locator("#main[aria-busy=true], #main [aria-busy=true]")).to_have_count(0)
    expect(page.locator("#main .loading")).to_have_count(0)
