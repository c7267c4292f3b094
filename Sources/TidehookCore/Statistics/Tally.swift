// What happened in one span of time: counts that can be added.

/// Counts of events, deliveries and attempts.
public struct Tally: Sendable, Hashable {
  /// Events that were accepted, repeats and operational ones not counted; only for the whole gateway.
  public var events: Int64 = 0
  /// Deliveries that were made: one for each event and webhook.
  public var deliveries: Int64 = 0
  /// Deliveries that ended as delivered, dropped by the pipeline, or dead. One that is replayed counts again.
  public var delivered: Int64 = 0, filtered: Int64 = 0, dead: Int64 = 0
  /// Attempts.
  public var attempts: Int64 = 0
  /// Attempts that failed, by what they failed of.
  public var failures: [FailureKind: Int64] = [:]
  /// From publishing to the answer that delivered, in microseconds; without deliveries that were replayed.
  public var deliveryTimes = LogHistogram()
  /// How long attempts took, pipelines included.
  public var attemptTimes = LogHistogram()

  /// Makes an empty tally.
  public init() {}

  /// Whether nothing happened.
  public var isEmpty: Bool { events == 0 && deliveries == 0 && attempts == 0 && ended == 0 }

  /// Deliveries that came to an end.
  public var ended: Int64 { delivered.added(filtered).added(dead) }

  /// Attempts that failed.
  public var failedAttempts: Int64 { failures.values.reduce(0) { $0.added($1) } }

  /// Which share of the deliveries that were to be made was: delivered ones by delivered and dead ones; `nil` when there were none.
  public var successRate: Double? {
    let all = delivered.added(dead)
    return all > 0 ? Double(delivered) / Double(all) : nil
  }

  /// Counts an outcome that is on disk.
  public mutating func add(_ completed: CompletedDelivery, of delivery: DueDelivery) {
    if let attempt = completed.attempt {
      attempts = attempts.added(1)
      attemptTimes.add(attempt.durationMicroseconds)
      if let kind = attempt.failure?.kind { failures[kind, default: 0] = failures[kind, default: 0].added(1) }
    }
    // All of a batch end as one, but for what its pipeline dropped; its time is that of the delivery that leads it.
    let count = Int64(completed.batch?.members.count ?? 1)
    filtered = filtered.added(Int64(completed.batch?.dropped.count ?? 0))
    switch completed.transition.state {
    case .delivered:
      delivered = delivered.added(count)
      // Why a replay came so late is somebody's decision.
      if delivery.earlierAttempts == 0, delivery.trigger != .manual {
        let (time, isOverflown) = completed.at.microseconds.subtractingReportingOverflow(delivery.event.acceptedAt.microseconds)
        if !isOverflown { deliveryTimes.add(time) }
      }
    case .filtered: filtered = filtered.added(count)
    case .dead: dead = dead.added(count)
    case .pending, .retrying, .held, .cancelled: break
    }
  }

  /// Adds what another one has counted.
  public mutating func add(_ other: Tally) {
    events = events.added(other.events)
    deliveries = deliveries.added(other.deliveries)
    delivered = delivered.added(other.delivered)
    filtered = filtered.added(other.filtered)
    dead = dead.added(other.dead)
    attempts = attempts.added(other.attempts)
    failures.merge(other.failures) { $0.added($1) }
    deliveryTimes.add(other.deliveryTimes)
    attemptTimes.add(other.attemptTimes)
  }
}
