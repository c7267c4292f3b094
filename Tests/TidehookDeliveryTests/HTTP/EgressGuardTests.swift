import Testing
import TidehookCore
import TidehookDelivery

@Suite(.timeLimit(.minutes(2))) struct EgressGuardTests {
  @Test(arguments: [
    ("127.0.0.1", "blocked: loopback address 127.0.0.1"), ("2130706433", "blocked: loopback address 127.0.0.1"),
    ("0x7f.1", "blocked: loopback address 127.0.0.1"), ("[::ffff:127.0.0.1]", "blocked: loopback address ::ffff:127.0.0.1"),
    ("[::1]", "blocked: loopback address ::1"), ("localhost", "blocked: loopback host name localhost"),
    ("a.localhost.", "blocked: loopback host name a.localhost."), ("169.254.169.254", "blocked: link-local address 169.254.169.254"),
    ("inside.example", "blocked: private address 10.0.0.1"), ("mixed.example", "blocked: loopback address 127.0.0.1"),
    ("nat64.example", "blocked: loopback address 127.0.0.1 inside 64:ff9b::7f00:1"),
  ])
  func nothingIsConnectedToThatIsNotGlobal(host: String, message: String) async throws {
    let resolver = FixedResolver([
      "inside.example": [["10.0.0.1"]], "mixed.example": [["8.8.8.8", "127.0.0.1"]], "nat64.example": [["64:ff9b::7f00:1"]],
    ])
    try await HTTPFixture.run(policy: EgressPolicy(), resolver: resolver) { fixture in
      #expect(await fixture.client.send(fixture.request(host: host)).failure == AttemptFailure(.blocked, message))
      #expect(fixture.server.connections == 0)
    }
  }

  @Test func everyNewConnectionIsJudgedAgain() async throws {
    let resolver = FixedResolver(["rebind.example": [["127.0.0.1"], ["10.0.0.1"]]])
    let reply = Reply.bytes("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    try await HTTPFixture.run(resolver: resolver, reply: { _ in reply }) { fixture in
      let request = fixture.request(host: "rebind.example")
      #expect(await fixture.client.send(request).response?.status == 200)
      #expect(await fixture.client.send(request).failure == AttemptFailure(.blocked, "blocked: private address 10.0.0.1"))
    }
  }

  @Test func aReusedConnectionStaysWithItsAddress() async throws {
    let resolver = FixedResolver(["rebind.example": [["127.0.0.1"], ["10.0.0.1"]]])
    try await HTTPFixture.run(resolver: resolver) { fixture in
      let request = fixture.request(host: "rebind.example")
      for _ in 0..<3 { #expect(await fixture.client.send(request).response?.status == 200) }
      #expect(await resolver.calls == 1)
      #expect(await fixture.server.nextRequest()?.head.contains("Host: rebind.example:\(fixture.server.port)\r\n") == true)
    }
  }

  @Test(arguments: ["localhost", "LOCALHOST.", "api.localhost", "127.1", "[::ffff:127.0.0.1]"])
  func allowedLoopbackIsReachedInEveryNotation(host: String) async throws {
    let policy = EgressPolicy(allowed: [try AddressRange(parsing: "127.0.0.0/8")])
    try await HTTPFixture.run(policy: policy) { fixture in
      #expect(await fixture.client.send(fixture.request(host: host)).response?.status == 200)
    }
  }

  @Test func anEmptyAnswerIsNoAnswer() async throws {
    try await HTTPFixture.run(resolver: FixedResolver(["empty.example": [[]]])) { fixture in
      let failure = await fixture.client.send(fixture.request(host: "empty.example")).failure
      #expect(failure == AttemptFailure(.dns, "host name empty.example does not resolve"))
    }
  }
}
