// Stops a lane whose receiver fails, and finds out when it works again. A pure value: time is passed in.

/// Where a breaker stands.
public enum BreakerState: String, Sendable, Hashable, CaseIterable {
  /// Attempts are made, and counted.
  case closed
  /// Nothing is attempted.
  case open
  /// One attempt at a time finds out whether the receiver works again.
  case halfOpen = "half_open"
}

/// A breaker: opens on a failure rate over a window, lets single probes through after a while, and closes when one succeeds.
public struct Breaker: Sendable {
  /// When it opens, and for how long.
  public let settings: BreakerSettings
  private var window: AttemptWindow
  /// When it opened last; `nil` while it is closed.
  private var openedAt: Timestamp?
  private var closedAt: Timestamp

  /// A closed breaker.
  public init(_ settings: BreakerSettings, at now: Timestamp) {
    self.settings = settings
    window = AttemptWindow(length: .seconds(settings.windowSeconds))
    closedAt = now
  }

  /// Until when nothing may be attempted; `nil` while it is closed. From then on it is half open.
  public var openUntil: Timestamp? { openedAt.map { $0 + .seconds(settings.openSeconds) } }

  /// Where it stands at a time.
  public func state(at now: Timestamp) -> BreakerState { openUntil.map { now < $0 ? .open : .halfOpen } ?? .closed }

  /// Since when it has been in its state.
  public func since(at now: Timestamp) -> Timestamp {
    guard let openedAt, let openUntil else { return closedAt }
    return now < openUntil ? openedAt : openUntil
  }

  /// Counts an attempt.
  /// - Parameters:
  ///   - failed: whether the receiver failed.
  ///   - isProbe: whether it was begun to find out; what was under way when the breaker opened says nothing new.
  public mutating func note(failed: Bool, isProbe: Bool, at now: Timestamp) {
    guard openedAt == nil else {
      guard isProbe else { return }
      openedAt = failed ? now : nil
      if !failed { closedAt = now }
      return
    }
    window.add(failed: failed, at: now)
    guard window.attempts >= settings.minAttempts,
      Double(window.failures) >= settings.failureRate * Double(window.attempts)
    else { return }
    openedAt = now
    window = AttemptWindow(length: .seconds(settings.windowSeconds))
  }
}

/// Counts the attempts of the last while, in ten slices: old ones leave a slice at a time.
struct AttemptWindow: Sendable {
  private static let slices: Int64 = 10

  private struct Slice: Sendable {
    var number: Int64
    var attempts = 0
    var failures = 0
  }

  /// In microseconds.
  private let sliceLength: Int64
  private var recent: [Slice] = []

  init(length: Duration) {
    sliceLength = max(1, length.microseconds / Self.slices)
  }

  var attempts: Int { recent.reduce(0) { $0 + $1.attempts } }
  var failures: Int { recent.reduce(0) { $0 + $1.failures } }

  /// Counts an attempt; those that are older than the window are forgotten. A clock that was set back counts on in the newest slice.
  mutating func add(failed: Bool, at now: Timestamp) {
    let number = max(now.microseconds.flooredQuotient(sliceLength), recent.last?.number ?? .min)
    recent.removeAll { $0.number <= number - Self.slices }
    if recent.last?.number != number { recent.append(Slice(number: number)) }
    recent[recent.count - 1].attempts += 1
    if failed { recent[recent.count - 1].failures += 1 }
  }
}
