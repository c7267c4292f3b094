// What a generic keyed hash is made of.

import TidehookCore

/// A text with places for parts of the request: `{timestamp}.{body}`.
struct SignedTemplate: Sendable {
  /// A part of a request.
  enum Place: String, Sendable, CaseIterable {
    /// The body's bytes.
    case body
    /// The value of the timestamp's header.
    case timestamp
    /// The value of the id's header.
    case id
    /// The method in upper case.
    case method
    /// The URL that the provider calls.
    case url
    /// The path of that URL, without the query.
    case path
  }

  private enum Part: Sendable {
    case text([UInt8])
    case place(Place)
  }

  private let parts: [Part]

  /// Reads a template. It must have the body, or the signature would not vouch for it.
  init(_ text: String) throws(SigningError) {
    parts = try Self.parse(text)
    guard contains(.body) else {
      throw .unusable(field: "verify.template", expected: "{body} in it, since nothing else vouches for the body", got: "a text without it")
    }
  }

  /// Whether the template has this place.
  func contains(_ place: Place) -> Bool {
    parts.contains { part in
      if case .place(place) = part { true } else { false }
    }
  }

  /// The text with each place filled.
  func filled(_ value: (Place) -> [UInt8]) -> [UInt8] { pieces(value).flatMap(\.self) }

  /// The text with each place filled, in pieces of which none is copied.
  func pieces(_ value: (Place) -> [UInt8]) -> [[UInt8]] {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .place(let place): value(place)
      }
    }
  }

  private static func parse(_ text: String) throws(SigningError) -> [Part] {
    var parts: [Part] = []
    var rest = text[...]
    while let open = rest.firstIndex(of: "{") {
      guard let close = rest[open...].firstIndex(of: "}"), let place = Place(rawValue: String(rest[rest.index(after: open)..<close])) else {
        let known = Place.allCases.map { "{\($0.rawValue)}" }.joined(separator: " ")
        throw .unusable(field: "verify.template", expected: "one of \(known) at each {", got: "something else")
      }
      if open > rest.startIndex { parts.append(.text(Array(rest[..<open].utf8))) }
      parts.append(.place(place))
      rest = rest[rest.index(after: close)...]
    }
    if !rest.isEmpty { parts.append(.text(Array(rest.utf8))) }
    return parts
  }
}
