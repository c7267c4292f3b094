// The calls that tell whether the process lives and whether it can work.

import Hummingbird
import TidehookCore

/// `/healthz` and `/readyz`, both without a key.
struct HealthRoutes: Sendable {
  let history: any History
  let catalog: any PluginCatalog

  /// How much of a plugin's problem is shown, in characters: this call needs no key, and the rest is in the list of plugins.
  private static let shownProblem = 300

  var routes: [Route] {
    [Route(Self.alive, { _ in Self.ok }), Route(Self.ready, ready)]
  }

  /// A plugin that is refused does not make the service unready: what ran before goes on.
  private func ready(_ request: APIRequest) async throws -> Response {
    try await history.checkHealth()
    var json = JSONWriter(reserving: 64)
    json.beginObject()
    json.key("status")
    json.string("ready")
    json.key("problems")
    json.beginArray()
    for (plugin, problem) in catalog.problems().sorted(by: { $0.key < $1.key }) {
      json.beginObject()
      json.key("plugin")
      json.string(plugin)
      json.key("problem")
      json.string(shortened(problem.prefix { $0 != "\n" }, to: Self.shownProblem))
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return .json(json)
  }

  private static var ok: Response {
    var json = JSONWriter()
    json.beginObject()
    json.key("status")
    json.string("ok")
    json.endObject()
    return .json(json)
  }
}

extension HealthRoutes {
  static let operations = [alive, ready]

  private static let alive = Operation(
    id: "alive", method: .get, path: "/healthz", isOpen: true, summary: "Whether the process answers.", answer: "Status")

  private static let ready = Operation(
    id: "ready", method: .get, path: "/readyz", isOpen: true,
    summary: "Whether the store can be read and written, and which plugins are refused as they are on disk.", answer: "Readiness")
}
