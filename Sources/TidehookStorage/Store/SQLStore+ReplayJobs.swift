// Keeps replays that run as jobs; their steps are in SQLStore+ReplaySteps.swift.

public import TidehookCore

extension SQLStore: ReplayStore {
  private static let runningCount = SQLStatement("SELECT COUNT(*) FROM replays WHERE ended_at_us IS NULL")
  private static let insertReplay = SQLStatement(
    """
    INSERT INTO replays (
      key, entropy, state, request, made_by, total, replayed, created, skipped, created_at_us, updated_at_us, ended_at_us)
    VALUES ($1, $2, $3, $4, $5, NULL, 0, 0, 0, $6, $6, NULL)
    """)
  private static let insertPart = SQLStatement(
    "INSERT INTO replay_parts (replay_key, webhook_key, webhook_entropy, kind, position) VALUES ($1, $2, $3, $4, $5)")
  private static let forgetEnded = SQLStatement(
    """
    DELETE FROM replays WHERE ended_at_us IS NOT NULL
      AND key <= (SELECT key FROM replays WHERE ended_at_us IS NOT NULL ORDER BY key DESC LIMIT 1 OFFSET $1)
    """)

  /// Stores a new replay with its parts, and forgets the oldest that ended.
  public func insert(_ replay: Replay, parts: [ReplayPart]) async throws(StoreError) -> Bool {
    let request = ReplayDocument.write(replay.request)
    return try await writer.write("cannot store replay \(replay.id)", .offered, weight: request.utf8.count + 64 * parts.count) {
      connection in
      let running = try connection.first(Self.runningCount, []) { $0.integer(0) } ?? 0
      guard running < Int64(ReplayLimits.running) else { return false }
      try connection.execute(
        Self.insertReplay,
        [
          .key(replay.id.value), .entropy(replay.id.value), .integer(replay.state.code), .text(request), .text(replay.madeBy),
          .time(replay.createdAt),
        ])
      for part in parts {
        try connection.execute(
          Self.insertPart,
          [
            .key(replay.id.value), .key(part.webhook.value), .entropy(part.webhook.value), .integer(part.kind.code),
            .integer(part.position),
          ])
      }
      try connection.execute(Self.forgetEnded, [.integer(Int64(ReplayLimits.ended))])
      return true
    }
  }

  private static let beginReplay = SQLStatement(
    "UPDATE replays SET state = $1, total = $2, updated_at_us = $3 WHERE key = $4 AND ended_at_us IS NULL")

  /// Notes how much there is to do, and that it begins.
  public func begin(_ id: ReplayID, total: Int, at now: Timestamp) async throws(StoreError) {
    try await writer.write("cannot begin replay \(id)") { connection in
      _ = try connection.execute(
        Self.beginReplay, [.integer(ReplayState.running.code), .integer(Int64(total)), .time(now), .key(id.value)])
    }
  }

  private static let endReplay = SQLStatement(
    """
    UPDATE replays SET state = $1, updated_at_us = $2, ended_at_us = $2,
      skipped = skipped + CASE WHEN $1 = 2 AND total > replayed + created + skipped THEN total - replayed - created - skipped ELSE 0 END
    WHERE key = $3 AND entropy = $4 AND ended_at_us IS NULL
    """)
  private static let deleteParts = SQLStatement("DELETE FROM replay_parts WHERE replay_key = $1")

  /// Ends a replay; false when it had ended before, or there is none.
  public func end(_ id: ReplayID, as state: ReplayState, at now: Timestamp) async throws(StoreError) -> Bool {
    try await writer.write("cannot end replay \(id)") { connection in
      let ended = try connection.execute(Self.endReplay, [.integer(state.code), .time(now), .key(id.value), .entropy(id.value)])
      guard ended == 1 else { return false }
      try connection.execute(Self.deleteParts, [.key(id.value)])
      return true
    }
  }

  private static let columns = """
    key, entropy, request, state, made_by, total, replayed, created, skipped, created_at_us, updated_at_us, ended_at_us
    """
  private static let running = SQLStatement("SELECT \(columns) FROM replays WHERE ended_at_us IS NULL ORDER BY key")
  private static let partsLeft = SQLStatement(
    "SELECT webhook_key, webhook_entropy, kind, position FROM replay_parts WHERE replay_key = $1 ORDER BY webhook_key, kind")
  private static let oneReplay = SQLStatement("SELECT \(columns) FROM replays WHERE key = $1 AND entropy = $2")
  private static let newest = SQLStatement("SELECT \(columns) FROM replays WHERE key < $1 ORDER BY key DESC")

  /// Replays that have not ended, oldest first, each with the parts that are left.
  public func runningReplays() async throws(StoreError) -> [(replay: Replay, parts: [ReplayPart])] {
    let rows = try await read("list running replays") { connection throws(SQLFailure) in
      let replays = try connection.all(Self.running, []) { ReplayRow($0) }
      var rows: [(ReplayRow, [ReplayPart])] = []
      for replay in replays {
        let parts = try connection.all(Self.partsLeft, [.key(replay.id.value)]) { row in
          ReplayPart(webhook: WebhookID(row.id(0)), kind: ReplayPart.Kind(code: row.integer(2)), position: row.integer(3))
        }
        rows.append((replay, parts))
      }
      return rows
    }
    var replays: [(replay: Replay, parts: [ReplayPart])] = []
    for (row, parts) in rows { replays.append((try row.replay(), parts)) }
    return replays
  }

  /// One replay.
  public func replay(_ id: ReplayID) async throws(StoreError) -> Replay? {
    let row = try await read("read replay \(id)") { connection throws(SQLFailure) in
      try connection.first(Self.oneReplay, [.key(id.value), .entropy(id.value)]) { ReplayRow($0) }
    }
    return try row?.replay()
  }

  /// Replays that a key may see, newest first, older than `cursor`. There are few of them in all: ``ReplayLimits``.
  public func replays(visibleTo principal: Principal, before cursor: Int64?, limit: Int) async throws(StoreError) -> [Replay] {
    let found: Result<[Replay], StoreError> = try await read("list replays") { connection throws(SQLFailure) in
      var replays: [Replay] = []
      var failure: StoreError?
      try connection.query(Self.newest, [.integer(cursor ?? .max)]) { row in
        do throws(StoreError) {
          let replay = try ReplayRow(row).replay()
          if replay.isVisible(to: principal) { replays.append(replay) }
        } catch {
          failure = error
        }
        return failure == nil && replays.count < limit
      }
      return failure.map { .failure($0) } ?? .success(replays)
    }
    return try found.get()
  }
}

/// A row of `replays`; its request is text still.
private struct ReplayRow: Sendable {
  let id: ReplayID
  private let request: String
  private var shell: Replay

  init(_ row: any SQLRow) {
    id = ReplayID(row.id(0))
    request = row.text(2)
    shell = Replay(
      id: id, request: ReplayRequest(), state: ReplayState(code: row.integer(3)), madeBy: row.text(4),
      total: row.optionalInteger(5).map(Int.init), replayed: Int(row.integer(6)), created: Int(row.integer(7)),
      skipped: Int(row.integer(8)), createdAt: row.time(9), updatedAt: row.time(10), endedAt: row.optionalTime(11))
  }

  func replay() throws(StoreError) -> Replay {
    var replay = shell
    replay.request = try ReplayDocument.read(request, of: id)
    return replay
  }
}
