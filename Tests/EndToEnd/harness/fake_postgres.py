"""A PostgreSQL server that lets everybody in and then does what it likes (PostgreSQL documentation, "Frontend/Backend Protocol")."""

import socket
import threading
from contextlib import contextmanager

AUTHENTICATION_OK, AUTHENTICATION_GSS = 0, 7
ENCRYPTION_REQUESTS = (80877103, 80877104)


def message(kind, body):
    return kind + (len(body) + 4).to_bytes(4, "big") + body


def authentication(code):
    return message(b"R", code.to_bytes(4, "big"))


READY = message(b"Z", b"I")
WELCOME = authentication(AUTHENTICATION_OK) + message(b"S", b"server_version\x0015.0\0") + message(b"K", bytes(8)) + READY


def refusal(text):
    """An error that ends a statement."""
    return message(b"E", b"SERROR\0C42000\0M" + text + b"\0\0") + READY


def farewell(text):
    """That the server ends the connection."""
    return message(b"E", b"SFATAL\0C57P01\0M" + text + b"\0\0")


def rows(size):
    """The beginning of an answer with one column, and one row of that many bytes, to be sent again and again."""
    column = b"a\0" + bytes(6) + (25).to_bytes(4, "big") + b"\xff" * 6 + bytes(2)
    return message(b"1", b"") + message(b"2", b"") + message(b"T", b"\0\1" + column), message(b"D", b"\0\1" + size.to_bytes(4, "big") + b"x" * size)


class Client:
    """A gateway's connection."""

    def __init__(self, connection):
        self.connection, self.sent, self.is_gone = connection, 0, threading.Event()

    def start(self):
        """Reads the start-up packet."""
        while int.from_bytes(self._packet()[:4], "big") in ENCRYPTION_REQUESTS:
            self.connection.sendall(b"N")

    def _packet(self):
        length = int.from_bytes(self.connection.recv(4, socket.MSG_WAITALL), "big")
        return self.connection.recv(length - 4, socket.MSG_WAITALL)

    def send(self, data):
        self.connection.sendall(data)
        self.sent += len(data)

    def statement(self):
        """Waits for whatever comes next."""
        return self.connection.recv(1 << 16)

    def flood(self, data, limit):
        """Sends the same again and again until nobody takes it any more, or that many bytes are gone."""
        while self.sent < limit:
            self.send(data)


@contextmanager
def serving(behave):
    """A server that does `behave(client)` with each connection; yields its URL and the list of its clients."""
    clients = []

    def attend(connection):
        client = Client(connection)
        clients.append(client)
        try:
            client.start()
            behave(client)
            while client.statement():
                pass
        except (OSError, ValueError):
            pass
        finally:
            client.is_gone.set()

    def accept(server):
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=attend, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        yield f"postgres://app:hunter2@127.0.0.1:{server.getsockname()[1]}/notes", clients
        server.shutdown(socket.SHUT_RDWR)
