// A call together with the code that answers it, and the table that finds it.

import HTTPTypes
import Hummingbird
import TidehookCore

/// An operation and its handler.
struct Route: Sendable {
  let operation: Operation
  let handler: @Sendable (APIRequest) async throws -> Response

  init(_ operation: Operation, _ handler: @escaping @Sendable (APIRequest) async throws -> Response) {
    self.operation = operation
    self.handler = handler
  }
}

/// The values of a path's parameters, by their names in the template.
typealias PathParameters = [String: String]

/// Finds the route of a request: fixed paths by one hash lookup, paths with parameters by comparing segments.
struct RouteTable: Sendable {
  private var fixed: [String: [Route]] = [:]
  private var templates: [(segments: [Substring], takesRest: Bool, routes: [Route])] = []

  /// What a path turned out to be.
  enum Match {
    case route(Route, PathParameters)
    case otherMethods([String], Dialect)
    case none

    /// Whose manners the path has.
    var dialect: Dialect {
      switch self {
      case .route(let route, _): route.operation.dialect
      case .otherMethods(_, let dialect): dialect
      case .none: .native
      }
    }
  }

  init(_ routes: [Route]) {
    let spellings = routes.flatMap { route in ([route.operation.path] + route.operation.aliases).map { (path: $0, route: route) } }
    for (path, spelled) in Dictionary(grouping: spellings, by: \.path) {
      let routes = spelled.map(\.route)
      if path.contains("{") {
        templates.append((Self.segments(path), routes.contains(where: \.operation.takesAnything), routes))
      } else {
        fixed[path] = routes
      }
    }
    // What is written out beats a parameter: `revisions/diff` is not the revision "diff".
    templates.sort { Self.parameterCount($0.segments) < Self.parameterCount($1.segments) }
  }

  /// Finds the route for a method and a path; `HEAD` goes where `GET` goes.
  func match(_ method: HTTPRequest.Method, _ path: String) -> Match {
    if let routes = fixed[path] { return choose(method, from: routes, [:]) }
    let segments = Self.segments(path)
    for (template, takesRest, routes) in templates {
      guard let parameters = Self.parameters(of: takesRest ? segments.prefix(template.count) : segments[...], in: template) else {
        continue
      }
      return choose(method, from: routes, parameters)
    }
    return .none
  }

  private func choose(_ method: HTTPRequest.Method, from routes: [Route], _ parameters: PathParameters) -> Match {
    let wanted = method == .head ? .get : method
    if let route = routes.first(where: { $0.operation.takesAnything || $0.operation.method == wanted }) { return .route(route, parameters) }
    let methods = routes.map(\.operation.method.rawValue)
    return .otherMethods((methods.contains("GET") ? methods + ["HEAD"] : methods).sorted(), routes.first?.operation.dialect ?? .native)
  }

  private static func segments(_ path: String) -> [Substring] {
    path.split(separator: "/", omittingEmptySubsequences: false)
  }

  private static func parameterCount(_ template: [Substring]) -> Int {
    template.count { $0.hasPrefix("{") }
  }

  private static func parameters(of segments: ArraySlice<Substring>, in template: [Substring]) -> PathParameters? {
    guard segments.count == template.count else { return nil }
    var parameters: PathParameters = [:]
    for (segment, expected) in zip(segments, template) {
      if expected.hasPrefix("{") {
        guard !segment.isEmpty, let value = PercentEncoding.decode(segment, plusIsSpace: false) else { return nil }
        parameters[String(expected.dropFirst().dropLast())] = value
      } else if segment != expected {
        return nil
      }
    }
    return parameters
  }
}
