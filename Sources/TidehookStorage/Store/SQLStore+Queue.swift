// Hands out due deliveries and lets go of them; results are in SQLStore+Results.swift.

public import TidehookCore

extension SQLStore: DeliveryQueue {
  /// What of a lane: replays are claimed apart, so that they never stand before first attempts. Their condition is that of their index,
  /// `deliveries_replays`; there are few of them at a time, so that leaving them out of all that is due costs little.
  private struct Waiting {
    let firstDue: SQLStatement
    let deliveries: SQLStatement
    let nextDue: SQLStatement
    /// Whether it may have what is left of the batches of a webhook that collected: replays go alone.
    let takesBatches: Bool

    init(_ condition: String, takesBatches: Bool) {
      self.takesBatches = takesBatches
      let isFree = "d.leased_by IS NULL AND d.due_at_us IS NOT NULL AND \(condition)"
      firstDue = SQLStatement(
        """
        SELECT w.key, w.entropy, (
          SELECT d.due_at_us FROM deliveries d WHERE d.webhook_key = w.key AND \(isFree) ORDER BY d.due_at_us LIMIT 1)
        FROM webhooks w
        """)
      deliveries = SQLStatement(
        """
        SELECT \(dueColumns)
        FROM deliveries d JOIN events e ON e.key = d.event_key
        WHERE d.webhook_key = $1 AND \(isFree) AND d.due_at_us <= $2
        ORDER BY d.due_at_us, d.key LIMIT $3
        """)
      nextDue = SQLStatement("SELECT d.due_at_us FROM deliveries d WHERE d.webhook_key = $1 AND \(isFree) ORDER BY d.due_at_us LIMIT 1")
    }
  }

  // A replay that is part of an order goes with the others of its lane: what comes after it waits for it.
  private static let ordinary = Waiting(
    "d.due_at_us < \(OrderTurn.wait) AND (d.next_trigger <> 2 OR d.order_key IS NOT NULL)", takesBatches: true)
  private static let replays = Waiting("d.order_key IS NULL AND d.next_trigger = 2", takesBatches: false)

  /// When a webhook's first delivery that nobody holds is due, replays aside.
  static let nextDue = ordinary.nextDue

  /// For each webhook with open deliveries that no node holds, deleted ones included, replays aside: when the first is due.
  public func backlog() async throws(StoreError) -> [WebhookID: Timestamp] { try await backlog(Self.ordinary) }

  /// The same for replays.
  public func replayBacklog() async throws(StoreError) -> [WebhookID: Timestamp] { try await backlog(Self.replays) }

  private func backlog(_ waiting: Waiting) async throws(StoreError) -> [WebhookID: Timestamp] {
    try await read("list what is due") { connection throws(SQLFailure) in
      var backlog: [WebhookID: Timestamp] = [:]
      try connection.query(waiting.firstDue, []) { row in
        backlog[WebhookID(row.id(0))] = row.optionalTime(2)
        return true
      }
      return backlog
    }
  }

  private static let lease = SQLStatement("UPDATE deliveries SET leased_by = $1 WHERE key = $2")

  /// Takes hold of due deliveries, oldest due first; always at least one when there is one, however large.
  public func claim(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> Claim {
    try await claim(Self.ordinary, of: webhook, now, limit, maxBytes)
  }

  /// Takes hold of replays that are due, in the same way.
  public func claimReplays(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> Claim {
    try await claim(Self.replays, of: webhook, now, limit, maxBytes)
  }

  private func claim(
    _ waiting: Waiting, of webhook: WebhookID, _ now: Timestamp, _ limit: Int, _ maxBytes: Int
  ) async throws(StoreError) -> Claim {
    let node = node
    return try await writer.write("cannot claim deliveries of \(webhook)", weight: 128 * limit) { connection in
      if waiting.takesBatches {
        let claim = try Self.claimLeftovers(webhook, now, node, limit: limit, maxBytes: maxBytes, connection)
        if let claim { return claim }
      }
      let due = try Self.due(waiting, webhook, now, limit, maxBytes, connection)
      for delivery in due { try connection.execute(Self.lease, [.integer(node), .integer(delivery.id.key)]) }
      let next = try connection.first(waiting.nextDue, [.key(webhook.value)]) { $0.time(0) }
      return Claim(deliveries: due, nextDue: next)
    }
  }

  private static func due(
    _ waiting: Waiting, _ webhook: WebhookID, _ now: Timestamp, _ limit: Int, _ maxBytes: Int, _ connection: any SQLConnection
  ) throws(SQLFailure) -> [DueDelivery] {
    var due: [DueDelivery] = []
    var bytes = 0
    try connection.query(waiting.deliveries, [.key(webhook.value), .time(now), .integer(Int64(limit))]) { row in
      let delivery = row.dueDelivery(of: webhook)
      bytes += delivery.event.payload.count
      guard due.isEmpty || bytes <= maxBytes else { return false }
      due.append(delivery)
      return true
    }
    return due
  }

  private static let unlease = SQLStatement("UPDATE deliveries SET leased_by = NULL WHERE key = $1 AND leased_by = $2")

  /// Lets go of deliveries that were not attempted; those that this node does not hold stay as they are.
  public func release(_ deliveries: [DeliveryID]) async throws(StoreError) {
    let (node, now) = (node, time.now())
    return try await writer.write("cannot release \(deliveries.count) deliveries", .kept, weight: 64 * deliveries.count) { connection in
      for delivery in deliveries {
        guard try connection.execute(Self.unlease, [.integer(delivery.key), .integer(node)]) == 1 else { continue }
        try Self.letGo(delivery.key, at: now, connection)
      }
    }
  }
}
