// The ids and the time of one request.

import TidehookCore
import TidehookSigning

/// What makes one request differ from the next: an id and a time.
struct RequestIdentity: Sendable {
  /// 26 characters, letters and digits.
  let id: String
  /// An id in the form of a UUID.
  let uuid: String
  /// An id of up to 19 digits.
  let number: String
  /// When the request is made.
  let now: Timestamp

  init(_ id: TimeOrderedID, at now: Timestamp) {
    self.id = id.text
    number = String(id.key)
    self.now = now
    uuid = Self.uuid(of: id)
  }

  /// A body with its places filled: `{{id}}`, `{{uuid}}`, `{{number}}`, `{{time}}`, `{{seconds}}`, `{{milliseconds}}`.
  func fill(_ body: String) -> String {
    let values = [
      ("id", id), ("uuid", uuid), ("number", number), ("time", now.rfc3339), ("seconds", String(now.seconds)),
      ("milliseconds", String(now.microseconds / 1000)),
    ]
    return values.reduce(body) { text, value in text.replacing("{{\(value.0)}}", with: value.1) }
  }

  /// The bits of an id with the marks of a random UUID (RFC 9562, section 5.4).
  private static func uuid(of id: TimeOrderedID) -> String {
    let bytes = [UInt64(bitPattern: id.key), id.entropy].flatMap { half in
      (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * $0)) }
    }
    var digits = Array(Hex.encode(bytes))
    (digits[12], digits[16]) = ("4", "a")
    let ends = [0, 8, 12, 16, 20, 32]
    return zip(ends, ends.dropFirst()).map { String(digits[$0..<$1]) }.joined(separator: "-")
  }
}
