import Testing
import TidehookCore

@Suite struct RetentionPolicyTests {
  private func policy(_ text: String) throws -> RetentionPolicy { try RetentionPolicy(RetentionSetting.list(text)) }

  @Test func whatIsNotSetIsAsByDefault() throws {
    let text = "delivered=30,filtered=30,dead=90,cancelled=90,held=90,events=30,receipts=30"
    #expect(try policy("") == RetentionPolicy())
    #expect(try policy(text) == RetentionPolicy(), "the default of the setting")
    let changed = try policy("delivered=7, dead = 0.5 ,receipts=0")
    #expect(changed.standard[.delivered] == .seconds(7 * 86_400))
    #expect(changed.standard[.dead] == .seconds(43_200))
    #expect(changed.standard[.filtered] == .seconds(30 * 86_400))
    #expect(changed.receipts == nil)
  }

  @Test func aNamespaceBeginsWithWhatHoldsForAll() throws {
    let changed = try policy("shop/delivered=1,delivered=3,dead=5,a/b/events=0")
    let shop = changed.limits(of: Namespace(stored: "shop"))
    #expect(shop[.delivered] == .seconds(86_400))
    #expect(shop[.dead] == .seconds(5 * 86_400))
    #expect(changed.limits(of: Namespace(stored: "other"))[.delivered] == .seconds(3 * 86_400))
    #expect(changed.limits(of: Namespace(stored: "a/b"))[.events] == nil)
  }

  @Test(arguments: [
    ("delivered", "expected KIND=DAYS or NAMESPACE/KIND=DAYS, separated by commas, got \"delivered\""),
    ("pending=1", "expected one of delivered, filtered, dead, cancelled, held, events, receipts, got \"pending\""),
    ("shop/receipts=1", "expected one of delivered, filtered, dead, cancelled, held, events, got \"receipts\""),
    ("dead=-1", "dead: expected a number of days from 0 (for ever) to 36500, got \"-1\""),
    ("dead=nan", "dead: expected a number of days from 0 (for ever) to 36500, got \"nan\""),
    ("dead=1e9", "dead: expected a number of days from 0 (for ever) to 36500, got \"1e9\""),
    ("dead=", "dead: expected a number of days from 0 (for ever) to 36500, got \"\""),
    (
      "/dead=1",
      "expected a namespace of 1 to 256 bytes of text without control characters and marks that turn the order of text around, got \"\""
    ),
    ("dead=7,dead=8", "expected each limit once, got \"dead\" twice"),
    ("shop/dead=7,dead=7,shop/dead=7", "expected each limit once, got \"shop/dead\" twice"),
  ]) func whatMakesNoSenseIsRefusedInOneSentence(text: String, problem: String) {
    #expect(throws: RetentionProblem(problem)) { try policy(text) }
  }

  @Test func agesAreLookedAtAsOftenAsTheShortestLimitAsksFor() throws {
    #expect(RetentionPolicy().pause == .seconds(3600))
    #expect(try policy("dead=0.5").pause == .seconds(1800))
    #expect(try policy("shop/dead=0.000001").pause == .seconds(1))
    #expect(try policy("delivered=0,filtered=0,dead=0,cancelled=0,held=0,events=0,receipts=0").pause == nil)
  }
}
