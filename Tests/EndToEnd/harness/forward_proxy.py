"""A forward proxy on the loopback address: CONNECT and absolute URLs, and several ways to misbehave."""

import socket
import socketserver
import threading

HEAD_END = b"\r\n\r\n"


class ForwardProxy:
    """Records the head of every request. `mode` is `ok`, `hang`, `close`, `garbage`, `lie`, or a status to answer."""

    def __init__(self, mode="ok"):
        self.mode, self.heads, self.released = mode, [], threading.Event()
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self):
                proxy.serve(self.request)

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def lines(self):
        """The request lines that came."""
        return [head.split("\r\n")[0] for head in self.heads]

    def header(self, name, index=-1):
        """The value of a header of a request."""
        for line in self.heads[index].split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def serve(self, client):
        data = b""
        while HEAD_END not in data:
            piece = client.recv(65536)
            if not piece:
                return
            data += piece
        head, _, rest = data.partition(HEAD_END)
        self.heads.append(head.decode("latin-1"))
        if self.mode == "hang":
            self.released.wait(30)
        elif self.mode == "garbage":
            client.sendall(b"SSH-2.0-OpenSSH_9.9\r\n\r\n")
        elif self.mode == "lie":
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            self.released.wait(5)
        elif self.mode == "ok":
            self._pass(client, head.decode("latin-1"), rest)
        elif self.mode != "close":
            client.sendall(f"HTTP/1.1 {self.mode} No\r\nContent-Length: 0\r\n\r\n".encode())

    def _pass(self, client, head, rest):
        line, *headers = head.split("\r\n")
        method, target, version = line.split(" ")
        if method == "CONNECT":
            host, _, port = target.rpartition(":")
            upstream = socket.create_connection((host, int(port)), timeout=10)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            authority, slash, path = target.removeprefix("http://").partition("/")
            host, _, port = authority.partition(":")
            upstream = socket.create_connection((host, int(port or 80)), timeout=10)
            kept = [header for header in headers if not header.lower().startswith("proxy-")]
            upstream.sendall("\r\n".join([f"{method} {slash}{path} {version}", *kept]).encode("latin-1") + HEAD_END + rest)
        back = threading.Thread(target=self._pump, args=(upstream, client), daemon=True)
        back.start()
        self._pump(client, upstream)
        back.join(10)

    @staticmethod
    def _pump(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass
