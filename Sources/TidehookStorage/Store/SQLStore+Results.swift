// Writes what became of a delivery: its new state and the attempt that led there, together.

public import TidehookCore

extension SQLStore {
  /// For what was not tried before and has not failed: there is no failure to forget, and nothing is written for it.
  private static let finishFirst = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = $2, attempt_count = COALESCE($3, attempt_count), next_trigger = COALESCE($4, next_trigger),
      due_at_us = $5, leased_by = NULL, updated_at_us = $6
    WHERE key = $7 AND leased_by = $8 AND state <> 6
    """)
  private static let finish = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = $2, failure = $3, attempt_count = COALESCE($4, attempt_count),
      next_trigger = COALESCE($5, next_trigger), due_at_us = $6, leased_by = NULL, updated_at_us = $7
    WHERE key = $8 AND leased_by = $9 AND state <> 6
    """)
  /// The columns of ``values(of:_:)``.
  static let attemptValues = """
    key, entropy, delivery_key, number, trigger_code, revision, started_at_us, duration_us, resolve_us, connect_us, first_byte_us,
      exchange_us, failure_kind, failure_message, request_method, request_url, request_headers, request_body, response_status,
      response_headers, response_body, response_is_truncated, log, plugins
    """
  static let insertAttempt = SQLStatement(
    """
    INSERT INTO attempts (\(attemptValues))
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
    """)

  /// How much of an answer's body is kept.
  private static let keptResponseBytes = 4096

  /// Writes an outcome and lets go of the delivery; returns when it is on disk. While the disk is full it waits for space.
  /// - Throws: `stale`, having written nothing, when this node does not hold the delivery (any more): whoever holds it decides;
  ///   `closed` when the store closed before the disk took it.
  public func record(_ completed: CompletedDelivery) async throws(StoreError) {
    // Encoded here, on the caller's thread: the writer's time is everybody's.
    let isFirst = completed.attempt?.number == 1 && !Self.hasFailed(completed)
    var change = Self.values(of: completed, node)
    if isFirst { change.remove(at: Self.failurePlace) }
    let values = change
    let owner = completed.batch?.id.key ?? completed.id.key
    let attempt = completed.attempt.map { Self.values(of: $0, owner) }
    let batch = completed.batch.map { BatchRecord($0, of: completed, attempt: attempt, node) }
    let (id, isOrdered, ended) = (completed.id, completed.isOrdered, completed.at)
    // The next of an order waits for this.
    return try await writer.write("cannot record delivery \(id)", .kept, isAwaited: isOrdered, weight: Self.weight(of: completed)) {
      connection in
      if let batch { return try Self.write(batch, of: completed, connection) }
      guard try connection.execute(isFirst ? Self.finishFirst : Self.finish, values) == 1 else {
        guard try Self.finishErased([id.key], completed, connection) else { throw StoreError(.stale, "this node does not hold it") }
        if let attempt = completed.attempt?.withoutContent { try connection.execute(Self.insertAttempt, Self.values(of: attempt, owner)) }
        return
      }
      if let attempt { try connection.execute(Self.insertAttempt, attempt) }
      if isOrdered { try Self.passTurn(of: id.key, at: ended, connection) }
    }
  }

  private static func weight(of completed: CompletedDelivery) -> Int {
    1024 + 128 * (completed.batch?.members.count ?? 0) + (completed.attempt?.request?.body?.count ?? 0)
      + (completed.attempt?.response?.body.count ?? 0)
  }

  static func values(of completed: CompletedDelivery, _ node: Int64) -> [SQLValue] {
    let transition = completed.transition
    let due = transition.state.isOpen ? transition.nextAttemptAt ?? completed.at : nil
    return [
      .integer(transition.state.code), transition.reasonValue, failure(of: completed),
      SQLValue((completed.attempt?.number).map(Int64.init)),
      SQLValue(transition.state == .retrying ? AttemptTrigger.retry.code : nil), .time(due), .time(completed.at),
      .integer(completed.id.key),
      .integer(node),
    ]
  }

  /// Where ``values(of:_:)`` has ``failure(of:)``.
  private static let failurePlace = 2

  private static func hasFailed(_ completed: CompletedDelivery) -> Bool {
    switch completed.transition.state {
    case .dead, .retrying: true
    case .pending, .delivered, .filtered, .held, .cancelled: false
    }
  }

  /// What made a delivery dead or made it wait for another attempt: empty when that is not known, so that it is counted all the same.
  static func failure(of completed: CompletedDelivery) -> SQLValue {
    hasFailed(completed) ? .text(completed.attempt?.failure?.kind.rawValue ?? "") : .null
  }

  /// What its failure says, or, where there is none, why the pipeline dropped the event: so that takes no column of its own.
  private static func message(of attempt: Attempt) -> SQLValue {
    if let failure = attempt.failure { return .text(failure.message) }
    return attempt.drop.map { ReasonText.value($0.reason, $0.stage) } ?? .null
  }

  /// - Parameter owner: the key of the delivery to which it belongs.
  static func values(of attempt: Attempt, _ owner: Int64) -> [SQLValue] {
    let (phases, request, response) = (attempt.phases, attempt.request, attempt.response)
    let body = response.map { $0.body.count > keptResponseBytes ? Array($0.body[..<keptResponseBytes]) : $0.body }
    return [
      .key(attempt.id.value), .entropy(attempt.id.value), .integer(owner), .integer(Int64(attempt.number)),
      .integer(attempt.trigger.code), .integer(Int64(attempt.revision)), .time(attempt.startedAt),
      .integer(attempt.durationMicroseconds), SQLValue(phases?.resolveMicroseconds), SQLValue(phases?.connectMicroseconds),
      SQLValue(phases?.firstByteMicroseconds), SQLValue(phases?.totalMicroseconds), SQLValue(attempt.failure?.kind.rawValue),
      message(of: attempt), SQLValue(request?.method), SQLValue(request?.url),
      SQLValue((request?.headers).map(HeaderText.write)), SQLValue(request?.body), SQLValue((response?.status).map(Int64.init)),
      SQLValue((response?.headers).map(HeaderText.write)), SQLValue(body),
      SQLValue(response.map { $0.isTruncated || $0.body.count > keptResponseBytes ? 1 : 0 }),
      attempt.log.isEmpty ? .null : .text(attempt.log), PluginText.value(of: attempt.plugins),
    ]
  }
}
