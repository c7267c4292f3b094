// When to try again after the disk was full: a pure decision, given the time.

/// Whether the disk can be written, as far as the last tries tell.
struct DiskTrouble: Sendable {
  /// How soon the first new try comes, and how long the wait becomes.
  private static let shortestWait = Duration.milliseconds(250)
  private static let longestWait = Duration.seconds(2)

  private var wait: Duration?
  private var nextTry: ContinuousClock.Instant?

  /// Whether a write failed and none of its kind has succeeded since.
  var isOn: Bool { nextTry != nil }

  /// Whether new writes are refused without trying.
  func refuses(at now: ContinuousClock.Instant) -> Bool {
    remaining(at: now) > .zero
  }

  /// How long until the next try is due; zero when there is no trouble.
  func remaining(at now: ContinuousClock.Instant) -> Duration {
    nextTry.map { max(.zero, $0 - now) } ?? .zero
  }

  /// A try failed: the wait for the next one doubles.
  /// - Returns: whether the trouble began with it.
  mutating func failed(at now: ContinuousClock.Instant) -> Bool {
    let isNew = !isOn
    let next = wait.map { min($0 * 2, Self.longestWait) } ?? Self.shortestWait
    wait = next
    nextTry = now + next
    return isNew
  }

  /// Something was written, perhaps because it was small: the next try need not wait.
  mutating func eased(at now: ContinuousClock.Instant) {
    nextTry = nextTry.map { min($0, now) }
  }

  /// The disk can be written again.
  mutating func end() {
    wait = nil
    nextTry = nil
  }
}
