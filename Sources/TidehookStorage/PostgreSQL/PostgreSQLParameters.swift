// The values of a statement as libpq takes them: texts whose types PostgreSQL infers from where they stand.

import CPostgreSQL
import Glibc

/// Values in the form of C strings, which live as long as this.
final class PostgreSQLParameters {
  private let texts: [UnsafeMutablePointer<CChar>?]

  /// - Throws: a failure when a text holds NUL: PostgreSQL has none, and libpq would cut the text there.
  init(_ values: [SQLValue]) throws(SQLFailure) {
    var texts: [String?] = []
    for value in values {
      let text = Self.text(value)
      guard text?.utf8.contains(0) != true else { throw SQLFailure(.other, "a text has a NUL character, which PostgreSQL cannot hold") }
      texts.append(text)
    }
    self.texts = texts.map { $0.flatMap { strdup($0) } }
  }

  deinit {
    for text in texts { free(text) }
  }

  /// Sends a statement with these values; false when that failed.
  func send(_ sql: String, on handle: OpaquePointer) -> Bool {
    let pointers = texts.map { UnsafePointer($0) }
    return PQsendQueryParams(handle, sql, Int32(pointers.count), nil, pointers, nil, nil, 0) == 1
  }

  private static func text(_ value: SQLValue) -> String? {
    switch value {
    case .null: nil
    case .integer(let number): String(number)
    case .double(let number): String(number)
    case .text(let text): text
    case .bytes(let bytes): "\\x" + bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }
  }
}
