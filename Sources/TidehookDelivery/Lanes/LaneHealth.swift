// Whether a lane's receiver can be sent to: the breaker and the backoff, and the one attempt that finds out.

import TidehookCore

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
