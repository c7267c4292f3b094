// What is set for all uses of SQLite in a process.

import CSQLite

/// SQLite itself.
enum SQLiteLibrary {
  /// To be touched before a file is opened: SQLite counts what memory it uses under a mutex of the whole process, several times for each row, and
  /// nobody asks for that count. It can be turned off before the first use of the library only; later it stays as it is, which is no harm.
  static let prepare: Void = { _ = tidehook_sqlite_count_memory(0) }()
}
