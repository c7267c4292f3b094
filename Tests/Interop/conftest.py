"""The harness's fixtures, and an environment in which mem0ai neither phones home nor writes to the home folder."""

import atexit
import os
import shutil
import tempfile
from importlib.metadata import version

import pytest

pytest_plugins = ["harness.fixtures"]
pytest.register_assert_rewrite("clients")

# Read when mem0 is imported, so it has to stand before every import of it.
os.environ["MEM0_TELEMETRY"] = "False"
os.environ["MEM0_DIR"] = tempfile.mkdtemp(prefix="tidehook-mem0-")
atexit.register(shutil.rmtree, os.environ["MEM0_DIR"], ignore_errors=True)
# Nothing here may leave this machine, or take a way around it.
for name in ("http_proxy", "https_proxy", "all_proxy", "MEM0_API_KEY"):
    os.environ.pop(name, None)
    os.environ.pop(name.upper(), None)


def pytest_report_header(config):
    names = ("mem0ai", "standardwebhooks", "slack_sdk", "stripe", "cloudevents")
    return "with " + ", ".join(f"{name} {version(name)}" for name in names)


@pytest.fixture(params=["sync", "async"])
def connect(request):
    """Makes a client of mem0ai of either kind: `connect(gateway, key=, host=)`."""
    from clients.mem0_client import KINDS

    opened = []

    def make(gateway, key=None, host=None, **arguments):
        client = KINDS[request.param](key or gateway.key, host or gateway.url, **arguments)
        opened.append(client)
        return client

    yield make
    for client in opened:
        client.close()


@pytest.fixture(params=["sync", "async"])
def client(request, shared_gateway):
    """A client of mem0ai of either kind, of the file's gateway."""
    from clients.mem0_client import KINDS

    client = KINDS[request.param](shared_gateway.key, shared_gateway.url)
    yield client
    client.close()


@pytest.fixture
def proxy(shared_gateway):
    """A proxy in front of the file's gateway, which may answer in its place."""
    from clients.proxy import Proxy

    proxy = Proxy(shared_gateway)
    yield proxy
    proxy.close()
