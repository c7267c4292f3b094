// Writes what became of a batch: one attempt, and the same new state for all its members.

import TidehookCore

extension SQLStore {
  private static let finishMember = SQLStatement(
    """
    UPDATE deliveries SET state = $1, reason = $2, failure = $3, attempt_count = attempt_count + $4,
      next_trigger = COALESCE($5, next_trigger), due_at_us = $6, leased_by = NULL, updated_at_us = $7
    WHERE key = $8 AND leased_by = $9 AND state <> 6
    """)
  private static let insertBatchAttempt = SQLStatement(
    """
    INSERT INTO attempts (\(attemptValues), batch_entropy, dropped)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)
    """)

  /// What is to be written of a batch, ready for the writer.
  struct BatchRecord: Sendable {
    fileprivate let changes: [[SQLValue]]
    fileprivate let attempt: [SQLValue]?
    fileprivate let batch: BatchID
    fileprivate let members: [Int64]
    fileprivate let dropped: [Int64]

    /// - Parameter attempt: the values of the attempt's row.
    init(_ batch: CompletedBatch, of completed: CompletedDelivery, attempt: [SQLValue]?, _ node: Int64) {
      let failure = SQLStore.failure(of: completed)
      let drops = batch.dropped.map { ($0.id, Transition(.filtered, reason: $0.drop.reason, droppedBy: $0.drop.stage), SQLValue.null) }
      changes = (batch.members.map { ($0, completed.transition, failure) } + drops).map { id, transition, failure in
        let due = transition.state.isOpen ? transition.nextAttemptAt ?? completed.at : nil
        return [
          .integer(transition.state.code), transition.reasonValue, failure, .integer(completed.attempt == nil ? 0 : 1),
          SQLValue(transition.state == .retrying ? AttemptTrigger.retry.code : nil), .time(due), .time(completed.at), .integer(id.key),
          .integer(node),
        ]
      }
      self.attempt = attempt.map { $0 + [.entropy(batch.id.value), DropsText.value(of: batch.dropped)] }
      self.batch = batch.id
      members = batch.members.map(\.key)
      dropped = batch.dropped.map(\.id.key)
    }
  }

  /// Writes the outcome of a batch into the transaction that is under way.
  /// - Throws: `stale`, having written nothing, when this node holds none of it.
  static func write(_ record: BatchRecord, of completed: CompletedDelivery, _ connection: any SQLConnection) throws {
    var written = 0
    for change in record.changes { written += try connection.execute(finishMember, change) }
    if written < record.changes.count, try writeErased(record, of: completed, connection) { return }
    guard written > 0 else { throw StoreError(.stale, "this node does not hold it") }
    if let attempt = record.attempt { try connection.execute(insertBatchAttempt, attempt) }
  }

  /// The same for a batch of which a member's content was erased meanwhile: what was sent held it, and what is said about it may quote it.
  /// - Returns: false, having written nothing, when there is none.
  private static func writeErased(
    _ record: BatchRecord, of completed: CompletedDelivery, _ connection: any SQLConnection
  ) throws(SQLFailure) -> Bool {
    var isErased = try finishErased(record.members, completed, connection)
    // What the pipeline dropped was not sent, but it was shown to scripts: the log may quote it.
    if try finishErased(record.dropped, completed, as: .filtered, connection) { isErased = true }
    guard isErased else { return false }
    let batch: [SQLValue] = [.key(record.batch.value), .entropy(record.batch.value)]
    if let attempt = completed.attempt?.withoutContent {
      try connection.execute(insertBatchAttempt, values(of: attempt, record.batch.key) + [.entropy(record.batch.value), .null])
    }
    try connection.execute(emptyBatchReasons, batch)
    return true
  }
}
