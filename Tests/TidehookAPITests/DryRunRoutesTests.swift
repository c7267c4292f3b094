import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct DryRunRoutesTests {
  private func makeEvent(_ gateway: TestGateway, _ type: String = "a", namespace: Namespace = .default, size: Int = 0) -> Event {
    let data = #"{"x":"\#(String(repeating: "x", count: size))"}"#
    return Event(
      PublishRequest(type: EventType(stored: type), namespace: namespace, data: Array(data.utf8)), key: gateway.ids.next(),
      acceptedAt: StoppedClock().time)
  }

  private func run(_ gateway: TestGateway, _ body: String) async throws -> Answer {
    try await gateway.send(.post, "/v1/dry-runs", body)
  }

  @Test func aGivenEventIsRunWithoutBeingStored() async throws {
    let gateway = TestGateway()
    let body = #"{"script":"s","event":{"event":"memory_add","id":"e1","timestamp":"2026-01-01T00:00:00Z","data":{"n":9007199254740993}}}"#
    let answer = try await run(gateway, body)
    #expect(answer.status == 200, "\(answer.text)")
    let result = try #require(answer.json["results"]?[0])
    #expect(
      result.members?.map(\.key) == [
        "event_id", "event", "outcome", "stage", "reason", "failure", "error", "request", "stages", "body_omitted",
      ])
    #expect(result["event_id"] == "e1" && result["event"] == "memory.created" && result["outcome"] == "delivered")
    let payload = #"{"id":"e1","event":"memory.created","timestamp":"2026-01-01T00:00:00Z","data":{"n":9007199254740993}}"#
    #expect(result["request"]?["body"] == .string(payload))
    let tried = try #require(gateway.backend.with { $0.dryRuns }.first)
    #expect(tried.event.payload == Array(payload.utf8) && tried.webhook.revision == 0)
    #expect(tried.webhook.url.description == "https://webhook.invalid/")
    #expect(gateway.backend.with { $0.published }.isEmpty && gateway.backend.webhooks().isEmpty)
  }

  @Test func whatIsLeftOutOfAnEventIsMade() async throws {
    let gateway = TestGateway()
    let answer = try await run(gateway, #"{"pipeline":[],"event":{"type":"a","data":{"namespace":"team"}}}"#)
    #expect(answer.json["results"]?[0]?["event_id"]?.stringValue?.hasPrefix("evt_") == true)
    #expect(gateway.backend.with { $0.dryRuns }.first?.event.namespace.name == "team")
  }

  @Test func everyOutcomeIsShownAndCounted() async throws {
    let gateway = TestGateway()
    let events = ["a", "b", "c", "d"].map { makeEvent(gateway, $0) }
    gateway.backend.with { state in
      state.events = events
      state.dryRun = { _, event in
        switch event.type.name {
        case "a", "b":
          let stage = StageTrace(name: "script", decision: .dropped(reason: "no tag"))
          return DryRun(stages: [stage], outcome: .filtered(stage: 0, reason: "no tag"))
        case "c":
          let stage = StageTrace(
            name: "script", decision: .failed(message: "script:3: nil", line: 3, traceback: "stack traceback"), log: "seen\n")
          return DryRun(stages: [stage], outcome: .failed(AttemptFailure(.script, "script:3: nil")))
        default:
          let usage = ScriptUsage(instructions: 2000, cpuTime: .microseconds(12), memoryBytes: 512)
          let stage = StageTrace(
            name: "chat", plugin: PluginVersion(name: "chat", revision: 3), decision: .passed, body: Array("{\"t\":1}".utf8), usage: usage)
          let request = SentRequest(
            method: "PUT", url: "https://a.example/", headers: [HeaderField("A", "1")], body: Array("{\"t\":1}".utf8))
          return DryRun(stages: [stage], outcome: .request(request))
        }
      }
    }
    let answer = try await run(gateway, #"{"script":"s","last":10}"#)
    #expect(
      answer.text.hasSuffix(
        #""summary":{"events":4,"delivered":1,"filtered":2,"errors":1,"reasons":{"no tag":2},"stopped":null}}"#), "\(answer.text)")
    let results = try #require(answer.json["results"]?.elements)
    #expect(results.map { $0["event"] } == ["d", "c", "b", "a"])
    #expect(results[0]["request"] == ["method": "PUT", "url": "https://a.example/", "headers": ["A": "1"], "body": "{\"t\":1}"])
    #expect(
      results[0]["stages"]?[0] == [
        "stage": 0, "name": "chat", "plugin": "chat", "revision": 3, "decision": "passed", "reason": nil, "error": nil, "body": "{\"t\":1}",
        "log": "", "instructions": 2000, "cpu_us": 12, "memory_bytes": 512,
      ])
    #expect(results[1]["outcome"] == "error" && results[1]["stage"] == 0 && results[1]["failure"] == "script")
    #expect(results[1]["error"] == "script:3: nil" && results[1]["request"] == .null)
    #expect(results[1]["stages"]?[0]?["error"] == ["message": "script:3: nil", "line": 3, "traceback": "stack traceback"])
    #expect(results[1]["stages"]?[0]?["log"] == "seen\n")
    #expect(results[2]["outcome"] == "filtered" && results[2]["stage"] == 0 && results[2]["reason"] == "no tag")
  }

  @Test func aStoredEventIsFoundByItsID() async throws {
    let gateway = TestGateway()
    let event = makeEvent(gateway)
    gateway.backend.with { $0.events = [event] }
    let answer = try await run(gateway, #"{"script":"s","event_id":"\#(event.id)"}"#)
    #expect(answer.json["results"]?[0]?["event_id"]?.stringValue == event.id.rawValue)
    let unknown = try await run(gateway, #"{"script":"s","event_id":"nobody"}"#)
    #expect(unknown.status == 400 && unknown.field == "event_id" && unknown.message.contains("\"nobody\""))
  }

  @Test func aStoredWebhookIsRunAsItIs() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook(#","script":"stored""#)
    #expect(try await run(gateway, #"{"webhook":"\#(id)","event":{"event":"a","data":{}}}"#).status == 200)
    let webhook = try #require(gateway.backend.with { $0.dryRuns }.first?.webhook)
    #expect(webhook.id.description == id && webhook.revision == 1 && webhook.pipeline == [.script("stored")])
  }

  @Test func aDraftOfAStoredWebhookKeepsItsSecretsAndHasNoRevision() async throws {
    let gateway = TestGateway()
    let id = try await gateway.makeWebhook(#","pipeline":[{"plugin":"chat","options":{"token":"hunter2"}}]"#)
    let stage = #"{"plugin":"chat","options":{"channel":"ops","token":"<secret>"}}"#
    let answer = try await run(
      gateway, #"{"webhook":"\#(id)","pipeline":[\#(stage)],"url":"https://new.example/","event":{"event":"a","data":{}}}"#)
    #expect(answer.status == 200 && !answer.text.contains("hunter2"), "\(answer.text)")
    let webhook = try #require(gateway.backend.with { $0.dryRuns }.first?.webhook)
    #expect(webhook.revision == 0 && webhook.url.description == "https://new.example/")
    #expect(webhook.pipeline == [.plugin(PluginStage(name: "chat", options: ["channel": "ops", "token": "hunter2"]))])
    #expect(gateway.backend.webhooks().first?.revision == 1)
  }

  @Test func theLastEventsAreThoseThatTheWebhookWants() async throws {
    let gateway = TestGateway()
    let team = try #require(Namespace("team"))
    let events = [
      makeEvent(gateway, "memory.created"), makeEvent(gateway, "memory.deleted"), makeEvent(gateway, "task.done", namespace: team),
      makeEvent(gateway, "webhook.disabled", namespace: .operational),
    ]
    gateway.backend.with { $0.events = events }
    let id = try await gateway.makeWebhook()
    let cases = [
      (#""webhook":"\#(id)""#, ["memory.created"]), (#""webhook":"\#(id)","events":["memory.*"]"#, ["memory.deleted", "memory.created"]),
      (#""script":"s""#, ["task.done", "memory.deleted", "memory.created"]),
      (#""script":"s","namespace":"team""#, ["task.done"]), (#""script":"s","namespace":"tidehook""#, ["webhook.disabled"]),
      (#""script":"s","events":["memory_add","task.done"]"#, ["task.done", "memory.created"]),
    ]
    for (member, expected) in cases {
      let answer = try await run(gateway, #"{\#(member),"last":100}"#)
      #expect(answer.json["results"]?.elements?.compactMap { $0["event"]?.stringValue } == expected, "\(member): \(answer.text)")
    }
    let one = try await run(gateway, #"{"script":"s","last":1}"#)
    #expect(one.json["results"]?.elements?.count == 1 && one.json["summary"]?["stopped"] == .null)
  }

  @Test func rareEventsAreLookedForPageByPage() async throws {
    let gateway = TestGateway()
    let events = [makeEvent(gateway, "memory.created")] + (0..<950).map { _ in makeEvent(gateway, "noise") }
    gateway.backend.with { $0.events = events }
    let answer = try await run(gateway, #"{"script":"s","last":1,"events":["memory.*"]}"#)
    #expect(answer.json["results"]?[0]?["event"] == "memory.created")
    #expect(gateway.backend.with { $0.readEvents }.allSatisfy { $0 <= 100 })
  }

  @Test func theSearchForRareEventsEnds() async throws {
    let gateway = TestGateway()
    let events = (0..<10_100).map { _ in makeEvent(gateway, "noise") }
    gateway.backend.with { $0.events = events }
    let answer = try await run(gateway, #"{"script":"s","last":1,"events":["memory.*"]}"#)
    #expect(answer.json["results"] == [] && answer.json["summary"]?["stopped"] == "search")
    #expect(gateway.backend.with { $0.readEvents }.reduce(0, +) == 10_000)
  }

  @Test func itEndsWhenItTakesTooLong() async throws {
    let gateway = TestGateway(limits: APILimits(dryRunTime: .seconds(10)), clock: StoppedClock(step: .seconds(1)))
    let events = (0..<50).map { _ in makeEvent(gateway) }
    gateway.backend.with { $0.events = events }
    let answer = try await run(gateway, #"{"script":"s","last":50}"#)
    #expect(answer.json["summary"]?["stopped"] == "time")
    #expect((1...10).contains(answer.json["summary"]?["events"]?.integerValue ?? 0), "\(answer.text)")
  }

  @Test func itEndsWhenTheAnswerIsTooLong() async throws {
    let gateway = TestGateway()
    let events = (0..<20).map { _ in makeEvent(gateway, size: 1 << 20) }
    gateway.backend.with { $0.events = events }
    let answer = try await run(gateway, #"{"script":"s","last":20}"#)
    #expect(answer.json["summary"]?["stopped"] == "size")
    #expect(answer.text.utf8.count < 10 << 20 && answer.text.utf8.count > 8 << 20)
  }

  @Test func longBodiesOfStagesAreLeftOut() async throws {
    let gateway = TestGateway()
    gateway.backend.with { state in
      state.dryRun = { _, _ in
        let stages = (0..<3).map { _ in StageTrace(name: "s", decision: .passed, body: [UInt8](repeating: 0x61, count: 1 << 20)) }
        return DryRun(stages: stages, outcome: .request(SentRequest(method: "POST", url: "https://a/", headers: [], body: [0xff])))
      }
    }
    let result = try #require(try await run(gateway, #"{"script":"s","event":{"event":"a","data":{}}}"#).json["results"]?[0])
    #expect(result["body_omitted"] == true && result["stages"]?[2]?["body"] == .null)
    #expect(result["request"]?["body"] == .null && result["request"]?["body_base64"] == "/w==")
  }

  @Test func aDestinationThatIsNotAllowedIsAnError() async throws {
    for allowed in [false, true] {
      let gateway = TestGateway(allowed: allowed ? [try AddressRange(parsing: "127.0.0.0/8")] : [])
      gateway.backend.with { state in
        state.dryRun = { _, _ in
          let stage = StageTrace(name: "script", decision: .passed)
          let request = SentRequest(method: "POST", url: "http://127.0.0.1:1/", headers: [], body: nil)
          return DryRun(stages: [stage], outcome: .request(request))
        }
      }
      let result = try #require(try await run(gateway, #"{"script":"s","event":{"event":"a","data":{}}}"#).json["results"]?[0])
      #expect(result["outcome"] == (allowed ? "delivered" : "error") && result["stage"] == .null)
      #expect(result["failure"] == (allowed ? .null : "blocked") && (result["request"] == .null) != allowed)
    }
  }

  @Test func onlySoManyRunAtOnce() async throws {
    let gateway = TestGateway(limits: APILimits(dryRuns: 0))
    let answer = try await run(gateway, #"{"script":"s","event":{"event":"a","data":{}}}"#)
    #expect(answer.status == 503 && answer.code == "unavailable" && answer.headers[.retryAfter] == "1")
  }

  @Test(arguments: [
    ("", "invalid_json", nil), ("[]", "invalid_body", nil), ("{}", "missing_field", "webhook"),
    (#"{"event":{"event":"a","data":{}}}"#, "missing_field", "webhook"), (#"{"script":"s"}"#, "missing_field", "event"),
    (#"{"script":"s","last":1,"event_id":"e"}"#, "invalid_field", "last"),
    (#"{"script":"s","event":{"event":"a","data":{}},"last":1}"#, "invalid_field", "last"),
    (#"{"script":"s","last":0}"#, "invalid_field", "last"), (#"{"script":"s","last":101}"#, "invalid_field", "last"),
    (#"{"script":"s","last":"5"}"#, "invalid_field", "last"), (#"{"script":"s","event_id":7}"#, "invalid_field", "event_id"),
    (#"{"script":"s","event_id":"a.b"}"#, "invalid_field", "event_id"), (#"{"script":"s","event":7}"#, "invalid_body", "event"),
    (#"{"script":"s","event":null}"#, "invalid_body", "event"), (#"{"script":"s","event":{"data":{}}}"#, "missing_field", "event.event"),
    (#"{"script":"s","event":{"event":"a"}}"#, "missing_field", "event.data"),
    (#"{"script":"s","event":{"event":"a","data":7}}"#, "invalid_field", "event.data"),
    (#"{"script":"s","event":{"event":"a","data":{},"x":1}}"#, "unknown_field", "event.x"),
    (#"{"script":"s","event":{"event":"a","data":{}},"events":["a"]}"#, "invalid_field", "events"),
    (#"{"script":"s","event_id":"e","namespace":"a"}"#, "invalid_field", "namespace"),
    (#"{"script":"s","last":1,"events":[]}"#, "invalid_field", "events"),
    (#"{"script":"s","last":1,"namespace":7}"#, "invalid_field", "namespace"),
    (#"{"script":"s","last":1,"secret":"x"}"#, "unknown_field", "secret"), (#"{"script":7,"last":1}"#, "invalid_field", "script"),
    (#"{"script":"syntax error","last":1}"#, "invalid_script", "script"),
    (#"{"script":"s","pipeline":[],"last":1}"#, "invalid_field", "script"),
    (#"{"pipeline":[{"plugin":"none"}],"last":1}"#, "unknown_plugin", "pipeline[0].plugin"),
    (#"{"pipeline":[{"plugin":"chat","options":{"token":"<secret>"}}],"last":1}"#, "invalid_field", "pipeline[0].options.token"),
    (#"{"script":"s","last":1,"url":"http://127.0.0.1"}"#, "invalid_url", "url"),
    (#"{"script":"s","last":1,"headers":{"Host":"a"}}"#, "invalid_field", "headers.Host"),
    (#"{"webhook":7,"last":1}"#, "invalid_field", "webhook"),
    (#"{"webhook":"wh_00000000000000000000000000","last":1}"#, "invalid_field", "webhook"),
  ])
  func aBadDryRunIsRefused(body: String, code: String, field: String?) async throws {
    let gateway = TestGateway()
    let answer = try await run(gateway, body)
    #expect(answer.status == 400 && answer.code == code && answer.field == field, "\(answer.text)")
    #expect(gateway.backend.with { $0.dryRuns }.isEmpty)
  }
}
