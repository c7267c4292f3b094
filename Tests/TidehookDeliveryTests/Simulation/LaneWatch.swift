import TidehookCore

/// What one lane's receiver may be sent, worked out anew from what it answered.
struct LaneWatch {
  /// No attempt may begin before: the longest pause that an answer asked for, or the end of the time for which the breaker is open.
  private var pausedUntil: Timestamp?
  /// Whether attempts are made one at a time, until one says that the receiver works, or fails in another way.
  private var isCareful = false
  /// The attempt that finds out.
  private var probe: DeliveryID?

  init() {}

  /// A pause goes on after a restart, or when its webhook is resumed.
  mutating func goOn(until end: Timestamp) { (pausedUntil, isCareful) = (max(pausedUntil ?? end, end), true) }

  /// An attempt begins.
  mutating func start(_ id: DeliveryID, of webhook: Webhook, _ state: LaneState, at now: Timestamp) throws {
    if let pausedUntil, now < pausedUntil { throw Violation("\(id) began while \(webhook.name) pauses until \(pausedUntil.rfc3339)") }
    guard state.breaker != .open else { throw Violation("\(id) began while the breaker of \(webhook.name) is open") }
    guard isCareful else { return }
    if let probe { throw Violation("\(id) began while \(probe) finds out how the receiver of \(webhook.name) is") }
    probe = id
  }

  /// An attempt has ended.
  /// - Parameters:
  ///   - signal: what it says about the receiver; `nil` for nothing.
  ///   - state: how the lane stands afterwards.
  /// - Returns: whether the lane pauses from now on, and did not before.
  mutating func end(_ id: DeliveryID, _ signal: ReceiverSignal?, of webhook: Webhook, _ state: LaneState, at now: Timestamp) -> Bool {
    let isProbe = probe == id
    if isProbe { probe = nil }
    let wasCareful = isCareful
    var isThrottled = false
    if case .throttled(let wait) = signal {
      isThrottled = true
      if let asked = wait.asked { pausedUntil = max(pausedUntil ?? now, now + asked) }
    }
    // What was under way already when the pause began says nothing new.
    if isProbe, signal != nil { isCareful = isThrottled }
    if isThrottled { isCareful = true }
    if let settings = webhook.breaker, state.breaker == .open, let since = state.breakerSince {
      isCareful = true
      pausedUntil = max(pausedUntil ?? now, since + .seconds(settings.openSeconds))
    }
    return isCareful && !wasCareful
  }
}
