// Whether a lane's receiver can be sent to: the breaker and the backoff, and the one attempt that finds out.

package import TidehookCore

/// What a lane knows of its receiver's health.
struct LaneHealth {
  /// Whether an attempt may begin.
  enum Gate: Equatable {
    /// As many as the lane's other bounds allow.
    case free
    /// One, to find out; ``begin(_:)`` says which.
    case probe
    /// None before that time.
    case closed(until: Timestamp)
    /// None before the probe that is under way has ended.
    case waitsForProbe
  }

  /// The receiver that this is about; `nil` before the first is known.
  private var origin: DestinationOrigin?
  private var breaker: Breaker?
  private var backoff = Backoff()
  /// The attempt that finds out.
  private var probe: DeliveryID?

  /// Takes in a webhook's settings. With another receiver all begins anew, with other settings the breaker does; nothing else that is changed
  /// says anything about the receiver.
  /// - Returns: whether something does.
  mutating func configure(_ settings: BreakerSettings?, origin: DestinationOrigin, at now: Timestamp) -> Bool {
    guard origin != self.origin || settings != breaker?.settings else { return false }
    if origin != self.origin { self = LaneHealth() }
    self.origin = origin
    breaker = settings.map { Breaker($0, at: now) }
    if backoff.until == nil { probe = nil }
    return true
  }

  /// Goes on with a pause that was asked for before the process began.
  mutating func resumeBackoff(until end: Timestamp) { backoff.resume(until: end) }

  /// Whether an attempt may begin now.
  func gate(at now: Timestamp) -> Gate {
    guard breaker?.openUntil != nil || backoff.until != nil else { return .free }
    let end = max(breaker?.openUntil ?? now, backoff.until ?? now)
    if end > now { return .closed(until: end) }
    return probe == nil ? .probe : .waitsForProbe
  }

  /// Whether the probe is under way, so that nothing else can begin.
  var isProbing: Bool { probe != nil }

  /// An attempt begins that finds out.
  mutating func begin(_ delivery: DeliveryID) { probe = delivery }

  /// An attempt has ended.
  /// - Parameter signal: what it says about the receiver; `nil` for nothing: then the next attempt finds out.
  mutating func end(_ delivery: DeliveryID, _ signal: ReceiverSignal?, at now: Timestamp) {
    let isProbe = probe == delivery
    if isProbe { probe = nil }
    guard let signal else { return }
    breaker?.note(failed: signal.isFailure, isProbe: isProbe, at: now)
    backoff.note(signal, isProbe: isProbe, at: now)
  }

  /// What people see of it.
  func state(at now: Timestamp) -> LaneState {
    LaneState(breaker: breaker?.state(at: now), breakerSince: breaker?.since(at: now), backoffUntil: backoff.until)
  }
}

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
