import Testing
import TidehookCore

@Suite struct ConsoleRuleTests {
  private let now = Timestamp(microseconds: 1_776_076_200_000_000)
  private let rule = ConsoleRule(life: .seconds(3600), idle: .seconds(600))

  private func token(_ kind: ConsoleToken.Kind, usedAfter seconds: Int64 = 0) -> ConsoleToken {
    ConsoleToken(
      kind: kind, digest: [1], key: nil, binding: [2], createdAt: now, expiresAt: rule.end(of: kind, madeAt: now),
      usedAt: now + .seconds(seconds))
  }

  @Test func aSessionEndsWhenItsLifeIsOverHoweverMuchItIsUsed() {
    let used = token(.session, usedAfter: 3590)
    #expect(rule.isGood(used, at: now + .seconds(3599)) && !rule.isGood(used, at: now + .seconds(3600)))
  }

  @Test func aSessionEndsWhenItIsNotUsed() {
    #expect(rule.isGood(token(.session), at: now + .seconds(599)) && !rule.isGood(token(.session), at: now + .seconds(600)))
    #expect(rule.isGood(token(.session, usedAfter: 300), at: now + .seconds(899)))
  }

  @Test func aLinkWaitsFiveMinutes() {
    #expect(rule.isGood(token(.link), at: now + .seconds(299)) && !rule.isGood(token(.link), at: now + .seconds(300)))
  }

  @Test func aStricterRuleHoldsForSessionsOfBefore() {
    let stricter = ConsoleRule(life: .seconds(60), idle: .seconds(600))
    #expect(stricter.isGood(token(.session), at: now + .seconds(59)) && !stricter.isGood(token(.session), at: now + .seconds(60)))
    let milder = ConsoleRule(life: .seconds(36_000), idle: .seconds(36_000))
    #expect(!milder.isGood(token(.session), at: now + .seconds(3600)))
  }

  @Test func aClockThatWasSetBackEndsNothing() {
    #expect(rule.isGood(token(.session), at: now + .seconds(-30)) && rule.isGood(token(.link), at: now + .seconds(-30)))
  }

  @Test func usesAMinuteApartAreNews() {
    #expect(!rule.isNews(token(.session), at: now + .seconds(59)) && rule.isNews(token(.session), at: now + .seconds(60)))
  }
}
