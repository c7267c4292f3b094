"""Forward proxies: only where somebody asked for one, tunnels for https, and faults that are told from those of the receiver."""

import base64
import json

import pytest

from harness.certificates import Authority
from harness.forward_proxy import ForwardProxy
from harness.gateway import Gateway, StartFailed
from harness.receiver import Receiver, Reply

RETRY = {"max_retries": 0}


@pytest.fixture
def make_proxy():
    made = []

    def make(mode="ok"):
        made.append(ForwardProxy(mode))
        return made[-1]

    yield make
    for proxy in made:
        proxy.close()


@pytest.fixture
def secure(tmp_path):
    """A receiver with TLS, and the authority to trust for it."""
    authority = Authority(tmp_path)
    receiver = Receiver(tls=authority.server(asks_for_client=False))
    yield receiver, {"ca": authority.pem}
    receiver.close()


def test_http_goes_through_a_webhooks_proxy_with_its_whole_url(api, receiver, make_proxy):
    proxy = make_proxy()
    webhook = api.add_webhook(receiver.url("/a?b=c"), proxy=proxy.url.replace("http://", "http://tide:p%40ss@"), retry=RETRY)
    assert webhook["proxy"] == f"http://tide:***@127.0.0.1:{proxy.port}"
    delivery = api.settled(webhook, api.publish())
    assert delivery["state"] == "delivered"
    assert proxy.lines == [f"POST {receiver.url('/a?b=c')} HTTP/1.1"]
    assert base64.b64decode(proxy.header("Proxy-Authorization")[6:]) == b"tide:p@ss"
    (request,) = receiver.requests("/a?b=c")
    assert request.header("Host") == f"127.0.0.1:{receiver.port}" and request.header("Proxy-Authorization") is None


def test_https_goes_through_a_tunnel_that_sees_nothing(api, secure, make_proxy):
    (receiver, tls), proxy = secure, make_proxy()
    webhook = api.add_webhook(receiver.url("/a"), proxy=proxy.url, tls=tls, auth={"type": "bearer", "token": "only-for-the-receiver"}, retry=RETRY)
    for _ in range(2):
        assert api.settled(webhook, api.publish())["state"] == "delivered"
    assert set(proxy.lines) == {f"CONNECT 127.0.0.1:{receiver.port} HTTP/1.1"}
    assert "only-for" not in proxy.heads[0]
    assert [request.header("Authorization") for request in receiver.requests("/a")] == ["Bearer only-for-the-receiver"] * 2


def test_the_gateways_proxy_is_for_every_webhook_that_says_nothing_else(make_gateway, receiver, make_proxy):
    proxy, own = make_proxy(), make_proxy()
    api = make_gateway(arguments=["--proxy", proxy.url]).api
    webhooks = [api.add_webhook(receiver.url("/a")), api.add_webhook(receiver.url("/b"), proxy="direct"), api.add_webhook(receiver.url("/c"), proxy=own.url)]
    assert [webhook["proxy"] for webhook in webhooks] == [None, "direct", own.url]
    event = api.publish()
    for webhook in webhooks:
        assert api.settled(webhook, event)["state"] == "delivered"
    assert proxy.lines == [f"POST {receiver.url('/a')} HTTP/1.1"]
    assert own.lines == [f"POST {receiver.url('/c')} HTTP/1.1"]


def test_the_gateways_password_is_hidden_where_a_receiver_repeats_it(make_gateway, receiver, make_proxy):
    proxy = make_proxy()
    code = base64.b64encode(b"tide:hidden-word").decode()
    receiver.reply("/", Reply(500, headers=(("X-Seen", f"Basic {code}"),), body=b"you are tide:hidden-word, hidden-word"))
    api = make_gateway(arguments=["--proxy", proxy.url.replace("http://", "http://tide:hidden-word@")]).api
    webhook = api.add_webhook(receiver.url(), retry=RETRY)
    delivery = api.settled(webhook, api.publish(), states=("dead",))
    assert base64.b64decode(proxy.header("Proxy-Authorization")[6:]) == b"tide:hidden-word"
    text = json.dumps(delivery)
    assert "hidden-word" not in text and code not in text and "<secret>" in text


def test_no_proxy_is_taken_from_the_environment(make_gateway, receiver, make_proxy):
    proxy = make_proxy()
    gateway = make_gateway(start=False)
    gateway.environment = {name: proxy.url for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY")}
    gateway.start()
    webhook = gateway.api.add_webhook(receiver.url())
    assert gateway.api.settled(webhook, gateway.api.publish())["state"] == "delivered"
    assert proxy.lines == []


@pytest.mark.parametrize("mode, words", [
    (403, "it answered 403"), (407, "user name and a password"), ("close", "closed the connection"), ("garbage", "does not speak HTTP/1.1"),
    ("lie", "before the tunnel was used"), ("hang", "no connection through it within 1.0 s"),
])
def test_a_fault_of_the_proxy_is_named_as_one(api, secure, make_proxy, mode, words):
    (receiver, tls), proxy = secure, make_proxy(mode)
    webhook = api.add_webhook(receiver.url(), proxy=proxy.url, tls=tls, retry=RETRY, timeout_secs=1)
    (attempt,) = api.settled(webhook, api.publish())["attempts"]
    assert attempt["failure"] == "proxy", attempt
    assert f"proxy 127.0.0.1:{proxy.port}: " in attempt["error"] and words in attempt["error"], attempt
    assert receiver.requests() == []


def test_a_proxy_that_is_not_there_is_named_and_tried_again(api, receiver, dead_end):
    retry = {"max_retries": 1, "initial_delay_secs": 0.05}
    webhook = api.add_webhook(receiver.url(), proxy=dead_end.url.rstrip("/"), retry=retry)
    delivery = api.settled(webhook, api.publish())
    assert [attempt["failure"] for attempt in delivery["attempts"]] == ["proxy"] * 2
    assert "connection refused" in delivery["attempts"][0]["error"]


def test_the_guard_judges_destinations_behind_a_proxy_and_proxies_of_webhooks(make_gateway, receiver, make_proxy):
    proxy = make_proxy()
    gateway = make_gateway()
    webhook = gateway.api.add_webhook(receiver.url(), retry=RETRY)
    gateway.stop()
    gateway.allow, gateway.arguments = "10.0.0.0/8", ["--proxy", proxy.url]
    gateway.start()
    delivery = gateway.api.settled(webhook, gateway.api.publish(), states=("dead",))
    assert delivery["attempts"][0]["failure"] == "blocked" and proxy.lines == []
    answer = gateway.api.call("POST", "/v1/webhooks", {"url": "http://10.0.0.1/", "events": ["*"], "proxy": proxy.url})
    assert (answer.status, answer.error["field"]) == (400, "proxy")


def test_credentials_do_not_go_through_another_proxy_unseen(api, receiver, make_proxy):
    webhook = api.add_webhook(receiver.url(), auth={"type": "bearer", "token": "abcdef"})
    answer = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"proxy": make_proxy().url})
    assert (answer.status, answer.error["field"]) == (400, "auth")


def test_credentials_do_not_go_through_a_tunnel_that_a_new_authority_opens(api, secure, make_proxy, tmp_path):
    (receiver, tls), proxy = secure, make_proxy()
    (tmp_path / "other").mkdir()
    other = {"ca": Authority(tmp_path / "other").pem}
    webhook = api.add_webhook(receiver.url(), tls=tls, auth={"type": "bearer", "token": "abcdef"})

    def patch(**fields):
        answer = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", fields)
        return (answer.status, answer.json.get("proxy")) if answer.status == 200 else (answer.status, answer.error["field"])

    assert patch(proxy=proxy.url) == patch(proxy=proxy.url, tls=other) == (400, "auth")
    assert patch(proxy=proxy.url, tls=other, auth={"type": "bearer", "token": "<secret>"}) == (400, "auth.token")
    assert patch(proxy=proxy.url, auth={"type": "bearer", "token": "abcdef"}) == (200, proxy.url)
    assert patch(tls=other) == (400, "auth")
    assert patch(tls=other, auth=None) == (200, proxy.url)


def test_a_token_endpoint_without_tls_is_not_asked_through_another_proxy(api, secure, make_proxy, receiver):
    auth = {"type": "oauth2", "token_url": receiver.url("/token"), "client_id": "c", "client_secret": "s"}
    webhook = api.add_webhook(secure[0].url(), auth=auth, active=False)
    answer = api.call("PATCH", f"/v1/webhooks/{webhook['id']}", {"proxy": make_proxy().url})
    assert (answer.status, answer.error["field"]) == (400, "auth")


@pytest.mark.parametrize("proxy", [
    "https://127.0.0.1:1", "socks5://127.0.0.1:1", "127.0.0.1:1", "http://127.0.0.1:1/path", "http://user@127.0.0.1:1", "http://a:b@c:d@127.0.0.1:1",
    "http://", "http://a:***@127.0.0.1:1", 7, "http://127.0.0.1:99999", "http://a:%zz@127.0.0.1:1",
])
def test_what_is_no_proxy_is_refused(shared_gateway, proxy):
    answer = shared_gateway.api.call("POST", "/v1/webhooks", {"url": "http://127.0.0.1:9/", "events": ["*"], "proxy": proxy})
    assert (answer.status, answer.error["field"]) == (400, "proxy"), answer


def test_a_proxy_that_makes_no_sense_stops_the_start(tmp_path):
    with pytest.raises(StartFailed, match="proxy: expected http://HOST:PORT") as failure:
        Gateway(tmp_path, arguments=["--proxy", "https://tide:hidden-password@proxy.example"]).start()
    assert "hidden-password" not in str(failure.value)
