"""`/metrics`: text that Prometheus' own parser reads, with numbers that are right and labels that strangers cannot multiply."""

import time

import pytest
from prometheus_client.parser import text_string_to_metric_families

from harness.api import Api
from harness.receiver import Reply
from harness.waiting import eventually


def scrape(api):
    answer = api.call("GET", "/metrics")
    assert answer.status == 200 and answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8", answer
    return list(text_string_to_metric_families(answer.body.decode()))


def value(api, name, **labels):
    """The only sample of that name with these labels among its own."""
    samples = [sample for family in scrape(api) for sample in family.samples]
    (found,) = [s.value for s in samples if s.name == name and labels.items() <= s.labels.items()]
    return found


def reaches(api, wanted, name, **labels):
    eventually(lambda: value(api, name, **labels) == wanted, 10, f"{name} {labels} {wanted}")


def test_every_family_is_described_and_named_as_prometheus_has_it(api, receiver):
    webhook = api.add_webhook(receiver.url(), script="function filter() return true end")
    api.settled(webhook, api.publish())
    families = scrape(api)
    names = [family.name for family in families]
    assert len(names) == len(set(names))
    for family in families:
        assert family.documentation.endswith(".") and family.type in ("counter", "gauge", "histogram"), family
        assert family.name.startswith(("tidehook_", "process_")), family
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples), family
        series = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in family.samples]
        assert len(series) == len(set(series)), family
        assert all(sample.value >= 0 for sample in family.samples), family
    for family in families:
        if family.type == "histogram":
            buckets = [sample for sample in family.samples if sample.name.endswith("_bucket")]
            counts = {sample.name: sample.value for sample in family.samples if not sample.labels}
            assert [s.value for s in buckets] == sorted(s.value for s in buckets) and buckets[-1].labels["le"] == "+Inf"
            assert buckets[-1].value == counts[f"{family.name}_count"] > 0, family
            assert counts[f"{family.name}_sum"] > 0, family


def test_counters_count_what_happened(api, receiver):
    receiver.reply("/", Reply(200), Reply(500), Reply(200))
    webhook = api.add_webhook(receiver.url(), retry={"max_retries": 0}, max_in_flight=1)
    for n in range(3):
        api.publish("memory.created", {"n": n}, id=f"e{n}")
    api.publish("memory.created", {"n": 0}, id="e0")
    assert api.call("POST", "/v1/events", {"event": "memory.created", "data": {"n": 9}, "id": "e0"}).status == 409
    reaches(api, 2, "tidehook_deliveries_total", outcome="delivered")
    reaches(api, 1, "tidehook_deliveries_total", outcome="dead")
    assert [value(api, "tidehook_events_total", result=result) for result in ("accepted", "duplicate", "conflict")] == [3, 1, 1]
    assert value(api, "tidehook_attempts_total") == 3
    assert value(api, "tidehook_attempt_failures_total", kind="status") == 1
    assert value(api, "tidehook_attempt_failures_total", kind="timeout") == 0
    assert value(api, "tidehook_delivery_duration_seconds_count") == 2
    assert value(api, "tidehook_attempt_duration_seconds_count") == 3
    assert value(api, "tidehook_webhook_deliveries_total", webhook=webhook["id"], outcome="delivered") == 2
    assert value(api, "tidehook_webhook_attempt_failures_total", webhook=webhook["id"]) == 1
    assert value(api, "tidehook_queue_deliveries", state="dead") == 1
    assert value(api, "tidehook_store_commits_total") <= value(api, "tidehook_store_writes_total")
    assert value(api, "tidehook_store_size_bytes", file="database") > 0


def test_queues_and_lanes_are_told_as_they_stand(api, receiver):
    receiver.reply("/", Reply(hang=True))
    webhook = api.add_webhook(receiver.url(), max_in_flight=2, timeout_secs=60)
    api.publish_batch([{"event": "a", "data": {}}] * 5)
    reaches(api, 2, "tidehook_requests_in_flight")
    assert value(api, "tidehook_memory_deliveries") == 5 and value(api, "tidehook_memory_payload_bytes") > 0
    assert value(api, "tidehook_webhook_queue_deliveries", webhook=webhook["id"], state="pending") == 5
    eventually(lambda: value(api, "tidehook_queue_lag_seconds") > 0, 5, "a lag")
    assert value(api, "tidehook_lanes") == 1 and value(api, "tidehook_lanes_paused") == 0


def test_scripts_are_counted(api, receiver):
    webhook = api.add_webhook(receiver.url(), script="function transform(event) if event.data.bad then error('no') end return event end", retry={"max_retries": 0})
    for data in ({}, {"bad": True}):
        api.settled(webhook, api.publish("a", data))
    assert value(api, "tidehook_script_runs_total", result="done") >= 1
    assert value(api, "tidehook_script_runs_total", result="failed") == 1
    assert value(api, "tidehook_script_cpu_seconds_total") > 0
    assert value(api, "tidehook_attempt_failures_total", kind="script") == 1


def test_the_process_is_told_as_the_kernel_sees_it(gateway):
    api = gateway.api
    assert abs(value(api, "process_start_time_seconds") - time.time()) < 60
    assert value(api, "process_resident_memory_bytes") == pytest.approx(gateway.memory(), rel=0.5)
    assert 3 < value(api, "process_open_fds") < value(api, "process_max_fds")
    assert value(api, "process_cpu_seconds_total") > 0
    (build,) = [sample for family in scrape(api) for sample in family.samples if sample.name == "tidehook_build_info"]
    assert build.value == 1 and build.labels["version"]


def test_what_strangers_make_up_is_no_label(api, receiver):
    api.add_webhook(receiver.url("/secret-path"), name="a name")
    for n in range(20):
        api.publish(f"type{n}.made_up", {"n": n}, namespace=f"space{n}")
    reaches(api, 20, "tidehook_deliveries_total", outcome="delivered")
    text = api.call("GET", "/metrics").body.decode()
    assert not [word for word in ("made_up", "space1", "secret-path", "a name", "127.0.0.1") if word in text]


def test_metrics_are_for_keys_without_limits_unless_they_are_open(make_gateway):
    api = make_gateway().api
    keys = {name: api.call("POST", "/v1/keys", {"name": name, "namespaces": spaces}).json["key"] for name, spaces in (("all", None), ("one", ["a"]))}
    assert api.call("GET", "/metrics", key="").status == 401
    assert Api(api.host, api.port, keys["all"]).call("GET", "/metrics").status == 200
    assert Api(api.host, api.port, keys["one"]).call("GET", "/metrics").error["code"] == "forbidden"
    assert make_gateway(arguments=["--metrics-access", "open"]).api.call("GET", "/metrics", key="").status == 200
