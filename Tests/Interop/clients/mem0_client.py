"""mem0ai's two clients behind one call, so that each rule is tested with both."""

import asyncio

from mem0 import AsyncMemoryClient, MemoryClient


class Blocking:
    """The synchronous client."""

    def __init__(self, key, host, **arguments):
        self.client = MemoryClient(api_key=key, host=host, **arguments)
        self.http = self.client.client

    def __getattr__(self, name):
        return getattr(self.client, name)

    def close(self):
        self.http.close()


class Awaited:
    """The asynchronous client, its calls run to their end on a loop of its own."""

    def __init__(self, key, host, **arguments):
        self.client = AsyncMemoryClient(api_key=key, host=host, **arguments)
        self.http = self.client.async_client
        self.runner = asyncio.Runner()

    def __getattr__(self, name):
        value = getattr(self.client, name)
        if not asyncio.iscoroutinefunction(value):
            return value
        return lambda *arguments, **named: self.runner.run(value(*arguments, **named))

    def close(self):
        self.runner.run(self.http.aclose())
        self.runner.close()


KINDS = {"sync": Blocking, "async": Awaited}
