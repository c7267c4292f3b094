"""A reverse proxy, as people put one before a gateway: it takes a prefix away and passes the rest on. It notes what passes.

Like a real one it may also answer in the gateway's place: when the gateway is away, or somebody configured it so.
"""

import http.client
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = ("connection", "keep-alive", "transfer-encoding", "content-length")


@dataclass(frozen=True)
class Passed:
    """One request and the status of its answer; headers with lower-case names."""

    method: str
    target: str
    headers: dict
    body: bytes
    status: int


class Proxy:
    """Listens on a free port; `http://…/mem0/rest` becomes `/rest` of the gateway."""

    def __init__(self, gateway, prefix="/mem0"):
        self.gateway, self.prefix, self.passed, self.replaced = gateway, prefix, [], {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"proxy": self}))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()  # how soon `close` is noticed
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self.url = self.origin + prefix

    def replace(self, path, status, content=b"", content_type="application/json", headers=()):
        """Answers requests whose path begins so itself, from now on."""
        self.replaced[path] = (status, [("Content-Type", content_type), *headers], content)

    def answer(self, method, target, headers, body):
        """What was put in the gateway's place, else the gateway's answer."""
        own = [answer for path, answer in self.replaced.items() if target.startswith(path)]
        return own[0] if own else self.forward(method, target, headers, body)

    def forward(self, method, target, headers, body):
        """Asks the gateway and returns its answer, read to its end."""
        connection = http.client.HTTPConnection(self.gateway.api.host, self.gateway.api.port, timeout=20)
        try:
            connection.request(method, target, body or None, {name: value for name, value in headers.items() if name not in HOP_BY_HOP})
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def close(self):
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert self.path.startswith(self.proxy.prefix), self.path
        target = self.path.removeprefix(self.proxy.prefix)
        status, answered, content = self.proxy.answer(self.command, target, headers, body)
        self.proxy.passed.append(Passed(self.command, target, headers, body, status))
        self.send_response_only(status)
        for name, value in answered:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = _pass_on

    def log_message(self, *arguments):
        """The tests look at `passed` instead."""
