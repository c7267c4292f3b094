"""The console as it is served, and who may sign in to it."""

import pytest

from harness.api import Api
from harness.cli import Cli
from harness.gateway import KEY

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'")


class Browser:
    """What a browser does with a session: a cookie with every call, and the page's token with those that change something."""

    def __init__(self, api, key=None, link=None, **headers):
        self.api = Api(api.host, api.port, "")
        self.answer = self.api.call("POST", "/console/session", {"link": link} if link else {"key": key or api.key}, headers)
        assert self.answer.status == 201, self.answer
        self.set_cookie = self.answer.headers["set-cookie"]
        self.cookie = self.set_cookie.split(";")[0]
        self.csrf = self.answer.json["csrf"]

    def get(self, path, **headers):
        return self.api.call("GET", path, headers={"Cookie": self.cookie} | headers)

    def change(self, method, path, body=None, csrf=True, **headers):
        own = {"X-Tidehook-CSRF": self.csrf} if csrf else {}
        return self.api.call(method, path, body, {"Cookie": self.cookie} | own | headers)


def page(api, path, method="GET", **headers):
    return api.call(method, path, headers=headers, key="")


def test_the_page_and_its_files_are_served_with_headers_of_security(api):
    front = page(api, "/console")
    assert (front.status, front.headers["location"]) == (308, "console/")
    shell = page(api, "/console/")
    assert shell.status == 200 and shell.headers["content-type"] == "text/html; charset=utf-8"
    assert shell.headers["cache-control"] == "no-store" and b'<meta name="tidehook-session" content="">' in shell.body
    assert page(api, "/console/", "HEAD").body == b""
    for name in ("app.js", "kit.js", "style.css"):
        file = page(api, f"/console/{name}")
        assert file.status == 200 and file.headers["cache-control"] == "no-cache" and file.body
        again = page(api, f"/console/{name}", **{"If-None-Match": file.headers["etag"]})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", file.headers["etag"])
    for path in ("/console", "/console/", "/console/app.js", "/console/missing.js"):
        headers = page(api, path).headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-content-type-options"] == "nosniff" and headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-opener-policy"] == "same-origin" and "camera=()" in headers["permissions-policy"]
    assert page(api, "/console/app.js", "POST").status == 405


@pytest.mark.parametrize("path", [
    "/console/../data/admin.key", "/console/..%2f..%2fetc%2fpasswd", "/console/%2e%2e/%2e%2e/etc/passwd", "/console//etc/passwd",
    "/console/pages/../../x", "/console/.git", "/console/app.js%00", "/console/pages",
])
def test_nothing_leads_out_of_the_console(shared_gateway, make_gateway, tmp_path, path):
    assert page(shared_gateway.api, path).status == 404


def test_files_of_a_folder_are_read_again_for_each_request(make_gateway, tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "index.html").write_text("<p>mine")
    (tmp_path / "secret").write_text("secret")
    gateway = make_gateway(start=False)
    gateway.environment["TIDEHOOK_CONSOLE_ASSETS"] = str(tmp_path / "pages/..")
    api = gateway.start().api
    assert page(api, "/console/").body == b"<p>mine"
    (tmp_path / "pages/a.js").write_text("one()")
    first = page(api, "/console/pages/a.js")
    (tmp_path / "pages/a.js").write_text("two()")
    second = page(api, "/console/pages/a.js", **{"If-None-Match": first.headers["etag"]})
    assert (first.body, second.body) == (b"one()", b"two()")
    for path in ("/console/pages/../secret", "/console/../index.html", "/console/pages"):
        assert page(api, path).status == 404


def test_without_a_console_there_is_none(make_gateway):
    api = make_gateway(arguments=["--console", "false"]).api
    for path in ("/console", "/console/", "/console/app.js"):
        assert page(api, path).status == 404
    assert api.call("POST", "/console/session", {"key": api.key}, key="").status == 404
    assert api.call("POST", "/v1/console/links").status == 404
    assert api.call("GET", "/v1/about").json["settings"]["console"] is False


def test_signing_in_gives_a_cookie_that_pages_cannot_read_and_the_page_says_who_it_is(api):
    browser = Browser(api)
    assert browser.set_cookie.split("; ")[1:] == ["Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"]
    assert Browser(api, **{"X-Forwarded-Proto": "https"}).set_cookie.endswith("; Secure")
    assert browser.answer.headers["cache-control"] == "no-store"
    assert browser.get("/v1/keys").status == 200
    shell = browser.get("/console/").body.decode()
    assert f"&quot;csrf&quot;:&quot;{browser.csrf}&quot;" in shell and "&quot;name&quot;:&quot;admin&quot;" in shell
    assert browser.cookie.split("=")[1] not in shell
    # After a link on another site the cookie does not come with the page, but with what the page asks.
    assert b"{&quot;ask&quot;:true}" in page(api, "/console/", **{"Sec-Fetch-Site": "cross-site"}).body
    assert browser.get("/console/session").json == browser.answer.json


def test_what_changes_something_needs_the_pages_token_and_origin(api):
    browser = Browser(api)
    event = {"event": "a", "data": {}}
    refused = browser.change("POST", "/v1/events", event, csrf=False)
    assert (refused.status, refused.error["code"], refused.error["field"]) == (403, "forbidden", "X-Tidehook-CSRF")
    own = f"http://{api.host}:{api.port}"
    for name, value, status in [
        ("X-Tidehook-CSRF", "wrong", 403), ("Origin", "https://evil.example", 403), ("Origin", "null", 403),
        ("Origin", f"http://{api.host}:1", 403), ("Sec-Fetch-Site", "same-site", 403), ("Sec-Fetch-Site", "cross-site", 403),
        ("Sec-Fetch-Site", "same-origin", 202), ("Origin", own, 202), ("Origin", own.upper(), 202),
    ]:
        answer = browser.change("POST", "/v1/events", event, **{name: value})
        assert answer.status == status, (name, value, answer)
    proxied = browser.change("POST", "/v1/events", event, **{"Origin": "https://hooks.example", "X-Forwarded-Host": "hooks.example"})
    assert proxied.status == 202
    assert api.call("POST", "/v1/events", event, {"Origin": "https://evil.example"}).status == 202
    login = api.call("POST", "/console/session", {"key": KEY}, {"Origin": "https://evil.example"}, key="")
    assert login.status == 403 and "set-cookie" not in login.headers
    assert len(list(api.pages("/v1/events"))) == 5


def test_a_limited_key_signs_in_to_its_namespaces_and_out_when_it_is_removed(api):
    key = api.call("POST", "/v1/keys", {"name": "team", "namespaces": ["a"]}).json
    for name in ("a", "b"):
        api.publish(namespace=name)
    browser = Browser(api, key=key["key"])
    assert browser.answer.json["key"] == {"id": key["id"], "name": "team", "namespaces": ["a"], "admin": False}
    assert [row["namespace"] for row in browser.get("/v1/events").json["data"]] == ["a"]
    assert browser.get("/v1/keys").status == 403
    link = Api(api.host, api.port, key["key"]).call("POST", "/v1/console/links").json["url"].rsplit("/", 1)[1]
    assert api.call("DELETE", f"/v1/keys/{key['id']}").status == 204
    assert browser.get("/v1/events").status == 401
    assert api.call("POST", "/console/session", {"link": link}, key="").status == 401


def test_sessions_outlive_the_process_but_not_another_admin_key(gateway):
    browser = Browser(gateway.api)
    limited = gateway.api.call("POST", "/v1/keys", {"name": "team", "namespaces": ["a"]}).json
    team = Browser(gateway.api, key=limited["key"])

    def status(browser):
        browser.api = Api(gateway.api.host, gateway.api.port, "")
        return browser.get("/v1/events").status

    gateway.kill()
    gateway.start()
    assert (status(browser), status(team)) == (200, 200)
    assert browser.change("DELETE", "/console/session").status == 204
    assert status(browser) == 401
    other = Browser(gateway.api)
    gateway.stop()
    gateway.start()
    assert (status(browser), status(other), status(team)) == (401, 200, 200)
    gateway.stop()
    gateway.key = "another-end-to-end-key"
    gateway.start()
    assert (status(other), status(team)) == (401, 200)
    rows = Browser(gateway.api).get("/v1/console/sessions").json["data"]
    assert sorted((row["key"]["name"], row["this"]) for row in rows) == [("admin", True), ("team", False)]


def test_signing_out_everywhere_ends_every_session_of_the_key(api):
    one, other = Browser(api), Browser(api)
    out = one.change("DELETE", "/console/sessions")
    assert out.status == 204 and "Max-Age=0" in out.headers["set-cookie"]
    assert one.get("/v1/events").status == 401 and other.get("/v1/events").status == 401


def test_sessions_are_listed_and_ended_one_by_one_also_after_a_restart(gateway, tmp_path):
    api = gateway.api
    team = api.call("POST", "/v1/keys", {"name": "team <b>a</b>", "namespaces": ["a"]}).json
    one, other, theirs = Browser(api), Browser(api), Browser(api, key=team["key"])
    listed = one.get("/v1/console/sessions")
    rows = listed.json["data"]
    assert [row["this"] for row in rows].count(True) == 1 and len(rows) == 3 and listed.json["truncated"] is False
    assert {row["key"]["name"] for row in rows} == {"admin", "team <b>a</b>"}
    for browser in (one, other, theirs):
        assert browser.cookie.split("=")[1] not in str(listed.body) and browser.csrf not in str(listed.body)
    (own,) = theirs.get("/v1/console/sessions").json["data"]
    assert own["this"] is True and own["key"]["id"] == team["id"]
    foreign = next(row["id"] for row in rows if row["this"])
    assert theirs.change("DELETE", f"/v1/console/sessions/{foreign}").status == 404
    third = next(row["id"] for row in rows if not row["this"] and row["key"]["admin"])
    assert one.change("DELETE", f"/v1/console/sessions/{third}", csrf=False).status == 403
    assert one.change("DELETE", f"/v1/console/sessions/{third}").status == 204
    assert (other.get("/v1/events").status, one.get("/v1/events").status) == (401, 200)
    gateway.kill()
    gateway.start()
    cli = Cli(tmp_path, gateway)
    assert own["id"] in cli.text("console", "sessions") and third not in cli.text("console", "sessions")
    cli.text("console", "end", own["id"])
    theirs.api = Api(gateway.api.host, gateway.api.port, "")
    assert theirs.get("/v1/events").status == 401
    assert "there is no session" in cli.run("console", "end", own["id"], status=1).stderr


def test_failed_sign_ins_are_limited_and_said_in_the_log_without_the_key(gateway):
    api = gateway.api
    Browser(api)
    guess = "a-wrong-key-that-is-long-enough"
    for _ in range(10):
        answer = api.call("POST", "/console/session", {"key": guess}, {"X-Forwarded-For": "192.0.2.1"}, key="")
        assert answer.status == 401, answer
    refused = api.call("POST", "/console/session", {"key": KEY}, {"X-Forwarded-For": "192.0.2.2"}, key="")
    assert (refused.status, refused.error["code"]) == (429, "rate_limited") and 1 <= int(refused.headers["retry-after"]) <= 6
    assert api.call("GET", "/v1/events").status == 200
    link = api.call("POST", "/v1/console/links").json["url"].rsplit("/", 1)[1]
    assert api.call("POST", "/console/session", {"link": "wrong"}, key="").status == 429
    assert Browser(api, link=link).get("/v1/keys").status == 200
    log = gateway.stderr()
    assert log.count("sign-in refused") == 10 and "client.address=127.0.0.1" in log and "key.name=admin" in log
    assert guess not in log and KEY not in log


def test_the_command_prints_a_link_that_signs_in_once(gateway, tmp_path):
    link = Cli(tmp_path, gateway).text("console").strip()
    prefix = f"{gateway.url}/console/#/login/"
    assert link.startswith(prefix)
    token = link.removeprefix(prefix)
    assert len(token) == 64 and token not in gateway.stderr()
    assert Browser(gateway.api, link=token).get("/v1/keys").status == 200
    again = gateway.api.call("POST", "/console/session", {"link": token}, key="")
    assert again.status == 401 and "used before" in again.error["message"]
    done = Cli(tmp_path, gateway).run("console", "--open")
    assert done.stdout.startswith(prefix) and "open it yourself" in done.stderr


def test_what_a_source_answers_runs_in_no_browser(api):
    script = """function receive(request, ctx)
      return {}, {status = 200, content_type = "text/html", body = "<script>alert(1)</script>",
        headers = {["Content-Security-Policy"] = "default-src *"}}
    end"""
    made = api.call("POST", "/v1/sources", {"name": "page", "verify": {"scheme": "none"}, "script": script})
    assert made.status == 201, made
    answer = api.call("POST", f"/in/{made.json['id']}", {}, key="")
    assert answer.status == 200 and answer.headers["content-type"] == "text/html", answer
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_source_neither_sees_nor_sets_a_session(api):
    script = """function receive(request, ctx)
      local h = request.headers
      return {event = "seen", data = {other = h["x-other"], cookie = h.cookie or "none", csrf = h["x-tidehook-csrf"] or "none"}},
        {status = 200, headers = {["Set-Cookie"] = "tidehook_session=x; Path=/"}}
    end"""
    made = api.call("POST", "/v1/sources", {"name": "page", "verify": {"scheme": "none"}, "script": script})
    assert made.status == 201, made
    browser = Browser(api)
    answer = browser.change("POST", f"/in/{made.json['id']}", {}, **{"X-Other": "seen"})
    assert answer.status == 200 and "set-cookie" not in answer.headers, answer
    (row,) = api.pages("/v1/events", event="seen")
    (receipt,) = api.pages(f"/v1/sources/{made.json['id']}/requests")
    shown = api.call("GET", f"/v1/sources/{made.json['id']}/requests/{receipt['id']}").json["request"]["headers"]
    assert row["data"] == {"other": "seen", "cookie": "none", "csrf": "none"}
    names = {name.lower() for name in shown}
    assert "x-other" in names and not names & {"cookie", "x-tidehook-csrf"}, shown


def test_about_tells_what_the_gateway_is(gateway):
    about = gateway.api.call("GET", "/v1/about").json
    assert about["store"]["kind"] == "sqlite" and about["store"]["path"].startswith(str(gateway.data))
    assert about["store"]["schema_version"] >= 14 and about["store"]["size_bytes"] > 0 and about["store"]["free_bytes"] > 0
    assert about["limits"]["script"] == {
        "cpu_ms": 50, "instructions": 5_000_000, "memory_bytes": 16 << 20, "output_bytes": 1 << 20, "source_bytes": 64 << 10}
    assert about["settings"]["durability"] == "full" and about["settings"]["console"] is True
    assert about["counts"] == {"webhooks": 0, "sources": 0, "plugins": about["counts"]["plugins"], "keys": 0, "streams": 0}
    assert KEY not in str(about)
