// What helps to find events: the beginnings of their ids, and the names that are in use, from one entry of an index to the next.

public import TidehookCore

extension SQLStore {
  private static let withPrefix = SQLStatement("SELECT key FROM events WHERE id >= $1 AND id < $2 LIMIT $3")

  /// The keys of the events whose id begins with `prefix`; `nil` when there are more than `limit`.
  public func eventKeys(prefix: String, upTo limit: Int) async throws(StoreError) -> [Int64]? {
    // No character of an id is behind a tilde.
    let arguments: [SQLValue] = [.text(prefix), .text(prefix + "~"), .integer(Int64(limit) + 1)]
    return try await read("look for events") { connection throws(SQLFailure) in
      let keys = try connection.all(Self.withPrefix, arguments) { $0.integer(0) }
      return keys.count > limit ? nil : keys
    }
  }

  private static let nextType = SQLStatement("SELECT type FROM events WHERE type > $1 ORDER BY type LIMIT 1")
  private static let newestOfType = SQLStatement("SELECT id, accepted_at_us FROM events WHERE type = $1 ORDER BY key DESC LIMIT 1")
  private static let nextNamespace = SQLStatement("SELECT namespace FROM events WHERE namespace > $1 ORDER BY namespace LIMIT 1")
  private static let newestOfNamespace = SQLStatement(
    "SELECT id, accepted_at_us FROM events WHERE namespace = $1 ORDER BY key DESC LIMIT 1")

  /// The types or namespaces that events have, by name.
  public func eventUses(_ kind: EventUseKind, limit: Int) async throws(StoreError) -> [EventUse] {
    let (next, newest) =
      switch kind {
      case .types: (Self.nextType, Self.newestOfType)
      case .namespaces: (Self.nextNamespace, Self.newestOfNamespace)
      }
    return try await read("list names of events") { connection throws(SQLFailure) in
      var found: [EventUse] = []
      var last = ""
      while found.count < limit, let name = try connection.first(next, [.text(last)], { $0.text(0) }) {
        let use = try connection.first(newest, [.text(name)]) { row in
          EventUse(name: name, lastID: EventID(stored: row.text(0)), lastAt: row.time(1))
        }
        if let use { found.append(use) }
        last = name
      }
      return found
    }
  }
}
