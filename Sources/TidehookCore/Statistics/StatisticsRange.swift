// Which time a request for statistics is about, and in which steps: a pure rule.

/// A range of time in equal steps that are counted, aligned to 1970 in UTC.
public struct StatisticsRange: Sendable, Hashable {
  /// The first second.
  public let start: Int64
  /// The first second after it.
  public let end: Int64
  /// The width of a step, in seconds.
  public let width: Int64
  /// What the steps are made of.
  public let step: RollupStep

  /// More steps than this are refused: a day in minutes has 1440.
  public static let maximumPoints: Int64 = 1500
  /// Without a width, the first of these is taken that makes no more steps than ``plentyOfPoints`` and whose counts are still kept.
  private static let usualWidths: [Int64] = [60, 300, 900, 3600, 21_600, 86_400, 604_800, 2_592_000]
  private static let plentyOfPoints: Int64 = 150
  /// How long before its end a range begins that says nothing else: a day.
  private static let usualSeconds: Int64 = 86_400

  /// What is wrong with a wish.
  public enum Problem: Error, Equatable {
    /// It ends before it begins.
    case ends
    /// The width is not a number of minutes from 1 minute to 366 days.
    case width
    /// The width is too small: so many seconds are the least.
    case tooFine(atLeast: Int64)
    /// Even in days there is too much to add up: so many seconds are the most.
    case tooLong(atMost: Int64)
    /// Steps so wide that not even two of them can be added up: so many seconds are the most.
    case tooCoarse(atMost: Int64)
  }

  /// Makes a range of what was asked for, made wider so that its steps are whole.
  /// - Parameters:
  ///   - since: a day before `until` when it is `nil`.
  ///   - until: `now` when it is `nil`.
  ///   - width: of a step, in seconds; chosen when it is `nil`.
  public init(since: Timestamp?, until: Timestamp?, width: Int64?, now: Timestamp) throws(Problem) {
    let last = (until ?? now).seconds
    let first = since?.seconds ?? last - Self.usualSeconds
    guard first < last else { throw .ends }
    let range = try Self.steps(from: first, to: last, width, now)
    (start, end, self.width, step) = (range.start, range.end, range.width, range.step)
  }

  private typealias Steps = (start: Int64, end: Int64, width: Int64, step: RollupStep)

  private static func steps(from first: Int64, to last: Int64, _ width: Int64?, _ now: Timestamp) throws(Problem) -> Steps {
    let usual = usualWidths.compactMap { aligned(first, last, $0) }
    guard let width else {
      guard let coarsest = usual.last else { throw .width }
      if let good = usual.first(where: { points($0) <= plentyOfPoints && isKept($0, now) }) { return good }
      // So much time that it can only have been meant as "all".
      return aligned(first, last, coarsest.width * (points(coarsest) / (maximumPoints - 2) + 1)) ?? coarsest
    }
    guard (60...366 * 86_400).contains(width), let wanted = aligned(first, last, width) else { throw .width }
    guard points(wanted) <= maximumPoints, isKept(wanted, now) else {
      let good = usual.first { points($0) <= maximumPoints && isKept($0, now) }
      throw .tooFine(atLeast: good?.width ?? 366 * 86_400)
    }
    return wanted
  }

  private static func aligned(_ first: Int64, _ last: Int64, _ width: Int64) -> Steps? {
    guard let step = RollupStep(making: width) else { return nil }
    let start = first.flooredQuotient(width) * width
    let end = ((last - 1).flooredQuotient(width) + 1) * width
    return (start, end, width, step)
  }

  private static func points(_ steps: Steps) -> Int64 { (steps.end - steps.start) / steps.width }

  /// Whether the counts of its beginning are still there; days are the coarsest, whatever is older is gone.
  private static func isKept(_ steps: Steps, _ now: Timestamp) -> Bool {
    steps.step == .day || steps.start >= steps.step.start(of: now) - steps.step.keptSeconds
  }

  /// The same time in few steps, for small charts of many webhooks: at least ``fewestPoints``, where counts are that fine, and some forty at
  /// most. It may begin and end a step further out.
  public func coarse(now: Timestamp) -> StatisticsRange {
    // Nothing older is kept.
    let first = max(start, RollupStep.day.start(of: now) - RollupStep.day.keptSeconds)
    guard first < end else { return self }
    let wide = Self.usualWidths.reversed().compactMap { Self.aligned(first, end, $0) }
    let finest = wide.last { Self.isKept($0, now) }
    let steps = wide.first { Self.points($0) >= Self.fewestPoints && Self.isKept($0, now) } ?? finest
    return steps.map(StatisticsRange.init) ?? self
  }

  private static let fewestPoints: Int64 = 6

  private init(_ steps: Steps) {
    (start, end, width, step) = (steps.start, steps.end, steps.width, steps.step)
  }

  /// How many counts the sum over webhooks may be made of; a million is seconds of work.
  private static let maximumCounts: Int64 = 10_000
  /// The same where nothing finer than days would keep to that; one for each webhook in any case.
  public static let mostCounts: Int64 = 250_000

  /// The same time in steps that are wide enough for the sum over so many webhooks to be quick. Where days are not, it is shortened to the last
  /// ones that are.
  public func affordable(over webhooks: Int, now: Timestamp) -> StatisticsRange {
    guard !isSummed(from: Self.maximumCounts, over: webhooks) else { return self }
    let coarse = coarse(now: now)
    guard !coarse.isSummed(from: Self.mostCounts, over: webhooks) else { return coarse }
    // Ten thousand webhooks, and more: a chart of a few points is better than none.
    guard let days = coarse.step == .day ? coarse : Self.aligned(coarse.start, coarse.end, 86_400).map(StatisticsRange.init) else {
      return coarse
    }
    return days.isSummed(from: Self.mostCounts, over: webhooks) ? days : days.shortened(for: webhooks)
  }

  /// Its end, as far back as the sum over so many webhooks may go; at least a day.
  private func shortened(for webhooks: Int) -> StatisticsRange {
    let seconds = max(1, Self.mostCounts / Int64(max(1, webhooks))) * step.seconds
    let width = seconds >= self.width * Self.fewestPoints ? self.width : step.seconds
    return StatisticsRange((end - seconds / width * width, end, width, step))
  }

  /// How many counts are read to compare webhooks, so that more webhooks are not compared: ten milliseconds or two of work.
  private static let comparedCounts: Int64 = 2000

  /// The same time, for comparing so many webhooks by what they did: in hours or days where its own counts are more than are read for that, its
  /// last days where even those are; `nil` for more webhooks than that.
  public func compared(over webhooks: Int, now: Timestamp) -> StatisticsRange? {
    guard Int64(webhooks) <= Self.comparedCounts else { return nil }
    let wider = [RollupStep.hour, .day].filter { $0.seconds > step.seconds }
    let ranges = [self] + wider.compactMap { Self.aligned(start, end, $0.seconds).map(StatisticsRange.init) }
    if let good = ranges.first(where: { $0.isSummed(from: Self.comparedCounts, over: webhooks) }) { return good }
    // A wide step ends in days to come, of which there are no counts.
    let last = min(end, RollupStep.day.start(of: now) + 86_400)
    guard start < last, let days = Self.aligned(start, last, 86_400) else { return nil }
    let most = Self.comparedCounts / Int64(max(1, webhooks)) * 86_400
    return StatisticsRange((max(days.start, days.end - most), days.end, 86_400, .day))
  }

  private func isSummed(from limit: Int64, over webhooks: Int) -> Bool {
    let (counts, isOverflown) = ((end - start) / step.seconds).multipliedReportingOverflow(by: Int64(webhooks))
    return !isOverflown && counts <= limit
  }

  /// Throws when its steps, which were asked for, make the sum over so many webhooks slow: finer counts than ``affordable(over:now:)`` reads.
  public func checkAffordable(over webhooks: Int, now: Timestamp) throws(Problem) {
    let usable = affordable(over: webhooks, now: now)
    guard usable.step.seconds > step.seconds else {
      guard usable.step == step, usable.end - usable.start < end - start else { return }
      guard !isSummed(from: Self.mostCounts, over: webhooks) else { return }
      // One step less, for a range that begins within one is made wider.
      let most = ((usable.end - usable.start) / width - 1) * width
      guard most > 0 || width == step.seconds else {
        let good = Self.usualWidths.last { $0 >= step.seconds && $0 * 2 <= usable.end - usable.start }
        throw .tooCoarse(atMost: good ?? step.seconds)
      }
      throw .tooLong(atMost: max(step.seconds, most))
    }
    let least = Self.usualWidths.first { width in
      guard let steps = Self.aligned(start, end, width), steps.step == usable.step else { return false }
      return Self.points(steps) <= Self.maximumPoints && Self.isKept(steps, now)
    }
    throw .tooFine(atLeast: least ?? usable.width)
  }

  /// The first seconds of its steps.
  public var starts: StrideTo<Int64> { stride(from: start, to: end, by: Int(width)) }

  /// The step that a second is in.
  public func start(of second: Int64) -> Int64 { second.flooredQuotient(width) * width }
}
