import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

/// A limited key sees and changes what is in its namespaces, and nothing else.
@Suite struct LimitedKeyTests {
  /// Something that is in everything foreign, and in no answer to a limited key.
  private static let mark = "FOREIGN"

  private struct Fixture {
    let gateway = TestGateway()
    let key: String
    let webhook: String
    let event = "evt_FOREIGN"
    let delivery: String
    let source: String
    let request: String
    let replay: String

    init() async throws {
      key = try await gateway.makeKey("limited", namespaces: #"["mine","ours"]"#)
      webhook = try await gateway.makeWebhook(#","namespace":"\#(mark)","name":"\#(mark)""#)
      let foreign = try await gateway.makeForeignSource(namespace: mark)
      source = foreign.source
      request = foreign.request
      let (ids, now) = (gateway.ids, gateway.clock.time)
      replay = gateway.replays.add(ReplayRequest(error: mark, scope: [Namespace(stored: mark)]), ids).description
      let delivery = DeliveryID(ids.next())
      self.delivery = delivery.description
      let id = try #require(WebhookID(webhook))
      gateway.backend.with { state in
        let request = PublishRequest(
          id: EventID("evt_FOREIGN"), type: EventType(stored: mark), namespace: Namespace(stored: mark), data: [0x7b, 0x7d])
        let event = Event(request, key: ids.next(), acceptedAt: now)
        state.events = [event]
        let row = Delivery(
          id: delivery, eventID: event.id, eventType: event.type, webhookID: id, state: .dead, reason: mark, attemptCount: 1,
          nextAttemptAt: nil, createdAt: now, updatedAt: now)
        state.records = [DeliveryRecord(delivery: row, event: event, webhookNamespace: Namespace(stored: mark), attempts: [])]
      }
    }

    /// The foreign thing that a path is about.
    func id(for path: String) -> String {
      if path.contains("/events/") { return event }
      if path.contains("/deliveries/") { return delivery }
      if path.contains("/replays/") { return replay }
      return path.contains("/sources/") ? source : webhook
    }

    func send(_ method: HTTPRequest.Method, _ path: String, _ body: String? = nil) async throws -> Answer {
      try await gateway.send(method, path, body, key: key)
    }
  }

  /// Bodies that reach as far as possible, whichever call takes them.
  private static let bodies = [
    nil, "{}", #"{"revision":1}"#, #"{"name":"stolen"}"#, #"{"namespace":"ours","name":"stolen"}"#,
    #"{"name":"stolen","event_types":["memory_add"]}"#, #"{"namespace":"ours","name":"stolen","verify":{"scheme":"none"}}"#,
  ]

  @Test func nothingForeignIsReadableOrChangedByAnyCall() async throws {
    let fixture = try await Fixture()
    let webhooks = fixture.gateway.backend.webhooks().map(\.name)
    let paths = try #require(try JSONValue(parsing: TidehookAPI.openAPI())["paths"]?.members)
    #expect(paths.count > 20)
    for path in paths {
      for operation in path.value.members ?? [] {
        let method = try #require(HTTPRequest.Method(operation.key.uppercased()))
        let concrete = path.key.replacing("{id}", with: fixture.id(for: path.key)).replacing("{name}", with: "chat")
          .replacing("{n}", with: "1").replacing("{project_id}", with: Self.mark).replacing("{request}", with: fixture.request)
        for body in Self.bodies {
          let answer = try await fixture.send(method, concrete, body)
          let isOpen = operation.value["security"] != nil
          #expect(isOpen || !answer.text.contains(Self.mark) || answer.status == 404, "\(method) \(path.key): \(answer.text)")
          // Plugins are nobody's own: whoever may use one sees how.
          let isShared = path.key == "/v1/plugins/{name}"
          if concrete != path.key, !isShared {
            #expect(isOpen || [400, 403, 404].contains(answer.status), "\(method) \(path.key): \(answer.text)")
          }
        }
      }
    }
    #expect(fixture.gateway.backend.webhooks().prefix(1).map(\.name) == webhooks)
    #expect(fixture.gateway.sources.with { $0.sources.first?.revision == 1 && $0.receipts.map(\.rerunAt) == [nil] && $0.published.isEmpty })
    #expect(fixture.gateway.replays.requests.allSatisfy { $0.limits?.count == 2 } && fixture.gateway.replays.cancelled.isEmpty)
    #expect(fixture.gateway.backend.with { $0.replays.isEmpty && $0.keys.count == 1 && $0.dryRuns.isEmpty })
  }

  @Test(arguments: ["/v1/webhooks", "/v1/events", "/v1/deliveries", "/v1/deliveries?event=FOREIGN", "/v1/deliveries?event_id=evt_FOREIGN"])
  func listsOfWhatIsForeignAreEmpty(path: String) async throws {
    let fixture = try await Fixture()
    let answer = try await fixture.send(.get, path)
    #expect(answer.status == 200 && answer.json["data"]?.elements?.isEmpty == true && answer.json["next_cursor"] == .null)
    #expect(try await fixture.gateway.send(.get, path).json["data"]?.elements?.count == 1, "the admin sees one")
  }

  @Test(arguments: ["/v1/keys", "/v1/plugins/chat/revisions", "/v1/plugins/chat/revisions/1"])
  func whatIsGlobalIsTheAdminsAlone(path: String) async throws {
    let gateway = TestGateway()
    for namespaces in [#"["mine"]"#, "null"] {
      let answer = try await gateway.send(.get, path, key: try await gateway.makeKey("key \(namespaces.count)", namespaces: namespaces))
      #expect(answer.status == 403 && answer.code == "forbidden")
    }
  }

  @Test func pluginsThatMayBeUsedAreShownWithoutWhatIsTheGateways() async throws {
    let gateway = TestGateway()
    let key = try await gateway.makeKey()
    let listed = try await gateway.send(.get, "/v1/plugins", key: key).json["data"]?.elements ?? []
    #expect(listed.contains { $0["name"] == "chat" && $0["options"]?.members?.isEmpty == false })
    #expect(listed.allSatisfy { $0["revision"] != .null && $0["problem"] == .null })
    let one = try await gateway.send(.get, "/v1/plugins/chat", key: key)
    #expect(one.status == 200 && one.json["readme"] == .null && one.json["problem"] == .null)
  }

  @Test func aNewWebhookGetsTheOnlyNamespace() async throws {
    let gateway = TestGateway()
    let key = try await gateway.makeKey()
    for namespace in ["", #","namespace":null"#, #","namespace":"mine""#] {
      let answer = try await gateway.send(.post, "/v1/webhooks", #"{"url":"https://a.com","events":["*"]\#(namespace)}"#, key: key)
      #expect(answer.status == 201 && answer.json["namespace"] == "mine")
    }
    #expect(gateway.backend.with { $0.revisions.map(\.madeBy) } == ["limited", "limited", "limited"])
  }

  @Test func ofSeveralNamespacesOneMustBeNamed() async throws {
    let fixture = try await Fixture()
    let missing = try await fixture.send(.post, "/v1/webhooks", #"{"url":"https://a.com","events":["*"]}"#)
    #expect(missing.status == 400 && missing.code == "missing_field" && missing.field == "namespace")
    let foreign = try await fixture.send(.post, "/v1/webhooks", #"{"url":"https://a.com","events":["*"],"namespace":"other"}"#)
    #expect(foreign.status == 403 && foreign.code == "forbidden" && foreign.field == "namespace")
  }

  @Test func aWebhookCannotBeMovedOut() async throws {
    let gateway = TestGateway()
    let key = try await gateway.makeKey()
    let id = try await gateway.makeWebhook(#","namespace":"other""#)
    _ = try await gateway.send(.patch, "/v1/webhooks/\(id)", #"{"namespace":"mine"}"#)
    let path = "/v1/webhooks/\(id)"
    #expect(try await gateway.send(.patch, path, #"{"namespace":"other"}"#, key: key).status == 403)
    #expect(try await gateway.send(.post, path + "/rollback", #"{"revision":1}"#, key: key).status == 403)
    #expect(try await gateway.send(.patch, path, #"{"namespace":null,"name":"kept"}"#, key: key).json["namespace"] == "mine")
    #expect(try await gateway.send(.get, path + "/revisions", key: key).json["data"]?[0]?["made_by"] == "limited")
    #expect(try await gateway.send(.delete, path, key: key).status == 204)
    #expect(try await gateway.send(.get, path + "/revisions", key: key).status == 200, "the history of what was its own stays readable")
  }

  @Test(arguments: [
    (#"{"event":"a","data":{}}"#, 202), (#"{"event":"a","data":{"namespace":"mine"}}"#, 202),
    (#"{"event":"a","data":{},"namespace":"mine"}"#, 202),
    (#"{"event":"a","data":{},"namespace":"other"}"#, 403), (#"{"event":"a","data":{"namespace":"other"}}"#, 403),
    (#"{"event_details":{"event":"DELETE","id":"m"}}"#, 202), (#"{"event_details":{"event":"DELETE","id":"m"},"namespace":"other"}"#, 403),
  ])
  func eventsGoIntoTheKeysNamespacesOnly(body: String, status: Int) async throws {
    let gateway = TestGateway()
    let key = try await gateway.makeKey()
    let answer = try await gateway.send(.post, "/v1/events", body, key: key)
    #expect(answer.status == status && (status == 202 || (answer.code == "forbidden" && answer.field == "namespace")), "\(answer.text)")
    #expect(gateway.backend.with { $0.published.map(\.namespace.name) } == (status == 202 ? ["mine"] : []))
    let batch = try await gateway.send(.post, "/v1/events/batch", "[\(body)]", key: key)
    #expect(batch.json["accepted"] == (status == 202 ? 1 : 0) && batch.json["rejected"]?.elements?.count == (status == 202 ? 0 : 1))
  }

  @Test func idempotencyKeysOfDifferentNamespacesAreDifferent() async throws {
    let gateway = TestGateway()
    let event = #"{"event":"a","data":{}}"#
    let name = try #require(HTTPField.Name("Idempotency-Key"))
    for (number, namespace) in ["one", "two"].enumerated() {
      let key = try await gateway.makeKey("key \(number)", namespaces: #"["\#(namespace)"]"#)
      _ = try await gateway.send(.post, "/v1/events", event, headers: [name: "same"], key: key)
    }
    _ = try await gateway.send(.post, "/v1/events", event, headers: [name: "same"])
    #expect(Set(gateway.backend.with { $0.published.compactMap(\.idempotencyKey) }).count == 3)
  }

  @Test func mem0sProjectsAreTheNamespaces() async throws {
    let fixture = try await Fixture()
    let body = #"{"url":"https://a.com","name":"n","event_types":["memory_add"]}"#
    let foreign = try await fixture.send(.post, "/api/v1/webhooks/projects/FOREIGN/", body)
    #expect(foreign.status == 403)
    let sentence = "You don't have access to this project"
    #expect(foreign.text == #"{"error":"\#(sentence)","detail":"\#(sentence)"}"#)
    #expect(try await fixture.send(.get, "/api/v1/webhooks/projects/FOREIGN/").status == 403)
    #expect(try await fixture.send(.put, "/api/v1/webhooks/\(fixture.webhook)/", "{}").json["error"] == "Webhook not found")
    #expect(try await fixture.send(.post, "/api/v1/webhooks/projects/mine/", body).json["owner"] == "limited")
    #expect(try await fixture.send(.get, "/api/v1/webhooks/projects/mine/").json[0]?["owner"] == "limited")
    #expect(try await fixture.send(.get, "/v1/ping/").json["project_id"] == "mine")
    let one = try await fixture.gateway.makeKey("one")
    #expect(try await fixture.gateway.send(.get, "/v1/ping/", key: one).json["project_id"] == "mine")
  }

  @Test func aDryRunReadsOnlyWhatTheKeyMaySee() async throws {
    let fixture = try await Fixture()
    let script = #""script":"return {}""#
    #expect(try await fixture.send(.post, "/v1/dry-runs", #"{\#(script),"event_id":"evt_FOREIGN"}"#).field == "event_id")
    #expect(try await fixture.send(.post, "/v1/dry-runs", #"{"webhook":"\#(fixture.webhook)","last":1}"#).field == "webhook")
    #expect(try await fixture.send(.post, "/v1/dry-runs", #"{\#(script),"last":1}"#).field == "namespace")
    #expect(try await fixture.send(.post, "/v1/dry-runs", #"{\#(script),"last":1,"namespace":"FOREIGN"}"#).status == 403)
    let own = try await fixture.send(.post, "/v1/dry-runs", #"{\#(script),"last":1,"namespace":"mine"}"#)
    #expect(own.status == 200 && own.json["results"] == [])
    #expect(fixture.gateway.backend.with { $0.eventFilters.allSatisfy { $0.namespace?.name == "mine" } })
  }
}
