"""The console of one gateway, and its pages."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from browser.guard import Guard


class Console:
    """Signs in once for each key, so that no test meets the limit of attempts."""

    @classmethod
    def of(cls, gateway):
        url = f"{gateway.url}/console/"
        if getattr(gateway, "console", None) is None or gateway.console.url != url:
            gateway.console = cls(gateway, url)
        return gateway.console

    def __init__(self, gateway, url):
        self.gateway, self.url = gateway, url
        self.cookies = {}

    def page(self, context, key=None, signed_in=True):
        """A new page, which tests use like any page of Playwright's; `visit` and `guard` are ours."""
        if signed_in:
            context.add_cookies(self._signed_in(context, key or self.gateway.key))
        page = context.new_page()
        parts = urlsplit(self.url)
        page.guard = Guard(page, f"{parts.scheme}://{parts.netloc}")
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
