import Logging
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct HandshakeTests {
  static func agreement(rate: String? = nil) -> Result<ReceivedResponse, AttemptFailure> {
    let rates = rate.map { [HeaderField("WebHook-Allowed-Rate", $0)] } ?? []
    return .success(ReceivedResponse(status: 200, headers: [HeaderField("WebHook-Allowed-Origin", "*")] + rates))
  }

  static let refusal = Result<ReceivedResponse, AttemptFailure>.success(ReceivedResponse(status: 405))
  static let ok = Result<ReceivedResponse, AttemptFailure>.success(ReceivedResponse(status: 200))

  private func attempt(_ fixture: EngineFixture, _ webhook: Webhook) async throws -> CompletedDelivery {
    try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
  }

  @Test func theReceiverIsAskedOnceBeforeTheFirstDelivery() async throws {
    let fixture = EngineFixture(answers: [Self.agreement(), Self.ok])
    let webhook = try fixture.makeWebhook {
      $0.handshake = .cloudEvents
      $0.headers = [HeaderField("X-Door", "open"), HeaderField("Origin", "mine")]
      $0.rateLimit = RateLimit(count: 10, perSeconds: 1)
    }
    for _ in 0..<2 { #expect(try await attempt(fixture, webhook).transition.state == .delivered) }
    var requests = fixture.client.requests.makeAsyncIterator()
    let question = try #require(await requests.next())
    #expect(question.method == "OPTIONS" && question.url == webhook.url && question.body.isEmpty)
    #expect(question.headers.contains(HeaderField("WebHook-Request-Origin", "tide.example.com")))
    #expect(question.headers.contains(HeaderField("WebHook-Request-Rate", "600")))
    #expect(question.headers.contains(HeaderField("X-Door", "open")))
    for _ in 0..<2 {
      let delivery = try #require(await requests.next())
      #expect(delivery.method == "POST")
      #expect(delivery.headers.contains(HeaderField("WebHook-Request-Origin", "tide.example.com")))
      #expect(delivery.headers.filter { $0.name == "Origin" } == [HeaderField("Origin", "tide.example.com")])
    }
  }

  @Test func aWebhookWithoutAHandshakeAsksNobody() async throws {
    let fixture = EngineFixture(answers: [Self.ok])
    let webhook = try fixture.makeWebhook()
    #expect(try await attempt(fixture, webhook).transition.state == .delivered)
    var requests = fixture.client.requests.makeAsyncIterator()
    let request = try #require(await requests.next())
    #expect(request.method == "POST" && !request.headers.contains { $0.name == "WebHook-Request-Origin" || $0.name == "Origin" })
  }

  @Test func aNewRevisionAsksAgain() async throws {
    let fixture = EngineFixture(answers: [Self.agreement(), Self.ok, Self.refusal])
    let webhook = try fixture.makeWebhook { $0.handshake = .cloudEvents }
    #expect(try await attempt(fixture, webhook).transition.state == .delivered)
    var changed = webhook
    changed.revision += 1
    fixture.directory.put(changed)
    #expect(try await attempt(fixture, changed).attempt?.failure?.kind == .handshake)
  }

  @Test func aRefusalFailsTheAttemptAndIsRememberedForASecond() async throws {
    let fixture = EngineFixture(answers: [Self.refusal, Self.agreement(), Self.ok])
    let webhook = try fixture.makeWebhook { $0.handshake = .cloudEvents }
    for _ in 0..<3 {
      let completed = try await attempt(fixture, webhook)
      #expect(completed.attempt?.failure?.kind == .handshake && completed.attempt?.request == nil)
      #expect(completed.transition.state == .retrying)
    }
    fixture.clock.advance(by: .seconds(1))
    #expect(try await attempt(fixture, webhook).transition.state == .delivered)
    var requests = fixture.client.requests.makeAsyncIterator()
    var methods: [String] = []
    for _ in 0..<3 { methods.append(try #require(await requests.next()).method) }
    #expect(methods == ["OPTIONS", "OPTIONS", "POST"])
  }

  @Test func whatAScriptSendsElsewhereWasNeverAgreedTo() async throws {
    let elsewhere = RequestOverrides(url: "https://victim.example.com/")
    let fixture = EngineFixture(
      answers: [Self.agreement()], pipeline: FixedPipeline(verdict: .send(body: nil, overrides: elsewhere)))
    let webhook = try fixture.makeWebhook {
      $0.handshake = .cloudEvents
      $0.pipeline = [.script("")]
    }
    #expect(try await attempt(fixture, webhook).attempt?.failure?.kind == .handshake)
  }

  @Test func whatIsDroppedAsksNobody() async throws {
    let fixture = EngineFixture(answers: [Self.refusal], pipeline: FixedPipeline(verdict: .dropped(reason: "no")))
    let webhook = try fixture.makeWebhook {
      $0.handshake = .cloudEvents
      $0.pipeline = [.script("")]
    }
    #expect(try await attempt(fixture, webhook).transition.state == .filtered)
  }

  @Test func theAgreedRateHoldsFromTheFirstDeliveryOn() async throws {
    let fixture = EngineFixture(answers: [Self.agreement(rate: "60"), Self.ok])
    let engine = DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, time: fixture.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let running = Task { try await engine.run() }
    engine.configure(try fixture.makeWebhook { $0.handshake = .cloudEvents })
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    let events = (0..<3).map { _ in PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8)) }
    _ = try await publisher.publish(events)
    var records = fixture.queue.records.makeAsyncIterator()
    let began = fixture.clock.now()
    for second in 0..<3 {
      let record = try #require(await records.next())
      #expect(record.transition.state == .delivered && record.attempt?.startedAt == began + .seconds(second))
      guard second < 2 else { break }
      #expect(await fixture.clock.nextSleep() == began + .seconds(second + 1))
      fixture.clock.advance(by: .seconds(1))
    }
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }
}

@Suite struct LanePaceTests {
  private func pace(_ handshake: HandshakeState, rateLimit: RateLimit? = nil) throws -> LanePace {
    let webhook = try EngineFixture().makeWebhook {
      $0.handshake = .cloudEvents
      $0.rateLimit = rateLimit
    }
    return LanePace(of: webhook, handshake)
  }

  @Test func oneDeliveryIsTriedAtATimeUntilTheReceiverAgrees() throws {
    for state in [HandshakeState.pending, .refused] { #expect(try pace(state).maxInFlight == 1) }
    #expect(try pace(.agreed(ratePerMinute: nil)).maxInFlight == 64)
    #expect(try pace(.agreed(ratePerMinute: nil)).rateLimit == nil)
  }

  @Test func theWebhooksOwnRateHoldsBesideTheAgreedOne() throws {
    let slow = RateLimit(count: 1, perSeconds: 1, burst: 1000)
    let both = try pace(.agreed(ratePerMinute: 90), rateLimit: slow)
    #expect(both.rateLimit == slow)
    #expect(both.consent?.state == .agreed(ratePerMinute: 90))
  }
}
