import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct DryRunnerTests {
  /// Gives every event the same trace.
  private struct FixedTracer: PipelineTracer {
    var verdict: PipelineVerdict
    var stages: [StageTrace]

    func trace(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineTrace {
      PipelineTrace(result: PipelineResult(verdict), stages: stages)
    }

    func traceBatch(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineTrace {
      await trace(webhook, on: delivery, at: now)
    }
  }

  /// Refuses every message.
  private struct RefusingSigner: MessageSigner {
    func headers(messageID: String, timestamp: Int64, body: [UInt8]) throws(AttemptFailure) -> [HeaderField] {
      throw AttemptFailure(.signature, "no")
    }
  }

  private let fixture = EngineFixture()
  private let passed = StageTrace(name: "tags", decision: .passed)

  /// Runs a webhook that nobody stored over an event that nobody published.
  private func dryRun(
    _ verdict: PipelineVerdict, _ stages: [StageTrace] = [], directory: WebhookDirectory? = nil,
    webhook change: (inout Webhook) -> Void = { $0.pipeline = [.script("")] }
  ) async throws -> DryRun {
    let runner = DryRunner(
      directory: directory ?? fixture.directory, tracer: FixedTracer(verdict: verdict, stages: stages), ids: fixture.ids,
      time: fixture.clock)
    var webhook = Webhook(
      id: WebhookID(fixture.ids.next()), name: "draft", url: try DestinationURL(parsing: "https://example.com/hook"),
      events: [.everything], namespace: nil, secret: Secret(""), revision: 0, createdAt: fixture.clock.now(),
      updatedAt: fixture.clock.now())
    change(&webhook)
    return await runner.dryRun(webhook, event: fixture.makeDelivery(for: webhook.id, payload: #"{"id":"evt_1"}"#).event)
  }

  private func request(_ run: DryRun) throws -> SentRequest {
    guard case .request(let request) = run.outcome else { throw AttemptFailure(.script, "expected a request, got \(run.outcome)") }
    return request
  }

  @Test func aWebhookWithoutAPipelineSendsTheEventItself() async throws {
    let run = try await dryRun(.dropped(reason: "never asked")) { _ in }
    let request = try request(run)
    #expect(run.stages.isEmpty)
    #expect(request.method == "POST")
    #expect(request.url == "https://example.com/hook")
    #expect(request.body == Array(#"{"id":"evt_1"}"#.utf8))
    #expect(request.headers == [HeaderField("Content-Type", "application/json"), HeaderField("User-Agent", "Tidehook/test")])
  }

  @Test func theRequestIsTheOneThatADeliveryMakesButForSignatures() async throws {
    let verdict = PipelineVerdict.send(
      body: [0x61],
      overrides: RequestOverrides(
        method: "PUT", url: "https://example.org/x", headers: [HeaderField("X-Team", "b")], contentType: "text/plain"))
    let request = try request(try await dryRun(verdict, [passed]))
    let fixture = EngineFixture(pipeline: FixedPipeline(verdict: verdict))
    let webhook = try fixture.makeWebhook { $0.pipeline = [.script("")] }
    let sent = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id))?.attempt?.request)
    #expect(request.method == sent.method)
    #expect(request.url == sent.url)
    #expect(request.body == sent.body)
    #expect(request.headers == sent.headers.filter { !$0.name.hasPrefix("webhook-") && $0.name != "traceparent" })
  }

  @Test(arguments: ["Authorization", "Cookie", "X-Api-Key", "PRIVATE-TOKEN", "X-Client-Secret"])
  func headersThatHoldSecretsAreHidden(_ name: String) async throws {
    let fields = [HeaderField(name, "s3cret"), HeaderField("X-Team", "b")]
    let scripted = try request(try await dryRun(.send(body: nil, overrides: RequestOverrides(headers: fields))))
    let configured = try request(try await dryRun(.send(body: nil, overrides: RequestOverrides())) { $0.headers = fields })
    for request in [scripted, configured] {
      #expect(request.headers.contains(HeaderField(name, "<secret>")))
      #expect(request.headers.contains(HeaderField("X-Team", "b")))
    }
  }

  @Test func aDropTellsTheStageAndTheReason() async throws {
    let stages = [passed, StageTrace(name: "where", decision: .dropped(reason: "too old"))]
    let run = try await dryRun(.dropped(reason: "too old"), stages)
    guard case .filtered(1, "too old") = run.outcome else {
      Issue.record("expected stage 1 to drop it, got \(run.outcome)")
      return
    }
    #expect(run.stages.map(\.name) == ["tags", "where"])
  }

  @Test func aMessageThatCannotBeSignedFailsUnlessThereIsNoSecretYet() async throws {
    let directory = WebhookDirectory(userAgent: "Tidehook/test") { _ in RefusingSigner() }
    let send = PipelineVerdict.send(body: nil, overrides: RequestOverrides())
    let stored = try await dryRun(send, directory: directory) { $0.secret = Secret("secret") }
    guard case .failed(let failure) = stored.outcome, failure.kind == .signature else {
      Issue.record("expected a failure, got \(stored.outcome)")
      return
    }
    _ = try request(try await dryRun(send, directory: directory) { _ in })
  }

  @Test func whatCannotBeSentFailsAsItWouldInADelivery() async throws {
    let failures = [
      try await dryRun(.failed("script:1: boom")),
      try await dryRun(.send(body: nil, overrides: RequestOverrides(url: "ftp://example.com"))),
      try await dryRun(.send(body: nil, overrides: RequestOverrides(method: "GET|id"))),
      try await dryRun(.send(body: nil, overrides: RequestOverrides(method: "post"))),
      try await dryRun(.send(body: nil, overrides: RequestOverrides(method: ""))),
      try await dryRun(.send(body: nil, overrides: RequestOverrides(headers: [HeaderField("Host", "x")]))),
    ]
    for run in failures {
      guard case .failed(let failure) = run.outcome else {
        Issue.record("expected a failure, got \(run.outcome)")
        continue
      }
      #expect(failure.kind == .script)
    }
  }
}
