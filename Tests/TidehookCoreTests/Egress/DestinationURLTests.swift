import Testing
import TidehookCore

@Suite struct DestinationURLTests {
  @Test(arguments: [
    ("https://hooks.example.com/a/b?c=d#e", "https://hooks.example.com/a/b?c=d"), ("HTTP://EXAMPLE.com", "http://example.com/"),
    ("http://example.com:80/x", "http://example.com/x"), ("https://example.com:443", "https://example.com/"),
    ("https://example.com:8443/", "https://example.com:8443/"), ("http://example.com?q", "http://example.com/?q"),
    ("http://example.com#f", "http://example.com/"),
    ("http://[::1]:8080/x", "http://[::1]:8080/x"), ("http://[2001:DB8::1]", "http://[2001:db8::1]/"),
    ("http://a_b.example./", "http://a_b.example./"),
    ("http://example.com/a@b:c", "http://example.com/a@b:c"), ("http://example.com/%7B%22", "http://example.com/%7B%22"),
    ("http://127.1/x", "http://127.1/x"),
  ])
  func urlsAreNormalised(text: String, normalised: String) throws {
    let url = try DestinationURL(parsing: text)
    #expect(url.description == normalised)
    #expect(try DestinationURL(parsing: normalised) == url)
  }

  @Test func theNormalisedTextIsNoLongerThanOneThatIsRead() throws {
    func query(_ length: Int) -> String { "http://a?" + String(repeating: "q", count: length - 9) }
    let longest = try DestinationURL(parsing: query(2047))
    #expect(try longest.description.utf8.count == 2048 && DestinationURL(parsing: longest.description) == longest)
    #expect(throws: DestinationURLError.self) { try DestinationURL(parsing: query(2048)) }
    let password = String(repeating: "!", count: 700)
    #expect(throws: DestinationURLError.self) { try DestinationURL(parsing: "postgres://u:\(password)@a/b", allowing: .all) }
  }

  @Test func partsAreSplit() throws {
    let url = try DestinationURL(parsing: "https://Hooks.Example.com:8443/a?b#c")
    #expect(url.isSecure)
    #expect(url.host == "hooks.example.com")
    #expect(url.port == 8443)
    #expect(url.hostHeader == "hooks.example.com:8443")
    #expect(url.pathAndQuery == "/a?b")
    #expect(url.addressLiteral == nil)
    #expect(try DestinationURL(parsing: "http://[::1]/").host == "::1")
  }

  @Test func originsDifferBySchemeHostAndPort() throws {
    let texts = ["http://a/1", "http://a:81/1", "https://a/1", "http://b/1", "https://a:80/"]
    #expect(try Set(texts.map { try DestinationURL(parsing: $0).origin }).count == texts.count)
    #expect(try DestinationURL(parsing: "http://a/1").origin == DestinationURL(parsing: "http://A:80/2").origin)
  }

  @Test(arguments: [
    ("", "expected an http or https URL, got an empty string"),
    ("example.com/x", "expected an http or https URL that starts with http:// or https://"),
    ("/x", "expected an http or https URL that starts with http:// or https://"),
    ("http:/example.com", "expected an http or https URL that starts with http:// or https://"),
    ("http:example.com", "expected an http or https URL that starts with http:// or https://"),
    ("ftp://example.com", "expected scheme http or https, got \"ftp\""),
    ("javascript:alert(1)", "expected scheme http or https, got \"javascript\""),
    ("file:///etc/passwd", "expected scheme http or https, got \"file\""),
    ("http://user:pw@example.com/", "expected no user name or password in the URL; send credentials in a header"),
    ("http://example.com@127.0.0.1/", "expected no user name or password in the URL; send credentials in a header"),
    ("http://@example.com/", "expected no user name or password in the URL; send credentials in a header"),
    ("http://", "expected a host after the scheme, got none"), ("http:///x", "expected a host after the scheme, got none"),
    ("http://:80/", "expected a host after the scheme, got none"), ("http://[]/", "expected a host after the scheme, got none"),
    ("http://a b/", "expected visible ASCII characters only, got a space at offset 8"),
    ("http://a/\r\nX: y", "expected visible ASCII characters only, got byte 0xd at offset 9"),
    ("http://a/\0", "expected visible ASCII characters only, got byte 0x0 at offset 9"),
    (
      "http://bücher.example/",
      "expected visible ASCII characters only, got byte 0xc3 at offset 8; write host names in punycode (xn--) and percent-encode the rest"
    ),
    ("http://a\\@b/", "expected no backslash in the URL"), ("http:\\\\a", "expected no backslash in the URL"),
    ("http://a:/", "expected a port of 1...65535, got \"\""), ("http://a:0/", "expected a port of 1...65535, got \"0\""),
    ("http://a:65536/", "expected a port of 1...65535, got \"65536\""), ("http://a:+80/", "expected a port of 1...65535, got \"+80\""),
    ("http://a:8080:80/", "expected a port of 1...65535, got \"8080:80\""), ("http://::1/", "expected a host after the scheme, got none"),
    ("http://[fe80::1%25eth0]/", "expected an IPv6 address without a zone id (%)"),
    ("http://[::1/", "expected a host name or an IP address, got \"[::1\""),
    ("http://[::1]x/", "expected a host name or an IP address, got \"[::1]x\""),
    ("http://[127.0.0.1]/", "expected a host name or an IP address, got \"[127.0.0.1]\""),
    ("http://a..b/", "expected a host name or an IP address, got \"a..b\""),
    ("http://./", "expected a host name or an IP address, got \".\""),
    ("http://a%2eb/", "expected a host name or an IP address, got \"a%2eb\""),
    ("http://256.1.1.1/", "expected a host name or an IP address, got \"256.1.1.1\""),
    ("http://1.2.3.4.5/", "expected a host name or an IP address, got \"1.2.3.4.5\""),
    ("http://a.0x/", "expected a host name or an IP address, got \"a.0x\""),
    ("http://4294967296/", "expected a host name or an IP address, got \"4294967296\""),
    ("http://a.1/", "expected a host name or an IP address, got \"a.1\""),
  ])
  func mistakesAreNamed(text: String, message: String) {
    let error = #expect(throws: DestinationURLError.self) { try DestinationURL(parsing: text) }
    #expect(error?.description == message)
  }

  @Test func longURLsAreRefused() throws {
    let start = "http://a/"
    let longest = start + String(repeating: "x", count: DestinationURL.maximumLength - start.utf8.count)
    #expect(try DestinationURL(parsing: longest).description == longest)
    let error = #expect(throws: DestinationURLError.self) { try DestinationURL(parsing: longest + "x") }
    #expect(error?.description == "expected a URL of at most 2048 bytes, got 2049")
  }

  @Test(arguments: [
    ("http://2130706433/", "127.0.0.1"), ("http://0x7f.1/", "127.0.0.1"), ("http://0177.0.0.1/", "127.0.0.1"),
    ("http://127.1/", "127.0.0.1"),
    ("http://127.0.0.1./", "127.0.0.1"), ("http://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"), ("http://0X7F000001/", "127.0.0.1"),
    ("http://[::1]/", "::1"),
  ])
  func numericHostsHaveOneMeaning(text: String, address: String) throws {
    #expect(try DestinationURL(parsing: text).addressLiteral?.description == address)
  }

  @Test(arguments: ["http://localhost/", "http://LOCALHOST./", "http://a.b.localhost/", "http://ip6-localhost/", "http://ip6-loopback./"])
  func localhostNamesAreKnown(text: String) throws {
    #expect(try DestinationURL(parsing: text).isLocalhost)
  }

  @Test(arguments: ["http://localhost.example/", "http://mylocalhost/", "http://127.0.0.1/"])
  func otherHostsAreNotLocalhostNames(text: String) throws {
    #expect(try !DestinationURL(parsing: text).isLocalhost)
  }
}
