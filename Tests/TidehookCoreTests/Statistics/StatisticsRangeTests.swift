import Testing
import TidehookCore

@Suite struct StatisticsRangeTests {
  /// 10:30:07 on a day.
  private let now = Timestamp(microseconds: 1_776_076_207_000_000)

  private func range(ago seconds: Int64, until: Int64 = 0, width: Int64? = nil) throws(StatisticsRange.Problem) -> StatisticsRange {
    try StatisticsRange(since: now + .seconds(-seconds), until: until == 0 ? nil : now + .seconds(-until), width: width, now: now)
  }

  @Test func withoutAWishItIsTheLastDayInQuartersOfAnHour() throws {
    let range = try StatisticsRange(since: nil, until: nil, width: nil, now: now)
    #expect((range.width, range.step) == (900, .minute))
    #expect(range.start == 1_775_989_800 && range.end == 1_776_077_100)
    #expect(range.starts.first { $0 > now.seconds } == nil)
  }

  @Test(
    arguments: [
      (60, 60), (3600, 60), (7200, 60), (36_000, 300), (86_400, 900), (2 * 86_400, 3600), (7 * 86_400, 21_600), (31 * 86_400, 21_600),
      (60 * 86_400, 86_400), (400 * 86_400, 604_800), (20_000 * 86_400, 2_592_000),
    ] as [(Int64, Int64)])
  func theWidthIsChosenSoThatThereAreNotTooManySteps(ago: Int64, width: Int64) throws {
    let range = try range(ago: ago)
    #expect(range.width == width)
    #expect(range.start <= now.seconds - ago && range.end >= now.seconds)
  }

  @Test(
    arguments: [
      (600, 60), (3600, 300), (6 * 3600, 3600), (86_400, 3600), (2 * 86_400, 21_600), (8 * 86_400, 86_400), (31 * 86_400, 86_400),
      (400 * 86_400, 2_592_000), (20_000 * 86_400, 2_592_000),
    ] as [(Int64, Int64)])
  func smallChartsHaveFewSteps(ago: Int64, width: Int64) throws {
    let range = try range(ago: ago)
    let coarse = range.coarse(now: now)
    #expect(coarse.width == width)
    #expect((6...45).contains((coarse.end - coarse.start) / coarse.width))
    #expect(coarse.end >= range.end && (coarse.start <= range.start || ago > 731 * 86_400))
  }

  @Test func smallChartsOfLongAgoAreOfDays() throws {
    #expect(try range(ago: 400 * 86_400, until: 399 * 86_400).coarse(now: now).width == 86_400)
  }

  @Test(
    arguments: [
      (3600, 30, 60, 65), (3600, 31, 3600, 2), (3600, 1000, 3600, 2), (3600, 2000, 86_400, 1), (86_400, 80, 3600, 25),
      (86_400, 200, 86_400, 2), (86_400, 2000, 86_400, 1), (2_592_000, 60, 86_400, 31), (2_592_000, 1000, 86_400, 2),
      (34_560_000, 2000, 86_400, 1),
    ] as [(Int64, Int, Int64, Int64)])
  func webhooksAreComparedByFewCounts(ago: Int64, webhooks: Int, width: Int64, mostSteps: Int64) throws {
    let range = try range(ago: ago).coarse(now: now)
    let compared = try #require(range.compared(over: webhooks, now: now))
    #expect(compared.step.seconds == width && compared.start <= now.seconds && compared.end >= now.seconds)
    #expect((compared.end - compared.start) / compared.step.seconds <= mostSteps)
    #expect((compared.end - compared.start) / compared.step.seconds * Int64(webhooks) <= 2000)
  }

  @Test func soManyWebhooksAreNotComparedThatEachCostsACount() throws {
    for ago in [3600, 86_400, 400 * 86_400] as [Int64] {
      let range = try range(ago: ago).coarse(now: now)
      #expect(range.compared(over: 2001, now: now) == nil && range.compared(over: .max, now: now) == nil)
      #expect(range.compared(over: 0, now: now) == range)
    }
  }

  @Test func stepsAreWholeAndAligned() throws {
    let range = try range(ago: 3600, until: 60, width: 420)
    #expect(range.start.isMultiple(of: 420) && range.end.isMultiple(of: 420) && range.step == .minute)
    #expect(range.start(of: range.start + 419) == range.start && range.start(of: range.start + 420) == range.start + 420)
    #expect(Array(range.starts).count == Int(range.end - range.start) / 420)
  }

  @Test(arguments: [(60, RollupStep.minute), (5400, .minute), (7200, .hour), (129_600, .hour), (172_800, .day)] as [(Int64, RollupStep)])
  func aStepIsMadeOfTheCoarsestThatMakesIt(width: Int64, step: RollupStep) throws {
    #expect(try range(ago: 3600, width: width).step == step)
  }

  @Test(arguments: [0, -60, 59, 90, 367 * 86_400, .max, .min] as [Int64])
  func otherWidthsAreRefused(_ width: Int64) {
    #expect(throws: StatisticsRange.Problem.width) { try range(ago: 3600, width: width) }
  }

  @Test func whatIsNotKeptOrTooMuchIsRefusedWithTheLeastThatIsNot() throws {
    #expect(throws: StatisticsRange.Problem.tooFine(atLeast: 3600)) { try range(ago: 3 * 86_400, width: 60) }
    #expect(throws: StatisticsRange.Problem.tooFine(atLeast: 86_400)) { try range(ago: 40 * 86_400, width: 3600) }
    #expect(throws: StatisticsRange.Problem.tooFine(atLeast: 604_800)) { try range(ago: 2000 * 86_400, width: 86_400) }
    #expect(Array(try range(ago: 86_400, width: 60).starts).count == 1441)
  }

  @Test(arguments: [
    (86_400, 6, 900), (86_400, 7, 3600), (3600, 160, 60), (3600, 200, 300), (86_400, 0, 900), (86_400, 10_000, 3600),
    (86_400, 11_000, 86_400),
    (86_400, Int.max, 86_400),
  ])
  func aSumOverManyWebhooksIsMadeOfFewCounts(ago: Int64, webhooks: Int, width: Int64) throws {
    #expect(try range(ago: ago).affordable(over: webhooks, now: now).width == width)
  }

  @Test(arguments: [1, 31, 60, 731, 20_000] as [Int64], [500, 8000, 10_000, 200_000, 1_000_000, Int.max])
  func whatIsTooLongInDaysIsShortened(days: Int64, webhooks: Int) throws {
    let range = try range(ago: days * 86_400)
    let usable = range.affordable(over: webhooks, now: now)
    let steps = (usable.end - usable.start) / usable.step.seconds
    #expect(steps >= 1 && (steps == 1 || steps <= StatisticsRange.mostCounts / Int64(webhooks)))
    #expect(usable.start.isMultiple(of: usable.width) && usable.end.isMultiple(of: usable.step.seconds))
    #expect(usable.end >= now.seconds && (usable.end - usable.start).isMultiple(of: usable.width))
  }

  @Test func whatIsTooLongInDaysIsRefusedWithTheLongestThatIsNot() throws {
    #expect(throws: StatisticsRange.Problem.tooLong(atMost: 24 * 86_400)) {
      try range(ago: 700 * 86_400, width: 86_400).checkAffordable(over: 10_000, now: now)
    }
    try range(ago: 24 * 86_400, width: 86_400).checkAffordable(over: 10_000, now: now)
    try range(ago: 6 * 3600, width: 86_400).checkAffordable(over: 250_000, now: now)
  }

  @Test(arguments: [(10_000, 7), (20_000, 1), (250_000, 1)] as [(Int, Int64)])
  func aStepThatIsTooWideForAnyRangeIsRefusedAndTheOneThatIsNamedIsNot(webhooks: Int, most: Int64) throws {
    let day = Int64(86_400)
    for ago in [day, 700 * day] {
      #expect(throws: StatisticsRange.Problem.tooCoarse(atMost: most * day)) {
        try range(ago: ago, width: 30 * day).checkAffordable(over: webhooks, now: now)
      }
    }
    try range(ago: day / 4, width: most * day).checkAffordable(over: webhooks, now: now)
  }

  @Test func aStepThatMakesSuchASumSlowIsRefused() throws {
    let (day, week) = (Int64(86_400), Int64(604_800))
    for (webhooks, width) in [(6, Int64(900)), (7, 3600), (500, 3600), (500, 86_400)] {
      try range(ago: day, width: width).checkAffordable(over: webhooks, now: now)
    }
    for (webhooks, width) in [(7, Int64(60)), (500, 900), (10_000, 1800)] {
      #expect(throws: StatisticsRange.Problem.tooFine(atLeast: 3600)) {
        try range(ago: day, width: width).checkAffordable(over: webhooks, now: now)
      }
    }
    #expect(throws: StatisticsRange.Problem.tooFine(atLeast: 86_400)) {
      try range(ago: day, width: 3600).checkAffordable(over: .max, now: now)
    }
    #expect(throws: StatisticsRange.Problem.tooFine(atLeast: 86_400)) {
      try range(ago: week, width: 3600).checkAffordable(over: 500, now: now)
    }
  }

  @Test func aRangeWithoutTimeIsRefused() {
    #expect(throws: StatisticsRange.Problem.ends) { try range(ago: 10, until: 10) }
    #expect(throws: StatisticsRange.Problem.ends) { try range(ago: -10) }
  }

  @Test(arguments: [Int64.min, .max])
  func timesFarAwayAreNoTrouble(_ microseconds: Int64) {
    let far = Timestamp(microseconds: microseconds)
    for (since, until) in [(far, nil), (nil, far), (far, far)] as [(Timestamp?, Timestamp?)] {
      for width: Int64? in [nil, 60, 86_400] {
        guard let range = try? StatisticsRange(since: since, until: until, width: width, now: now) else { continue }
        #expect((range.end - range.start) / range.width <= StatisticsRange.maximumPoints)
      }
    }
  }
}
