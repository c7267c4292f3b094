"""Fixtures of every suite: gateways, receivers, and the log of every gateway beside a failed test."""

import pytest

from harness.cli import Listener
from harness.express import ExpressReceiver
from harness.gateway import LIVE, binary, gateways
from harness.receiver import DeadEnd, Receiver


def pytest_sessionstart(session):
    """Says once, not once per test, that there is nothing to test."""
    if not session.config.option.collectonly:
        try:
            binary()
        except AssertionError as problem:
            pytest.exit(str(problem), returncode=3)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        report.sections += [(f"log of the gateway in {gateway.folder}", gateway.stderr()) for gateway in LIVE]


@pytest.fixture
def make_gateway(tmp_path_factory):
    """Makes gateways: `make_gateway(start=True, arguments=[], allow=LOOPBACK, key=KEY)`."""
    with gateways(lambda: tmp_path_factory.mktemp("gateway")) as make:
        yield make


@pytest.fixture
def gateway(make_gateway):
    """A gateway that may deliver to the loopback address."""
    return make_gateway()


@pytest.fixture(scope="module")
def shared_gateway(tmp_path_factory):
    """The same, one for all tests of a file: for tables whose rows don't touch each other."""
    with gateways(lambda: tmp_path_factory.mktemp("gateway")) as make:
        yield make()


@pytest.fixture(scope="module")
def strict(tmp_path_factory):
    """A gateway as strangers would run it: no destination is allowed that the world cannot reach; one for all tests of a file."""
    with gateways(lambda: tmp_path_factory.mktemp("gateway")) as make:
        yield make(allow=None)


@pytest.fixture
def api(gateway):
    """The client of the gateway."""
    return gateway.api


@pytest.fixture
def receiver():
    """A receiver that answers 200 until told otherwise."""
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture(scope="module")
def shared_receiver():
    """The same, one for all tests of a file."""
    receiver = Receiver()
    yield receiver
    receiver.close()


@pytest.fixture
def dead_end():
    """A port that refuses connections."""
    dead_end = DeadEnd()
    yield dead_end
    dead_end.close()


@pytest.fixture
def express(tmp_path):
    """The seed's Express receiver."""
    receiver = ExpressReceiver(tmp_path)
    yield receiver
    receiver.close()


@pytest.fixture
def listen(tmp_path):
    """Starts `tidehook listen` with some options."""
    started = []

    def start(*arguments):
        started.append(Listener(tmp_path, *arguments))
        return started[-1]

    yield start
    for listener in started:
        listener.close()
