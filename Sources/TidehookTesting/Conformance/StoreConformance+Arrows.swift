// Rules about the life of a delivery: a store takes every arrow of the table, and no other.

import TidehookCore

extension StoreConformance {
  /// One rule for each arrow, and those about what is no arrow.
  static let arrows: [StoreRule] =
    DeliveryArrow.all.map { arrow in
      StoreRule("an arrow of a delivery's life: \(arrow)") { test in
        let subject = try await ArrowSubject(test.store, in: arrow.from)
        try await subject.take(arrow.cause)
        try expectEqual(try await test.restart().known(subject.id).delivery.state, arrow.to, "the state, after a restart too")
      }
    } + [
      StoreRule("an outcome finds open deliveries alone") { test in
        for state in DeliveryState.allCases where !state.isOpen {
          let subject = try await ArrowSubject(test.store, in: state)
          for cause in [DeliveryCause.delivered, .dropped, .failed, .ended, .webhookInactive, .webhookDeleted] {
            try await expectError(.stale, "\(cause) in state \(state)") { () throws(StoreError) in try await subject.record(cause) }
          }
          try expectEqual(try await test.store.known(subject.id).delivery.state, state, "the state")
        }
      },
      StoreRule("a replay finds the states of its arrows alone") { test in
        for state in DeliveryState.allCases where !DeliveryCause.replayed.applies(to: state) {
          let subject = try await ArrowSubject(test.store, in: state)
          let result = try await test.store.replay(subject.id, at: subject.now, runs: .current)
          try expectEqual(result, .refused(state), "the replay")
        }
      },
    ]
}

/// A delivery that is to go from one state to another.
private struct ArrowSubject {
  private let store: any FullStore
  private let samples = StoreSamples()
  private let webhook: Webhook
  private let event: NewEvent

  var id: DeliveryID { event.deliveries[0].id }
  var now: Timestamp { samples.now + .seconds(10) }

  /// Brings a delivery into a state by the shortest way; `nil` stores nothing but its webhook.
  init(_ store: any FullStore, in state: DeliveryState?) async throws {
    self.store = store
    webhook = try samples.webhook()
    event = samples.event(for: [webhook.id], state: state == .held ? .held : .pending, isLeased: state != .held)
    try await store.insert(webhook)
    guard let state else { return }
    _ = try await store.append([event])
    switch state {
    case .pending: try await store.release([id])
    case .held: break
    case .retrying: try await record(.failed)
    case .delivered: try await record(.delivered)
    case .filtered: try await record(.dropped)
    case .dead: try await record(.ended)
    case .cancelled: try await record(.webhookDeleted)
    }
  }

  /// Has the store do what a cause does.
  func take(_ cause: DeliveryCause) async throws {
    switch cause {
    case .published: try await append(.pending)
    case .publishedInactive: try await append(.held)
    case .delivered, .dropped, .failed, .ended: try await attempt(cause)
    case .webhookInactive, .webhookDeleted, .resumed, .skipped:
      let moved = try await store.moveDeliveries(
        of: webhook.id, from: cause.storedSources, to: cause.target, reason: cause.rawValue, at: now, limit: 9)
      try expectEqual(moved, 1, "the number of deliveries moved")
    case .resumedEarly:
      try await move([.held], to: .pending, at: samples.now)
      try await attempt(.failed, again: now + .seconds(60))
      try await move([.retrying], to: .held, at: now)
      try await move(cause.storedSources, to: .pending, at: now)
      let delivery = try await store.known(id).delivery
      try expectEqual([delivery.nextAttemptAt], [now + .seconds(60)], "when it is due")
      try expectEqual([delivery.failure], [.status], "of what it failed")
    case .expired:
      let events = try await store.oldestEvents(in: nil, after: .min, accepted: nil, limit: 9)
      let settled = try await store.settle(events, at: now) { .expire($0.deliveries.map(\.key)) }
      try expectEqual(settled.removed.expired, 1, "the number of deliveries that were held for too long")
    case .erased: _ = try await store.eraseContent(of: event.event.id, at: now)
    case .deliveredMeanwhile:
      _ = try await store.eraseContent(of: event.event.id, at: now)
      try await record(cause)
    case .replayed:
      try expectEqual(try await store.replay(id, at: now, runs: .current), .queued(webhook.id), "the replay")
    }
  }

  private func append(_ state: DeliveryState) async throws {
    var event = event
    event.deliveries[0].state = state
    try expectEqual(try await store.append([event]), [.stored], "the result of an append")
  }

  private func attempt(_ cause: DeliveryCause, again next: Timestamp? = nil) async throws {
    let due = try await store.claim(webhook.id, dueBy: now, limit: 9, maxBytes: 1 << 20)
    try expectEqual(due.deliveries.map(\.id), [id], "what is due")
    try await record(cause, again: next)
  }

  private func move(_ states: [DeliveryState], to state: DeliveryState, at time: Timestamp) async throws {
    let moved = try await store.moveDeliveries(of: webhook.id, from: states, to: state, reason: nil, at: time, limit: 9)
    try expectEqual(moved, 1, "the number of deliveries moved to \(state)")
  }

  /// Writes an outcome of an attempt that this node is to hold.
  func record(_ cause: DeliveryCause, again next: Timestamp? = nil) async throws(StoreError) {
    try await store.record(
      samples.result(
        id, cause.target, status: cause.target == .delivered ? 200 : 500, nextAttemptAt: cause == .failed ? next ?? samples.now : nil))
  }
}
