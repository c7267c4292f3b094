import TidehookCore

extension Ledger {
  /// Takes in that an event's content is erased, and says whose deliveries must be cancelled for it.
  mutating func erase(_ event: EventID, at now: Timestamp) -> Set<WebhookID> {
    step += 1
    var webhooks: Set<WebhookID> = []
    for id in events.values.flatMap(\.self) {
      guard let entry = entries[id], entry.eventID == event else { continue }
      entries[id]?.isErased = true
      for other in entry.batch.flatMap({ batches[$0] }) ?? [] { entries[other]?.askedUntil = nil }
      guard entry.isInTheWay else { continue }
      webhooks.insert(entry.webhook)
      if entry.isCollected { see(.erasedWhileWaiting) }
      if entry.isUnderWay { see(.erasedUnderWay) }
      change(id, to: .cancelled, at: now)
    }
    return webhooks
  }

  /// What a sweep must do: held deliveries end that were so for too long, and events go of which nothing is to be kept any more.
  /// - Returns: how many deliveries are cancelled, and how many go.
  mutating func sweep(_ limits: RetentionLimits, at now: Timestamp) -> (expired: Int, removed: Int) {
    step += 1
    var counts = (expired: 0, removed: 0)
    for (event, ids) in events {
      let members = ids.compactMap { id in entries[id].map { (id: id, entry: $0) } }
      let tooLong = members.filter { $0.entry.state == .held && isOver(limits[.held], $0.entry, at: now) }
      for (id, _) in tooLong { change(id, to: .cancelled, at: now) }
      counts.expired += tooLong.count
      guard tooLong.isEmpty, members.allSatisfy({ mayGo($0.entry, limits, at: now) }) else { continue }
      counts.removed += ids.count
      forget(event: event)
    }
    for _ in 0..<counts.expired { see(.expired) }
    for _ in 0..<counts.removed { see(.removed) }
    return counts
  }

  private func mayGo(_ entry: Entry, _ limits: RetentionLimits, at now: Timestamp) -> Bool {
    guard !entry.isUnderWay else { return false }
    return switch entry.state {
    case .pending, .retrying, .held: false
    case .delivered: isOver(limits[.delivered], entry, at: now)
    case .filtered: isOver(limits[.filtered], entry, at: now)
    case .dead: isOver(limits[.dead], entry, at: now)
    case .cancelled: isOver(limits[.cancelled], entry, at: now)
    }
  }

  private func isOver(_ limit: Duration?, _ entry: Entry, at now: Timestamp) -> Bool {
    limit.map { entry.since + $0 <= now } ?? false
  }
}
