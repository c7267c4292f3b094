// Claims of webhooks that collect, or did: makes batches of groups that are due, and takes hold of stored ones with all their members.

public import TidehookCore

extension SQLStore {
  /// Takes hold of what is due and of batches that are full; a new batch is stored before it is returned.
  public func claim(
    _ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int, batches: BatchOrder
  ) async throws(StoreError) -> Claim {
    let node = node
    return try await writer.write("cannot claim batches of \(webhook)", weight: 128 * limit) { connection in
      var claim = BatchClaim(webhook, now, node, limit: limit, maxBytes: maxBytes, batches, connection)
      return try claim.run()
    }
  }

  private static let anyBatched = SQLStatement(
    "SELECT 1 FROM deliveries WHERE webhook_key = $1 AND batch_key IS NOT NULL AND due_at_us IS NOT NULL LIMIT 1")

  /// A claim of a webhook that does not collect but has deliveries from when it did; `nil` when it has none.
  static func claimLeftovers(
    _ webhook: WebhookID, _ now: Timestamp, _ node: Int64, limit: Int, maxBytes: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> Claim? {
    guard try connection.first(anyBatched, [.key(webhook.value)], { _ in true }) != nil else { return nil }
    var claim = BatchClaim(webhook, now, node, limit: limit, maxBytes: maxBytes, nil, connection)
    return try claim.run()
  }
}

/// One claim, inside its transaction.
private struct BatchClaim {
  /// A row that is due.
  private struct Head {
    let key: Int64
    let group: BatchGroup?
    let batch: BatchID?
  }

  private let webhook: WebhookID
  private let now: Timestamp
  private let node: Int64
  private let limit: Int
  private let maxBytes: Int
  /// How it collects; `nil` when it does not any more: what was not in a batch goes by itself.
  private let order: BatchOrder?
  private let connection: any SQLConnection
  private var claimed: [DueDelivery] = []
  private var keys: Set<Int64> = []
  private var bytes = 0

  init(
    _ webhook: WebhookID, _ now: Timestamp, _ node: Int64, limit: Int, maxBytes: Int, _ order: BatchOrder?,
    _ connection: any SQLConnection
  ) {
    (self.webhook, self.now, self.node, self.limit, self.maxBytes) = (webhook, now, node, limit, maxBytes)
    self.order = order
    self.connection = connection
  }

  private static let dueHeads = SQLStatement(
    """
    SELECT key, batch_key, batch_id, batch_entropy FROM deliveries
    WHERE webhook_key = $1 AND leased_by IS NULL AND due_at_us IS NOT NULL AND due_at_us <= $2 AND (next_trigger <> 2 OR order_key IS NOT NULL)
    ORDER BY due_at_us, key LIMIT $3
    """)
  /// The same without what is to be looked at first, in the order of `deliveries_batch_due`.
  private static let dueBatches = SQLStatement(
    """
    SELECT key, batch_key, batch_id, batch_entropy FROM deliveries
    WHERE webhook_key = $1 AND batch_key > '' AND leased_by IS NULL AND due_at_us IS NOT NULL AND due_at_us <= $2
    ORDER BY due_at_us, key LIMIT $3
    """)

  mutating func run() throws(SQLFailure) -> Claim {
    for group in order?.full ?? [] { try makeDue(group) }
    for head in try heads() where !keys.contains(head.key) {
      guard claimed.isEmpty || (keys.count < limit && bytes < maxBytes) else { break }
      try take(head)
    }
    return Claim(deliveries: claimed, nextDue: try connection.first(SQLStore.nextDue, [.key(webhook.value)]) { $0.time(0) })
  }

  /// What is due, as far as it fits. Batches do not wait for all that came before them and is not looked at yet.
  private func heads() throws(SQLFailure) -> [Head] {
    let all = try heads(Self.dueHeads)
    guard order != nil, all.count == limit, all.contains(where: { $0.group == .unsorted }) else { return all }
    return all.filter { $0.group == nil } + (try heads(Self.dueBatches))
  }

  private func heads(_ query: SQLStatement) throws(SQLFailure) -> [Head] {
    try connection.all(query, [.key(webhook.value), .time(now), .integer(Int64(limit))]) { row in
      Head(
        key: row.integer(0), group: row.optionalText(1).map(BatchGroup.init(rawValue:)),
        batch: row.isNull(2) ? nil : BatchID(row.id(2)))
    }
  }

  private mutating func take(_ head: Head) throws(SQLFailure) {
    switch (head.group, head.batch, order) {
    case (.formed?, let batch?, _): try takeBatch(batch)
    case (nil, _, _), (_, _, nil): try takeAlone(head.key)
    // It is looked at first.
    case (.unsorted?, _, _?): break
    case (let group?, _, let order?): try form(group, order)
    }
  }

  // MARK: Groups

  private static let hasten = SQLStatement(
    """
    UPDATE deliveries SET due_at_us = $1 WHERE due_at_us > $1 AND key = (
      SELECT key FROM deliveries WHERE webhook_key = $2 AND batch_key = $3 AND due_at_us IS NOT NULL AND leased_by IS NULL
      ORDER BY key LIMIT 1)
    """)

  /// Makes the oldest of a group due, and with it its batch: it is found again whatever happens to this claim.
  private func makeDue(_ group: BatchGroup) throws(SQLFailure) {
    try connection.execute(Self.hasten, [.time(now), .key(webhook.value), .text(group.rawValue)])
  }

  private static let groupMembers = SQLStatement(
    """
    SELECT \(dueColumns) FROM deliveries d JOIN events e ON e.key = d.event_key
    WHERE d.webhook_key = $1 AND d.batch_key = $2 AND d.due_at_us IS NOT NULL AND d.leased_by IS NULL ORDER BY d.key LIMIT $3
    """)
  private static let putIntoBatch = SQLStatement(
    """
    UPDATE deliveries SET leased_by = $1, due_at_us = $2, round_began_us = $2, batch_key = '*', batch_id = $3, batch_entropy = $4 WHERE key = $5
    """)

  /// Makes a batch of a group's oldest, as many as there are, it holds, and its bytes allow.
  private mutating func form(_ group: BatchGroup, _ order: BatchOrder) throws(SQLFailure) {
    let arguments: [SQLValue] = [.key(webhook.value), .text(group.rawValue), .integer(Int64(order.policy.maxEvents))]
    var members = try members(Self.groupMembers, arguments, maxBytes: BatchPolicy.maximumBytes)
    guard let first = members.first else { return }
    let id = BatchID(ledBy: first.id, entropy: order.entropy())
    for member in members {
      try connection.execute(
        Self.putIntoBatch, [.integer(node), .time(now), .key(id.value), .entropy(id.value), .integer(member.id.key)])
    }
    // The deadline for its tries begins now, not when its first event came.
    members[0].roundBeganAt = now
    add(members, batch: id)
    if try SQLStore.isFull(group, of: webhook, order.policy.maxEvents, connection) { try makeDue(group) }
  }

  // MARK: Stored batches

  private static let batchMembers = SQLStatement(
    """
    SELECT \(dueColumns) FROM deliveries d JOIN events e ON e.key = d.event_key
    WHERE d.batch_id = $1 AND d.batch_entropy = $2 AND d.batch_key = '*' AND d.leased_by IS NULL AND d.state IN (0, 1, 5) ORDER BY d.key
    """)
  private static let leaseMember = SQLStatement(
    """
    UPDATE deliveries SET leased_by = $1, due_at_us = $2, reason = CASE state WHEN 5 THEN NULL ELSE reason END,
      state = CASE state WHEN 5 THEN 0 ELSE state END
    WHERE key = $3
    """)

  /// Takes hold of a whole batch, also of what is still held because its webhook was inactive: it goes as it went before.
  private mutating func takeBatch(_ id: BatchID) throws(SQLFailure) {
    let members = try members(Self.batchMembers, [.key(id.value), .entropy(id.value)], maxBytes: .max)
    for member in members { try connection.execute(Self.leaseMember, [.integer(node), .time(now), .integer(member.id.key)]) }
    add(members, batch: id)
  }

  // MARK: Others

  private static let oneDelivery = SQLStatement(
    """
    SELECT \(dueColumns) FROM deliveries d JOIN events e ON e.key = d.event_key WHERE d.key = $1
    """)
  private static let lease = SQLStatement("UPDATE deliveries SET leased_by = $1 WHERE key = $2")

  private mutating func takeAlone(_ key: Int64) throws(SQLFailure) {
    let found = try members(Self.oneDelivery, [.integer(key)], maxBytes: .max)
    try connection.execute(Self.lease, [.integer(node), .integer(key)])
    add(found, batch: nil)
  }

  /// The rows of a query; the first comes however large it is.
  private func members(_ query: SQLStatement, _ arguments: [SQLValue], maxBytes: Int) throws(SQLFailure) -> [DueDelivery] {
    var members: [DueDelivery] = []
    var bytes = 0
    try connection.query(query, arguments) { row in
      let delivery = row.dueDelivery(of: webhook)
      bytes += delivery.event.payload.count
      guard members.isEmpty || bytes <= maxBytes else { return false }
      members.append(delivery)
      return true
    }
    return members
  }

  private mutating func add(_ members: [DueDelivery], batch: BatchID?) {
    guard var leader = members.first else { return }
    if let batch {
      // All were tried as often as their batch; one that failed before it was collected counts from there.
      if let most = members.max(by: { $0.attemptCount < $1.attemptCount }) {
        (leader.attemptCount, leader.earlierAttempts) = (most.attemptCount, most.earlierAttempts)
      }
      leader.batch = DeliveryBatch(id: batch, members: members.map { DeliveryBatch.Member(id: $0.id, event: $0.event) })
    }
    for member in members { keys.insert(member.id.key) }
    bytes += leader.heldBytes
    claimed.append(leader)
  }
}
