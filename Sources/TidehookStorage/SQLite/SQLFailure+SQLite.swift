// SQLite's result codes (sqlite.org/rescode.html) as the store's failures.

import GRDB
import GRDBSQLite

extension SQLFailure {
  /// Sorts a result code; extended codes keep the primary one in their low byte.
  init(sqliteCode code: CInt, message: String) {
    let kind: Kind =
      switch code & 0xFF {
      case SQLITE_FULL, SQLITE_IOERR: .full
      case SQLITE_BUSY, SQLITE_LOCKED: .busy
      default: .other
      }
    self.init(kind, "\(message) (SQLite result \(code))")
  }

  /// Sorts what GRDB throws, without the SQL and the values that its own description may show.
  init(_ error: any Error) {
    if let failure = error as? SQLFailure {
      self = failure
    } else if let error = error as? DatabaseError {
      self.init(sqliteCode: error.extendedResultCode.rawValue, message: error.message ?? "")
    } else {
      self.init(.other, "\(type(of: error))")
    }
  }
}
