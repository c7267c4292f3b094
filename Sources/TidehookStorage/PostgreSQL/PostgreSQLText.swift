// What libpq and a server say, as our messages have it: short, and without the password, whatever they say.

import Glibc
import TidehookCore

/// Reads texts of a connection.
struct PostgreSQLText {
  /// The longest text that is taken over, in Unicode scalars.
  private static let length = 500

  /// Finds the password, also when it was cut in two at the end.
  private let mask: SecretMask?

  /// Makes a reader for the connections to a database.
  init(for target: PostgresTarget) {
    mask = SecretMask([Array((target.password?.revealed ?? "").utf8)])
  }

  /// The beginning of a text; empty when there is none.
  func short(_ text: UnsafePointer<CChar>?) -> String {
    guard let text else { return "" }
    // Four bytes are the most that a scalar takes.
    let count = strnlen(text, Self.length * 4)
    let beginning = text.withMemoryRebound(to: UInt8.self, capacity: count) {
      String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    }
    let cut = String(String.UnicodeScalarView(beginning.unicodeScalars.prefix(Self.length)))
    return mask?.hiding(cut) ?? cut
  }

  /// The beginning of a message, without its line ends.
  func oneLine(_ text: UnsafePointer<CChar>?) -> String {
    short(text).split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }.joined(separator: " ")
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    let start = firstIndex { $0 != " " && $0 != "\t" } ?? endIndex
    return self[start...]
  }
}
