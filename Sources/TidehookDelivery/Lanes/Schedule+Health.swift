// What the schedule is told, and tells, of the health of lanes' receivers.

package import TidehookCore

extension Schedule {
  /// Takes in whether a webhook has a breaker, and where it sends to; to be called before
  /// ``configure(_:maxInFlight:rateLimit:consent:now:)``.
  package mutating func configureHealth(_ webhook: WebhookID, breaker: BreakerSettings?, origin: DestinationOrigin, now: Timestamp) {
    let lane = lane(of: webhook)
    if lane.health.configure(breaker, origin: origin, at: now) { lane.pausedUntil = nil }
  }

  /// Goes on with a pause that a lane's receiver asked for before the process began.
  package mutating func resumeBackoff(_ webhook: WebhookID, until end: Timestamp) { lanes[webhook]?.health.resumeBackoff(until: end) }

  /// Takes in what an attempt says about its receiver; to be called before ``finishExchange(_:bytes:)``.
  package mutating func noteHealth(_ webhook: WebhookID, _ delivery: DeliveryID, _ signal: ReceiverSignal?, now: Timestamp) {
    lanes[webhook]?.health.end(delivery, signal, at: now)
  }

  /// What holds a lane back, for people.
  package func state(of webhook: WebhookID, now: Timestamp) -> LaneState {
    guard let lane = lanes[webhook] else { return LaneState() }
    var state = lane.health.state(at: now)
    // A pause is the rate limit's where the receiver's health asks for none.
    if case .closed = lane.health.gate(at: now) { return state }
    guard !lane.isInactive, lane.hasWaiting(at: now) else { return state }
    state.rateLimitedUntil = lane.pausedUntil.flatMap { $0 > now ? $0 : nil }
    return state
  }
}
