// A call together with the code that answers it, and the table that finds it.

import HTTPTypes
import Hummingbird

/// An operation and its handler.
struct Route: Sendable {
  let operation: Operation
  let handler: @Sendable (APIRequest) async throws -> Response

  init(_ operation: Operation, _ handler: @escaping @Sendable (APIRequest) async throws -> Response) {
    self.operation = operation
    self.handler = handler
  }
}

/// Finds the route of a request: fixed paths by one hash lookup, paths with an id by comparing segments.
struct RouteTable: Sendable {
  private var fixed: [String: [Route]] = [:]
  private var templates: [(segments: [Substring], routes: [Route])] = []

  /// What a path turned out to be.
  enum Match {
    case route(Route, id: String)
    case otherMethods([String])
    case none
  }

  init(_ routes: [Route]) {
    for (path, routes) in Dictionary(grouping: routes, by: \.operation.path) {
      if path.contains("{") {
        templates.append((Self.segments(path), routes))
      } else {
        fixed[path] = routes
      }
    }
  }

  /// Finds the route for a method and a path; `HEAD` goes where `GET` goes.
  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    if let routes = fixed[path] { return choose(method, from: routes, id: "") }
    let segments = Self.segments(path)
    for (template, routes) in templates {
      guard let id = Self.parameter(of: segments, in: template) else { continue }
      return choose(method, from: routes, id: id)
    }
    return .none
  }

  private func choose(_ method: HTTPRequest.Method, from routes: [Route], id: String) -> Match {
    let wanted = method == .head ? .get : method
    if let route = routes.first(where: { $0.operation.method == wanted }) { return .route(route, id: id) }
    let methods = routes.map(\.operation.method.rawValue)
    return .otherMethods((methods.contains("GET") ? methods + ["HEAD"] : methods).sorted())
  }

  private static func segments(_ path: String) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }

  private static func parameter(of segments: [Substring], in template: [Substring]) -> String? {
    guard segments.count == template.count else { return nil }
    var parameter: String?
    for (segment, expected) in zip(segments, template) {
      if expected.hasPrefix("{") {
        guard !segment.isEmpty else { return nil }
        parameter = PercentEncoding.decode(segment, plusIsSpace: false)
      } else if segment != expected {
        return nil
      }
    }
    return parameter
  }
}
