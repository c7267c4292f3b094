// How a webhook's attempts have gone since the last success, and what follows from it. Pure: time and rule are passed in.

/// A streak of failures, as far as decisions need it.
public struct WebhookHealth: Sendable, Hashable {
  /// How much people were told about the streak.
  public enum Told: Int, Sendable, Comparable, CaseIterable {
    /// Nothing.
    case nothing = 0
    /// That half of what makes the webhook inactive is reached.
    case half = 50
    /// That three quarters are reached.
    case threeQuarters = 75

    /// How far the streak is, of 1.
    public var share: Double { Double(rawValue) / 100 }

    /// Less told first.
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
  }

  /// What is to be done after an attempt.
  public enum Verdict: Sendable, Equatable {
    /// Nothing.
    case nothing
    /// Tell people how far the streak is: ``WebhookHealth/told``.
    case tell
    /// Make the webhook inactive.
    case disable
  }

  /// When the first attempt failed after which none succeeded; `nil` when the last one that counts succeeded.
  public private(set) var failingSince: Timestamp?
  /// How many attempts failed since then.
  public private(set) var failures = 0
  /// What people know of it.
  public private(set) var told = Told.nothing
  /// Whether people were told of trouble, so that they are to be told of the next success.
  public private(set) var owesRecovery = false
  /// The last failure, in one line: ``AttemptFailure/outline``.
  public private(set) var lastError: String?
  /// No failure makes the webhook inactive before, because its last warning came late; `nil` where the rule alone counts.
  public private(set) var disablesNotBefore: Timestamp?
  /// What was known when the streak was started anew, while people are still to be told how it ends.
  public private(set) var earlier: Streak?

  /// The facts of a streak, as people are told them.
  public struct Streak: Sendable, Hashable {
    /// When its first attempt failed.
    public var since: Timestamp?
    /// How many attempts failed.
    public var failures: Int
    /// The last failure, in one line.
    public var lastError: String?

    /// Makes a streak.
    public init(since: Timestamp?, failures: Int, lastError: String?) {
      self.since = since
      self.failures = failures
      self.lastError = lastError
    }
  }

  /// A webhook of which nothing bad is known.
  public init() {}

  /// Reads back what was stored.
  public init(
    failingSince: Timestamp?, failures: Int, told: Told, owesRecovery: Bool, lastError: String?, disablesNotBefore: Timestamp? = nil,
    earlier: Streak? = nil
  ) {
    self.failingSince = failingSince
    self.failures = failures
    self.told = told
    self.owesRecovery = owesRecovery
    self.lastError = lastError
    self.disablesNotBefore = disablesNotBefore
    self.earlier = earlier
  }

  /// The streak of which people are told that it has ended: what came before a resume is part of it.
  public var whole: Streak {
    let (sum, isTooLarge) = failures.addingReportingOverflow(earlier?.failures ?? 0)
    return Streak(since: earlier?.since ?? failingSince, failures: isTooLarge ? .max : sum, lastError: lastError ?? earlier?.lastError)
  }

  /// Whether nothing bad is known, so that there is nothing to keep.
  public var isBlank: Bool { self == WebhookHealth() }

  /// Counts a failed attempt.
  ///
  /// A streak is as far as the less advanced of its two measures, time and number; each of the two warnings comes once, the higher one alone
  /// where both are reached at once. At the end every further failure says `disable`, so that a change that got lost is made after all. Nobody is
  /// made inactive before the second: where the end is reached without it, that is told as if three quarters were reached now.
  /// - Parameter rule: `nil` when the webhook is never made inactive.
  public mutating func failed(_ error: String, at now: Timestamp, rule: AutoDisable?) -> Verdict {
    let since = failingSince ?? now
    // A clock that was set back starts the time anew.
    failingSince = min(since, now)
    failures += failures < Int.max ? 1 : 0
    lastError = error.firstLine
    guard let rule else { return .nothing }
    return judge(at: now, rule)
  }

  /// Looks whether time alone has made a warning due.
  /// - Returns: whether people are to be told: ``told``.
  public mutating func timePassed(at now: Timestamp, rule: AutoDisable) -> Bool {
    judge(at: now, rule) == .tell
  }

  private mutating func judge(at now: Timestamp, _ rule: AutoDisable) -> Verdict {
    let share = progress(at: now, rule: rule)
    if share >= 1, told == .threeQuarters { return .disable }
    guard let level = Told.allCases.last(where: { share >= $0.share }), level > told else { return .nothing }
    // Told late, so that the end is later, too.
    if share >= 1 { disablesNotBefore = now + rule.lastQuarter }
    told = level
    owesRecovery = true
    return .tell
  }

  /// When the next warning is due if nothing changes but the time; `nil` when there is none, or failures are too few for it.
  public func nextWarning(rule: AutoDisable) -> Timestamp? {
    guard let failingSince, let level = Told.allCases.first(where: { $0 > told }), share(of: rule.minFailures) >= level.share else {
      return nil
    }
    // Rounded up, so that the share is reached then.
    return failingSince + .microseconds(Int64((level.share * Double(rule.after.microseconds)).rounded(.up)) + 1)
  }

  /// From when on a failure makes the webhook inactive, if there were enough of them; `nil` while it does not fail.
  public func disablesAt(_ rule: AutoDisable) -> Timestamp? {
    failingSince.map { max($0 + rule.after, disablesNotBefore ?? $0) }
  }

  /// Ends the streak.
  /// - Returns: whether people are to be told.
  public mutating func succeeded() -> Bool {
    defer { self = WebhookHealth() }
    return owesRecovery
  }

  /// Notes that people were told that the webhook is inactive now.
  public mutating func wasDisabled() { owesRecovery = true }

  /// Starts anew, because the webhook became active or goes elsewhere; whoever was told of trouble will be told of the next success.
  public mutating func restart() {
    let (owes, streak) = (owesRecovery, whole)
    self = WebhookHealth()
    owesRecovery = owes
    if owes { earlier = streak }
  }

  /// How far the streak is, 0...1.
  public func progress(at now: Timestamp, rule: AutoDisable) -> Double {
    guard let failingSince else { return 0 }
    let elapsed = Double(max(0, now.microseconds - failingSince.microseconds))
    let length = Double(max(1, rule.after.microseconds))
    let left = Double(max(0, (disablesNotBefore ?? now).microseconds - now.microseconds))
    return max(0, min(1 - left / length, elapsed / length, share(of: rule.minFailures)))
  }

  private func share(of minFailures: Int) -> Double { Double(failures) / Double(max(1, minFailures)) }
}
