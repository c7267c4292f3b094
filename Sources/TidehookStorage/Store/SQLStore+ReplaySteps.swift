// Takes the steps of replays: each makes a few deliveries due and moves its part on, in one transaction, so that none is replayed twice.

public import TidehookCore

extension SQLStore {
  private static let partPosition = SQLStatement(
    """
    SELECT p.position, w.config, w.deleted_at_us
    FROM replay_parts p JOIN replays r ON r.key = p.replay_key JOIN webhooks w ON w.key = p.webhook_key
    WHERE p.replay_key = $1 AND p.webhook_key = $2 AND p.kind = $3 AND r.entropy = $4 AND r.ended_at_us IS NULL
    """)
  private static let movePart = SQLStatement(
    "UPDATE replay_parts SET position = $1 WHERE replay_key = $2 AND webhook_key = $3 AND kind = $4")
  private static let deletePart = SQLStatement("DELETE FROM replay_parts WHERE replay_key = $1 AND webhook_key = $2 AND kind = $3")
  private static let countStep = SQLStatement(
    """
    UPDATE replays SET replayed = replayed + $1, created = created + $2, skipped = skipped + $3, updated_at_us = $4,
      total = CASE WHEN total < replayed + created + skipped + $1 + $2 + $3 THEN replayed + created + skipped + $1 + $2 + $3 ELSE total END
    WHERE key = $5
    """)

  /// Makes what was found due now and moves the part on, all in one transaction; a part that is at its end is forgotten.
  public func advance(
    _ id: ReplayID, _ part: ReplayPart, to finding: ReplayFinding, runs versions: ReplayedVersions, ids: [DeliveryID], at now: Timestamp
  ) async throws(StoreError) -> ReplayStep {
    let names: [SQLValue] = [.key(id.value), .key(part.webhook.value), .integer(part.kind.code)]
    return try await writer.write("cannot go on with replay \(id)", weight: 256 * (1 + finding.candidates.count)) { connection in
      let config = try connection.first(Self.partPosition, names + [.entropy(id.value)]) { row in
        row.integer(0) == part.position && row.isNull(2) ? row.text(1) : ""
      }
      let facts = config.map(WebhookDocument.ReplayFacts.init)
      guard let facts, finding.candidates.isEmpty || facts.isActive else {
        throw StoreError(.stale, "it has ended, or its webhook cannot take anything now")
      }
      let round = ReplayRound(versions: versions, now: now, isOrdered: facts.isOrdered)
      let step =
        switch part.kind {
        case .deliveries: try Self.makeDue(finding.candidates, round, connection)
        case .missing: try Self.makeMissing(finding.candidates, part.webhook, ids, round, connection)
        }
      if finding.isAtEnd {
        try connection.execute(Self.deletePart, names)
      } else {
        try connection.execute(Self.movePart, [.integer(finding.position)] + names)
      }
      try connection.execute(
        Self.countStep,
        [.integer(Int64(step.replayed)), .integer(Int64(step.created)), .integer(Int64(step.skipped)), .time(now), .key(id.value)])
      return step
    }
  }

  /// What holds for every delivery of a step.
  private struct ReplayRound {
    let versions: ReplayedVersions
    let now: Timestamp
    /// Whether the webhook is ordered now.
    let isOrdered: Bool
  }

  private static func makeDue(
    _ candidates: [ReplayCandidate], _ round: ReplayRound, _ connection: any SQLConnection
  ) throws(SQLFailure) -> ReplayStep {
    var step = ReplayStep()
    for candidate in candidates {
      guard let isOrdered = try makeDue(candidate.key, in: candidate.state, round, connection) else {
        step.skipped += 1
        continue
      }
      step.replayed += 1
      if isOrdered { step.ordered += 1 }
    }
    return step
  }

  private static let orderKeyInState = SQLStatement(
    """
    SELECT d.order_key FROM deliveries d JOIN events e ON e.key = d.event_key
    WHERE d.key = $1 AND d.state = $2 AND d.leased_by IS NULL AND e.erased_at_us IS NULL
    """)

  /// Makes a delivery due, unless it changed since it was found or there is no original to run.
  /// - Returns: whether it takes its place in an order; `nil` when it was left alone.
  private static func makeDue(
    _ key: TimeOrderedID, in state: DeliveryState?, _ round: ReplayRound, _ connection: any SQLConnection
  ) throws(SQLFailure) -> Bool? {
    guard let state else { return nil }
    let hasOrder = try connection.first(orderKeyInState, [.key(key), .integer(state.code)]) { !$0.isNull(0) }
    guard let hasOrder, let pin = try pin(round.versions, of: DeliveryID(key), connection) else { return nil }
    if hasOrder && !round.isOrdered { try leaveOrder(key.key, at: round.now, connection) }
    let isOrdered = hasOrder && round.isOrdered
    let hasTurn = isOrdered ? try takesTurn(key.key, connection) : true
    try connection.execute(makeDue, [.time(round.now)] + pin + [.key(key)])
    if !hasTurn { try waitForTurn(key.key, connection) }
    return isOrdered
  }

  private static let insertMissing = SQLStatement(
    """
    INSERT INTO deliveries (
      key, entropy, event_key, webhook_key, state, reason, attempt_count, earlier_attempts, next_trigger, due_at_us, leased_by,
      created_at_us, updated_at_us)
    SELECT $1, $2, e.key, $3, 0, NULL, 0, 0, 2, $4, NULL, $4, $4 FROM events e
    WHERE e.key = $5 AND e.erased_at_us IS NULL AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_key = e.key AND d.webhook_key = $3)
    """)
  /// One of an ordered webhook is made as one that has ended, and then takes its place as every replay does.
  private static let insertMissingEnded = SQLStatement(
    """
    INSERT INTO deliveries (
      key, entropy, event_key, webhook_key, state, reason, attempt_count, earlier_attempts, next_trigger, due_at_us, leased_by,
      created_at_us, updated_at_us, order_key)
    SELECT $1, $2, e.key, $3, 6, NULL, 0, 0, 2, NULL, NULL, $4, $4, $5 FROM events e
    WHERE e.key = $6 AND e.erased_at_us IS NULL AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.event_key = e.key AND d.webhook_key = $3)
    """)

  private static func makeMissing(
    _ events: [ReplayCandidate], _ webhook: WebhookID, _ ids: [DeliveryID], _ round: ReplayRound, _ connection: any SQLConnection
  ) throws(SQLFailure) -> ReplayStep {
    var step = ReplayStep()
    for (event, id) in zip(events, ids) {
      let values: [SQLValue] = [.key(id.value), .entropy(id.value), .key(webhook.value), .time(round.now)]
      let made: Int
      if let order = event.orderKey, round.isOrdered {
        made = try connection.execute(insertMissingEnded, values + [.integer(order), .key(event.key)])
        if made == 1, try makeDue(id.value, in: .cancelled, round, connection) == true { step.ordered += 1 }
      } else {
        made = try connection.execute(insertMissing, values + [.key(event.key)])
      }
      if made == 1 { step.created += 1 } else { step.skipped += 1 }
    }
    return step
  }
}
