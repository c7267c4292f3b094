// The calls that tell whether the process lives and whether it can work.

import Hummingbird
import TidehookCore

/// `/healthz` and `/readyz`, both without a key.
struct HealthRoutes: Sendable {
  let history: any History

  var routes: [Route] {
    [Route(Self.alive, { _ in Self.ok }), Route(Self.ready, ready)]
  }

  private func ready(_ request: APIRequest) async throws -> Response {
    try await history.checkHealth()
    return Self.ok
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
    id: "ready", method: .get, path: "/readyz", isOpen: true, summary: "Whether the store can be read and written.",
    answer: "Status")
}
