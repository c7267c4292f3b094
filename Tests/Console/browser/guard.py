"""What no page of the console may do, watched while a test uses it."""

import re
from urllib.parse import urlsplit

REPORT = "addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.violatedDirective} refused ${e.blockedURI || e.sample}`))"
WIDEST = """() => [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
  .slice(0, 5).map((e) => e.tagName.toLowerCase() + '.' + (e.getAttribute('class') ?? '') + ' ' + Math.round(e.getBoundingClientRect().right)).join(', ')"""


class Guard:
    """Collects errors of the console, exceptions, violations of the policy, dialogs, and requests to other hosts."""

    def __init__(self, page, origin):
        self.page, self.origin = page, origin
        self.problems, self.allowed, self.requests = [], [], []
        page.add_init_script(REPORT)
        page.on("console", lambda message: message.type == "error" and self.problems.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: self.problems.append(f"exception: {error.stack or error}"))
        page.on("dialog", self._dialog)
        page.on("request", self._request)

    def allow(self, pattern):
        """Expects problems whose text has this pattern."""
        self.allowed.append(re.compile(pattern))

    def _dialog(self, dialog):
        self.problems.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request):
        self.requests.append(request)
        if request.url.startswith(("data:", "blob:")):
            return
        parts = urlsplit(request.url)
        if f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.problems.append(f"request to another host: {request.url}")

    def widest(self):
        """What reaches beyond the right edge, for a message."""
        return self.page.evaluate(WIDEST)

    def check(self):
        """Fails with every problem that no test expected."""
        found = [problem for problem in self.problems if not any(pattern.search(problem) for pattern in self.allowed)]
        assert not found, "the page did what no page may do:\n" + "\n".join(found)
