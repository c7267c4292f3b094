import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct EventSearchTests {
  private let gateway = TestGateway()

  private func makeEvent(_ id: String, _ type: String = "memory.created", in namespace: String = "default", text: String = "tea") -> Event {
    Event(
      key: gateway.ids.next(), id: EventID(stored: id), type: EventType(stored: type), namespace: Namespace(stored: namespace),
      timestamp: gateway.clock.time, acceptedAt: gateway.clock.time,
      payload: Array(#"{"id":"\#(id)","event":"\#(type)","timestamp":"t","data":{"content":"\#(text)"}}"#.utf8))
  }

  private func found(_ query: String, key: String? = nil) async throws -> [String] {
    let answer = try await gateway.send(.get, "/v1/events?\(query)", key: key ?? "Bearer \(TestGateway.key)")
    #expect(answer.status == 200, "\(answer.text)")
    return answer.json["data"]?.elements?.compactMap { $0["id"]?.stringValue } ?? []
  }

  @Test func eventsAreFoundByTextTypeAndTheBeginningOfTheirID() async throws {
    let events = [
      makeEvent("a-1", text: "Green TEA"), makeEvent("a-2", "memory.deleted"), makeEvent("b-1", "order.paid", text: "coffee"),
      makeEvent("b-2", "memory.created"),
    ]
    gateway.backend.with { $0.events = events }
    #expect(try await found("text=tea") == ["b-2", "a-2", "a-1"])
    #expect(try await found("text=tea&event=memory.*&limit=2") == ["b-2", "a-2"])
    #expect(try await found("event=memory.*") == ["b-2", "a-2", "a-1"])
    #expect(try await found("event=*") == ["b-2", "b-1", "a-2", "a-1"])
    #expect(try await found("id=a-") == ["a-2", "a-1"])
    #expect(try await found("id=a-&text=green") == ["a-1"])
    #expect(try await found("id=zzz") == [])
  }

  @Test func aSearchGoesOnWhereItStopped() async throws {
    let events = (0..<1300).map { makeEvent("e\($0)", text: $0 % 650 == 1 ? "needle" : "hay") }
    gateway.backend.with { $0.events = events }
    let first = try await gateway.send(.get, "/v1/events?text=NEEDLE&limit=1")
    #expect(first.json["data"]?.elements?.map { $0["id"] } == ["e651"])
    let cursor = try #require(first.json["next_cursor"]?.stringValue)
    #expect(first.json["searched_until"]?.stringValue == gateway.clock.time.rfc3339)
    let second = try await gateway.send(.get, "/v1/events?text=NEEDLE&limit=2&cursor=\(cursor)")
    #expect(second.json["data"]?.elements?.map { $0["id"] } == ["e1"])
    #expect(second.json["next_cursor"] == .null && second.json["searched_until"] == .null)
  }

  @Test func oneRequestLooksAtNoMoreThanItMay() async throws {
    let events = (0..<20_500).map { makeEvent("e\($0)", text: "hay") }
    gateway.backend.with { $0.events = events }
    let answer = try await gateway.send(.get, "/v1/events?text=needle")
    #expect(answer.json["data"] == [] && answer.json["next_cursor"]?.stringValue != nil)
    #expect(gateway.backend.with { $0.readEvents.reduce(0, +) } <= 20_000)
  }

  @Test func aLimitedKeyFindsItsOwn() async throws {
    let events = [makeEvent("mine", in: "mine"), makeEvent("foreign", in: "foreign")]
    gateway.backend.with { $0.events = events }
    let key = try await gateway.makeKey(namespaces: #"["mine","other"]"#)
    #expect(try await found("text=tea", key: key) == ["mine"])
    #expect(try await found("id=f", key: key) == [])
    #expect(try await gateway.send(.get, "/v1/events?text=tea&namespace=foreign", key: key).status == 403)
    let types = try await gateway.send(.get, "/v1/events/types", key: key).json
    #expect(types["namespaces"]?.elements?.map { $0["namespace"] } == ["mine"] && types["types"]?.elements?.count == 1)
    let paths = try await gateway.send(.get, "/v1/events/paths", key: key).json
    #expect(paths["events"] == 1)
  }

  @Test func typesAndPathsAreThoseOfTheEvents() async throws {
    let events = [makeEvent("1", "b"), makeEvent("2", "a", in: "x"), makeEvent("3", "b")]
    gateway.backend.with { $0.events = events }
    let types = try await gateway.send(.get, "/v1/events/types").json
    #expect(types["types"]?.elements?.map { [$0["event"], $0["last_id"]] } == [["a", "2"], ["b", "3"]])
    #expect(types["namespaces"]?.elements?.map { $0["namespace"] } == ["default", "x"] && types["at_least"] == false)
    let paths = try await gateway.send(.get, "/v1/events/paths?last=1").json
    #expect(paths["events"] == 1)
    let names = paths["paths"]?.elements?.compactMap { $0["path"]?.stringValue }
    #expect(names == ["event.id", "event.event", "event.timestamp", "event.data", "event.data.content"])
    #expect(paths["paths"]?[4]?["example"] == "tea" && paths["paths"]?[4]?["type"] == "string")
  }

  @Test func theLibraryOfScriptsIsShownAsItDeclaresItself() async throws {
    let answer = try await gateway.send(.get, "/v1/scripting/library", key: try await gateway.makeKey())
    #expect(answer.text == #"{"functions":[{"name":"has_tag"}]}"#)
  }

  @Test func theSchemasListWhatIsShown() async throws {
    let event = makeEvent("1")
    gateway.backend.with { $0.events = [event] }
    let schemas = try JSONValue(parsing: TidehookAPI.openAPI())["components"]?["schemas"]
    let shown = [
      ("EventPage", try await gateway.send(.get, "/v1/events")), ("EventUses", try await gateway.send(.get, "/v1/events/types")),
      ("EventPaths", try await gateway.send(.get, "/v1/events/paths")),
      ("ScriptLibrary", try await gateway.send(.get, "/v1/scripting/library")),
    ]
    for (schema, answer) in shown {
      let names = try #require(schemas?[schema]?["properties"]?.members).map(\.key)
      #expect(answer.keys == names, "\(schema)")
    }
  }
}
