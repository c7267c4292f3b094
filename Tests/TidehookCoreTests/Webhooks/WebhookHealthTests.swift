import Testing
import TidehookCore
import TidehookTesting

@Suite struct WebhookHealthTests {
  private let clock = TestClock()
  private let rule = AutoDisable(afterDays: 4, minFailures: 4)

  /// The verdicts on failures at these times, in days after the first one.
  private func verdicts(_ health: inout WebhookHealth, atDays days: [Double], rule: AutoDisable?) -> [WebhookHealth.Verdict] {
    let start = clock.now()
    return days.map { health.failed("no route", at: start + .microseconds(Int64($0 * 86_400e6)), rule: rule) }
  }

  @Test(
    arguments: [
      // Time and number must both be reached.
      ([0, 1, 2, 3, 4], [.nothing, .nothing, .tell, .tell, .disable]),
      ([0, 0, 0, 0, 0, 0], [.nothing, .nothing, .nothing, .nothing, .nothing, .nothing]),
      ([0, 9, 9, 9], [.nothing, .tell, .tell, .disable]),
      // Each warning comes once; of two that are reached at once the higher one.
      ([0, 2, 2.1, 2.2, 2.9, 3, 3.5], [.nothing, .tell, .nothing, .nothing, .nothing, .tell, .nothing]),
      ([0, 0, 0, 3, 3.1], [.nothing, .nothing, .nothing, .tell, .nothing]),
      // At the end each failure says so.
      ([0, 1, 2, 3, 4, 4.5], [.nothing, .nothing, .tell, .tell, .disable, .disable]),
      // The second warning was not given in time: that comes first, and the end a quarter of the time later.
      ([0, 1, 2, 4, 4.9, 5, 6], [.nothing, .nothing, .tell, .tell, .nothing, .disable, .disable]),
      // Nobody was warned: that comes first, and the end a quarter of the time later.
      ([0, 1, 1, 4, 4.9, 5, 6], [.nothing, .nothing, .nothing, .tell, .nothing, .disable, .disable]),
    ] as [([Double], [WebhookHealth.Verdict])])
  func aStreakIsAsFarAsTheLessAdvancedOfTimeAndNumber(days: [Double], wanted: [WebhookHealth.Verdict]) {
    var health = WebhookHealth()
    let found = verdicts(&health, atDays: days, rule: rule)
    #expect(found == wanted)
  }

  @Test func theHigherWarningSaysHowFarItIs() {
    var health = WebhookHealth()
    _ = verdicts(&health, atDays: [0, 0, 0, 3], rule: rule)
    #expect(health.told == .threeQuarters && health.told.share == 0.75)
    #expect(health.progress(at: clock.now() + .seconds(2 * 86_400), rule: rule) == 0.5)
  }

  @Test func aLateWarningSaysThreeQuartersAndWhenItEnds() {
    var health = WebhookHealth()
    _ = verdicts(&health, atDays: [0, 0, 0, 9], rule: rule)
    let day = { (days: Double) in clock.now() + .microseconds(Int64(days * 86_400e6)) }
    #expect(health.told == .threeQuarters && health.disablesAt(rule) == day(10))
    #expect(health.progress(at: day(9), rule: rule) == 0.75 && health.progress(at: day(10), rule: rule) == 1)
    health.restart()
    #expect(health.disablesNotBefore == nil && health.disablesAt(rule) == nil)
  }

  @Test func warningsComeWhenTheirTimeDoesIfTheFailuresSuffice() throws {
    var health = WebhookHealth()
    _ = verdicts(&health, atDays: [0], rule: rule)
    #expect(health.nextWarning(rule: rule) == nil, "one of four is too few")
    _ = verdicts(&health, atDays: [0], rule: rule)
    let half = try #require(health.nextWarning(rule: rule))
    let early = health.timePassed(at: half + .seconds(-1), rule: rule)
    let due = health.timePassed(at: half, rule: rule)
    #expect(half == clock.now() + .microseconds(2 * 86_400_000_000 + 1) && !early && due && health.told == .half)
    #expect(health.nextWarning(rule: rule) == nil && health.failures == 2, "two of four are no three quarters")
    _ = verdicts(&health, atDays: [2.5, 2.5], rule: rule)
    let most = try #require(health.nextWarning(rule: rule))
    let second = health.timePassed(at: most, rule: rule)
    #expect(second && health.told == .threeQuarters && health.nextWarning(rule: rule) == nil)
    let third = health.timePassed(at: most + .seconds(9 * 86_400), rule: rule)
    #expect(!third, "time alone makes nobody inactive")
  }

  @Test func aWarningThatNobodyGaveInTimeIsGivenOnce() {
    var (unwarned, warned) = (WebhookHealth(), WebhookHealth())
    let end = clock.now() + .seconds(9 * 86_400)
    _ = verdicts(&unwarned, atDays: [0, 0, 0, 0], rule: rule)
    let (first, again) = (unwarned.timePassed(at: end, rule: rule), unwarned.timePassed(at: end, rule: rule))
    #expect(first && !again && unwarned.disablesAt(rule) == end + .seconds(86_400) && unwarned.nextWarning(rule: rule) == nil)
    _ = verdicts(&warned, atDays: [0, 0, 0, 2], rule: rule)
    let (late, more) = (warned.timePassed(at: end, rule: rule), warned.timePassed(at: end, rule: rule))
    #expect(late && !more && warned.told == .threeQuarters && warned.nextWarning(rule: rule) == nil)
    let last = end + .seconds(86_400)
    #expect(warned.disablesAt(rule) == last, "what is told as the end is not past")
    let (early, verdict) = (warned.failed("x", at: end, rule: rule), warned.failed("x", at: last, rule: rule))
    #expect(early == .nothing && verdict == .disable)
  }

  /// After a time in which nothing ran, the look at the time and the first failure come in either order.
  @Test(arguments: [true, false])
  func theSecondWarningComesBeforeTheEndWhateverIsFirst(isFailureFirst: Bool) {
    var health = WebhookHealth()
    let end = clock.now() + .seconds(9 * 86_400)
    _ = verdicts(&health, atDays: [0, 0, 0, 2], rule: rule)
    #expect(health.told == .half)
    var (verdict, isTold) = (WebhookHealth.Verdict.nothing, false)
    if isFailureFirst { verdict = health.failed("x", at: end, rule: rule) }
    isTold = health.timePassed(at: end, rule: rule)
    if !isFailureFirst { verdict = health.failed("x", at: end, rule: rule) }
    #expect(verdict == (isFailureFirst ? .tell : .nothing) && isTold != isFailureFirst)
    #expect(health.told == .threeQuarters && health.disablesAt(rule) == end + .seconds(86_400))
    let (early, last) = (
      health.failed("x", at: end + .seconds(86_399), rule: rule), health.failed("x", at: end + .seconds(86_400), rule: rule)
    )
    #expect(early == .nothing && last == .disable)
  }

  @Test func oneSuccessEndsTheStreakAndIsToldAfterAWarningOnly() {
    var health = WebhookHealth()
    _ = verdicts(&health, atDays: [0, 1], rule: rule)
    let early = health.succeeded()
    #expect(!early && health.isBlank)
    _ = verdicts(&health, atDays: [0, 2], rule: rule)
    let (first, second) = (health.succeeded(), health.succeeded())
    #expect(first && !second && health.isBlank)
  }

  @Test func aWebhookThatWasMadeInactiveStartsAnewAndOwesWordOfItsRecovery() {
    var health = WebhookHealth()
    _ = verdicts(&health, atDays: [0, 1, 2, 3, 4], rule: rule)
    health.wasDisabled()
    #expect(health.failingSince != nil && health.failures == 5)
    health.restart()
    #expect(health.failingSince == nil && health.failures == 0 && health.told == .nothing)
    let verdict = verdicts(&health, atDays: [5], rule: rule)
    let tells = health.succeeded()
    #expect(verdict == [.nothing] && tells)
  }

  @Test func aRecoveryAfterAResumeIsToldWithTheWholeStreak() {
    var health = WebhookHealth()
    _ = verdicts(&health, atDays: [0, 1, 2, 3, 4], rule: rule)
    let (since, error) = (health.failingSince, health.lastError)
    health.wasDisabled()
    health.restart()
    #expect(health.whole == WebhookHealth.Streak(since: since, failures: 5, lastError: error))
    _ = verdicts(&health, atDays: [9], rule: rule)
    health.restart()
    #expect(health.whole.since == since && health.whole.failures == 6)
    var untold = WebhookHealth()
    _ = untold.failed("x", at: clock.now(), rule: nil)
    untold.restart()
    #expect(untold.isBlank)
  }

  @Test func withoutARuleFailuresAreCountedAndNothingFollows() {
    var health = WebhookHealth()
    let found = verdicts(&health, atDays: [0, 100, 200], rule: nil)
    #expect(found == [.nothing, .nothing, .nothing])
    #expect(health.failures == 3 && health.failingSince == clock.now())
  }

  @Test func aClockThatWasSetBackProvesNothing() {
    var health = WebhookHealth()
    let found = verdicts(&health, atDays: [10, 0, 1], rule: AutoDisable(afterDays: 4, minFailures: 1))
    #expect(found == [.nothing, .nothing, .nothing])
    #expect(health.failingSince == clock.now())
  }

  @Test func onlyTheFirstLineOfAnErrorIsKept() {
    var health = WebhookHealth()
    _ = health.failed("script:1: boom\ntraceback", at: clock.now(), rule: nil)
    #expect(health.lastError == "script:1: boom")
  }

  @Test func theDefaultsAreFiveDaysAndTenFailures() {
    #expect(AutoDisable() == AutoDisable(afterDays: 5, minFailures: 10))
    #expect(AutoDisable().after == .seconds(5 * 86_400))
    #expect(AutoDisableSetting.standard.rule(standard: nil) == nil)
    #expect(AutoDisableSetting.never.rule(standard: AutoDisable()) == nil)
    #expect(AutoDisableSetting.after(rule).rule(standard: nil) == rule)
  }
}
