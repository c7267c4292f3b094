// What PostgreSQL answered to a statement.

import CPostgreSQL

/// A result, which goes with the last reference to it.
final class PostgreSQLResult {
  private let handle: OpaquePointer
  private let words: PostgreSQLText

  init(_ handle: OpaquePointer, words: PostgreSQLText) {
    self.handle = handle
    self.words = words
  }

  deinit { PQclear(handle) }

  /// How many rows it has.
  var count: Int32 { PQntuples(handle) }

  /// How many rows the statement inserted, updated, deleted or returned.
  var affectedRows: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }

  /// The command that was carried out: `INSERT 0 1`, `COMMIT`.
  var command: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }

  /// Whether it is the beginning of a copy instead of a result.
  var isCopy: Bool { [PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH].contains(PQresultStatus(handle)) }

  /// Why the statement failed; `nil` when it did not.
  var failure: SQLFailure? {
    switch PQresultStatus(handle) {
    case PGRES_COMMAND_OK, PGRES_TUPLES_OK: nil
    default: SQLFailure(sqlState: field("C"), message: message)
    }
  }

  func isNull(_ row: Int32, _ column: Int) -> Bool { PQgetisnull(handle, row, Int32(column)) == 1 }

  func text(_ row: Int32, _ column: Int) -> String {
    guard let start = PQgetvalue(handle, row, Int32(column)) else { return "" }
    let count = Int(PQgetlength(handle, row, Int32(column)))
    return start.withMemoryRebound(to: UInt8.self, capacity: count) {
      String(decoding: UnsafeBufferPointer(start: $0, count: count), as: UTF8.self)
    }
  }

  /// The first line alone: the others (detail, hint) may repeat the values of a row.
  private var message: String {
    let primary = field("M")
    return primary.isEmpty ? words.oneLine(PQresultErrorMessage(handle)) : primary
  }

  /// The beginning of an error's field by its code (libpq-fe.h, `PG_DIAG_…`).
  private func field(_ code: Unicode.Scalar) -> String {
    words.short(PQresultErrorField(handle, Int32(code.value)))
  }
}

/// One row of a result; values come as text.
struct PostgreSQLRow: SQLRow {
  let result: PostgreSQLResult
  let index: Int32

  func isNull(_ column: Int) -> Bool { result.isNull(index, column) }

  func integer(_ column: Int) -> Int64 { Int64(text(column)) ?? 0 }

  func text(_ column: Int) -> String { result.text(index, column) }

  /// `bytea` comes as `\x` and hexadecimal digits (PostgreSQL documentation, section 8.4).
  func bytes(_ column: Int) -> [UInt8] {
    let digits = text(column).utf8.dropFirst(2).compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }
}

extension SQLFailure {
  /// Sorts an error by its SQLSTATE (PostgreSQL documentation, appendix A).
  init(sqlState code: String, message: String) {
    let kind: Kind =
      switch code {
      case "53100": .full
      // Lock not available, serialization failure, deadlock.
      case "55P03", "40001", "40P01": .busy
      // Cancelled by statement_timeout, or ended for being idle.
      case "57014", "25P03": .late
      // The server goes down, or the connection broke; without a code it was libpq that failed.
      case "57P01", "57P02", "57P03", "": .lost
      default: code.hasPrefix("08") ? .lost : .other
      }
    self.init(kind, code.isEmpty ? message : "\(message) (PostgreSQL \(code))")
  }
}
