// Lays JSON out for people: two spaces of indentation, short arrays of scalars on one line.

import TidehookCore

/// JSON on several lines.
enum JSONLayout {
  /// The text of a value.
  static func text(_ value: JSONValue) -> String {
    var text = ""
    append(value, indent: "", to: &text)
    return text
  }

  private static func append(_ value: JSONValue, indent: String, to text: inout String) {
    let inner = indent + "  "
    switch value {
    case .object(let members) where !members.isEmpty:
      text += "{"
      for (index, member) in members.enumerated() {
        text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
        text += compact(.string(member.key)) + ": "
        append(member.value, indent: inner, to: &text)
      }
      text += "\n\(indent)}"
    case .array(let elements) where !elements.allSatisfy(isScalar):
      text += "["
      for (index, element) in elements.enumerated() {
        text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
        append(element, indent: inner, to: &text)
      }
      text += "\n\(indent)]"
    case .array(let elements): text += "[" + elements.map(compact).joined(separator: ", ") + "]"
    case .object, .string, .integer, .number, .bool, .null: text += compact(value)
    }
  }

  private static func isScalar(_ value: JSONValue) -> Bool {
    switch value {
    case .object, .array: false
    case .string, .integer, .number, .bool, .null: true
    }
  }

  private static func compact(_ value: JSONValue) -> String {
    String(decoding: value.bytes, as: UTF8.self)
  }
}
