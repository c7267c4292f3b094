import NIOCore
import Testing
import TidehookCore
import TidehookDelivery

@Suite struct ProxyTunnelTests {
  private func action(_ pieces: String...) -> ProxyTunnel.Action {
    var tunnel = ProxyTunnel()
    var last = ProxyTunnel.Action.wait
    for piece in pieces {
      #expect(last == .wait)
      var bytes = ByteBuffer(string: piece)
      last = tunnel.received(&bytes)
    }
    return last
  }

  @Test func theRequestNamesHostAndPort() throws {
    let proxy = try ForwardProxy(parsing: "http://u:p@proxy.example:3128")
    #expect(
      ProxyTunnel.request(to: try DestinationURL(parsing: "https://Hooks.example/x"), through: proxy)
        == "CONNECT hooks.example:443 HTTP/1.1\r\nHost: hooks.example:443\r\nProxy-Authorization: Basic dTpw\r\n\r\n")
    let plain = try ForwardProxy(parsing: "http://proxy.example")
    #expect(
      ProxyTunnel.request(to: try DestinationURL(parsing: "https://[::1]:8443/"), through: plain)
        == "CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n\r\n")
  }

  @Test func anAnswerOpensTheTunnelInHoweverManyPieces() {
    #expect(action("HTTP/1.1 200 OK\r\n\r\n") == .open)
    #expect(action("HTTP/1.0 20", "0\r\nVia: x\r", "\n\r", "\n") == .open)
    #expect(action("HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200\r\n\r\n") == .open)
  }

  @Test(arguments: [
    ("HTTP/1.1 403 No\r\n\r\n", "it answered 403"),
    ("HTTP/1.1 407 Who\r\n\r\n", "it asks for a user name and a password, or for others (407)"),
    ("HTTP/1.1 302 There\r\nLocation: x\r\n\r\n", "it answered 302"), ("SSH-2.0\r\n\r\n", "it does not speak HTTP/1.1"),
    ("HTTP/1.1 2000 OK\r\n\r\n", "it does not speak HTTP/1.1"), ("HTTP/2.0 200 OK\r\n\r\n", "it does not speak HTTP/1.1"),
    ("HTTP/1.1 200 OK\r\n\r\nx", "it sent something before the tunnel was used"),
    (String(repeating: "x", count: 20_000), "its answer is longer than 16384 bytes"),
  ])
  func everythingElseIsAFaultOfTheProxy(_ answer: String, _ reason: String) {
    #expect(action(answer) == .fail(reason))
  }
}
