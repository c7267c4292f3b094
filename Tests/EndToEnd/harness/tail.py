"""A reader of `GET /v1/events/stream`."""

import http.client
import json
import queue
import threading


class Tail:
    """One open stream: `take()` gives what it says, heartbeats left out."""

    def __init__(self, api, query="", **headers):
        self.connection = http.client.HTTPConnection(api.host, api.port, timeout=60)
        own = {"Authorization": f"Bearer {api.key}"} if api.key else {}
        self.connection.request("GET", f"/v1/events/stream{query}", headers=own | headers)
        self.response = self.connection.getresponse()
        self.status, self.messages = self.response.status, queue.Queue()
        self.body = None
        if self.status != 200:
            self.body = json.loads(self.response.read())
            return
        threading.Thread(target=self._pump, daemon=True).start()

    def _pump(self):
        message = {}
        try:
            for line in self.response:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    message[name] = value
                elif message:
                    if "event" in message:
                        self.messages.put((message["event"], message.get("id"), json.loads(message["data"])))
                    message = {}
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            pass
        self.messages.put(None)

    def take(self, timeout=10):
        """The next message as `(event, id, data)`; `None` at the end."""
        return self.messages.get(timeout=timeout)

    def ready(self):
        """Reads to where the stream has caught up; returns what came before."""
        before = []
        while (message := self.take())[0] != "ready":
            before.append(message)
        return before

    def events(self, count):
        return [self.take() for _ in range(count)]

    def silent(self):
        return self.messages.empty()

    def close(self):
        """Hangs up at once."""
        if self.connection.sock:
            self.connection.sock.shutdown(2)
        self.connection.close()
