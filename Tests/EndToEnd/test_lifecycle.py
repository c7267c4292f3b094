"""Starting, stopping, and starting again."""

import re
import stat
import subprocess
import threading
import time

import pytest

from harness.api import Api
from harness.gateway import KEY, binary, environment
from harness.receiver import Reply

MIB = 1024 * 1024
PENDING = 300_000
BATCH = 1_000


def test_it_says_where_it_listens_on_one_line_and_logs_elsewhere(gateway):
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", gateway.url)
    assert gateway.api.call("GET", "/healthz", key="").status == 200
    assert gateway.api.call("GET", "/readyz", key="").status == 200
    gateway.process.terminate()
    assert gateway.lines.get(timeout=20) is None, "nothing else is printed on standard output"
    assert gateway._ended(5) == 0


def test_a_stop_waits_for_what_is_in_flight(gateway, receiver):
    receiver.reply("/", Reply(200, delay=1.0))
    webhook = gateway.api.add_webhook(receiver.url())
    event = gateway.api.publish()
    receiver.wait_for(1)
    assert gateway.stop() == 0
    gateway.start()
    delivery = gateway.api.settled(webhook, event)
    assert (delivery["state"], delivery["attempt_count"], len(receiver.requests())) == ("delivered", 1, 1)


def test_a_stop_does_not_wait_for_retries(gateway, receiver):
    receiver.reply("/", Reply(500))
    webhook = gateway.api.add_webhook(receiver.url(), retry={"max_retries": 3, "initial_delay_secs": 600})
    event = gateway.api.publish()
    gateway.api.settled(webhook, event, states=("retrying",))
    assert gateway.stop(timeout=10) == 0


def test_a_stop_gives_up_on_a_hanging_receiver_and_sends_again_later(make_gateway, receiver):
    """What the end of the drain cuts off is nobody's failure: it is not recorded, and goes out after the next start."""
    gateway = make_gateway(arguments=["--drain-timeout-secs", "2"])
    receiver.reply("/", Reply(hang=True))
    webhook = gateway.api.add_webhook(receiver.url(), retry={"max_retries": 0}, timeout_secs=30)
    event = gateway.api.publish()
    receiver.wait_for(1)
    began = time.monotonic()
    assert gateway.stop(timeout=15) == 0
    assert 1.5 < time.monotonic() - began < 4.5
    receiver.reply("/", Reply(200))
    gateway.start()
    delivery = gateway.api.settled(webhook, event)
    assert (delivery["state"], delivery["attempt_count"], len(delivery["attempts"])) == ("delivered", 1, 1)
    assert len(receiver.requests()) == 2


def test_a_stop_under_load_keeps_what_was_answered(gateway, receiver):
    gateway.api.add_webhook(receiver.url(), ["memory.created"])
    taken, ended = [], threading.Event()

    def publish():
        number = 0
        try:
            client = gateway.api.kept()
            while not ended.is_set():
                number += 1
                events = [{"event": "memory.created", "id": f"load-{number}-{n}", "data": {}} for n in range(20)]
                if client.call("POST", "/v1/events/batch", events).status == 202:
                    taken.extend(event["id"] for event in events)
        except Exception:
            return

    publisher = threading.Thread(target=publish)
    publisher.start()
    receiver.wait_for(500)
    assert gateway.stop() == 0
    ended.set()
    publisher.join(30)
    gateway.start()
    receiver.wait_until(lambda: set(taken) <= {request.header("webhook-id") for request in receiver.requests()}, 30)
    ids = [request.header("webhook-id") for request in receiver.requests()]
    assert len(ids) == len(set(ids)), "a clean stop makes nothing arrive twice"


def test_a_restart_keeps_everything(gateway, receiver):
    webhook = gateway.api.add_webhook(
        receiver.url(), ["memory.*"], name="kept", secret="kept-secret", script="function transform(e) return {v=e.data.v} end",
        retry={"max_retries": 1}, headers={"X-Team": "tide"}, timeout_secs=7)
    event = gateway.api.publish(data={"v": 1})
    delivery = gateway.api.settled(webhook, event)
    before = gateway.api.call("GET", f"/v1/webhooks/{webhook['id']}").json
    assert gateway.stop() == 0
    gateway.start()
    assert gateway.api.call("GET", f"/v1/webhooks/{webhook['id']}").json == before
    assert gateway.api.delivery(delivery["id"]) == delivery
    assert gateway.api.call("GET", f"/v1/events/{event['id']}").json["data"] == {"v": 1}
    gateway.api.publish(data={"v": 2})
    requests = receiver.wait_for(2)
    assert [request.body for request in requests] == [b'{"v":1}', b'{"v":2}']
    assert requests[1].header("X-Team") == "tide"


def test_the_first_start_makes_an_admin_key_prints_it_once_and_keeps_it(make_gateway):
    gateway = make_gateway(key=None)
    file = gateway.data / "admin.key"
    key = file.read_text().strip()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 and len(key) >= 16
    assert Api(gateway.api.host, gateway.api.port, key).call("GET", "/v1/webhooks").status == 200
    assert gateway.api.call("GET", "/v1/webhooks", key="").status == 401
    assert (gateway.stderr() + "".join(gateway.said)).count(key) == 1, "printed once"
    assert gateway.stop() == 0
    gateway.start()
    assert file.read_text().strip() == key
    assert (gateway.stderr() + "".join(gateway.said)).count(key) == 1, "not printed again"
    assert Api(gateway.api.host, gateway.api.port, key).call("GET", "/v1/webhooks").status == 200


def test_a_given_key_is_not_written_or_printed(gateway):
    assert KEY not in gateway.stderr()
    assert not (gateway.data / "admin.key").exists()


def test_the_data_folder_is_nobody_elses(gateway):
    assert stat.S_IMODE(gateway.data.stat().st_mode) & 0o077 == 0


def test_a_second_process_on_the_same_data_is_refused(gateway):
    done = run_serve(gateway.folder, "--port", "0", "--data", str(gateway.data))
    assert_refused(done, "data|use|lock|another|running")
    assert gateway.api.call("GET", "/healthz").status == 200


def test_a_port_that_is_taken_is_told_in_one_sentence(gateway, tmp_path):
    assert_refused(run_serve(tmp_path, "--port", str(gateway.api.port), "--data", str(tmp_path / "data")), "port|address")


BAD_ARGUMENTS = {
    "port a word": (["--port", "many"], "port"),
    "port too large": (["--port", "70000"], "port"),
    "port negative": (["--port=-1"], "port"),
    "host no address": (["--host", "no such host"], "host"),
    "destinations no CIDR": (["--allow-destinations", "127.0.0.0/8,lots"], "allow-destinations|destination"),
    "destinations too wide a mask": (["--allow-destinations", "127.0.0.0/99"], "allow-destinations|destination"),
    "data is a file": (["--data", "/dev/null"], "data"),
    "data cannot be made": (["--data", "/proc/no/such"], "data"),
    "unknown durability": (["--durability", "hopeful"], "durability"),
    "verify-ownership a word": (["--verify-ownership", "maybe"], "verify_ownership must be true or false"),
    "retention twice": (["--retention", "delivered=7,delivered=8"], "each limit once"),
    "a database of twenty bytes": (["--max-database-bytes", "20"], "max_database_bytes must be 0 or at least"),
    "unknown option": (["--no-such-option"], "no-such-option"),
    "config that is not there": (["--config", "/no/such/file.yaml"], "config|file.yaml"),
}


@pytest.mark.parametrize("name", BAD_ARGUMENTS)
def test_bad_settings_stop_the_start(tmp_path, name):
    arguments, word = BAD_ARGUMENTS[name]
    assert_refused(run_serve(tmp_path, *arguments), word)


@pytest.mark.parametrize("key", ["short", "fifteen-letters", "with space in the key", "with-é-in-the-key!", "x" * 15])
def test_bad_admin_keys_stop_the_start(tmp_path, key):
    done = run_serve(tmp_path, "--port", "0", TIDEHOOK_API_KEY=key)
    assert_refused(done, "TIDEHOOK_API_KEY|api.key|admin key")
    assert key not in done.stderr


@pytest.mark.parametrize("variable,value,word", [
    ("TIDEHOOK_PORT", "many", "port"), ("TIDEHOOK_ALLOW_DESTINATIONS", "lots", "destination"), ("TIDEHOOK_DATA", "/dev/null", "data"),
])
def test_bad_environment_stops_the_start(tmp_path, variable, value, word):
    assert_refused(run_serve(tmp_path, **{"TIDEHOOK_PORT": "0", variable: value}), word)


@pytest.mark.parametrize("text,word", [
    ("port: many\n", "port"), ("prot: 8420\n", "prot"), ("- port\n", "mapping|config"), ("port: [\n", "yaml|config|line|pars"),
])
def test_bad_config_files_stop_the_start(tmp_path, text, word):
    (tmp_path / "tidehook.yaml").write_text(text)
    done = run_serve(tmp_path, "--config", str(tmp_path / "tidehook.yaml"), "--data", str(tmp_path / "data"))
    assert_refused(done, word)


def test_flag_beats_environment_beats_file(tmp_path, make_gateway):
    folders = [tmp_path / name for name in ("flag", "environment", "file")]
    for folder in folders:
        folder.mkdir()
    (tmp_path / "tidehook.yaml").write_text(f"data: {tmp_path / 'file'}\n")
    gateway = make_gateway(start=False, arguments=["--config", str(tmp_path / "tidehook.yaml")], data=tmp_path / "flag")
    gateway.environment = {"TIDEHOOK_DATA": str(tmp_path / "environment")}
    gateway.start()
    assert [any(folder.iterdir()) for folder in folders] == [True, False, False]


def run_serve(folder, *arguments, **variables):
    """Runs a `serve` that is expected to end by itself."""
    variables = {"TIDEHOOK_API_KEY": KEY} | variables
    return subprocess.run(
        [binary(), "serve", *arguments], cwd=folder, env=environment(folder, **variables), capture_output=True, text=True, timeout=20)


def assert_refused(done, word):
    """One line that names the setting, a status that is not 0, and no crash."""
    assert done.returncode > 0, f"status {done.returncode}: {done.stdout}{done.stderr}"
    assert "listening" not in done.stdout
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert lines and re.search(word, done.stderr, re.IGNORECASE), done.stderr
    told = [line for line in lines if not line.startswith(("Usage:", "  See", "Help:", "       "))]
    assert len(told) == 1, f"one sentence was expected: {done.stderr}"


@pytest.mark.serial
@pytest.mark.slow
def test_300_000_waiting_deliveries_cost_little_memory_and_no_time_at_start(gateway, dead_end):
    """The receiver refuses every connection, so all of them wait for their retry, an hour away."""
    webhook = gateway.api.add_webhook(dead_end.url, retry={"max_retries": 1, "initial_delay_secs": 3600, "jitter": 0})
    client = gateway.api.kept()
    for first in range(0, PENDING, BATCH):
        events = [{"event": "memory.created", "id": f"wait-{first + n}", "data": {"content": "x" * 100}} for n in range(BATCH)]
        answer = client.call("POST", "/v1/events/batch", events)
        assert (answer.status, answer.json["accepted"]) == (202, BATCH), answer
    client.close()
    peak = gateway.memory("VmHWM")
    assert gateway.stop() == 0
    gateway.start()
    again = gateway.memory("VmHWM")
    print(f"peak {peak / MIB:.0f} MiB, ready again after {gateway.ready_secs:.2f} s, then {again / MIB:.0f} MiB")
    assert gateway.ready_secs <= 2
    assert max(peak, again) <= 200 * MIB
    answer = gateway.api.call("GET", f"/v1/deliveries?webhook={webhook['id']}&limit=10")
    assert answer.status == 200 and len(answer.json["data"]) == 10
    assert {row["state"] for row in answer.json["data"]} <= {"pending", "retrying"}
