import Synchronization
import TidehookCore
import TidehookDelivery
import TidehookStorage
import TidehookTesting

/// Which event's content is to be erased, if there is one; else it is any.
enum ErasureWish: CaseIterable {
  case any, waiting, underWay, inBatch
}

extension Simulation {
  mutating func publish(_ count: Int) async throws {
    var events: [NewEvent] = []
    for _ in 0..<count { events.append(matched(makeEvent())) }
    for event in events {
      for delivery in event.deliveries {
        ledger.accept(delivery, of: event.event, group: webhooks[delivery.webhook]?.batch?.group(of: event.event))
      }
    }
    let results = try await store.append(events)
    guard results.allSatisfy({ $0 == .stored }) else { throw Violation("an event was not stored") }
    for event in events {
      for delivery in event.deliveries {
        if delivery.isLeased {
          schedule.admit(DueDelivery(id: delivery.id, webhook: delivery.webhook, event: event.event))
        } else if delivery.state == .pending {
          schedule.noteBacklog(delivery.webhook, due: now)
        }
      }
    }
  }

  private func makeEvent() -> Event {
    let key = ids.next()
    let text = #"{"id":"\#(EventID(key))","event":"a","timestamp":"2026-04-13T10:30:00Z","data":{"k":\#(dice.number(in: 0...3))}}"#
    return Event(
      key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: now, acceptedAt: now,
      payload: Array(text.utf8))
  }

  private mutating func matched(_ event: Event) -> NewEvent {
    let deliveries = webhooks.values.sorted { $0.id < $1.id }.map { webhook in
      var delivery = NewDelivery(
        id: DeliveryID(ids.next()), webhook: webhook.id, state: webhook.isActive ? .pending : .held, isLeased: false)
      delivery.isBatched = webhook.batch != nil
      delivery.orderKey = webhook.batch == nil ? webhook.ordering.key(of: event) : nil
      if webhook.isActive, !delivery.isBatched, delivery.orderKey == nil {
        delivery.isLeased = schedule.reserve(webhook.id, bytes: event.payload.count, now: now)
      }
      return delivery
    }
    return NewEvent(event: event, idempotencyKey: nil, hasOwnTimestamp: false, deliveries: deliveries)
  }

  mutating func replay() async throws {
    guard !ledger.entries.isEmpty else { return }
    let id = dice.pick(ledger.entries.keys.sorted { $0.key < $1.key })
    let entry = try ledger.entry(id)
    let isWanted = webhooks[entry.webhook]?.isActive == true
    let isFree = entry.claimedAt == nil && DeliveryCause.replayed.applies(to: entry.state)
    let expected: ReplayResult = entry.isErased ? .erased : isFree && isWanted ? .queued(entry.webhook) : .refused(entry.state)
    let result = try await store.replay(id, at: now, runs: .current)
    guard result == expected else { throw Violation("\(result), not \(expected), of \(entry)") }
    guard case .queued(let webhook) = result else { return }
    ledger.replay(id, at: now)
    schedule.noteReplays(webhook, due: now)
    if webhooks[webhook]?.ordering != .unordered { schedule.noteBacklog(webhook, due: now) }
  }

  // MARK: What is erased, and what is too old

  mutating func erase(_ wish: ErasureWish) async throws {
    let all = ledger.entries.sorted { $0.key.key < $1.key.key }.map(\.value)
    let wanted = all.filter { $0.fits(wish) }
    guard !all.isEmpty else { return }
    let id = dice.pick(wanted.isEmpty ? all : wanted).eventID
    let told = Mutex<Set<WebhookID>>([])
    let erased = try await store.eraseContent(of: id, at: now) { found in told.withLock { $0.formUnion(found) } }
    let expected = ledger.erase(id, at: now)
    guard let erased, Set(erased.webhooks) == expected else {
      throw Violation("\(String(describing: erased)) of an erasure, not \(expected)")
    }
    for webhook in told.withLock({ $0 }).union(erased.webhooks).sorted() {
      try await giveBack(webhook, schedule.evict(webhook))
      wake(webhook)
    }
  }

  /// Removes what is too old, as far as there is any.
  mutating func sweep() async throws {
    guard let shortest = Self.retention.shortest else { return }
    let (now, expected) = (now, ledger.sweep(Self.retention, at: now))
    var removed = RemovedContent()
    var last = Int64.min
    while case let events = try await store.oldestEvents(in: .default, after: last, accepted: now + (.zero - shortest), limit: 50),
      let newest = events.last
    {
      var due = events.filter { Self.retention.verdict(on: $0, at: now) != .keep }[...]
      while !due.isEmpty {
        let step = try await store.settle(Array(due), at: now) { Self.retention.verdict(on: $0, at: now) }
        removed.add(step.removed)
        due = due.dropFirst(step.settled)
      }
      last = newest.key
    }
    guard removed.expired == expected.expired, removed.deliveries == expected.removed else {
      throw Violation("a sweep removed \(removed), not \(expected)")
    }
    for id in webhooks.keys.sorted() { wake(id) }
  }
}
