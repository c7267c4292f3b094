// The calls that show plugins and their revisions, and run their cases.

import Hummingbird
import TidehookCore

/// `/v1/plugins` and what is below it.
struct PluginRoutes: Sendable {
  let catalog: any PluginCatalog & PluginDocuments
  let store: any PluginStore

  var routes: [Route] {
    [
      Route(Self.list, list), Route(Self.show, show), Route(Self.test, test), Route(Self.revisions, revisions),
      Route(Self.revision, revision),
    ]
  }

  private func list(_ request: APIRequest) -> Response {
    var json = JSONWriter(reserving: 4096)
    json.beginObject()
    json.key("data")
    json.beginArray()
    for plugin in PluginListing.all(in: catalog, for: request.principal) { json.plugin(plugin) }
    json.endArray()
    json.endObject()
    return .json(json)
  }

  private func show(_ request: APIRequest) throws -> Response {
    let plugin = PluginListing.all(in: catalog, for: request.principal).first { $0.name == request.pluginName }
    guard let plugin else { throw Self.unknown(request) }
    var json = JSONWriter(reserving: 1024)
    json.plugin(plugin, readme: request.principal.isAdmin ? catalog.readme(of: plugin.name) : nil)
    return .json(json)
  }

  private func test(_ request: APIRequest) async throws -> Response {
    let report = await catalog.casesReport(of: request.pluginName)
    guard let report else { throw Self.unknown(request) }
    var json = JSONWriter(reserving: 4096)
    json.value(report)
    return .json(json)
  }

  private func revisions(_ request: APIRequest) async throws -> Response {
    let limit = try request.query.limit()
    let end = try request.query.cursor(.pluginRevisions) ?? .max
    let all = try await store.pluginRevisions(of: request.pluginName)
    let isKnown = !all.isEmpty || PluginListing.all(in: catalog).contains { $0.name == request.pluginName }
    guard isKnown else { throw Self.unknown(request) }
    let rows = all.filter { Int64($0.version.revision) < end }
    return Page(rows.prefix(limit), of: .pluginRevisions, hasMore: rows.count > limit, key: { Int64($0.version.revision) })
      .answer { $1.pluginRevision($0) }
  }

  private func revision(_ request: APIRequest) async throws -> Response {
    guard let number = request.number("n") else { throw Self.unknownRevision(request) }
    let revision = try await store.pluginRevision(PluginVersion(name: request.pluginName, revision: number))
    guard let answer = Self.answer(revision) else { throw Self.unknownRevision(request) }
    return answer
  }

  @inline(never)
  private static func answer(_ revision: PluginRevision?) -> Response? {
    guard let revision else { return nil }
    var json = JSONWriter(reserving: revision.content.count + 256)
    json.pluginRevision(revision, withFiles: true)
    return .json(json)
  }

  private static func unknown(_ request: APIRequest) -> APIError { .notFound("plugin", request.pluginName) }

  private static func unknownRevision(_ request: APIRequest) -> APIError {
    APIError(.notFound, "there is no revision \(quoted(request.parameters["n"] ?? "")) of a plugin \(quoted(request.pluginName))")
  }
}

extension APIRequest {
  /// The `{name}` of its path.
  fileprivate var pluginName: String { parameters["name"] ?? "" }
}

/// What is to be told of one plugin: of one that never loaded only why.
struct PluginListing {
  let name: String
  /// `nil` when no content of it ever loaded.
  let info: PluginInfo?
  /// Why what is on disk now is refused.
  let problem: String?

  /// What a key may know: others than the admin's see what they can use and how, not what is wrong with the folder.
  static func all(in catalog: any PluginCatalog, for principal: Principal) -> [PluginListing] {
    let all = all(in: catalog)
    return principal.isAdmin ? all : all.filter { $0.info != nil }.map { PluginListing(name: $0.name, info: $0.info, problem: nil) }
  }

  /// Every plugin, by name.
  static func all(in catalog: any PluginCatalog) -> [PluginListing] {
    let problems = catalog.problems()
    let loaded = catalog.plugins().map {
      PluginListing(name: $0.version.name, info: $0, problem: $0.problem ?? problems[$0.version.name])
    }
    let names = Set(loaded.map(\.name))
    let refused = problems.filter { !names.contains($0.key) }.map { PluginListing(name: $0.key, info: nil, problem: $0.value) }
    return (loaded + refused).sorted { $0.name < $1.name }
  }
}

extension PluginRoutes {
  static let operations = [list, show, test, revisions, revision]

  private static let list = Operation(
    id: "listPlugins", method: .get, path: "/v1/plugins", isScoped: true,
    summary: "List the plugins by name, those that do not load included.",
    answer: "PluginList")

  private static let show = Operation(
    id: "showPlugin", method: .get, path: "/v1/plugins/{name}", isScoped: true, summary: "Show a plugin.", answer: "PluginWithReadme")

  private static let test = Operation(
    id: "testPlugin", method: .post, path: "/v1/plugins/{name}/test",
    summary: "Run the cases that lie beside a plugin; sends and stores nothing.", answer: "PluginTest")

  private static let revisions = Operation(
    id: "listPluginRevisions", method: .get, path: "/v1/plugins/{name}/revisions",
    summary: "List the contents that a plugin has had, newest first.", query: QueryParameter.paging, answer: "PluginRevisionPage")

  private static let revision = Operation(
    id: "showPluginRevision", method: .get, path: "/v1/plugins/{name}/revisions/{n}",
    summary: "Show one content of a plugin, file by file.",
    answer: "PluginRevisionWithFiles")
}
