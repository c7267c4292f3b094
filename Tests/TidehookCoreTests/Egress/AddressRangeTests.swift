import Testing
import TidehookCore

@Suite struct AddressRangeTests {
  @Test(arguments: [
    ("10.0.0.0/8", "10.0.0.0/8"), ("::1", "::1/128"), ("192.0.2.1", "192.0.2.1/32"), ("0.0.0.0/0", "0.0.0.0/0"), ("fd00::/8", "fd00::/8"),
    ("::/0", "::/0"),
  ])
  func rangesAreReadAndWritten(text: String, canonical: String) throws {
    #expect(try AddressRange(parsing: text).description == canonical)
  }

  @Test(arguments: [
    ("10.0.0.0/33", "expected a prefix length of 0...32 in \"10.0.0.0/33\""),
    ("::1/129", "expected a prefix length of 0...128 in \"::1/129\""),
    ("10.0.0.0/", "expected a prefix length of 0...32 in \"10.0.0.0/\""),
    ("10.0.0.0/+8", "expected a prefix length of 0...32 in \"10.0.0.0/+8\""),
    ("10.1.2.3/8", "expected no bits after the prefix in \"10.1.2.3/8\"; \"10.0.0.0/8\" is the range around it"),
    ("localhost", "expected an address range such as 10.0.0.0/8 or ::1/128, got \"localhost\""),
    ("", "expected an address range such as 10.0.0.0/8 or ::1/128, got \"\""),
  ])
  func mistakesAreNamed(text: String, message: String) {
    let error = #expect(throws: AddressRangeError.self) { try AddressRange(parsing: text) }
    #expect(error?.description == message)
  }

  @Test(arguments: [
    ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false), ("10.0.0.0/8", "::ffff:10.0.0.1", false),
    ("0.0.0.0/0", "255.255.255.255", true), ("::/0", "ffff::1", true), ("::1", "::2", false), ("fe80::/10", "febf::1", true),
    ("fe80::/10", "fec0::1", false),
  ])
  func membershipIsByPrefix(range: String, address: String, isInside: Bool) throws {
    #expect(try AddressRange(parsing: range).contains(try #require(IPAddress(parsing: address))) == isInside)
  }
}
