"""Every recipe of `examples/recipes` does what its files say: these webhooks and events make exactly these requests."""

import json
import re

import pytest

from harness.api import SETTLED
from harness.gateway import REPOSITORY
from harness.waiting import eventually

RECIPES = sorted(path.parent for path in (REPOSITORY / "examples/recipes").glob("*/README.md"))
HOST = re.compile(r"https://[a-z0-9.-]+")


def recipes(file="README.md"):
    """Runs a test for every recipe that has a file."""
    return pytest.mark.parametrize("recipe", [folder for folder in RECIPES if (folder / file).exists()], ids=lambda folder: folder.name)


@recipes()
def test_a_recipe_makes_the_requests_that_it_shows(api, receiver, recipe):
    webhooks = add_webhooks(api, receiver, recipe)
    for event in texts(recipe, "event*.json", receiver):
        publish(api, json.loads(event))
    expected = sorted((parsed(text) for text in texts(recipe, "request*.http", receiver)), key=str)
    names = {name for _, _, headers, _ in expected for name in headers}
    assert webhooks and expected
    assert sorted((seen(request, names) for request in receiver.requests()), key=str) == expected


@recipes("dropped.json")
def test_what_a_recipe_drops_is_filtered_by_every_webhook(api, receiver, recipe):
    webhooks = add_webhooks(api, receiver, recipe)
    deliveries = publish(api, json.loads((recipe / "dropped.json").read_text()))
    assert [delivery["state"] for delivery in deliveries] == ["filtered"] * len(webhooks)
    assert all(delivery["reason"] for delivery in deliveries)
    assert receiver.requests() == []


@recipes("script.lua")
def test_the_script_to_read_is_the_one_that_runs(recipe):
    (stage,) = json.loads((recipe / "webhook.json").read_text())["pipeline"]
    assert stage["script"] == (recipe / "script.lua").read_text()


def test_the_index_names_every_recipe():
    index = (REPOSITORY / "examples/recipes/README.md").read_text()
    assert [folder.name for folder in RECIPES if f"[{folder.name}]({folder.name}/README.md)" not in index] == []


def texts(recipe, pattern, receiver):
    """The files of a recipe with the receiver in place of every host."""
    return [HOST.sub(receiver.url("").rstrip("/"), path.read_text()) for path in sorted(recipe.glob(pattern))]


def add_webhooks(api, receiver, recipe):
    return [api.add_webhook(**json.loads(text)) for text in texts(recipe, "webhook*.json", receiver)]


def publish(api, event):
    """Publishes an event and returns its deliveries when all of them are settled."""
    answer = api.publish(**event)

    def settled():
        rows = [row for row in api.deliveries() if row["event_id"] == answer["id"] and row["state"] in SETTLED]
        return rows if len(rows) == answer["deliveries"] else None

    return eventually(settled, 10.0, f"the deliveries of {answer['id']}")


def parsed(text):
    """Method, path, headers and body of a request as a recipe shows it; the line end after the body is not part of it."""
    head, _, body = text.partition("\n\n")
    first, *lines = head.split("\n")
    method, url = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    return method, path_of(url), headers, body.removesuffix("\n").encode()


def path_of(url):
    return "/" + url.split("/", 3)[3] if url.count("/") > 2 else "/"


def seen(request, names):
    """The same of a request that arrived, with the headers that the recipe speaks of."""
    headers = {name: value for name in names if (value := request.header(name)) is not None}
    return request.method, request.path, headers, request.body
