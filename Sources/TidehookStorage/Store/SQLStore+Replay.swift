// Makes a delivery due again because somebody asked for it.

public import TidehookCore

extension SQLStore {
  private static let replayed = SQLStatement(
    """
    SELECT d.state, d.leased_by, w.key, w.entropy, w.config, w.deleted_at_us, e.erased_at_us
    FROM deliveries d JOIN webhooks w ON w.key = d.webhook_key JOIN events e ON e.key = d.event_key WHERE d.key = $1 AND d.entropy = $2
    """)
  static let makeDue = SQLStatement(
    """
    UPDATE deliveries SET state = 0, reason = NULL, failure = NULL, next_trigger = 2, due_at_us = $1, updated_at_us = $1, earlier_attempts = attempt_count,
      round_began_us = $1, pin_revision = $2, pin_plugins = $3, batch_key = NULL
    WHERE key = $4
    """)
  private static let firstAttempt = SQLStatement(
    """
    SELECT a.revision, a.plugins FROM deliveries d CROSS JOIN attempts a
    WHERE d.key = $1 AND a.key IN (\(AttemptKeys.of("d.key", batch: "d.batch_id", entropy: "d.batch_entropy")))
    ORDER BY a.key LIMIT 1
    """)

  private static let storedRevision = SQLStatement(
    "SELECT r.revision FROM deliveries d JOIN webhook_revisions r ON r.webhook_key = d.webhook_key WHERE d.key = $1 AND r.revision = $2")

  /// Makes a finished or waiting delivery due now, with a fresh round of retries, all of the versions asked for.
  /// - Returns: `refused` while it is pending or under way, and when its webhook is inactive or deleted.
  public func replay(_ id: DeliveryID, at now: Timestamp, runs versions: ReplayedVersions) async throws(StoreError) -> ReplayResult {
    return try await writer.write("cannot replay delivery \(id)") { connection in
      var isOrdered = false
      let known = try connection.first(Self.replayed, [.key(id.value), .entropy(id.value)]) { row in
        guard row.isNull(6) else { return ReplayResult.erased }
        let facts = WebhookDocument.ReplayFacts(row.text(4))
        isOrdered = facts.isOrdered
        let state = DeliveryState(code: row.integer(0))
        let isFree = row.isNull(1) && DeliveryCause.replayed.applies(to: state)
        let isWanted = row.isNull(5) && facts.isActive
        return isFree && isWanted ? ReplayResult.queued(WebhookID(row.id(2))) : .refused(state)
      }
      guard let known else { return .unknown }
      guard case .queued = known else { return known }
      guard let pin = try Self.pin(versions, of: id, connection) else {
        return versions == .original ? .neverAttempted : .unknownRevision
      }
      if !isOrdered { try Self.leaveOrder(id.key, at: now, connection) }
      let waits = try !Self.takesTurn(id.key, connection)
      try connection.execute(Self.makeDue, [.time(now)] + pin + [.key(id.value)])
      if waits { try Self.waitForTurn(id.key, connection) }
      return known
    }
  }

  /// The revision and the plugins to pin, as values of their columns; `nil` when there is no original, or no such revision.
  static func pin(
    _ versions: ReplayedVersions, of id: DeliveryID, _ connection: any SQLConnection
  ) throws(SQLFailure) -> [SQLValue]? {
    switch versions {
    case .current: [.null, .null]
    case .original:
      try connection.first(firstAttempt, [.key(id.value)]) { row in
        [SQLValue.integer(row.integer(0)), SQLValue(row.optionalText(1))]
      }
    case .revision(let number):
      try connection.first(storedRevision, [.key(id.value), .integer(Int64(number))]) { row in [SQLValue.integer(row.integer(0)), .null] }
    }
  }
}
