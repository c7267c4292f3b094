import HTTPTypes
import Testing
import TidehookAPI
import TidehookCore

@Suite struct PluginRoutesTests {
  private static let keys = ["name", "version", "summary", "kind", "revision", "options", "defaults", "preset", "functions", "problem"]

  @Test func pluginsAreListedByNameWithThoseThatDoNotLoad() async throws {
    let gateway = TestGateway()
    gateway.backend.with { state in
      state.plugins = [.chat(problem: "plugin.lua:3: unexpected symbol")]
      state.problems = ["chat": "plugin.lua:3: unexpected symbol", "broken": "there is no plugin.lua"]
    }
    let answer = try await gateway.send(.get, "/v1/plugins")
    #expect(answer.status == 200 && answer.keys == ["data"])
    let rows = try #require(answer.json["data"]?.elements)
    #expect(rows.map { $0["name"] } == ["broken", "chat"])
    #expect(rows.allSatisfy { $0.members?.map(\.key) == Self.keys })
    #expect(rows[0]["revision"] == .null && rows[0]["problem"] == "there is no plugin.lua")
    #expect(rows[1]["revision"] == 3 && rows[1]["problem"] == "plugin.lua:3: unexpected symbol")
  }

  @Test func onePluginIsShownWithItsOptions() async throws {
    let answer = try await TestGateway().send(.get, "/v1/plugins/chat")
    #expect(answer.status == 200 && answer.keys == Self.keys + ["readme"])
    #expect(answer.json["readme"] == "# chat")
    #expect(answer.json["options"]?["token"]?["secret"] == true)
    #expect(answer.json["defaults"] == ["rate_limit": "1/s"] && answer.json["functions"] == ["transform"])
    #expect(answer.json["problem"] == .null)
  }

  @Test(arguments: [
    "/v1/plugins/none", "/v1/plugins/none/revisions", "/v1/plugins/chat/revisions/4", "/v1/plugins/chat/revisions/0",
    "/v1/plugins/chat/revisions/x", "/v1/plugins/chat/revisions/99999999999999999999", "/v1/plugins/%2e%2e/revisions/1",
  ])
  func whatThereIsNotIsNotFound(path: String) async throws {
    let answer = try await TestGateway().send(.get, path)
    #expect(answer.status == 404 && answer.code == "not_found" && answer.message.hasPrefix("there is no"), "\(answer.text)")
  }

  @Test func theCasesOfAPluginRun() async throws {
    let answer = try await TestGateway().send(.post, "/v1/plugins/chat/test")
    #expect(answer.status == 200 && answer.keys == ["name", "problem", "cases"])
    let unknown = try await TestGateway().send(.post, "/v1/plugins/%2e%2e/test")
    #expect(unknown.status == 404 && unknown.code == "not_found", "\(unknown.text)")
  }

  private func makeRevision(_ number: Int) -> PluginRevision {
    PluginRevision(
      version: PluginVersion(name: "chat", revision: number), digest: "d\(number)",
      content: Array(#"{"chat/plugin.lua":"return {}","lib/cards.lua":"-- é"}"#.utf8), createdAt: StoppedClock().time)
  }

  @Test func theContentsOfAPluginAreListedNewestFirst() async throws {
    let gateway = TestGateway()
    let revisions = (1...3).map(makeRevision)
    gateway.backend.with { $0.pluginRevisions = revisions }
    let first = try await gateway.send(.get, "/v1/plugins/chat/revisions?limit=2")
    #expect(first.json["data"]?.elements?.map { $0["revision"] } == [3, 2])
    #expect(first.json["data"]?[0]?.members?.map(\.key) == ["name", "revision", "digest", "created_at"])
    let cursor = try #require(first.json["next_cursor"]?.stringValue)
    let second = try await gateway.send(.get, "/v1/plugins/chat/revisions?limit=2&cursor=\(cursor)")
    #expect(second.json["data"]?.elements?.map { $0["revision"] } == [1] && second.json["next_cursor"] == .null)
  }

  @Test func aPluginWithoutRevisionsHasAnEmptyList() async throws {
    let answer = try await TestGateway().send(.get, "/v1/plugins/chat/revisions")
    #expect(answer.text == #"{"data":[],"next_cursor":null}"#)
  }

  @Test func oneContentIsShownFileByFile() async throws {
    let gateway = TestGateway()
    let revision = makeRevision(2)
    gateway.backend.with { $0.pluginRevisions = [revision] }
    let answer = try await gateway.send(.get, "/v1/plugins/chat/revisions/2")
    #expect(answer.keys == ["name", "revision", "digest", "created_at", "files"])
    #expect(answer.json["files"] == ["chat/plugin.lua": "return {}", "lib/cards.lua": "-- é"])
  }

  @Test func readinessTellsOfRefusedPluginsAndStaysReady() async throws {
    let gateway = TestGateway()
    let long = String(repeating: "x", count: 1000)
    gateway.backend.with { $0.problems = ["b": "line 1\nstack traceback", "a": long] }
    let answer = try await gateway.send(.get, "/readyz", key: nil)
    #expect(answer.status == 200 && answer.json["status"] == "ready")
    #expect(answer.json["problems"]?[1] == ["plugin": "b", "problem": "line 1"])
    #expect(answer.json["problems"]?[0]?["problem"]?.stringValue?.count == 300)
  }
}
