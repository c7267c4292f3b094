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

  private func webhook(
    _ url: String, proxy: String? = nil, authorities: String? = nil, tokenURL: String? = nil
  ) throws -> Webhook {
    var webhook = Webhook(
      id: WebhookID(TimeOrderedID(key: 7, entropy: 7)), name: "w", url: try DestinationURL(parsing: url), events: [.everything],
      namespace: nil,
      secret: Secret("secret"), createdAt: Timestamp(microseconds: 0), updatedAt: Timestamp(microseconds: 0))
    webhook.access.headers = [HeaderField("X-A", "1")]
    if let proxy { webhook.access.proxy = .through(try ForwardProxy(parsing: proxy)) }
    webhook.access.tls = authorities.map { EndpointTLS(authorities: $0) }
    if let tokenURL {
      webhook.access.auth = .oauth2(OAuth2Client(tokenURL: try DestinationURL(parsing: tokenURL), id: "c", secret: Secret("s")))
    }
    return webhook
  }

  @Test func secretsStayWhereNobodyElseReadsThem() throws {
    let (one, other, http, https) = ("http://proxy:1", "http://other:1", "http://a/", "https://a/")
    #expect(try webhook(https).leads(whereDoes: webhook("https://a/b")))
    #expect(try !webhook(https).leads(whereDoes: webhook("https://b/")))
    #expect(try webhook(https).leads(whereDoes: webhook(https, authorities: "A")))
    #expect(try webhook(https).leads(whereDoes: webhook(https, proxy: one)))
    #expect(try webhook(https, proxy: one, authorities: "A").leads(whereDoes: webhook(https, proxy: one, authorities: "A")))
    #expect(try webhook(https, proxy: one, authorities: "A").leads(whereDoes: webhook(https, authorities: "B")))
    #expect(try webhook(https, proxy: one, authorities: "A").leads(whereDoes: webhook(https, proxy: other)))
    #expect(try webhook(http, proxy: one).leads(whereDoes: webhook(http, proxy: one)))
    #expect(try !webhook(http).leads(whereDoes: webhook(http, proxy: one)))
    // A proxy with an authority of its own opens the tunnel.
    #expect(try !webhook(https).leads(whereDoes: webhook(https, proxy: one, authorities: "A")))
    #expect(try !webhook(https, authorities: "A").leads(whereDoes: webhook(https, proxy: one, authorities: "A")))
    #expect(try !webhook(https, proxy: one).leads(whereDoes: webhook(https, proxy: one, authorities: "A")))
    #expect(try !webhook(https, proxy: one, authorities: "A").leads(whereDoes: webhook(https, proxy: one, authorities: "B")))
    // It reads what is sent to a token endpoint without TLS.
    #expect(try !webhook(https, tokenURL: http).leads(whereDoes: webhook(https, proxy: one, tokenURL: http)))
    #expect(try webhook(https, tokenURL: https).leads(whereDoes: webhook(https, proxy: one, tokenURL: https)))
  }

  @Test func routesAreEqualWhenTheirPartsAre() throws {
    let (one, same) = (try #require(ConnectionRoute(of: try sample())), try #require(ConnectionRoute(of: try sample())))
    #expect(one == same && one.hashValue == same.hashValue)
    #expect(one != ConnectionRoute(of: try sample().withoutCredentials))
    #expect(ConnectionRoute(of: EndpointAccess(auth: .bearer(Secret("t")))) == nil)
  }
}
