import Testing
import TidehookCore

@Suite struct LoginLimitTests {
  private let now = Timestamp(microseconds: 1_776_076_200_000_000)

  private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(parsing: text)) }

  private func fail(_ limit: inout LoginLimit, _ address: IPAddress?, times: Int) {
    for _ in 0..<times { limit.noteFailure(address, at: now) }
  }

  @Test func anAddressThatFailsTooOftenWaitsAndOthersDoNot() throws {
    var limit = LoginLimit(at: now)
    let (one, other) = (try address("192.0.2.1"), try address("192.0.2.2"))
    fail(&limit, one, times: 9)
    #expect(limit.wait(one, at: now) == nil)
    fail(&limit, one, times: 1)
    #expect(limit.wait(one, at: now) == .seconds(6) && limit.wait(other, at: now) == nil)
    #expect(limit.wait(one, at: now + .seconds(6)) == nil)
  }

  @Test func manyAddressesTogetherHaveALimitThatKeepsOutNobodyElse() throws {
    var limit = LoginLimit(at: now)
    let (one, other) = (try address("198.51.100.1"), try address("198.51.100.2"))
    fail(&limit, one, times: 1)
    for number in 0..<10 { fail(&limit, try address("192.0.2.\(number)"), times: 10) }
    #expect(limit.wait(one, at: now) != nil && limit.wait(other, at: now) == nil)
    #expect(limit.wait(one, at: now + .seconds(2)) == nil)
  }

  @Test func whenTooManyAddressesFailToBeToldApartTheLimitHoldsForEverybody() {
    var limit = LoginLimit(at: now)
    for number in 0..<4200 { limit.noteFailure(IPAddress(v4: UInt32(number)), at: now) }
    #expect(limit.wait(IPAddress(v4: 1), at: now) != nil && limit.wait(IPAddress(v4: 9_999_999), at: now) != nil)
  }

  @Test func aNetworkOfIPv6CountsAsOneAddress() throws {
    var limit = LoginLimit(at: now)
    for number in 1...10 { fail(&limit, try address("2001:db8::\(number)"), times: 1) }
    #expect(limit.wait(try address("2001:db8::ffff:1:2"), at: now) != nil)
    #expect(limit.wait(try address("2001:db8:0:1::1"), at: now) == nil)
    #expect(limit.wait(nil, at: now) == nil)
  }

  @Test func addressesWithoutAFailureToBeRemindedOfAreForgotten() throws {
    var limit = LoginLimit(at: now)
    for number in 0..<10_000 {
      limit.noteFailure(IPAddress(v4: UInt32(number)), at: now + .seconds(Int64(number)))
      #expect(limit.wait(IPAddress(v4: UInt32(number) + 1), at: now + .seconds(Int64(number) + 1)) == nil)
    }
  }
}
