"""CloudEvents' own SDK sends to a source, as it does to `/v1/events`."""

import itertools

import pytest

from clients.cloud_events import DATA, EXTRAS, WAYS, check_arrivals, cloud_event, send_on
from clients.sources import add_source, send

SECRET = "a-long-secret-of-our-own"


@pytest.fixture(scope="module")
def source(shared_gateway):
    """A source that takes CloudEvents from whoever has its secret."""
    return add_source(shared_gateway, "orders", plugin="from-cloudevents", secret=SECRET)


@pytest.mark.parametrize("way,data,extras", list(itertools.product(WAYS, DATA, EXTRAS)))
def test_what_the_sdk_sends_to_a_source_arrives_as_it_was_in_both_modes(shared_gateway, shared_receiver, source, way, data, extras):
    kind = send_on(shared_gateway, shared_receiver)
    event = cloud_event(kind, data, extras)
    message = WAYS[way](event)
    status, answer = send(shared_gateway, source, message.body, message.headers | {"Authorization": f"Bearer {SECRET}"})
    assert 200 <= status < 300, answer
    check_arrivals(shared_receiver, kind, event)
