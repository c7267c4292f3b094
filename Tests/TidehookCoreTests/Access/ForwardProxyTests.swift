import Testing
import TidehookCore

@Suite struct ForwardProxyTests {
  @Test func userAndPasswordAreDecodedAndHidden() throws {
    let plain = try ForwardProxy(parsing: "http://tide:p%40s%2Fs@Proxy.example:3128/")
    #expect(plain.user == "tide" && plain.password?.revealed == "p@s/s" && plain.peer == "proxy.example:3128")
    #expect(plain.text(revealing: false) == "http://tide:***@proxy.example:3128")
    #expect(try ForwardProxy(parsing: plain.text(revealing: true)) == plain)
  }

  @Test func withoutAPortItIsThatOfHTTP() throws {
    #expect(try ForwardProxy(parsing: "HTTP://[::1]").peer == "[::1]:80")
  }

  @Test(arguments: [
    "", "proxy:3128", "https://proxy:1", "socks5://proxy:1", "http://", "http://proxy/path", "http://proxy?x", "http://user@proxy",
    "http://:p@proxy", "http://a:b@c:d@proxy", "http://a:%ff@proxy", "http://a:%0a@proxy", "http://proxy:0", "http://a%3ab:c@proxy",
  ])
  func whatIsNoProxyIsRefused(_ text: String) {
    #expect(throws: JSONProblem.self) { try ForwardProxy(parsing: text) }
  }

  @Test func whatIsAcceptedReadsBackHoweverLongItIs() throws {
    let plain = "http://u:" + String(repeating: "p", count: 1000) + "@proxy:1"
    #expect(try ForwardProxy(parsing: ForwardProxy(parsing: plain).text(revealing: true)).password?.revealed.utf8.count == 1000)
    // Each of these takes three bytes in the store.
    #expect(throws: JSONProblem.self) { try ForwardProxy(parsing: "http://u:" + String(repeating: "ä", count: 400) + "@proxy:1") }
    #expect(throws: JSONProblem.self) { try ForwardProxy(parsing: "http://u:" + String(repeating: "!", count: 400) + "@proxy:1") }
  }

  @Test func aPasswordIsKeptForTheSameUserAndPlaceOnly() throws {
    let stored = ProxyChoice.through(try ForwardProxy(parsing: "http://u:p@proxy:1"))
    #expect(try ProxyChoice(json: "http://u:***@proxy:1").keepingPassword(of: stored) == stored)
    for other in ["http://v:***@proxy:1", "http://u:***@proxy:2", "http://u:***@other:1"] {
      #expect(throws: JSONProblem.self) { try ProxyChoice(json: .string(other)).keepingPassword(of: stored) }
    }
    #expect(try ProxyChoice(json: "direct") == .direct)
  }
}

@Suite struct EndpointAccessTests {
  private func sample() throws -> EndpointAccess {
    EndpointAccess(
      auth: .bearer(Secret("t")), headers: [HeaderField("X-A", "1")],
      tls: EndpointTLS(certificate: "-----BEGIN C", key: Secret("-----BEGIN K"), authorities: "-----BEGIN A"), proxy: .direct)
  }

  @Test func whatTheStoreKeepsReadsBackWhole() throws {
    #expect(try EndpointAccess(json: sample().json) == sample())
    #expect(try EndpointAccess(json: EndpointAccess().json).isEmpty)
  }

  @Test func withoutCredentialsTheWayIsLeft() throws {
    let rest = try sample().withoutCredentials
    #expect(rest == EndpointAccess(tls: EndpointTLS(authorities: "-----BEGIN A"), proxy: .direct))
    #expect(try sample().difference(from: rest).names == ["auth", "headers", "tls"])
    #expect(rest.difference(from: EndpointAccess()).names == ["tls", "proxy"])
  }

  @Test func routesAreEqualWhenTheirPartsAre() throws {
    let (one, same) = (try #require(ConnectionRoute(of: try sample())), try #require(ConnectionRoute(of: try sample())))
    #expect(one == same && one.hashValue == same.hashValue)
    #expect(one != ConnectionRoute(of: try sample().withoutCredentials))
    #expect(ConnectionRoute(of: EndpointAccess(auth: .bearer(Secret("t")))) == nil)
  }
}
