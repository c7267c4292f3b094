import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct AttemptRunnerTests {
  /// Attempts one delivery through a pipeline's verdict and returns the outcome with the request that was sent, if any.
  func attempt(
    _ verdict: PipelineVerdict, webhook change: (inout Webhook) -> Void = { $0.pipeline = [.script("")] }
  ) async throws -> CompletedDelivery {
    let fixture = EngineFixture(pipeline: FixedPipeline(verdict: verdict))
    let webhook = try fixture.makeWebhook(change)
    return try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id, payload: #"{"id":"evt_1"}"#)))
  }

  func header(_ name: String, of completed: CompletedDelivery) -> [String] {
    completed.attempt?.request?.headers.filter { $0.name.lowercased() == name }.map(\.value) ?? []
  }

  @Test func untouchedEventsAreSentAsTheyAreStored() async throws {
    let completed = try await attempt(.send(body: nil, overrides: RequestOverrides()))
    #expect(completed.transition.state == .delivered)
    #expect(completed.attempt?.request?.body == nil)
    #expect(header("content-type", of: completed) == ["application/json"])
    #expect(header("user-agent", of: completed) == ["Tidehook/test"])
    #expect(header("webhook-id", of: completed).count == 1)
  }

  @Test func eachAttemptIsTheParentInTheTraceOfItsEvent() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let completed = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
    let parts = header("traceparent", of: completed).first?.split(separator: "-") ?? []
    #expect(parts.count == 4 && parts.first == "00" && parts.last == "00")
    #expect(header("tracestate", of: completed).isEmpty)
  }

  @Test func aTraceThatTheWebhookOrAScriptNamesIsLeftAlone() async throws {
    let own = [HeaderField("TraceParent", "mine")]
    let byScript = try await attempt(.send(body: nil, overrides: RequestOverrides(headers: own)))
    let byWebhook = try await attempt(.send(body: nil, overrides: RequestOverrides())) { $0.headers = own }
    #expect(header("traceparent", of: byScript) == ["mine"])
    #expect(header("traceparent", of: byWebhook) == ["mine"])
  }

  @Test(arguments: [
    (RequestOverrides(url: "ftp://jane.doe"), "the script's url override is refused"),
    (RequestOverrides(method: "jane.doe"), "the script's method override is refused: expected one of GET"),
    (RequestOverrides(headers: [HeaderField("Host", "jane.doe")]), "a script set a header that scripts cannot set"),
    (RequestOverrides(headers: [HeaderField("X-Tidehook-Test", "jane.doe")]), "a script set a header that scripts cannot set"),
  ])
  func whatAScriptMustNotChooseIsOutlinedInOurOwnWords(overrides: RequestOverrides, outline: String) async throws {
    let failure = try #require(try await attempt(.send(body: nil, overrides: overrides)).attempt?.failure)
    #expect(failure.kind == .script && failure.outline.hasPrefix(outline) && !failure.outline.contains("jane.doe"))
    #expect(failure.message.hasPrefix(failure.outline))
  }

  @Test(
    arguments: [("https://jane-doe.invalid/", false), (nil, true), ("https://example.com/bot7/sendMessage", true)] as [(String?, Bool)])
  func whereAPipelineSendsIsNotInAnOutline(url: String?, isAtHome: Bool) async throws {
    let message = "host name jane-doe.invalid does not resolve"
    let fixture = EngineFixture(
      answers: [.failure(AttemptFailure(.dns, message))],
      pipeline: FixedPipeline(verdict: .send(body: nil, overrides: RequestOverrides(url: url))))
    let webhook = try fixture.makeWebhook { $0.pipeline = [.script("")] }
    let completed = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
    let failure = try #require(completed.attempt?.failure)
    #expect(failure.kind == .dns && failure.message == message && failure.outline.contains("jane-doe") == isAtHome)
  }

  @Test func aPipelineThatLeavesTheReceiverThatIsAskedIsOutlinedAsThat() async throws {
    let overrides = RequestOverrides(url: "https://example.org/other")
    let completed = try await attempt(.send(body: nil, overrides: overrides)) {
      $0.pipeline = [.script("")]
      $0.handshake = HandshakeScheme.allCases.first
    }
    let failure = try #require(completed.attempt?.failure)
    #expect(
      failure.kind == .handshake && failure.outline == failure.message && failure.outline.hasPrefix("the pipeline sends to another URL"))
  }

  @Test func scriptsOverrideMethodURLHeadersAndType() async throws {
    let overrides = RequestOverrides(
      method: "PUT", url: "https://example.org/other", headers: [HeaderField("X-Team", "b")], contentType: "text/plain")
    let completed = try await attempt(.send(body: [0x61], overrides: overrides)) {
      $0.pipeline = [.script("")]
      $0.headers = [HeaderField("x-team", "a"), HeaderField("X-Other", "c")]
    }
    let request = try #require(completed.attempt?.request)
    #expect(request.method == "PUT")
    #expect(request.url == "https://example.org/other")
    #expect(request.body == [0x61])
    #expect(header("x-team", of: completed) == ["b"])
    #expect(header("x-other", of: completed) == ["c"])
    #expect(header("content-type", of: completed) == ["text/plain"])
  }

  @Test(arguments: ["Host", "content-length", "Webhook-Signature", "X-REM-Signature", "Transfer-Encoding"])
  func scriptsCannotSetReservedHeaders(_ name: String) async throws {
    let completed = try await attempt(.send(body: nil, overrides: RequestOverrides(headers: [HeaderField(name, "x")])))
    #expect(completed.attempt?.failure?.kind == .script)
    #expect(completed.attempt?.request == nil)
  }

  @Test(arguments: ["ftp://example.com", "/relative", "https://user@example.com", ""])
  func unusableURLOverridesAreScriptErrors(_ url: String) async throws {
    let completed = try await attempt(.send(body: nil, overrides: RequestOverrides(url: url)))
    #expect(completed.attempt?.failure?.kind == .script)
    #expect(completed.transition.state == .retrying)
  }

  @Test func dropsAreFilteredWithoutARequest() async throws {
    let completed = try await attempt(.dropped(reason: "no tag"))
    #expect(completed.transition == Transition(.filtered, reason: "no tag"))
    #expect(completed.attempt?.request == nil)
    #expect(completed.attempt?.log == "ran\n")
  }

  @Test func scriptErrorsAreFailedAttempts() async throws {
    let completed = try await attempt(.failed("script:1: boom"))
    #expect(completed.attempt?.failure == AttemptFailure(.script, "script:1: boom"))
    #expect(completed.transition.state == .retrying)
  }

  @Test func inactiveAndDeletedWebhooksAreNotTried() async throws {
    let inactive = try await attempt(.dropped(reason: "")) { $0.isActive = false }
    #expect(inactive.attempt == nil)
    #expect(inactive.transition.state == .held)
    let fixture = EngineFixture()
    let unknown = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: WebhookID(fixture.ids.next()))))
    #expect(unknown.transition.state == .cancelled)
  }

  @Test func longAnswersAreKeptToFourKiB() async throws {
    let fixture = EngineFixture(answers: [.success(ReceivedResponse(status: 200, body: Array(repeating: 1, count: 5000)))])
    let webhook = try fixture.makeWebhook()
    let completed = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
    #expect(completed.attempt?.response?.body.count == 4096)
    #expect(completed.attempt?.response?.isTruncated == true)
  }

  @Test(arguments: [("120", 120), ("Mon, 13 Apr 2026 10:31:30 GMT", 90), ("soon", 5), ("-3", 5)])
  func retryAfterIsReadAsSecondsOrDate(_ value: String, _ seconds: Int64) async throws {
    let busy = ReceivedResponse(status: 503, headers: [HeaderField("retry-after", value)])
    let fixture = EngineFixture(answers: [.success(busy)])
    let webhook = try fixture.makeWebhook()
    let completed = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
    #expect(completed.transition.nextAttemptAt == fixture.clock.now() + .seconds(seconds))
  }
}
