"""`kill -9` right after answers: whatever a sender was told 200 for is there, its events and their deliveries too."""

import json
import threading
from http.client import HTTPException

from harness.senders import make_source, requests_of
from harness.tinydisk import TinyDisk
from harness.waiting import eventually

KILLS = 4
SENDERS = 4


class Sending(threading.Thread):
    """Sends until the connection breaks, and remembers what was answered 200."""

    def __init__(self, sender, name):
        super().__init__(daemon=True)
        self.sender, self.prefix, self.accepted, self.number = sender, name, [], 0

    def run(self):
        while True:
            self.number += 1
            id = f"{self.prefix}-{self.number}"
            try:
                answer = self.sender.github({"id": id}, "s", delivery=id)
            except (OSError, HTTPException):
                return
            assert answer.status == 200, answer
            self.accepted.append(id)


def test_what_was_answered_is_never_lost(gateway, receiver):
    gateway.api.add_webhook(receiver.url("/hook"), events=["source.code"])
    sender = make_source(gateway.api, "code", {"scheme": "github"}, secret="s", dedupe={"header": "X-GitHub-Delivery"})
    accepted = []
    for kill in range(KILLS):
        threads = [Sending(sender, f"{kill}-{number}") for number in range(SENDERS)]
        for thread in threads:
            thread.start()
        eventually(lambda: sum(len(thread.accepted) for thread in threads) > 40, 20, "40 answers")
        gateway.kill()
        for thread in threads:
            thread.join(20)
        accepted += [id for thread in threads for id in thread.accepted]
        gateway.start()
        sender.api = gateway.api
    stored = {event["data"]["id"]: event["id"] for event in gateway.api.pages("/v1/events", event="source.code", limit=500)}
    assert set(accepted) <= set(stored)

    def delivered():
        return {json.loads(request.body)["data"]["id"] for request in receiver.requests("/hook")}

    eventually(lambda: set(accepted) <= delivered(), 30, "every accepted request at the receiver")
    counted = requests_of(gateway.api, sender.source, state="accepted", limit=500)
    assert len(counted) == min(1000, len(stored))
    again = sender.github({"id": accepted[0]}, "s", delivery=accepted[0])
    assert (again.status, again.json) == (200, {"accepted": 1})
    assert requests_of(gateway.api, sender.source)[0]["state"] == "duplicate"


def test_a_full_disk_has_the_sender_try_again_and_stores_nothing(make_gateway, tmp_path):
    disk = TinyDisk(tmp_path / "disk")
    try:
        gateway = make_gateway(prefix=disk.prefix, data=disk.folder / "data")
        ballast = disk.leave(2 * 1024 * 1024)
        sender = make_source(gateway.api, "code", {"scheme": "github"}, secret="s", dedupe={"header": "X-GitHub-Delivery"})
        taken, answer = [], None
        for number in range(5_000):
            answer = sender.github({"n": number, "text": "x" * 10_000}, "s", delivery=f"d-{number}")
            if answer.status != 200:
                break
            taken.append(number)
        assert answer.status == 503 and answer.headers["retry-after"], answer
        refused = len(taken)
        ballast.unlink()

        def takes():
            return sender.github({"n": refused}, "s", delivery=f"d-{refused}").status == 200

        eventually(takes, 30, "an answer after space returned")
        stored = {event["data"]["n"] for event in gateway.api.pages("/v1/events", event="source.code", limit=500)}
        assert stored == {*taken, refused}
        assert {row["state"] for row in requests_of(gateway.api, sender.source)} == {"accepted"}
    finally:
        disk.close()
