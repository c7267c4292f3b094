"""A TLS server on blocking sockets: unlike one on asyncio, it sends its alert before it closes a connection whose handshake failed."""

import socket
import ssl
import threading


class TLSServer:
    """Listens on a free port of the loopback address; answers one request of each connection with 200, and counts them."""

    def __init__(self, context):
        self.context, self.served = context, 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"

    def close(self):
        self._socket.close()

    def requests(self):
        return [None] * self.served

    def _run(self):
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        connection.settimeout(10)
        try:
            with connection, self.context.wrap_socket(connection, server_side=True) as stream:
                if stream.recv(65536):
                    self.served += 1
                    stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        except (ssl.SSLError, OSError):
            pass


class SilentServer:
    """Takes connections and never says a word."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]

    def url(self, path="/"):
        return f"https://127.0.0.1:{self.port}{path}"

    def close(self):
        self._socket.close()
