"""A fast HTTP receiver in a thread of its own: records every request, answers as it was told to."""

import asyncio
import socket
import threading
import time
from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    """How one request is answered. `hang` never answers, `close` drops the connection instead."""

    status: int = 200
    headers: tuple = ()
    body: bytes = b""
    delay: float = 0.0
    hang: bool = False
    close: bool = False

    def encoded(self):
        headers = (("Content-Length", len(self.body)), *self.headers)
        head = [f"HTTP/1.1 {self.status} Status", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*head, "", ""]).encode() + self.body


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived, and when: `at` by the monotonic clock, `wall` by the wall clock, in seconds. `peer` is the name in the client's certificate."""

    method: str
    path: str
    headers: tuple
    body: bytes
    connection: int
    at: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=time.time)
    peer: str | None = None

    def header(self, name):
        """The only header of that name, or None."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} was sent {len(values)} times"
        return values[0] if values else None


class Receiver:
    """Listens on a free port of the loopback address; every path answers 200 unless it was given replies.

    With an SSL context in `tls` it speaks TLS."""

    def __init__(self, tls=None):
        self.tls = tls
        self._changed = threading.Condition()
        self._replies, self._requests, self._by_path = {}, [], {}
        self._connections = set()
        self._count = 0
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(5)

    def _run(self, started):
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(self._loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=1024, ssl=self.tls))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for connection in list(self._connections):
            connection.transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def close(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def url(self, path="/"):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def reply(self, path, *replies):
        """Answers the next requests for `path` with these, then goes on with the last of them."""
        with self._changed:
            self._replies[path] = deque(replies)

    def requests(self, path=None):
        """What has arrived so far, in order."""
        with self._changed:
            return list(self._requests if path is None else self._by_path.get(path, ()))

    def wait_until(self, probe, timeout=10.0, what="the condition"):
        """Returns the first true value of `probe`, which is asked again after each request."""
        with self._changed:
            value = self._changed.wait_for(probe, timeout)
            assert value, f"{what} did not come within {timeout} s; {len(self._requests)} requests arrived"
            return value

    def wait_for(self, count, timeout=10.0, path=None):
        """Returns the requests as soon as there are `count`."""
        with self._changed:
            found = self._requests if path is None else self._by_path.setdefault(path, [])
            arrived = self._changed.wait_for(lambda: len(found) >= count, timeout)
            assert arrived, f"{len(found)} of {count} requests arrived at {path or 'the receiver'} within {timeout} s"
            return list(found)

    def drop_connections(self):
        """Closes every connection, as a receiver does with those that are idle."""
        dropped = threading.Event()

        def drop():
            for connection in list(self._connections):
                connection.transport.close()
            dropped.set()

        self._loop.call_soon_threadsafe(drop)
        assert dropped.wait(5)

    def _record(self, request):
        with self._changed:
            self._requests.append(request)
            self._by_path.setdefault(request.path, []).append(request)
            replies = self._replies.get(request.path)
            reply = OK if not replies else replies[0] if len(replies) == 1 else replies.popleft()
            self._changed.notify_all()
        return reply

    def _next_connection(self, connection):
        self._count += 1
        self._connections.add(connection)
        return self._count


OK = Reply()
_ANSWERS = {OK: OK.encoded()}


class _Connection(asyncio.Protocol):
    """One connection; requests with `Content-Length`, one after another."""

    def __init__(self, receiver):
        self.receiver, self.buffer = receiver, b""

    def connection_made(self, transport):
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.transport, self.number = transport, self.receiver._next_connection(self)
        certificate = transport.get_extra_info("peercert") or {}
        self.peer = next((value for ((name, value),) in certificate.get("subject", ()) if name == "commonName"), None)

    def connection_lost(self, error):
        self.receiver._connections.discard(self)

    def data_received(self, data):
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, *lines = self.buffer[:end].decode("latin-1").split("\r\n")
            headers = tuple((name, value.strip()) for name, _, value in (line.partition(":") for line in lines))
            length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
            if len(self.buffer) < end + 4 + length:
                return
            body, self.buffer = self.buffer[end + 4 : end + 4 + length], self.buffer[end + 4 + length :]
            method, path, _ = head.split(" ")
            self._answer(self.receiver._record(Request(method, path, headers, body, self.number, peer=self.peer)))

    def _answer(self, reply):
        if reply.hang:
            return
        if reply.close:
            self.transport.abort()
        elif reply.delay:
            self.receiver._loop.call_later(reply.delay, self._write, reply)
        else:
            self._write(reply)

    def _write(self, reply):
        if not self.transport.is_closing():
            self.transport.write(_ANSWERS.get(reply) or reply.encoded())


class DeadEnd:
    """A port that refuses every connection, held so that nobody else takes it."""

    def __init__(self):
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def close(self):
        self._socket.close()
