// Holds back a lane whose receiver asks for less. A pure value: time is passed in.

/// What a receiver that answers 429 or 503 gets: a pause, then one attempt at a time until it takes one.
public struct Backoff: Sendable, Hashable {
  /// The longest pause where the receiver names none: a minute.
  public static let longest = Duration.seconds(60)

  /// The shortest pause that grows, for policies whose first retry follows at once.
  public static let shortest = Duration.milliseconds(100)

  /// Until when nothing may be attempted; `nil` while it is not on.
  public private(set) var until: Timestamp?
  /// The length of the last pause that the receiver did not name.
  private var pause = Duration.zero

  /// A backoff that is not on.
  public init() {}

  /// Goes on with a pause that was asked for before the process began.
  public mutating func resume(until end: Timestamp) { until = max(until ?? end, end) }

  /// Takes in what an attempt says about its receiver.
  ///
  /// The pause is as long as `Retry-After` says; without it, it begins with the signal's first pause and doubles up to ``longest``. Answers to
  /// what was under way already are part of the same wave: they lengthen the pause when they say so, and never double it.
  /// - Parameter isProbe: whether the attempt was begun to find out.
  public mutating func note(_ signal: ReceiverSignal, isProbe: Bool, at now: Timestamp) {
    switch signal {
    case .throttled(let wait) where until == nil || isProbe:
      pause = min(pause == .zero ? max(wait.first, Self.shortest) : pause * 2, Self.longest)
      until = now + (wait.asked ?? pause)
    case .throttled(let wait):
      guard let known = until, let asked = wait.asked else { return }
      until = max(known, now + asked)
    case .works, .fails:
      guard isProbe else { return }
      self = Backoff()
    }
  }
}
