import HTTPTypes
import Testing
import TidehookCore

/// A limited key has sources of its own, and knows of no others.
@Suite struct LimitedSourceTests {
  private let gateway = TestGateway()

  private func make(_ namespace: String, key: String) async throws -> Answer {
    try await gateway.send(.post, "/v1/sources", #"{"name":"crm","verify":{"scheme":"none"}\#(namespace)}"#, key: key)
  }

  @Test(arguments: ["", #","namespace":null"#, #","namespace":"mine""#])
  func aNewSourceGetsTheOnlyNamespace(namespace: String) async throws {
    let made = try await make(namespace, key: try await gateway.makeKey())
    #expect(made.status == 201 && made.json["namespace"] == "mine", "\(made.text)")
  }

  @Test func ofSeveralNamespacesOneMustBeNamed() async throws {
    let key = try await gateway.makeKey(namespaces: #"["mine","ours"]"#)
    let missing = try await make("", key: key)
    #expect(missing.status == 400 && missing.code == "missing_field" && missing.field == "namespace")
    let foreign = try await make(#","namespace":"other""#, key: key)
    #expect(foreign.status == 403 && foreign.code == "forbidden" && foreign.field == "namespace")
    #expect(try await make(#","namespace":"ours""#, key: key).json["namespace"] == "ours")
    #expect(gateway.sources.with { $0.sources.count } == 1)
  }

  @Test func aKeyChangesRunsAndDeletesItsOwn() async throws {
    let key = try await gateway.makeKey()
    let id = try #require(try await make("", key: key).json["id"]?.stringValue)
    let path = "/v1/sources/\(id)"
    #expect(try await gateway.send(.patch, path, #"{"namespace":"other"}"#, key: key).status == 403)
    #expect(try await gateway.send(.patch, path, #"{"namespace":null,"name":"kept"}"#, key: key).json["namespace"] == "mine")
    // A sender's own namespace does not count: its events would be foreign.
    #expect(try await gateway.send(.post, "/in/\(id)", #"{"namespace":"other"}"#, key: nil).status == 200)
    #expect(gateway.sources.with { $0.published.map(\.namespace.name) } == ["mine"])
    let request = try await gateway.send(.get, "\(path)/requests", key: key).json["data"]?[0]?["id"]?.stringValue ?? ""
    #expect(try await gateway.send(.get, "\(path)/requests/\(request)", key: key).json["state"] == "accepted")
    #expect(try await gateway.send(.post, "\(path)/requests/\(request)/rerun", key: key).status == 409)
    #expect(try await gateway.send(.delete, path, key: key).status == 204)
    #expect(gateway.sources.with { $0.sources.isEmpty })
  }

  @Test(arguments: ["other", "null"]) func foreignSourcesAreInvisible(namespace: String) async throws {
    let (id, request) = try await gateway.makeForeignSource(namespace: namespace == "null" ? nil : namespace)
    let key = try await gateway.makeKey()
    let own = try await make("", key: key).json["id"]
    let list = try await gateway.send(.get, "/v1/sources", key: key)
    #expect(list.json["data"]?.elements?.map { $0["id"] } == [own])
    let path = "/v1/sources/\(id)"
    let calls: [(HTTPRequest.Method, String, String?)] = [
      (.get, path, nil), (.patch, path, #"{"namespace":"mine"}"#), (.delete, path, nil), (.get, "\(path)/requests", nil),
      (.get, "\(path)/requests/\(request)", nil), (.post, "\(path)/requests/\(request)/rerun", nil),
    ]
    let nothing = "src_00000000000000000000000000"
    for (method, path, body) in calls {
      let answer = try await gateway.send(method, path, body, key: key)
      let unknown = try await gateway.send(method, path.replacing(id, with: nothing), body, key: key)
      #expect(answer.status == 404 && answer.text == unknown.text.replacing(nothing, with: id), "\(method) \(path): \(answer.text)")
    }
    #expect(gateway.sources.with { $0.sources.count == 2 && $0.sources.allSatisfy { $0.revision == 1 } })
    #expect(gateway.sources.with { $0.receipts.map(\.rerunAt) } == [nil])
    #expect(try await gateway.send(.get, "\(path)/requests/\(request)").status == 200, "the admin sees it")
  }

  @Test func aRequestOfAForeignSourceIsNotFoundUnderAnOwnOne() async throws {
    let (_, request) = try await gateway.makeForeignSource(namespace: "other")
    let key = try await gateway.makeKey()
    let own = try await make("", key: key).json["id"]?.stringValue ?? ""
    #expect(try await gateway.send(.get, "/v1/sources/\(own)/requests/\(request)", key: key).status == 404)
    #expect(try await gateway.send(.post, "/v1/sources/\(own)/requests/\(request)/rerun", key: key).status == 404)
  }

  @Test func aKeyForEveryNamespaceMayDoAll() async throws {
    let (id, request) = try await gateway.makeForeignSource(namespace: "other")
    let key = try await gateway.makeKey(namespaces: "null")
    #expect(try await gateway.send(.get, "/v1/sources/\(id)", key: key).status == 200)
    #expect(try await gateway.send(.post, "/v1/sources/\(id)/requests/\(request)/rerun", key: key).status == 202)
    #expect(try await make("", key: key).json["namespace"] == .null)
  }
}

extension TestGateway {
  /// Makes a source as the admin, with a request that it rejected and that may run again.
  /// - Parameter namespace: the source's; `nil` for none.
  func makeForeignSource(namespace: String?) async throws -> (source: String, request: String) {
    let name = namespace.map { "\"\($0)\"" } ?? "null"
    let made = try await send(
      .post, "/v1/sources", #"{"name":"crm","namespace":\#(name),"verify":{"scheme":"github"},"secret":"s"}"#)
    let id = made.json["id"]?.stringValue ?? ""
    _ = try await send(.post, "/in/\(id)/\(namespace ?? "")", #"{"n":"\#(namespace ?? "")"}"#, key: nil)
    let requests = try await send(.get, "/v1/sources/\(id)/requests")
    return (id, requests.json["data"]?[0]?["id"]?.stringValue ?? "")
  }
}
