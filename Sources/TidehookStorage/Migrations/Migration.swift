// One numbered step of the schema, and how the missing steps are taken.

package import TidehookCore

/// A step from one version of the schema to the next. Once released it is never edited; a mistake is mended by the next step.
package struct Migration: Sendable {
  /// Counts the steps from 1.
  package let number: Int64
  /// What it does, for people.
  package let name: String
  /// Its statements, without parameters, in the words of a database's dialect.
  package let statements: @Sendable (SQLDialect) -> [String]

  /// Makes a step.
  package init(_ number: Int64, _ name: String, statements: @escaping @Sendable (SQLDialect) -> [String]) {
    self.number = number
    self.name = name
    self.statements = statements
  }
}

/// Brings a database's schema up to date.
package struct Migrator: Sendable {
  /// Every step, in order.
  let migrations: [Migration]

  /// Makes a migrator; the default is every step of this release.
  package init(_ migrations: [Migration] = Migration.all) {
    self.migrations = migrations
  }

  /// Takes the missing steps, each in a transaction of its own, so that a step is taken whole or not at all.
  /// - Throws: `StoreError` when the database was made by a newer release; `SQLFailure` when a step fails.
  package func migrate(_ connection: any SQLConnection, dialect: SQLDialect, at now: Timestamp) throws {
    let integer = dialect.integer
    try connection.execute(
      SQLStatement(
        once: """
          CREATE TABLE IF NOT EXISTS migrations (
            number \(integer) PRIMARY KEY, name TEXT NOT NULL, applied_at_us \(integer) NOT NULL
          )\(dialect.tableOptions)
          """), [])
    let done = try connection.first(SQLStatement(once: "SELECT COALESCE(MAX(number), 0) FROM migrations"), []) { $0.integer(0) } ?? 0
    let known = migrations.last?.number ?? 0
    guard done <= known else {
      throw StoreError(
        .failed, "the database has schema version \(done), made by a newer Tidehook; this one knows versions up to \(known)")
    }
    for migration in migrations where migration.number > done {
      try apply(migration, connection, dialect, now)
    }
  }

  private func apply(_ migration: Migration, _ connection: any SQLConnection, _ dialect: SQLDialect, _ now: Timestamp) throws {
    let note = SQLStatement(once: "INSERT INTO migrations (number, name, applied_at_us) VALUES ($1, $2, $3)")
    try connection.begin()
    do {
      for statement in migration.statements(dialect) { try connection.execute(SQLStatement(once: statement), []) }
      try connection.execute(note, [.integer(migration.number), .text(migration.name), .integer(now.microseconds)])
      try connection.commit()
    } catch {
      connection.rollback()
      throw error
    }
  }
}
