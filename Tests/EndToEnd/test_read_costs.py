"""What each call that reads costs the store, over many rows: counted in steps of SQLite's machine, which are the same on every machine.

Every `GET` of the OpenAPI document is called, with each of its parameters. One that is not known here fails the test, so that none is forgotten.
"""

import re

import pytest

from harness.gateway import Gateway
from large_store import NAMESPACES, seed

# More than a search looks at (`SearchBounds`: 50 000 deliveries, 20 000 events), so that one without an end is seen.
DELIVERIES = 80_000
# To look at each delivery, of whatever index, takes more steps than this.
BOUND = 100_000
# What no index answers looks at so many rows, or for so long, which only a quick machine does not need, and then hands out a cursor: at most 46 steps
# an event, 19 a delivery. To look at all of them takes at least 1.6 million steps for events and 1.2 million for deliveries.
EVENTS_BOUND, DELIVERIES_BOUND = 20_000 * 50, 50_000 * 20
# An export goes on until it has found enough: it looks at each row, but only at it. To read them takes twice as much.
EXPORT_BOUND = DELIVERIES * 60
# What is not asked of the store, or never ends.
LEFT_OUT = {"/v1/events/stream", "/console/session", "/metrics", "/v1/ping/", "/api/v1/webhooks/projects/{project_id}/", "/healthz", "/readyz"}
# The calls that look at row after row, by path, parameter and who calls; everything else has an index.
SEARCHES = {
    **{("/v1/events", "text", who): EVENTS_BOUND for who in ("admin", "limited")},
    **{("/v1/deliveries", "event_type", who): DELIVERIES_BOUND for who in ("admin", "limited")},
    **{("/v1/deliveries/export", "event_type", who): EXPORT_BOUND for who in ("admin", "limited")},
    # Groups are counted: one delivery of 25 is dead.
    **{("/v1/deliveries/groups", name, who): DELIVERIES // 25 * 50 for name in (None, "state") for who in ("admin", "limited")},
    # Of each of the many webhooks that a limited key sees, what may be on the page is looked at.
    ("/v1/deliveries", "since", "limited"): DELIVERIES * 3, ("/v1/deliveries/export", "since", "limited"): DELIVERIES * 3,
    # No index has the types of some namespaces alone.
    ("/v1/events/paths", "event", "limited"): EVENTS_BOUND,
    # A webhook that a limited key does not see is looked through all the same.
    ("/v1/deliveries", "webhook", "limited"): DELIVERIES_BOUND, ("/v1/deliveries/export", "webhook", "limited"): EXPORT_BOUND,
}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    gateway = Gateway(folder)
    seed(gateway, folder, DELIVERIES)
    gateway.start()
    # Without its index, all are looked at for the deliveries that it does not have.
    gateway.quiet = gateway.api.add_webhook("https://example.com/hook", name="quiet", namespace=NAMESPACES[1])["id"]
    yield gateway
    gateway.stop()


def samples(api):
    """A value for each parameter, by name, or by path and name."""
    webhook = api.call("GET", "/v1/webhooks?limit=1").json["data"][0]["id"]
    page = api.call("GET", "/v1/deliveries?limit=1&state=dead").json
    delivery = page["data"][0]
    events = api.call("GET", "/v1/events?limit=1").json
    plugin = api.call("GET", "/v1/plugins").json["data"][0]["name"]
    return {
        "limit": "50", "attention_limit": "500", "max": "100", "since": "12h", "until": "12h", "step": "1h", "order": "oldest", "text": "needle", "webhook": webhook,
        "state": "dead", "failure": "timeout", "event_type": "no.such", "event": delivery["event_id"], "event_id": delivery["event_id"],
        "namespace": "shop", "last": "20", "n": "1", "from": "1", "to": "1", "name": plugin, "id": webhook,
        ("/v1/events", "event"): "memory.*", ("/v1/events", "id"): "evt_0000", ("/v1/events", "cursor"): events["next_cursor"],
        ("/v1/events/paths", "event"): "memory.created", ("/v1/events/{id}", "id"): delivery["event_id"],
        ("/v1/deliveries/{id}", "id"): delivery["id"], ("/v1/deliveries", "cursor"): page["next_cursor"],
        ("/v1/deliveries/export", "cursor"): page["next_cursor"],
    }


def steps(api):
    (line,) = re.findall(r"^tidehook_store_read_steps_total (\S+)$", api.call("GET", "/metrics").body.decode(), re.M)
    return float(line)


def paths(api, who, quiet):
    """Each call to try, and what it may cost. `quiet` is a webhook without deliveries that the caller sees."""
    known = samples(api)
    for path, operations in api.call("GET", "/openapi.json").json["paths"].items():
        if "get" not in operations or path in LEFT_OUT:
            continue
        parameters = operations["get"].get("parameters", [])

        def value(name):
            found = known.get((path, name), known.get(name))
            # There are no replays, sources, keys: lists of them are a page at most, whatever the cursor.
            assert found or name == "cursor" or path.startswith(("/v1/replays/", "/v1/sources/", "/v1/keys/")), f"no sample of {name} of {path}"
            return found or "x"

        place = path
        for parameter in parameters:
            if parameter["in"] == "path":
                place = place.replace("{" + parameter["name"] + "}", value(parameter["name"]))
        # An export has all that there is unless it is told when to stop.
        place += "?max=100&" if path == "/v1/deliveries/export" else "?"
        yield place.rstrip("?&"), SEARCHES.get((path, None, who), BOUND)
        for parameter in parameters:
            name = parameter["name"]
            if parameter["in"] == "query" and f"{name}=" not in place:
                yield f"{place}{name}={value(name)}", SEARCHES.get((path, name, who), BOUND)
                if name == "webhook":
                    yield f"{place}{name}={quiet}", BOUND


def measured(api, admin, path):
    """What a call takes, with what reading the figure takes."""
    begin = steps(admin)
    answer = api.call("GET", path)
    return answer, steps(admin) - begin


@pytest.mark.parametrize("who", ["admin", "limited"])
def test_no_call_reads_more_than_it_shows(store, who):
    admin = store.api
    api = admin
    if who == "limited":
        key = admin.call("POST", "/v1/keys", {"name": "limited", "namespaces": NAMESPACES[1:]}).json["key"]
        api = type(admin)(admin.host, admin.port, key)
    tried, wrong = 0, []
    for path, bound in paths(admin, who, store.quiet):
        answer, cost = measured(api, admin, path)
        tried += answer.status == 200
        if answer.status >= 500 or cost > bound:
            wrong.append((path, answer.status, cost, bound))
    assert not wrong
    assert tried > 40


def test_the_figure_tells_who_reads_everything(store):
    answer, cost = measured(store.api, store.api, "/v1/deliveries/export")
    assert answer.body.count(b"\n") == DELIVERIES and cost > 10 * BOUND
