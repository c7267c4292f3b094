import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct ReplayRoutesTests {
  private let gateway = TestGateway()

  @Test func deadDeliveriesAreReplayedUnlessTheRequestSaysOtherwise() async throws {
    let answer = try await gateway.send(.post, "/v1/replays", #"{"all":true}"#)
    #expect(answer.status == 202)
    #expect(gateway.replays.requests == [ReplayRequest()])
    #expect(answer.json["state"] == "counting" && answer.json["total"] == .null && answer.json["rate"] == 100)
  }

  @Test func everyFieldIsRead() async throws {
    let id = try await gateway.makeWebhook()
    let body = #"""
      {"webhook":"\#(id)","states":["dead","retrying","dead"],"types":["memory.*"],"namespace":"n","since":"1h","until":"2026-04-13T10:30:00Z",
       "error":"timeout","failure":"status","revision":"original","rate":5}
      """#
    let answer = try await gateway.send(.post, "/v1/replays", body)
    #expect(answer.status == 202, "\(answer.text)")
    let request = try #require(gateway.replays.requests.first)
    #expect(request.webhook == WebhookID(id) && request.states == [.dead, .retrying] && request.types == [.below("memory.")])
    #expect(
      request.namespace?.name == "n" && request.error == "timeout" && request.failure == .status && request.versions == .original
        && request.rate == 5)
    #expect(request.since == gateway.clock.time + .seconds(-3600) && request.until == Timestamp(rfc3339: "2026-04-13T10:30:00Z"))
    #expect(answer.json["webhook"]?.stringValue == id && answer.json["types"] == ["memory.*"] && answer.json["error"] == "timeout")
    #expect(answer.json["failure"] == "status")
  }

  @Test func missingDeliveriesAloneNeedNoStates() async throws {
    let id = try await gateway.makeWebhook()
    _ = try await gateway.send(.post, "/v1/replays", #"{"webhook":"\#(id)","missing":true}"#)
    _ = try await gateway.send(.post, "/v1/replays", #"{"webhook":"\#(id)","missing":true,"states":["dead"]}"#)
    #expect(gateway.replays.requests.map(\.states) == [[], [.dead]])
    #expect(gateway.replays.requests.map(\.includesMissing) == [true, true])
  }

  @Test func recoveryIsEverythingDeadAndMissingSinceATime() async throws {
    let id = try await gateway.makeWebhook(#","namespace":"n""#)
    let answer = try await gateway.send(.post, "/v1/webhooks/\(id)/recover", #"{"since":"2h"}"#)
    #expect(answer.status == 202)
    _ = try await gateway.send(.post, "/v1/webhooks/\(id)/recover", #"{"since":"2h","missing":false,"states":["filtered"],"rate":9}"#)
    let requests = gateway.replays.requests
    #expect(requests.map(\.webhook) == [WebhookID(id), WebhookID(id)])
    #expect(requests.map(\.states) == [[.dead], [.filtered]] && requests.map(\.includesMissing) == [true, false])
    #expect(requests.map(\.scope) == [[Namespace(stored: "n")], [Namespace(stored: "n")]] && requests.map(\.limits) == [nil, nil])
  }

  @Test func aDryRunCountsAndBeginsNothing() async throws {
    let key = gateway.ids.next()
    let candidate = ReplayCandidate(
      key: key, state: .dead, reason: "why", eventID: EventID(key), type: EventType(stored: "a.b"), namespace: .default,
      at: gateway.clock.time)
    let webhook = WebhookID(gateway.ids.next())
    gateway.replays.setPreview(ReplayPreview(deliveries: 3, missing: 2, isComplete: false, examples: [(webhook, candidate)]))
    let answer = try await gateway.send(.post, "/v1/replays", #"{"all":true,"dry_run":true}"#)
    #expect(answer.status == 200 && answer.json["total"] == 5 && answer.json["is_complete"] == false)
    #expect(answer.json["examples"]?[0]?["delivery_id"]?.stringValue == DeliveryID(key).description)
    #expect(answer.json["examples"]?[0]?["reason"] == "why")
    #expect(gateway.replays.requests.isEmpty && gateway.replays.previewed.count == 1)
  }

  @Test func aPreviewThatCannotBeMadeNowIsAskedForAgainAndNoReasonIsGuessed() async throws {
    gateway.replays.setPreview(StoreError(.busy, "database is locked"))
    let answer = try await gateway.send(.post, "/v1/replays", #"{"all":true,"dry_run":true}"#)
    #expect(answer.status == 503 && answer.headers[.retryAfter] == "1")
    #expect(answer.json["error"]?["message"] == "the service cannot do this now, try again")
  }

  @Test(arguments: [
    (#"{"states":["pending"]}"#, "states[0]"), (#"{"states":"dead"}"#, "states"), (#"{"states":[]}"#, "states"),
    ("{}", "all"), (#"{"all":false,"rate":5}"#, "all"), (#"{"all":1}"#, "all"), (#"{"dry_run":true}"#, "all"),
    (#"{"rate":0}"#, "rate"), (#"{"rate":10001}"#, "rate"), (#"{"rate":1.5}"#, "rate"), (#"{"since":"soon"}"#, "since"),
    (#"{"since":"1h","until":"2h"}"#, "until"), (#"{"types":[]}"#, "types"), (#"{"types":["*x"]}"#, "types[0]"),
    (#"{"error":""}"#, "error"), (#"{"missing":true}"#, "webhook"), (#"{"webhook":"x"}"#, "webhook"),
    (#"{"webhook":"wh_00000000000000000000000000"}"#, "webhook"), (#"{"revision":"newest"}"#, "revision"), (#"{"dry_run":1}"#, "dry_run"),
    (#"{"failure":"x"}"#, "failure"), (#"{"failure":"status","states":["filtered"]}"#, "states"),
    (#"{"namespace":""}"#, "namespace"), (#"{"state":"dead"}"#, "state"), (#"{"since":null}"#, "since"),
  ])
  func nonsenseIsRefusedByName(body: String, field: String) async throws {
    let answer = try await gateway.send(.post, "/v1/replays", body)
    #expect(answer.status == 400 && answer.field == field, "\(answer.text)")
    #expect(gateway.replays.requests.isEmpty)
  }

  @Test func whatDoesNotGoTogetherWithMissingIsRefused() async throws {
    let id = try await gateway.makeWebhook()
    for (extra, field) in [(#""error":"x""#, "error"), (#""failure":"dns""#, "failure"), (#""revision":"original""#, "revision")] {
      let answer = try await gateway.send(.post, "/v1/replays", #"{"webhook":"\#(id)","missing":true,\#(extra)}"#)
      #expect(answer.status == 400 && answer.field == field, "\(answer.text)")
    }
    let answer = try await gateway.send(.post, "/v1/webhooks/\(id)/recover", "{}")
    #expect(answer.status == 400 && answer.field == "since")
  }

  @Test func replaysAreListedShownAndCancelledOnce() async throws {
    let ids = (0..<3).map { _ in gateway.replays.add(ReplayRequest(), gateway.ids) }
    let first = try await gateway.send(.get, "/v1/replays?limit=2")
    #expect(first.json["data"]?.elements?.map { $0["id"]?.stringValue } == [ids[2].description, ids[1].description])
    let second = try await gateway.send(.get, "/v1/replays?limit=2&cursor=\(first.json["next_cursor"]?.stringValue ?? "")")
    #expect(second.json["data"]?.elements?.map { $0["id"]?.stringValue } == [ids[0].description])
    let shown = try await gateway.send(.get, "/v1/replays/\(ids[0])")
    #expect(shown.json["total"] == 9 && shown.json["replayed"] == 4 && shown.json["created"] == 1 && shown.json["skipped"] == 2)
    let cancelled = try await gateway.send(.post, "/v1/replays/\(ids[0])/cancel")
    #expect(cancelled.status == 200 && cancelled.json["state"] == "cancelled")
    let again = try await gateway.send(.post, "/v1/replays/\(ids[0])/cancel")
    #expect(again.status == 409)
    for id in ["x", "rpl_00000000000000000000000000"] {
      #expect(try await gateway.send(.get, "/v1/replays/\(id)").status == 404)
    }
  }

  @Test func aReplayTellsThatItsWebhookIsInactive() async throws {
    let id = try await gateway.makeWebhook(#","active":false"#)
    let replay = gateway.replays.add(ReplayRequest(webhook: WebhookID(id)), gateway.ids)
    let waiting = try await gateway.send(.get, "/v1/replays/\(replay)").json["waiting"]?.stringValue
    #expect(waiting == "the webhook is inactive until it is resumed: made inactive by admin")
  }

  @Test func aReplayOfAllNamesTheInactiveWebhookThatItWaitsFor() async throws {
    let id = try await gateway.makeWebhook(#","active":false"#)
    let replay = gateway.replays.add(ReplayRequest(), gateway.ids)
    let path = "/v1/replays/\(replay)"
    #expect(try await gateway.send(.get, path).json["waiting"] == .null)
    let other = try await gateway.makeWebhook(#","active":false"#)
    for (blockers, more) in [([id], ""), ([id, other], "; so is another one")] {
      gateway.replays.block(by: blockers.compactMap { WebhookID($0) })
      let waiting = try await gateway.send(.get, path).json["waiting"]?.stringValue
      #expect(waiting == "webhook \(id) is inactive until it is resumed: made inactive by admin\(more)")
    }
  }

  @Test func tooManyAtOnceAreRefused() async throws {
    gateway.replays.fill()
    let answer = try await gateway.send(.post, "/v1/replays", #"{"all":true}"#)
    #expect(answer.status == 409 && answer.message.contains("20"))
  }

  @Test func aLimitedKeyReplaysWithinItsNamespacesAndSeesItsOwn() async throws {
    let key = try await gateway.makeKey("limited", namespaces: #"["mine","ours"]"#)
    let foreign = try await gateway.makeWebhook()
    let theirs = gateway.replays.add(ReplayRequest(scope: nil), gateway.ids)
    let answer = try await gateway.send(.post, "/v1/replays", #"{"all":true}"#, key: key)
    #expect(answer.status == 202 && answer.json["made_by"] == "limited")
    #expect(gateway.replays.requests.map(\.limits) == [["mine", "ours"].map(Namespace.init(stored:))])
    #expect(gateway.replays.requests.map(\.scope) == [["mine", "ours"].map(Namespace.init(stored:))])
    let list = try await gateway.send(.get, "/v1/replays", key: key)
    #expect(list.json["data"]?.elements?.map { $0["id"] } == [answer.json["id"]])
    let refused: [(HTTPRequest.Method, String, String?, Int)] = [
      (.post, "/v1/replays", #"{"webhook":"\#(foreign)"}"#, 400), (.post, "/v1/replays", #"{"namespace":"other"}"#, 403),
      (.post, "/v1/webhooks/\(foreign)/recover", #"{"since":"1h"}"#, 404), (.get, "/v1/replays/\(theirs)", nil, 404),
      (.post, "/v1/replays/\(theirs)/cancel", nil, 404),
    ]
    for (method, path, body, status) in refused {
      #expect(try await gateway.send(method, path, body, key: key).status == status, "\(path)")
    }
    #expect(gateway.replays.cancelled.isEmpty && gateway.replays.requests.count == 1)
  }

  @Test func theSchemasListWhatIsKnownAndShown() async throws {
    let schemas = try #require(try JSONValue(parsing: TidehookAPI.openAPI())["components"]?["schemas"])
    let id = try await gateway.makeWebhook()
    for (schema, path) in [("NewReplay", "/v1/replays"), ("Recovery", "/v1/webhooks/\(id)/recover")] {
      let answer = try await gateway.send(.post, path, #"{"unknown":1}"#)
      for property in try #require(schemas[schema]?["properties"]?.members) { #expect(answer.message.contains(property.key)) }
    }
    let replay = gateway.replays.add(ReplayRequest(), gateway.ids)
    let shown = try await gateway.send(.get, "/v1/replays/\(replay)")
    #expect(shown.keys == schemas["ReplayJob"]?["properties"]?.members?.map(\.key))
    let preview = try await gateway.send(.post, "/v1/replays", #"{"all":true,"dry_run":true}"#)
    #expect(preview.keys == schemas["ReplayPreview"]?["properties"]?.members?.map(\.key))
  }
}
