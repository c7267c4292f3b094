import TidehookCore

extension Ledger {
  /// Takes in that what is due of a webhook that collects was looked at, and waits for its batches now.
  mutating func collect(for webhook: Webhook, at now: Timestamp) {
    guard let policy = webhook.batch else { return }
    for id in collected(webhook.id, at: now) { entries[id]?.roundAttempts = 0 }
    hasten(webhook.id, policy, at: now)
  }

  /// A delivery that failed, or was dropped, when it was looked at: its batch never knew it.
  mutating func endCollecting(_ id: DeliveryID, _ completed: CompletedDelivery, _ policy: RetryPolicy) throws {
    let entry = try entry(id)
    guard entry.isCollected else { throw Violation("\(id) was looked at in \(entry)") }
    see(.collectionThatFailed)
    let input = completed.attempt?.failure.map(DeliveryInput.failed) ?? .dropped(reason: "no tag")
    try endOne(id, input, completed, completed.transition, policy)
  }

  /// What waits for a batch of a webhook, oldest first.
  private func collected(_ webhook: WebhookID, at now: Timestamp) -> [DeliveryID] {
    live.filter { id in entries[id].map { $0.webhook == webhook && $0.isCollected && $0.notBefore <= now } ?? false }
      .sorted { $0.key < $1.key }
  }

  private func groups(_ webhook: WebhookID, at now: Timestamp) -> [BatchGroup: [DeliveryID]] {
    Dictionary(grouping: collected(webhook, at: now)) { entries[$0]?.group ?? .common }
  }

  /// As soon as there are enough, they go.
  private mutating func hasten(_ webhook: WebhookID, _ policy: BatchPolicy, at now: Timestamp) {
    for members in groups(webhook, at: now).values where members.count >= policy.maxEvents { entries[members[0]]?.isHastened = true }
  }

  mutating func claim(_ batch: DeliveryBatch, _ delivery: DueDelivery, for webhook: Webhook?, at now: Timestamp) throws {
    let ids = batch.members.map(\.id)
    guard ids.first == delivery.id, Set(ids).count == ids.count else { throw Violation("\(batch.id) is not led by its first") }
    for id in ids where try entry(id).claimedAt != nil { throw Violation("\(id) was handed out twice") }
    if let known = batches[batch.id] {
      try takeUp(batch.id, ids, known, at: now)
    } else {
      try form(batch.id, ids, for: webhook, at: now)
    }
    let leader = try entry(delivery.id)
    guard leader.roundBegan == delivery.roundBeganAt else { throw Violation("\(batch.id) has another start of its round") }
    for id in ids {
      guard try entry(id).roundAttempts == delivery.attemptCount - delivery.earlierAttempts else { throw Violation("\(id) is miscounted") }
      entries[id]?.claimedAt = step
    }
  }

  /// A new batch: of one group, no larger than it may be, and smaller only when the first has waited for long enough.
  private mutating func form(_ batch: BatchID, _ ids: [DeliveryID], for webhook: Webhook?, at now: Timestamp) throws {
    guard let webhook, webhook.isActive, let policy = webhook.batch else { throw Violation("\(batch) of a webhook that does not collect") }
    let members = try ids.map(entry)
    guard members.allSatisfy({ $0.isCollected && $0.webhook == webhook.id && $0.notBefore <= now }) else {
      throw Violation("\(batch) has members that did not wait for it: \(members)")
    }
    guard Set(members.map(\.group)).count == 1 else { throw Violation("\(batch) is of several groups") }
    guard ids.count <= policy.maxEvents else { throw Violation("\(batch) has \(ids.count) members") }
    let oldest = groups(webhook.id, at: now)[members[0].group ?? .common] ?? []
    guard Array(oldest.prefix(policy.maxEvents)) == ids else { throw Violation("\(batch) is not of the oldest of its group") }
    let hasWaited = members.contains { $0.acceptedAt + policy.maxWait <= now }
    guard hasWaited || members.contains(where: \.isHastened) else { throw Violation("\(batch) did not wait: \(members)") }
    see(ids.count == policy.maxEvents ? .fullBatch : .batchThatWaited)
    batches[batch] = ids
    for id in ids { update(id) { ($0.batch, $0.roundBegan, $0.roundAttempts) = (batch, now, 0) } }
    hasten(webhook.id, policy, at: now)
  }

  /// A batch that was made before: the same again, but for those that ended otherwise meanwhile.
  private mutating func takeUp(_ batch: BatchID, _ ids: [DeliveryID], _ known: [DeliveryID], at now: Timestamp) throws {
    let left = known.filter { id in entries[id].map { $0.batch == batch && $0.isInTheWay } ?? false }
    guard left == ids else { throw Violation("\(batch) has \(ids), not \(left)") }
    guard try ids.contains(where: { try entry($0).state.isOpen }), try ids.allSatisfy({ try entry($0).notBefore <= now }) else {
      throw Violation("\(batch) is not due")
    }
    see(.repeatedBatch)
    for id in ids where try entry(id).state == .held {
      change(id, to: .pending, at: try entry(id).since)
      entries[id]?.roundBegan = now
    }
  }

  // MARK: What is left

  /// What is due is in memory, unless something else of its lane is: nobody forgets it.
  func checkThatNothingIsForgotten(_ webhooks: [WebhookID: Webhook], at now: Timestamp) throws {
    var waiting: [WebhookID: [DeliveryID]] = [:]
    var busy: Set<WebhookID> = []
    for id in live {
      guard let entry = entries[id] else { continue }
      if entry.claimedAt != nil { busy.insert(entry.webhook) } else if entry.state.isOpen { waiting[entry.webhook, default: []].append(id) }
    }
    for (id, waiting) in waiting where !busy.contains(id) {
      let policy = webhooks[id]?.batch
      let full = policy.map { policy in groups(id, at: now).values.contains { $0.count >= policy.maxEvents } } ?? false
      guard !full else { throw Violation("a batch of \(id) is full and nobody holds it") }
      for delivery in waiting where try isDue(delivery, policy, at: now) {
        throw Violation("\(delivery) is due and nobody holds it: \(try entry(delivery))")
      }
    }
  }

  /// What was in memory, of a lane or of all, was given back, but for what is under way.
  func checkThatNothingWaits(in webhook: WebhookID? = nil) throws {
    for id in live {
      let entry = try entry(id)
      guard entry.claimedAt == nil || entry.isUnderWay || entry.webhook != webhook ?? entry.webhook else {
        throw Violation("\(id) was not given back: \(entry)")
      }
    }
  }

  private func isDue(_ id: DeliveryID, _ policy: BatchPolicy?, at now: Timestamp) throws -> Bool {
    let entry = try entry(id)
    if entry.isCollected, let policy { return max(entry.notBefore, entry.acceptedAt + policy.maxWait) <= now }
    guard entry.notBefore <= now else { return false }
    guard let key = entry.orderKey else { return true }
    return orders[Order(webhook: entry.webhook, key: key), default: []].allSatisfy { other in
      entries[other].map { $0.event >= entry.event || !$0.isInTheWay } ?? true
    }
  }
}
