// The texts that commands show of an answer's JSON.

import TidehookCore

extension JSONValue {
  /// The strings of an array member, separated by commas.
  func texts(_ name: String) -> String {
    (self[name]?.elements ?? []).compactMap(\.stringValue).joined(separator: ",")
  }

  /// A time member as `2026-04-13 10:30:00`: UTC, to the second, which is what fits a table.
  func time(_ name: String) -> String? {
    self[name]?.stringValue.map { text in
      guard let time = Timestamp(rfc3339: text) else { return text }
      return time.rfc3339.prefix(19).split(separator: "T").joined(separator: " ")
    }
  }

  /// Headers, one to a line, from an object or from a list of pairs.
  var headerLines: String? {
    if let members { return members.map { "\($0.key): \($0.value.plainText)" }.joined(separator: "\n") }
    return elements?.map { pair in
      "\(pair["name"]?.plainText ?? pair[0]?.plainText ?? ""): \(pair["value"]?.plainText ?? pair[1]?.plainText ?? "")"
    }.joined(separator: "\n")
  }

  /// The members of an object as `name value, name value`.
  var settings: String? {
    members?.map { "\($0.key) \($0.value.plainText)" }.joined(separator: ", ")
  }

  /// A string without its quotes, anything else as compact JSON.
  var plainText: String {
    stringValue ?? String(decoding: bytes, as: UTF8.self)
  }
}
