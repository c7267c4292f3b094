// How JSON values are written for the columns of a PostgreSQL table.

package import TidehookCore
package import TidehookStorage

/// What a column's type makes of a value.
package enum PostgresColumn: Sendable, Equatable {
  /// Any type whose text form says everything: PostgreSQL converts.
  case plain
  /// `json` or `jsonb`.
  case json
  /// An array of such elements.
  case array(ofJSON: Bool)

  /// Reads the catalogue's words.
  /// - Parameters:
  ///   - type: the name of the type, that under a domain.
  ///   - element: the name of the type of its elements; empty when it is no array.
  package init(type: String, element: String) {
    let isJSON = { (name: String) in name == "json" || name == "jsonb" }
    if isJSON(type) { self = .json } else { self = element.isEmpty ? .plain : .array(ofJSON: isJSON(element)) }
  }

  /// The value as a parameter. JSON's `null` is SQL's everywhere.
  package func value(_ value: JSONValue) -> SQLValue {
    switch (self, value) {
    case (_, .null): .null
    case (.json, _): .text(Self.json(value))
    case (.array(let ofJSON), .array(let elements)): .text(Self.literal(elements, ofJSON: ofJSON))
    case (.plain, _), (.array, _): .text(Self.plain(value))
    }
  }

  private static func plain(_ value: JSONValue) -> String { value.stringValue ?? json(value) }

  private static func json(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }

  /// An array as PostgreSQL reads it (documentation, section 8.15.6): `{"a","b",NULL}`, one within another for each dimension.
  private static func literal(_ elements: [JSONValue], ofJSON: Bool) -> String {
    let parts = elements.map { element -> String in
      switch element {
      case .null: "NULL"
      case .array(let inner) where !ofJSON: literal(inner, ofJSON: false)
      case .bool, .integer, .number, .string, .array, .object: quoted(ofJSON ? json(element) : plain(element))
      }
    }
    return "{\(parts.joined(separator: ","))}"
  }

  private static func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}
