// Keeps sources and every revision of them, which no call shows yet: who changed what is there for those who look into the database. Nothing
// points to a deleted source: all that was its own goes with it.

public import TidehookCore

extension SQLStore: SourceStore {
  private static let insertSource = SQLStatement(
    """
    INSERT INTO sources (key, entropy, revision, config, secrets, created_at_us, updated_at_us) VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)
  private static let insertSourceRevision = SQLStatement(
    """
    INSERT INTO source_revisions (source_key, revision, config, created_at_us, made_by, changes_secret) VALUES ($1, $2, $3, $4, $5, $6)
    """)

  /// Stores a new source, and its first revision as made by `maker`.
  public func insert(_ source: Source, by maker: String) async throws(StoreError) {
    let config = SourceDocument.write(source)
    return try await writer.write("cannot store source \(source.id)", weight: 2 * config.utf8.count) { connection in
      try connection.execute(
        Self.insertSource,
        [
          .key(source.id.value), .entropy(source.id.value), .integer(Int64(source.revision)), .text(config),
          .text(SourceDocument.write(source.secrets)), .time(source.createdAt), .time(source.updatedAt),
        ])
      try Self.insertRevision(of: source, config, by: maker, changesSecret: false, connection)
    }
  }

  private static let secretsOfSource = SQLStatement("SELECT secrets FROM sources WHERE key = $1")
  private static let updateSource = SQLStatement(
    "UPDATE sources SET revision = $1, config = $2, secrets = $3, updated_at_us = $4 WHERE key = $5 AND entropy = $6 AND revision = $7")

  /// Stores a source's next revision; fails as `stale` unless the stored revision is the one just before it.
  public func update(_ source: Source, by maker: String) async throws(StoreError) {
    let config = SourceDocument.write(source)
    let secrets = SourceDocument.write(source.secrets)
    return try await writer.write("cannot change source \(source.id)", weight: 2 * config.utf8.count) { connection in
      let earlier = try connection.first(Self.secretsOfSource, [.key(source.id.value)]) { $0.text(0) }
      let changed = try connection.execute(
        Self.updateSource,
        [
          .integer(Int64(source.revision)), .text(config), .text(secrets), .time(source.updatedAt), .key(source.id.value),
          .entropy(source.id.value), .integer(Int64(source.revision - 1)),
        ])
      guard changed == 1 else { throw StoreError(.stale, "revision \(source.revision - 1) is not the current one") }
      try Self.insertRevision(of: source, config, by: maker, changesSecret: earlier != secrets, connection)
    }
  }

  private static func insertRevision(
    of source: Source, _ config: String, by maker: String, changesSecret: Bool, _ connection: any SQLConnection
  ) throws(SQLFailure) {
    try connection.execute(
      insertSourceRevision,
      [
        .key(source.id.value), .integer(Int64(source.revision)), .text(config), .time(source.updatedAt), .text(maker),
        changesSecret ? .integer(1) : .null,
      ])
  }

  private static let deleteSource = SQLStatement("DELETE FROM sources WHERE key = $1 AND entropy = $2")
  private static let deleteOwn = [
    SQLStatement("DELETE FROM source_revisions WHERE source_key = $1"),
    SQLStatement("DELETE FROM source_requests WHERE source_key = $1"),
    SQLStatement("DELETE FROM source_counts WHERE source_key = $1"),
    SQLStatement("DELETE FROM source_dedupe WHERE source_key = $1"),
  ]

  /// Deletes a source with its revisions and all that it received; fails as `stale` when there is none.
  public func delete(_ id: SourceID) async throws(StoreError) {
    try await writer.write("cannot delete source \(id)") { connection in
      guard try connection.execute(Self.deleteSource, [.key(id.value), .entropy(id.value)]) == 1 else {
        throw StoreError(.stale, "it does not exist")
      }
      for statement in Self.deleteOwn { try connection.execute(statement, [.key(id.value)]) }
    }
  }

  private static let allSources = SQLStatement(
    "SELECT key, entropy, revision, config, secrets, created_at_us, updated_at_us FROM sources ORDER BY key")

  /// Every source, oldest first.
  public func sources() async throws(StoreError) -> [Source] {
    let rows = try await read("list sources") { connection throws(SQLFailure) in
      try connection.all(Self.allSources, []) { SourceRow($0) }
    }
    var sources: [Source] = []
    for row in rows { sources.append(try SourceDocument.read(row)) }
    return sources
  }
}
