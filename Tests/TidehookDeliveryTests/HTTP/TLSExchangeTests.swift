import Testing
import TidehookCore
import TidehookDelivery

@Suite struct TLSExchangeTests {
  private static let resolver = [
    "hooks.example": [["127.0.0.1"]], "hooks.example.": [["127.0.0.1"]], "other.example": [["127.0.0.1"]],
    "two.example": [["::1", "127.0.0.1"]],
  ]

  @Test(arguments: ["hooks.example", "hooks.example.", "127.0.0.1"])
  func trustedCertificatesAreAccepted(host: String) async throws {
    try await exchange(with: host, certificate: "DNS:hooks.example,IP:127.0.0.1") { first, second, fixture in
      #expect(first.text == "ok")
      #expect(second.text == "ok")
      #expect(second.phases.connectMicroseconds == nil)
      #expect(fixture.server.connections == 1)
    }
  }

  @Test func eachAddressIsTriedWithAHandshakeOfItsOwn() async throws {
    try await exchange(with: "two.example", certificate: "DNS:two.example") { first, second, _ in
      #expect(first.text == "ok" && second.text == "ok")
    }
  }

  @Test func unknownAuthoritiesAreRefused() async throws {
    try await exchange(with: "hooks.example", certificate: "DNS:hooks.example", isTrusted: false) { first, _, _ in
      #expect(
        first.failure == AttemptFailure(.tls, "certificate not trusted: it has expired, or no trusted authority issued it"))
    }
  }

  @Test(arguments: [("other.example", "DNS:hooks.example"), ("127.0.0.1", "DNS:hooks.example"), ("127.0.0.1", "IP:127.0.0.2")])
  func certificatesMustBeIssuedForTheHost(host: String, certificate: String) async throws {
    try await exchange(with: host, certificate: certificate) { first, _, _ in
      #expect(first.failure == AttemptFailure(.tls, "certificate not trusted: it was not issued for \(host)"))
    }
  }

  private func exchange(
    with host: String, certificate: String, isTrusted: Bool = true, check: (Exchange, Exchange, HTTPFixture) async throws -> Void
  ) async throws {
    let authority = try TestAuthority()
    defer { authority.remove() }
    let trust = TLSTrust(additionalPEM: isTrusted ? authority.pem : nil)
    let tls = try authority.serverContext(for: certificate)
    try await HTTPFixture.run(resolver: FixedResolver(Self.resolver), trust: trust, serverTLS: tls) { fixture in
      let request = fixture.request(scheme: "https", host: host)
      try await check(await fixture.client.send(request), await fixture.client.send(request), fixture)
    }
  }
}
