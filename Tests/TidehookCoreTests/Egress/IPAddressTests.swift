import Testing
import TidehookCore

@Suite struct IPAddressTests {
  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("255.255.255.255", "255.255.255.255"), ("0.0.0.0", "0.0.0.0"),
    ("::", "::"), ("::1", "::1"), ("2001:DB8::1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::ffff:c000:201", "::ffff:192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("fe80::", "fe80::"), ("1:0:0:2::3", "1:0:0:2::3"),
  ])
  func textHasOneCanonicalForm(text: String, canonical: String) throws {
    #expect(try #require(IPAddress(parsing: text)).description == canonical)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4", "1.2.3.04", "1.2.3.+4", "1.2.3.-4", " 1.2.3.4", "1..3.4", ":", ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9", "1::2::3", "::12345", "g::", "::1%eth0", "[::1]", "1:2:3:4:5:6:7:1.2.3.4", "::1.2.3", "1.2.3.4::", ":1::",
    "1:2:3:4:5:6:7::8:9", "1:2:3:4::5:6:7:8", "::1:", "0x7f.0.0.1",
  ])
  func textThatIsNoAddressIsRefused(text: String) {
    #expect(IPAddress(parsing: text) == nil)
  }

  @Test(arguments: [
    ("127.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("127.0.1", "127.0.0.1"), ("2130706433", "127.0.0.1"), ("0x7f.1", "127.0.0.1"),
    ("0x7F000001", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("017700000001", "127.0.0.1"), ("0", "0.0.0.0"), ("10.65535", "10.0.255.255"),
    ("4294967295", "255.255.255.255"), ("0xa9.0xfe.0xa9.0xfe", "169.254.169.254"), ("169.254.43518", "169.254.169.254"),
  ])
  func looseFormsMeanWhatTheCLibraryReads(text: String, meaning: String) {
    #expect(IPAddress(parsingLooseV4: text[...])?.description == meaning)
  }

  @Test(arguments: [
    "", ".", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "1.16777216", "4294967296", "08.1.1.1", "0x", "1.2.3.", "a.b", "1.-1", "1.+1", "0x+1",
  ])
  func looseFormsAreBounded(text: String) {
    #expect(IPAddress(parsingLooseV4: text[...]) == nil)
  }

  @Test(arguments: [
    ("::ffff:10.0.0.1", "10.0.0.1"), ("::10.0.0.1", "10.0.0.1"), ("::", "::"), ("::1", "::1"), ("10.0.0.1", "10.0.0.1"),
    ("2001:db8::1", "2001:db8::1"),
  ])
  func unmappingFindsTheEmbeddedAddress(text: String, unmapped: String) throws {
    #expect(try #require(IPAddress(parsing: text)).unmapped.description == unmapped)
  }
}
