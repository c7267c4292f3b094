import Testing
import TidehookCore
import TidehookTesting

@Suite struct IdentifierTests {
  @Test func textRoundTrips() {
    for id in [
      TimeOrderedID(key: 0, entropy: 0), TimeOrderedID(key: .max, entropy: .max), TimeOrderedID(key: 0x0123_4567_89AB_CDEF, entropy: 42),
    ] {
      #expect(id.text.utf8.count == 26)
      #expect(TimeOrderedID(text: id.text) == id)
    }
  }

  @Test(arguments: ["", "0", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "0000000000000000000000000i", "0000000000000000000000000U"])
  func otherTextIsRefused(_ text: String) {
    #expect(TimeOrderedID(text: text) == nil)
  }

  @Test func textSortsAsTheIDsDo() {
    let ids = [TimeOrderedID(key: 1, entropy: 9), TimeOrderedID(key: 2, entropy: 0), TimeOrderedID(key: 2, entropy: 1 << 40)]
    #expect(ids.map(\.text) == ids.map(\.text).sorted())
    #expect(ids == ids.sorted())
  }

  @Test func keysGrowEvenWhenTheClockGoesBack() {
    let clock = TestClock()
    let generator = IDGenerator(time: clock, random: FixedRandom())
    let first = generator.next()
    clock.advance(by: .seconds(-3600))
    let second = generator.next()
    #expect(second.key > first.key)
  }

  @Test func prefixesTellKindsApart() throws {
    let id = WebhookID(TimeOrderedID(key: 7, entropy: 7))
    #expect(id.description.hasPrefix("wh_"))
    #expect(WebhookID(id.description) == id)
    #expect(DeliveryID(id.description) == nil)
  }

  @Test(arguments: ["evt_abc123", "A", "a:b-c_d", String(repeating: "x", count: 128)])
  func producersChooseTheirOwnEventIDs(_ text: String) {
    #expect(EventID(text)?.rawValue == text)
  }

  @Test(arguments: ["", "a.b", "a b", "é", "a\u{0}", String(repeating: "x", count: 129)])
  func unusableEventIDsAreRefused(_ text: String) {
    #expect(EventID(text) == nil)
  }
}
