import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore
import TidehookTesting

/// A cookie stands for a key: as long as both are good, and only for the console's own page.
@Suite struct SessionTests {
  private let clock = TestClock(now: StoppedClock().time)
  private let gateway: TestGateway

  init() {
    var gateway = TestGateway()
    gateway.sessionClock = clock
    self.gateway = gateway
  }

  /// What a browser holds.
  private struct Browser {
    let gateway: TestGateway
    let cookie: String
    let csrf: String

    func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: HTTPFields = [:]) async throws -> Answer {
      var fields = headers
      fields[.cookie] = "a=b; tidehook_session=\(cookie); c"
      return try await gateway.send(method, path, body, headers: fields, key: nil)
    }

    /// The same as the page does it.
    func change(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil) async throws -> Answer {
      try await send(method, path, body, headers: [.named("X-Tidehook-CSRF"): csrf])
    }
  }

  private func signIn(_ body: String = #"{"key":"\#(TestGateway.key)"}"#) async throws -> Browser {
    let answer = try await gateway.send(.post, "/console/session", body, key: nil)
    #expect(answer.status == 201, "\(answer.text)")
    let cookie = try #require(answer.headers[.setCookie]?.split(separator: ";").first?.split(separator: "=").last)
    return Browser(gateway: gateway, cookie: String(cookie), csrf: try #require(answer.json["csrf"]?.stringValue))
  }

  private func makeLink() async throws -> String {
    let link = try await gateway.send(.post, "/v1/console/links")
    #expect(link.status == 201 && link.keys == ["url", "expires_at"])
    return try #require(link.json["url"]?.stringValue?.split(separator: "/").last).description
  }

  @Test func signingInTellsWhoOneIsAndSetsACookieThatNoPageReads() async throws {
    let answer = try await gateway.send(.post, "/console/session", #"{"key":"\#(TestGateway.key)"}"#, key: nil)
    #expect(answer.status == 201 && answer.keys == ["csrf", "key", "expires_at", "version"])
    #expect(answer.json["key"] == ["id": "admin", "name": "admin", "namespaces": .null, "admin": true])
    #expect(answer.json["expires_at"]?.stringValue == (clock.now() + .seconds(12 * 3600)).rfc3339)
    let parts = try #require(answer.headers[.setCookie]).split(separator: "; ").dropFirst().map(String.init)
    #expect(parts == ["Path=/", "Max-Age=43200", "HttpOnly", "SameSite=Strict"])
    let https = try await gateway.send(
      .post, "/console/session", #"{"key":"\#(TestGateway.key)"}"#, headers: [.named("X-Forwarded-Proto"): "https"], key: nil)
    #expect(https.headers[.setCookie]?.hasSuffix("; Secure") == true)
  }

  @Test func theStoreKeepsNothingThatLetsAnybodyIn() async throws {
    let browser = try await signIn()
    let token = try #require(gateway.backend.with { $0.tokens.first })
    #expect(token.digest.count == 32 && token.digest != Array(browser.cookie.utf8) && token.binding.count == 33)
    for other in [browser.csrf, "token-0", ""] {
      let answer = try await Browser(gateway: gateway, cookie: other, csrf: "").send(.get, "/v1/webhooks")
      #expect(answer.status == 401)
    }
  }

  @Test func aSessionMayWhatItsKeyMayAndNoMore() async throws {
    let admin = try await signIn()
    #expect(try await admin.send(.get, "/v1/keys").status == 200)
    #expect(try await admin.change(.post, "/v1/events", #"{"event":"a","data":{}}"#).status == 202)
    let key = try await gateway.makeKey().dropFirst("Bearer ".count)
    let limited = try await signIn(#"{"key":"\#(key)"}"#)
    #expect(try await limited.send(.get, "/v1/keys").status == 403)
    #expect(try await limited.send(.get, "/v1/events?namespace=other").status == 403)
    let shown = try await limited.send(.get, "/console/session")
    #expect(shown.status == 200 && shown.json["key"]?["namespaces"] == ["mine"] && shown.json["key"]?["admin"] == false)
  }

  @Test(arguments: [nil, "", "wrong"] as [String?])
  func whatChangesSomethingNeedsTheTokenThatOnlyThePageKnows(token: String?) async throws {
    let browser = try await signIn()
    var headers = HTTPFields()
    headers[.named("X-Tidehook-CSRF")] = token
    let answer = try await browser.send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: headers)
    #expect(answer.status == 403 && answer.code == "forbidden" && answer.field == "X-Tidehook-CSRF")
    #expect(gateway.backend.with { $0.published.isEmpty })
    #expect(try await browser.send(.get, "/v1/webhooks", headers: headers).status == 200)
    #expect(try await browser.send(.delete, "/console/session", headers: headers).status == 403)
  }

  @Test(arguments: [
    ("Origin", "https://evil.example"), ("Origin", "null"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
  ])
  func anotherSiteChangesNothingAndSignsNobodyIn(name: String, value: String) async throws {
    let browser = try await signIn()
    let headers: HTTPFields = [.named(name): value, .named("X-Tidehook-CSRF"): browser.csrf]
    let answer = try await browser.send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: headers)
    #expect(answer.status == 403 && answer.field == name)
    let login = try await gateway.send(.post, "/console/session", #"{"key":"\#(TestGateway.key)"}"#, headers: headers, key: nil)
    #expect(login.status == 403 && login.headers[.setCookie] == nil)
    #expect(try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: headers).status == 202)
  }

  @Test func aSessionEndsByItselfAndWhenItIsNotUsed() async throws {
    let browser = try await signIn()
    for _ in 0..<5 {
      clock.advance(by: .seconds(7000))
      #expect(try await browser.send(.get, "/v1/webhooks").status == 200)
    }
    clock.advance(by: .seconds(7200))
    let ended = try await browser.send(.get, "/v1/webhooks")
    #expect(ended.status == 401 && ended.code == "unauthorized")
    let other = try await signIn()
    for _ in 0..<12 {
      #expect(try await other.send(.get, "/v1/webhooks").status == 200)
      clock.advance(by: .seconds(3600))
    }
    #expect(try await other.send(.get, "/v1/webhooks").status == 401)
    await gateway.sessions().flush()
    #expect(gateway.backend.with { $0.tokens.isEmpty })
  }

  @Test func usesAreWrittenTogetherAndNotWhileSomebodyWaits() async throws {
    let browser = try await signIn()
    clock.advance(by: .seconds(100))
    for _ in 0..<20 { _ = try await browser.send(.get, "/v1/webhooks") }
    #expect(gateway.backend.with { $0.tokenWrites } == 0)
    await gateway.sessions().flush()
    await gateway.sessions().flush()
    #expect(gateway.backend.with { $0.tokenWrites } == 1)
    #expect(gateway.backend.with { $0.tokens.first?.usedAt } == clock.now())
  }

  @Test func aSessionOutlivesTheProcess() async throws {
    let browser = try await signIn()
    let link = try await makeLink()
    gateway.forgetSessions()
    try await gateway.sessions().load()
    #expect(try await browser.send(.get, "/v1/webhooks").status == 200)
    _ = try await signIn(#"{"link":"\#(link)"}"#)
  }

  @Test func aSessionEndsWithItsKey() async throws {
    let key = try await gateway.makeKey().dropFirst("Bearer ".count)
    let browser = try await signIn(#"{"key":"\#(key)"}"#)
    let admin = try await signIn()
    #expect(try await browser.send(.get, "/v1/webhooks").status == 200)
    let id = try #require(try await gateway.send(.get, "/v1/keys").json["data"]?[0]?["id"]?.stringValue)
    #expect(try await gateway.send(.delete, "/v1/keys/\(id)").status == 204)
    #expect(try await browser.send(.get, "/v1/webhooks").status == 401)
    #expect(try await admin.send(.get, "/v1/webhooks").status == 200)
  }

  @Test func aSessionOfAnotherKeyTextIsNone() async throws {
    let browser = try await signIn()
    gateway.backend.with { $0.tokens[0].binding = Array(repeating: 7, count: 32) }
    gateway.forgetSessions()
    try await gateway.sessions().load()
    #expect(try await browser.send(.get, "/v1/webhooks").status == 401)
  }

  @Test func aSessionOfTheKeyBeforeIsNoMoreListedThanItIsGood() async throws {
    let (team, before) = (try await gateway.makeKey().dropFirst("Bearer ".count), try await signIn())
    _ = try await signIn(#"{"key":"\#(team)"}"#)
    // As it was written once.
    gateway.backend.with { $0.tokens[1].binding += [1, 2, 3] }
    try await gateway.restart(adminDigest: [7])
    clock.advance(by: .seconds(1))
    #expect(try await before.send(.get, "/v1/webhooks").status == 401)
    let rows = try #require(try await signIn().send(.get, "/v1/console/sessions").json["data"]?.elements)
    #expect(rows.map { $0["key"]?["name"] } == ["admin", "limited"] && rows.map { $0["this"] } == [true, false])
  }

  @Test func aKeysOwnSessionsAndLinksMakeRoomAndNobodyElses() async throws {
    let (admin, adminLink) = (try await signIn(), try await makeLink())
    let key = try await gateway.makeKey()
    let body = #"{"key":"\#(key.dropFirst("Bearer ".count))"}"#
    let first = try await signIn(body)
    clock.advance(by: .seconds(1))
    let second = try await signIn(body)
    clock.advance(by: .seconds(1))
    for _ in 0..<51 { #expect(try await gateway.send(.post, "/v1/console/links", key: key).status == 201) }
    #expect(try await first.send(.get, "/v1/webhooks").status == 200)
    for _ in 0..<49 { _ = try await signIn(body) }
    #expect(try await first.send(.get, "/v1/webhooks").status == 401)
    #expect(try await second.send(.get, "/v1/webhooks").status == 200)
    #expect(try await admin.send(.get, "/v1/webhooks").status == 200)
    _ = try await signIn(#"{"link":"\#(adminLink)"}"#)
    await gateway.sessions().flush()
    #expect(gateway.backend.with { state in state.tokens.count { $0.kind == .link } } == 50)
    #expect(gateway.backend.with { state in state.tokens.count { $0.kind == .session } } == 52)
  }

  @Test func aBrowserKeepsNoCopyOfWhatASessionIsTold() async throws {
    let key = try await gateway.makeKey().dropFirst("Bearer ".count)
    let browser = try await signIn(#"{"key":"\#(key)"}"#)
    for path in ["/v1/webhooks", "/v1/keys", "/v1/events/x", "/console/session"] {
      let answer = try await browser.send(.get, path)
      #expect(answer.headers[.cacheControl] == "no-store" && answer.headers[.xContentTypeOptions] == "nosniff", "\(path)")
    }
    #expect(try await gateway.send(.get, "/v1/webhooks").headers[.cacheControl] == nil)
  }

  @Test func signingOutEndsOneSessionAndEverywhereEndsAllOfTheKey() async throws {
    let (one, other) = (try await signIn(), try await signIn())
    let key = try await gateway.makeKey().dropFirst("Bearer ".count)
    let foreign = try await signIn(#"{"key":"\#(key)"}"#)
    let out = try await one.change(.delete, "/console/session")
    #expect(out.status == 204 && out.headers[.setCookie]?.contains("Max-Age=0") == true)
    #expect(try await one.send(.get, "/v1/webhooks").status == 401)
    #expect(try await other.send(.get, "/v1/webhooks").status == 200)
    let link = try await makeLink()
    #expect(try await other.change(.delete, "/console/sessions").status == 204)
    #expect(try await other.send(.get, "/v1/webhooks").status == 401)
    #expect(try await gateway.send(.post, "/console/session", #"{"link":"\#(link)"}"#, key: nil).status == 401)
    #expect(try await foreign.send(.get, "/v1/webhooks").status == 200)
    #expect(gateway.backend.with { $0.tokens.count } == 1)
  }

  @Test func sessionsAreListedAndEndedOneByOne() async throws {
    let (one, other) = (try await signIn(), try await signIn())
    _ = try await makeLink()
    clock.advance(by: .seconds(90))
    let listed = try await one.send(.get, "/v1/console/sessions")
    #expect(listed.status == 200 && listed.keys == ["data", "truncated"])
    let rows = try #require(listed.json["data"]?.elements)
    #expect(rows.count == 2 && rows[0]["this"] == true && rows[1]["this"] == false)
    #expect(rows[0].members?.map(\.key) == ["id", "key", "made_at", "last_used_at", "expires_at", "this"])
    #expect(rows[0]["last_used_at"]?.stringValue == clock.now().rfc3339)
    let texts = [one.cookie, one.csrf, other.cookie, other.csrf]
    #expect(!texts.contains(where: listed.text.contains))
    let id = try #require(rows[1]["id"]?.stringValue)
    #expect(try await one.send(.delete, "/v1/console/sessions/\(id)").status == 403)
    #expect(try await one.change(.delete, "/v1/console/sessions/\(id)").status == 204)
    #expect(try await other.send(.get, "/v1/webhooks").status == 401)
    #expect(try await one.change(.delete, "/v1/console/sessions/\(id)").status == 404)
    #expect(try await one.send(.get, "/v1/console/sessions").json["data"]?.elements?.count == 1)
    #expect(gateway.backend.with { state in state.tokens.count { $0.kind == .session } } == 1)
  }

  @Test func aKeySeesAndEndsItsOwnSessionsAndTheAdminKeyAll() async throws {
    let admin = try await signIn()
    let key = try await gateway.makeKey()
    let limited = try await signIn(#"{"key":"\#(key.dropFirst("Bearer ".count))"}"#)
    let own = try #require(try await limited.send(.get, "/v1/console/sessions").json["data"]?.elements)
    #expect(own.count == 1 && own[0]["this"] == true && own[0]["key"]?["admin"] == false)
    let all = try #require(try await gateway.send(.get, "/v1/console/sessions").json["data"]?.elements)
    #expect(all.count == 2 && all.allSatisfy { $0["this"] == false })
    let foreign = try #require(all.first { $0["key"]?["admin"] == true }?["id"]?.stringValue)
    for id in [foreign, "ses_", "x", ""] {
      let status = try await limited.change(.delete, "/v1/console/sessions/\(id)").status
      #expect(status == 404, "\(id)")
    }
    #expect(try await admin.send(.get, "/v1/webhooks").status == 200)
    let id = try #require(own[0]["id"]?.stringValue)
    #expect(try await gateway.send(.delete, "/v1/console/sessions/\(id)").status == 204)
    #expect(try await limited.send(.get, "/v1/webhooks").status == 401)
  }

  @Test func aLinkIsGoodOnceAndForFiveMinutes() async throws {
    let link = try await makeLink()
    _ = try await signIn(#"{"link":"\#(link)"}"#)
    let again = try await gateway.send(.post, "/console/session", #"{"link":"\#(link)"}"#, key: nil)
    #expect(again.status == 401 && again.message.contains("used before, or has expired"))
    let late = try await makeLink()
    clock.advance(by: .seconds(300))
    #expect(try await gateway.send(.post, "/console/session", #"{"link":"\#(late)"}"#, key: nil).status == 401)
    let link2 = try await makeLink()
    #expect(try await Browser(gateway: gateway, cookie: link2, csrf: "").send(.get, "/v1/webhooks").status == 401)
  }

  @Test func aLinkIsGoodAgainWhenNothingWasStored() async throws {
    let link = try await makeLink()
    gateway.backend.with { $0.failure = StoreError(.full, "full") }
    #expect(try await gateway.send(.post, "/console/session", #"{"link":"\#(link)"}"#, key: nil).status == 503)
    gateway.backend.with { $0.failure = nil }
    _ = try await signIn(#"{"link":"\#(link)"}"#)
  }

  @Test func aSessionMakesNoLinksForItself() async throws {
    let answer = try await signIn().change(.post, "/v1/console/links")
    #expect(answer.status == 403 && answer.message.contains("API key"))
    #expect(try await gateway.send(.get, "/console/session").status == 403)
  }

  @Test func aKeyInTheHeaderBeatsTheCookie() async throws {
    let browser = try await signIn()
    let headers: HTTPFields = [.cookie: "tidehook_session=\(browser.cookie)"]
    #expect(try await gateway.send(.get, "/v1/webhooks", headers: headers, key: "Bearer wrong").status == 401)
    #expect(try await gateway.send(.post, "/v1/events", #"{"event":"a","data":{}}"#, headers: headers).status == 202)
  }

  @Test(arguments: [
    ("{}", "missing_field", "key"), (#"{"key":"a","link":"b"}"#, "invalid_field", "link"), (#"{"key":7}"#, "invalid_field", "key"),
    (#"{"link":""}"#, "invalid_field", "link"), (#"{"password":"p"}"#, "unknown_field", "password"), ("[]", "invalid_body", nil),
  ])
  func whatIsWrongWithASignInIsNamed(body: String, code: String, field: String?) async throws {
    let answer = try await gateway.send(.post, "/console/session", body, key: nil)
    #expect(answer.status == 400 && answer.code == code && answer.field == field, "\(answer.text)")
  }

  @Test func thePageKnowsWhoIsSignedIn() async throws {
    let browser = try await signIn()
    #expect(try await gateway.send(.get, "/console/", key: nil).text == "/console/")
    #expect(try await browser.send(.get, "/console/").text.contains(browser.csrf))
    #expect(try await gateway.send(.post, "/console/x", "{}", key: nil).status == 405)
  }

  @Test func withoutAConsoleThereIsNone() async throws {
    var gateway = TestGateway()
    gateway.hasConsole = false
    #expect(try await gateway.send(.get, "/console/").status == 404)
    let login = try await gateway.send(.post, "/console/session", #"{"key":"\#(TestGateway.key)"}"#, key: nil)
    #expect(login.status == 404 && login.headers[.setCookie] == nil)
    #expect(try await gateway.send(.post, "/v1/console/links").status == 404)
    #expect(try await gateway.send(.get, "/v1/webhooks", headers: [.cookie: "tidehook_session=x"], key: nil).status == 401)
  }
}

extension HTTPField.Name {
  fileprivate static func named(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { fatalError("\(name) is no field name") }
    return field
  }
}
