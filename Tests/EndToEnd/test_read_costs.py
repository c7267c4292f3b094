"""What each call that reads costs the store, over many rows: counted in steps of SQLite's machine, which are the same on every machine.

Every `GET` of the OpenAPI document is called, with each of its parameters. One that is not known here fails the test, so that none is forgotten.
"""

import re
import sqlite3

import pytest

from harness.gateway import Gateway
from large_store import WEBHOOKS, NAMESPACES, fill, fill_rollups

DELIVERIES = 30_000
# To look at each delivery, of whatever index, takes more steps than this.
BOUND = 100_000
# Searches that no index answers look at so many rows, or for so long, and then hand out a cursor (`SearchBounds`): 50 000 rows of 30 steps.
SEARCH_BOUND = 1_500_000
# What is not asked of the store, or never ends.
LEFT_OUT = {"/v1/events/stream", "/console/session", "/metrics", "/v1/ping/", "/api/v1/webhooks/projects/{project_id}/", "/healthz", "/readyz"}
# By whatever key: those that look at row after row.
SEARCHES = {("/v1/events", "text"), ("/v1/events", "id"), ("/v1/events", "until"), ("/v1/deliveries", "event_type"), ("/v1/deliveries", "until"),
            ("/v1/deliveries", "state"), ("/v1/deliveries", "failure"), ("/v1/deliveries/export", "event_type"),
            # A webhook that a limited key does not see is looked through all the same.
            ("/v1/deliveries", "webhook"), ("/v1/deliveries/export", "webhook"), ("/v1/deliveries/export", "until"), ("/v1/deliveries/export", "state"), ("/v1/deliveries/export", "failure")}


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    gateway = Gateway(folder)
    gateway.start()
    for number in range(WEBHOOKS):
        gateway.api.add_webhook("https://example.com/hook", name=f"webhook {number}", namespace=NAMESPACES[number % 4] if number else None)
    gateway.stop()
    path = next(folder.rglob("tidehook.db"))
    with sqlite3.connect(path) as database:
        keys = [key for (key,) in database.execute("SELECT key FROM webhooks ORDER BY key")]
    fill(path, keys, DELIVERIES)
    fill_rollups(path, keys)
    gateway.start()
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
        "limit": "50", "max": "100", "since": "12h", "until": "12h", "step": "1h", "order": "oldest", "text": "needle", "webhook": webhook,
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


def paths(api):
    """Each call to try, and what it may cost."""
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
        yield place.rstrip("?&"), BOUND
        for parameter in parameters:
            name = parameter["name"]
            if parameter["in"] == "query" and f"{name}=" not in place:
                yield f"{place}{name}={value(name)}", SEARCH_BOUND if (path, name) in SEARCHES else BOUND


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
    for path, bound in paths(admin):
        answer, cost = measured(api, admin, path)
        tried += answer.status == 200
        if answer.status >= 500 or cost > bound:
            wrong.append((path, answer.status, cost))
    assert not wrong
    assert tried > 40


def test_the_figure_tells_who_reads_everything(store):
    answer, cost = measured(store.api, store.api, "/v1/deliveries/export")
    assert answer.body.count(b"\n") == DELIVERIES and cost > 10 * BOUND
