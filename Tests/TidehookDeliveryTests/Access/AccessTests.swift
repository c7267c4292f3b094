import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct AccessTests {
  private func token(_ text: String, life: Int = 100) -> Result<ReceivedResponse, AttemptFailure> {
    .success(ReceivedResponse(status: 200, body: Array(#"{"access_token":"\#(text)","expires_in":\#(life)}"#.utf8)))
  }

  private let ok = Result<ReceivedResponse, AttemptFailure>.success(ReceivedResponse(status: 200))

  private func makeWebhook(_ fixture: EngineFixture, _ access: EndpointAccess? = nil) throws -> Webhook {
    let client = OAuth2Client(tokenURL: try DestinationURL(parsing: "https://id.example/token"), id: "c", secret: Secret("client secret"))
    return try fixture.makeWebhook { $0.access = access ?? EndpointAccess(auth: .oauth2(client)) }
  }

  private func attempt(_ fixture: EngineFixture, _ webhook: Webhook) async throws -> CompletedDelivery {
    try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
  }

  private func authorization(_ request: SignedRequest?) -> String? { request?.headers.first { $0.name == "Authorization" }?.value }

  @Test func aTokenIsKeptUntilShortlyBeforeItExpires() async throws {
    let fixture = EngineFixture(answers: [token("first"), ok, ok, token("second"), ok])
    let webhook = try makeWebhook(fixture)
    var requests = fixture.client.requests.makeAsyncIterator()
    for pause in [0, 89, 1] {
      fixture.clock.advance(by: .seconds(pause))
      #expect(try await attempt(fixture, webhook).transition.state == .delivered)
    }
    var seen: [String] = []
    for _ in 0..<5 { seen.append(authorization(await requests.next()) ?? "") }
    let basic = "Basic YzpjbGllbnQlMjBzZWNyZXQ="
    #expect(seen == [basic, "Bearer first", "Bearer first", basic, "Bearer second"])
  }

  @Test func aServerThatFailedIsLeftAloneForASecond() async throws {
    let fixture = EngineFixture(answers: [.failure(AttemptFailure(.connect, "connection refused")), token("t"), ok])
    let webhook = try makeWebhook(fixture)
    for _ in 0..<3 {
      let completed = try await attempt(fixture, webhook)
      #expect(completed.attempt?.failure == AttemptFailure(.auth, "token endpoint: connection refused"))
      #expect(completed.attempt?.request == nil && completed.attempt?.phases == nil)
      #expect(completed.transition.state == .retrying)
    }
    fixture.clock.advance(by: .seconds(1))
    #expect(try await attempt(fixture, webhook).transition.state == .delivered)
  }

  private let refusal = Result<ReceivedResponse, AttemptFailure>.success(ReceivedResponse(status: 401, body: Array("no".utf8)))

  @Test func aTokenThatWasJustGotIsNotReplaced() async throws {
    let fixture = EngineFixture(answers: [token("first"), refusal, refusal, token("second"), ok])
    let webhook = try makeWebhook(fixture)
    let failed = try await attempt(fixture, webhook)
    #expect(failed.attempt?.response?.status == 401 && failed.attempt?.failure?.kind == .status)
    fixture.clock.advance(by: .seconds(1))
    #expect(try await attempt(fixture, webhook).transition.state == .delivered)
  }

  @Test func whatWasSentIsKeptWhenThereIsNoOtherToken() async throws {
    let fixture = EngineFixture(answers: [token("first"), ok, refusal, .failure(AttemptFailure(.connect, "connection refused"))])
    let webhook = try makeWebhook(fixture)
    _ = try await attempt(fixture, webhook)
    fixture.clock.advance(by: .seconds(1))
    let shown = try #require(try await attempt(fixture, webhook).attempt)
    #expect(shown.failure == AttemptFailure(.auth, "token endpoint: connection refused"))
    #expect(shown.request?.headers.contains(HeaderField("Authorization", "<secret>")) == true)
    #expect(shown.response?.status == 401 && shown.phases != nil)
  }

  @Test func whatAProxyIsGivenIsHidden() async throws {
    let echo = ReceivedResponse(status: 500, body: Array("Basic dGlkZTpwYXNzd29yZA== is password".utf8))
    let fixture = EngineFixture(answers: [.success(echo)])
    let proxy = ProxyChoice.through(try ForwardProxy(parsing: "http://tide:password@proxy:1"))
    let shown = try #require(try await attempt(fixture, try makeWebhook(fixture, EndpointAccess(proxy: proxy))).attempt)
    let text = shown.response.map { String(decoding: $0.body, as: UTF8.self) } ?? "password"
    #expect(!text.contains("password") && !text.contains("dGlkZTpwYXNzd29y"), "\(text)")
  }

  @Test func aBlockedTokenEndpointStaysBlocked() async throws {
    let fixture = EngineFixture(answers: [.failure(AttemptFailure(.blocked, "blocked: loopback address 127.0.0.1"))])
    let completed = try await attempt(fixture, try makeWebhook(fixture))
    #expect(completed.transition.state == .dead && completed.attempt?.failure?.kind == .blocked)
  }

  @Test func credentialsBeatOtherHeadersAndAreHidden() async throws {
    let echo = ReceivedResponse(status: 500, body: Array("you sent Bearer t0ken-12345 and door-9876".utf8))
    let overrides = RequestOverrides(headers: [HeaderField("authorization", "Bearer of-the-script"), HeaderField("X-Other", "b")])
    let fixture = EngineFixture(answers: [.success(echo)], pipeline: FixedPipeline(verdict: .send(body: nil, overrides: overrides)))
    let access = EndpointAccess(auth: .bearer(Secret("t0ken-12345")), headers: [HeaderField("X-Door", "door-9876")])
    let webhook = try fixture.makeWebhook {
      $0.access = access
      $0.pipeline = [.script("")]
    }
    let completed = try await attempt(fixture, webhook)
    var requests = fixture.client.requests.makeAsyncIterator()
    let sent = try #require(await requests.next())
    #expect(sent.headers.filter { $0.name.lowercased() == "authorization" } == [HeaderField("Authorization", "Bearer t0ken-12345")])
    let shown = try #require(completed.attempt)
    #expect(shown.request?.headers.contains(HeaderField("Authorization", "<secret>")) == true)
    #expect(shown.request?.headers.contains(HeaderField("X-Door", "<secret>")) == true)
    #expect(shown.request?.headers.contains(HeaderField("X-Other", "b")) == true)
    #expect(shown.response.map { String(decoding: $0.body, as: UTF8.self) } == "you sent Bearer <secret> and <secret>")
  }

  @Test func aReceiverElsewhereGetsTheWayButNoCredentials() async throws {
    let overrides = RequestOverrides(url: "https://example.org/")
    let fixture = EngineFixture(pipeline: FixedPipeline(verdict: .send(body: nil, overrides: overrides)))
    let tls = EndpointTLS(certificate: "c", key: Secret("k"), authorities: "a")
    let webhook = try fixture.makeWebhook {
      $0.access = EndpointAccess(auth: .bearer(Secret("token")), tls: tls, proxy: .direct)
      $0.pipeline = [.script("")]
    }
    _ = try await attempt(fixture, webhook)
    var requests = fixture.client.requests.makeAsyncIterator()
    let sent = try #require(await requests.next())
    #expect(authorization(sent) == nil)
    #expect(sent.route == ConnectionRoute(tls: EndpointTLS(authorities: "a"), proxy: .direct))
  }

  @Test func aPinnedRevisionUsesTheAccessOfNow() async throws {
    let fixture = EngineFixture()
    var webhook = try fixture.makeWebhook {
      $0.revision = 2
      $0.access = EndpointAccess(auth: .bearer(Secret("old")))
    }
    var first = webhook
    (first.revision, first.access) = (1, EndpointAccess())
    first.url = try DestinationURL(parsing: "https://example.com/first")
    fixture.revisions.add(first)
    var delivery = fixture.makeDelivery(for: webhook.id)
    delivery.pinned = PinnedVersions(revision: 1, plugins: [])
    var requests = fixture.client.requests.makeAsyncIterator()
    _ = await fixture.runner.attempt(delivery)
    #expect(authorization(await requests.next()) == "Bearer old")
    webhook.access.auth = .bearer(Secret("new"))
    fixture.directory.put(webhook)
    _ = await fixture.runner.attempt(delivery)
    #expect(authorization(await requests.next()) == "Bearer new")
    webhook.url = try DestinationURL(parsing: "https://example.org/")
    fixture.directory.put(webhook)
    _ = await fixture.runner.attempt(delivery)
    #expect(authorization(await requests.next()) == nil)
  }
}
