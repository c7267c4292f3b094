// The query of a request, each parameter at most once and none that its call does not know.

import TidehookCore

/// Checked query parameters.
struct Query: Sendable {
  private var values: [String: String] = [:]

  /// No parameters.
  init() {}

  /// Reads `a=1&b=2`; refuses names that are not in `known`, repeated names and broken escapes.
  init(_ text: String, known: [QueryParameter]) throws {
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(parts[0], plusIsSpace: true),
        let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : "", plusIsSpace: true)
      else { throw APIError(.invalidParameter, "expected percent-encoded UTF-8 in the query, got \(quoted(pair))") }
      guard known.contains(where: { $0.name == name }) else { throw Self.unknown(name, known: known) }
      guard values.updateValue(value, forKey: name) == nil else {
        throw APIError.unexpected(name, "one value", got: "two", code: .invalidParameter)
      }
    }
  }

  /// The value of a parameter; an empty one counts as absent.
  subscript(name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  /// The value of a parameter after `read`, which returns `nil` for what is not as expected.
  func value<Value>(_ name: String, _ expectation: String, read: (String) -> Value?) throws -> Value? {
    guard let text = self[name] else { return nil }
    guard let value = read(text) else { throw APIError.unexpected(name, expectation, got: quoted(text), code: .invalidParameter) }
    return value
  }

  private static func unknown(_ name: String, known: [QueryParameter]) -> APIError {
    let names = known.map(\.name).joined(separator: ", ")
    let advice = known.isEmpty ? "this call takes none" : "known are \(names)"
    return APIError(.unknownParameter, "unknown query parameter \(quoted(name)), \(advice)", field: shortened(name, to: 128))
  }
}
