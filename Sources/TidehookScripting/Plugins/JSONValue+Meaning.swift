// Equality of JSON values as people mean it, and where two values differ.

import TidehookCore

extension JSONValue {
  /// Whether both say the same: the order of members does not count, and `1` is `1.0`.
  func means(_ other: JSONValue) -> Bool {
    var isSame = true
    forEachDifference(to: other) { _, _, _ in isSame = false }
    return isSame
  }

  /// Calls `body` for each place where the values differ, in this value's order: with the place (`items[1].name`, empty for the whole)
  /// and both values there, `nil` where there is none.
  func forEachDifference(to other: JSONValue, at path: String = "", _ body: (String, JSONValue?, JSONValue?) -> Void) {
    switch (self, other) {
    case (.object(let mine), .object(let theirs)):
      for member in mine { Self.compare(member.value, other[member.key], at: Self.path(path, member.key), body) }
      for member in theirs where self[member.key] == nil { body(Self.path(path, member.key), nil, member.value) }
    case (.array(let mine), .array(let theirs)):
      for index in 0..<max(mine.count, theirs.count) { Self.compare(self[index], other[index], at: "\(path)[\(index + 1)]", body) }
    default:
      if self != other && (kind != .number || other.kind != .number || doubleValue != other.doubleValue) { body(path, self, other) }
    }
  }

  private static func compare(
    _ mine: JSONValue?, _ theirs: JSONValue?, at path: String, _ body: (String, JSONValue?, JSONValue?) -> Void
  ) {
    guard let mine, let theirs else {
      if mine != nil || theirs != nil { body(path, mine, theirs) }
      return
    }
    mine.forEachDifference(to: theirs, at: path, body)
  }

  private static func path(_ parent: String, _ key: String) -> String { parent.isEmpty ? key : "\(parent).\(key)" }
}
