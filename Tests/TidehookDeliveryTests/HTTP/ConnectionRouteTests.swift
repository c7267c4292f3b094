import Testing
import TidehookCore
import TidehookDelivery

@Suite(.timeLimit(.minutes(2))) struct ConnectionRouteTests {
  @Test func connectionsAreSharedAmongEqualRoutesOnly() async throws {
    try await HTTPFixture.run { fixture in
      func trusting(_ name: String) -> ConnectionRoute { ConnectionRoute(tls: EndpointTLS(authorities: name)) }
      let steps: [(route: ConnectionRoute?, connections: Int)] = [
        (nil, 1), (nil, 1), (trusting("a"), 2), (trusting("a"), 2), (trusting("b"), 3), (nil, 3), (trusting("a"), 3),
        (ConnectionRoute(proxy: .direct), 4),
      ]
      for step in steps {
        var request = fixture.request()
        request.route = step.route
        #expect(await fixture.client.send(request).text == "ok")
        #expect(fixture.server.connections == step.connections)
      }
    }
  }

  @Test func aProxyIsAskedForTheWholeURLAndItsWordIsNotTheReceivers() async throws {
    let answer = Reply.bytes("HTTP/1.1 407 Who\r\nContent-Length: 0\r\n\r\n")
    try await HTTPFixture.run(resolver: FixedResolver(["hooks.example": [["127.0.0.1"]]]), reply: { _ in answer }) { fixture in
      let proxy = try ForwardProxy(parsing: "http://u:p@127.0.0.1:\(fixture.server.port)")
      var request = fixture.request("/a?b", host: "hooks.example")
      request.route = ConnectionRoute(proxy: .through(proxy))
      let failure = await fixture.client.send(request).failure
      #expect(failure?.kind == .proxy)
      let seen = await fixture.server.nextRequest()
      let target = "hooks.example:\(fixture.server.port)"
      #expect(seen?.head.hasPrefix("POST http://\(target)/a?b HTTP/1.1\r\nHost: \(target)\r\nProxy-Authorization: Basic dTpw") == true)
    }
  }

  @Test func theGuardJudgesDestinationAndProxyUnlessTheProxyIsTheOperators() async throws {
    let resolver = FixedResolver(["inside.example": [["10.0.0.1"]], "outside.example": [["127.0.0.1"]], "proxy.example": [["10.0.0.2"]]])
    try await HTTPFixture.run(resolver: resolver) { fixture in
      func failure(_ host: String, _ proxy: String, isOperators: Bool) async throws -> AttemptFailure? {
        var request = fixture.request(host: host)
        request.route = ConnectionRoute(
          proxy: .through(try ForwardProxy(parsing: "http://\(proxy):\(fixture.server.port)", isOperators: isOperators)))
        return await fixture.client.send(request).failure
      }
      for isOperators in [false, true] {
        let blocked = try await failure("inside.example", "127.0.0.1", isOperators: isOperators)
        #expect(blocked == AttemptFailure(.blocked, "blocked: private address 10.0.0.1"))
      }
      let proxy = try await failure("outside.example", "proxy.example", isOperators: false)
      #expect(proxy?.kind == .blocked && proxy?.message.contains("private address 10.0.0.2") == true)
      #expect(try await failure("outside.example", "localhost", isOperators: true) == nil)
      #expect(try await failure("nowhere.example", "127.0.0.1", isOperators: true)?.kind == .dns)
      #expect(try await failure("outside.example", "nowhere.example", isOperators: true)?.kind == .proxy)
    }
  }
}
