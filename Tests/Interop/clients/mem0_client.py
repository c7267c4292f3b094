"""mem0ai's two clients behind one call, so that each rule is tested with both."""

import asyncio
import os

import httpx
import pytest
from mem0 import AsyncMemoryClient, MemoryClient
from mem0.client.utils import api_error_handler
from mem0.exceptions import MemoryError

OLDER = bool(os.environ.get("TIDEHOOK_INTEROP_OLDER"))
"""Whether the client of requirements-older.txt is under test."""


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
        return self._awaited(value) if callable(value) else value

    def _awaited(self, method):
        """1.x hides its coroutine functions behind plain ones, so only what they return tells."""

        def call(*arguments, **named):
            returned = method(*arguments, **named)
            return self.runner.run(returned) if asyncio.iscoroutine(returned) else returned

        return call

    def close(self):
        self.runner.run(self.http.aclose())
        self.runner.close()


KINDS = {"sync": Blocking, "async": Awaited}


def refusal(call):
    """The exception that a call ends with.

    The asynchronous client of 1.x forgets to await inside mem0's error handler, so its callers get the errors of httpx; that handler is asked here.
    """
    with pytest.raises((MemoryError, httpx.HTTPError)) as caught:
        call()
    if isinstance(caught.value, MemoryError):
        return caught.value
    assert OLDER, repr(caught.value)
    with pytest.raises(MemoryError) as judged:
        _judge(caught.value)
    return judged.value


def refused(kind, call):
    """The same, of exactly that class."""
    error = refusal(call)
    assert type(error) is kind, repr(error)
    return error


@api_error_handler
def _judge(error):
    raise error
