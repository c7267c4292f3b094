import Testing
import TidehookCore

@Suite struct EgressPolicyTests {
  @Test(arguments: [
    ("0.0.0.0", "unspecified address 0.0.0.0"), ("0.1.2.3", "\"this network\" address 0.1.2.3"), ("10.1.2.3", "private address 10.1.2.3"),
    ("100.64.0.1", "shared (carrier-grade NAT) address 100.64.0.1"),
    ("100.127.255.255", "shared (carrier-grade NAT) address 100.127.255.255"),
    ("127.0.0.1", "loopback address 127.0.0.1"), ("127.255.255.254", "loopback address 127.255.255.254"),
    ("169.254.169.254", "link-local address 169.254.169.254"), ("172.16.0.1", "private address 172.16.0.1"),
    ("172.31.255.255", "private address 172.31.255.255"),
    ("192.0.0.1", "protocol assignment address 192.0.0.1"), ("192.0.2.1", "documentation address 192.0.2.1"),
    ("192.88.99.1", "6to4 relay address 192.88.99.1"), ("192.168.1.1", "private address 192.168.1.1"),
    ("198.18.0.1", "benchmarking address 198.18.0.1"),
    ("198.19.255.255", "benchmarking address 198.19.255.255"), ("198.51.100.1", "documentation address 198.51.100.1"),
    ("203.0.113.1", "documentation address 203.0.113.1"), ("224.0.0.1", "multicast address 224.0.0.1"),
    ("240.0.0.1", "reserved address 240.0.0.1"),
    ("255.255.255.255", "broadcast address 255.255.255.255"),
    ("::", "unspecified address ::"), ("::1", "loopback address ::1"), ("::ffff:127.0.0.1", "loopback address ::ffff:127.0.0.1"),
    ("::ffff:10.0.0.1", "private address ::ffff:10.0.0.1"), ("::127.0.0.1", "IPv4-compatible address ::7f00:1"),
    ("::8.8.8.8", "IPv4-compatible address ::808:808"),
    ("64:ff9b::a9fe:a9fe", "link-local address 169.254.169.254 inside 64:ff9b::a9fe:a9fe"),
    ("64:ff9b:1::1", "local-use NAT64 address 64:ff9b:1::1"),
    ("100::1", "discard-only address 100::1"), ("100:0:0:1::1", "dummy address 100:0:0:1::1"), ("2001::1", "Teredo address 2001::1"),
    ("2001:2::1", "protocol assignment address 2001:2::1"), ("2001:20::1", "protocol assignment address 2001:20::1"),
    ("2001:db8::1", "documentation address 2001:db8::1"), ("2002:7f00:1::", "6to4 address 2002:7f00:1::"),
    ("2002:808:808::", "6to4 address 2002:808:808::"),
    ("3fff::1", "documentation address 3fff::1"), ("5f00::1", "segment routing address 5f00::1"),
    ("fc00::1", "unique local address fc00::1"),
    ("fd00:ec2::254", "unique local address fd00:ec2::254"), ("fe80::1", "link-local address fe80::1"),
    ("fec0::1", "site-local address fec0::1"),
    ("ff02::1", "multicast address ff02::1"), ("4000::1", "reserved address 4000::1"),
    ("::ffff:0:127.0.0.1", "reserved address ::ffff:0:7f00:1"),
  ])
  func addressesThatAreNotGlobalAreBlocked(text: String, reason: String) throws {
    #expect(EgressPolicy().verdict(for: try address(text)) == .blocked(reason: reason))
  }

  @Test(arguments: [
    "8.8.8.8", "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
    "172.15.255.255",
    "172.32.0.0", "192.0.1.0", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111", "2a00::1",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8", "64:ff9b::808:808",
  ])
  func globalAddressesAreAllowed(text: String) throws {
    #expect(EgressPolicy().verdict(for: try address(text)) == .allowed)
  }

  @Test func listedRangesAreAllowedInEveryNotation() throws {
    let policy = EgressPolicy(allowed: [try AddressRange(parsing: "127.0.0.0/8"), try AddressRange(parsing: "::1/128")])
    for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"] {
      #expect(policy.verdict(for: try address(text)) == .allowed)
    }
    #expect(policy.verdict(for: try address("10.0.0.1")) == .blocked(reason: "private address 10.0.0.1"))
  }

  @Test func oneBlockedAddressSpoilsAllOthers() throws {
    let addresses = try ["8.8.8.8", "10.0.0.1", "2606:4700::1111"].map(address)
    #expect(EgressPolicy().verdict(for: addresses) == .blocked(reason: "private address 10.0.0.1"))
    #expect(EgressPolicy(allowed: [try AddressRange(parsing: "10.0.0.0/8")]).verdict(for: addresses) == .allowed)
  }

  @Test(arguments: [
    ("http://127.0.0.1/", "loopback address 127.0.0.1"), ("http://[::ffff:127.0.0.1]/", "loopback address ::ffff:127.0.0.1"),
    ("http://2130706433/", "loopback address 127.0.0.1"), ("http://0x7f.1/", "loopback address 127.0.0.1"),
    ("http://localhost/", "loopback host name localhost"),
    ("http://x.localhost./", "loopback host name x.localhost."), ("http://169.254.169.254/", "link-local address 169.254.169.254"),
  ])
  func hostsAreJudgedWithoutResolution(text: String, reason: String) throws {
    #expect(EgressPolicy().verdict(forHost: try DestinationURL(parsing: text)) == .blocked(reason: reason))
  }

  @Test func namesPassUntilTheyAreResolved() throws {
    #expect(EgressPolicy().verdict(forHost: try DestinationURL(parsing: "http://internal.example/")) == .allowed)
  }

  @Test(arguments: [("127.0.0.0/8", "127.0.0.1"), ("::1", "::1")])
  func localhostIsFineWhenALoopbackAddressIs(range: String, meaning: String) throws {
    let policy = EgressPolicy(allowed: [try AddressRange(parsing: range)])
    #expect(policy.verdict(forHost: try DestinationURL(parsing: "http://localhost:3000/")) == .allowed)
    #expect(policy.allowedLoopback.map(\.description) == [meaning])
  }

  private func address(_ text: String) throws -> IPAddress {
    try #require(IPAddress(parsing: text))
  }
}
