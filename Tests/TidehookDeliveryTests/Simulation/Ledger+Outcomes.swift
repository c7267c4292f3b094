import TidehookCore

extension Ledger {
  /// Takes in what was decided after an attempt, or in its place: then `input` is none that a receiver can cause.
  mutating func end(_ completed: CompletedDelivery, of delivery: DueDelivery, _ input: DeliveryInput, _ policy: RetryPolicy) throws {
    step += 1
    if completed.attempt != nil { free(delivery.webhook) }
    let dropped = Set(completed.batch?.dropped.map(\.id) ?? [])
    let members = delivery.memberIDs
    for id in members where !dropped.contains(id) { try endOne(id, input, completed, completed.transition, policy) }
    for id in dropped { try endOne(id, .dropped(reason: "no tag"), completed, Transition(.filtered), policy) }
    // Nothing is kept of what such an answer said.
    if try members.contains(where: { try entry($0).isErased }) { for id in members { entries[id]?.askedUntil = nil } }
    let isParted = try members.contains { try entry($0).isErased } || !dropped.isEmpty && dropped.count < members.count
    if delivery.batch != nil, isParted { see(.partedBatch) }
  }

  mutating func endOne(
    _ id: DeliveryID, _ input: DeliveryInput, _ completed: CompletedDelivery, _ transition: Transition, _ policy: RetryPolicy
  ) throws {
    let (now, wasTried) = (completed.at, completed.attempt != nil)
    var entry = try entry(id)
    guard !entry.isErased else { return try endErased(id, transition, wasTried: wasTried, at: now) }
    let isArrow = DeliveryCause.allCases.contains { $0.applies(to: entry.state) && $0.target == transition.state }
    guard isArrow else { throw Violation("\(id) went from \(entry.state) to \(transition.state)") }
    if wasTried {
      entry.attempts += 1
      entry.roundAttempts += 1
      entry.askedUntil = Self.askedPause(by: input, policy).map { now + $0 }
    }
    if let due = transition.nextAttemptAt { try checkWait(until: due, after: input, entry, policy, at: now) }
    entry.notBefore = transition.nextAttemptAt ?? now
    (entry.isUnderWay, entry.claimedAt) = (false, nil)
    entries[id] = entry
    change(id, to: transition.state, at: now)
  }

  /// How one ended whose content was erased meanwhile. What the pipeline dropped stays cancelled.
  private mutating func endErased(_ id: DeliveryID, _ transition: Transition, wasTried: Bool, at now: Timestamp) throws {
    guard try entry(id).state == .cancelled else { throw Violation("\(id) is erased, and not cancelled") }
    update(id) { ($0.isUnderWay, $0.claimedAt) = (false, nil) }
    if wasTried { entries[id]?.attempts += 1 }
    change(id, to: transition.state == .delivered ? .delivered : .cancelled, at: now)
  }

  /// What the policy allows, worked out anew.
  private func checkWait(until due: Timestamp, after input: DeliveryInput, _ entry: Entry, _ policy: RetryPolicy, at now: Timestamp) throws
  {
    let waits = policy.backoff.delaysSeconds
    guard entry.roundAttempts <= waits.count else { throw Violation("another try than the policy has: \(entry)") }
    let (wait, scheduled) = (Double(due.microseconds - now.microseconds) / 1e6, waits[entry.roundAttempts - 1])
    guard wait >= scheduled * (1 - policy.backoff.jitter) - 1e-5 else { throw Violation("a wait of \(wait) s, not \(scheduled)") }
    switch input {
    case .answered(let status, let retryAfter?):
      let asked = Double(retryAfter.microseconds) / 1e6
      let most = Self.mostAsked(policy)
      guard wait >= min(asked, most) - 1e-5, wait <= max(scheduled * (1 + policy.backoff.jitter), most) + 1e-5 else {
        throw Violation("\(wait) s after \(status)")
      }
    case .answered(let status, nil):
      guard policy.retries(status) else { throw Violation("\(status) was to be tried again") }
    case .judged, .failed, .dropped, .webhookInactive, .webhookDeleted: break
    }
    guard let limit = policy.giveUpAfterSeconds else { return }
    guard Double(due.microseconds - entry.roundBegan.microseconds) / 1e6 <= limit else {
      throw Violation("a try after the deadline: \(entry)")
    }
  }

  // MARK: Pauses

  private static func mostAsked(_ policy: RetryPolicy) -> Double {
    policy.maxRetryAfterSeconds ?? policy.backoff.longestRetryAfterSeconds
  }

  /// How long a pause an answer asks for.
  private static func askedPause(by input: DeliveryInput, _ policy: RetryPolicy) -> Duration? {
    guard let answer = input.answer, answer.status == 429 || answer.status == 503, let asked = answer.retryAfter else { return nil }
    return min(asked, .microseconds(Int64(mostAsked(policy) * 1e6)))
  }

  /// The pause of a webhook's receiver that goes on after a restart or when it is resumed: what those were answered that are held, and the next
  /// twenty that are due or are to be tried again.
  func askedPause(of webhook: Webhook, at now: Timestamp) -> Timestamp? {
    let free = live.compactMap { entries[$0] }.filter { $0.webhook == webhook.id && $0.claimedAt == nil }
    let (held, open) = (free.filter { $0.state == .held }, free.filter(\.state.isOpen))
    let dues = open.map { $0.isCollected ? max($0.notBefore, $0.acceptedAt + (webhook.batch?.maxWait ?? .zero)) : $0.notBefore }
    let later = dues.filter { $0 > now }.sorted()
    // Of those that are due at the same time as the last of the twenty nobody knows which are among them.
    let end = later.count > 20 ? later[20] : .distantFuture
    let next = open.filter { $0.notBefore > now && $0.notBefore < end }
    // Which of an order has the turn, and which of a batch is due, nobody knows here.
    let due = open.filter { $0.notBefore <= now }
    let known = due.count > 20 ? [] : due.filter { $0.orderKey == nil && !$0.isCollected }
    return (next + known + (held.count > 1000 ? [] : held)).compactMap(\.askedUntil).filter { $0 > now }.max()
  }
}

extension Timestamp {
  fileprivate static let distantFuture = Timestamp(microseconds: .max)
}
