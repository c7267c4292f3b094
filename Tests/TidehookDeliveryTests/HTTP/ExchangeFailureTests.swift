import Testing
import TidehookCore
import TidehookDelivery

@Suite struct ExchangeFailureTests {
  @Test(arguments: [
    (Reply.close, "connection closed before an answer"),
    (.bytesThenClose("HTTP/1.1 200 OK\r\nContent-"), "connection closed within the answer's head"),
    (.bytesThenClose("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), "connection closed after 5 bytes of the answer's body of 10"),
    (
      .bytesThenClose("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
      "connection closed after 5 bytes of the answer's body"
    ),
    (.bytes("SSH-2.0-OpenSSH_9.2\r\n"), "answer does not start with an HTTP/1.1 status line"),
    (.bytes("\u{0}\u{1}\u{2}garbage"), "answer does not start with an HTTP/1.1 status line"),
    (.bytes("HTTP/2 200\r\n\r\n"), "answer does not start with an HTTP/1.1 status line"),
    (.bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"), "answer switches protocols"),
    (.bytes("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), "answer has contradictory content-lengths"),
  ])
  func badAnswersAreMalformed(reply: Reply, message: String) async throws {
    try await HTTPFixture.run(reply: { _ in reply }) { fixture in
      #expect(await fixture.send().failure == AttemptFailure(.malformed, message))
      #expect(await fixture.server.nextClose() == 1)
    }
  }

  @Test(arguments: [
    (Reply.bytes("HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 70_000)), "answer has a head of more than 65536 bytes"),
    (.bytes("HTTP/1.1 200 OK\r\n" + String(repeating: "X: y\r\n", count: 201) + "\r\n"), "answer has more than 200 headers"),
  ])
  func answersWithTooMuchOfAHeadAreOversized(reply: Reply, message: String) async throws {
    try await HTTPFixture.run(reply: { _ in reply }) { fixture in
      #expect(await fixture.send().failure == AttemptFailure(.oversized, message))
      #expect(await fixture.server.nextClose() == 1)
    }
  }

  @Test(arguments: [
    (Reply.hang, "no answer within 500 ms"), (.bytes("HTTP/1.1 200 OK\r\n"), "no complete answer within 500 ms"),
    (.bytes("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"), "no complete answer within 500 ms"),
    (.bytes("HTTP/1.1 200 OK\r\n\r\nendless"), "no complete answer within 500 ms"),
  ])
  func slowAnswersTimeOut(reply: Reply, message: String) async throws {
    try await HTTPFixture.run(reply: { _ in reply }) { fixture in
      let exchange = await fixture.client.send(fixture.request(timeout: .milliseconds(500)))
      #expect(exchange.failure == AttemptFailure(.timeout, message))
      #expect(exchange.phases.totalMicroseconds >= 500_000)
      #expect(await fixture.server.nextClose() == 1)
    }
  }

  @Test func refusedConnectionsNameThePeer() async throws {
    try await HTTPFixture.run { fixture in
      // No system gives this port to whoever asks for any; one that was just let go of may be another test's at once.
      #expect(await fixture.client.send(fixture.request(port: 1)).failure == AttemptFailure(.connect, "connection refused by 127.0.0.1:1"))
    }
  }

  @Test func theNextAddressIsTriedWhenOneRefuses() async throws {
    let resolver = FixedResolver(["two.example": [["::1", "127.0.0.1"]]])
    try await HTTPFixture.run(resolver: resolver) { fixture in
      #expect(await fixture.client.send(fixture.request(host: "two.example")).response?.status == 200)
    }
  }

  @Test func aHangingHandshakeEndsWithTheConnectTimeout() async throws {
    try await HTTPFixture.run { fixture in
      // Time enough to connect, on a busy machine, too; both wait at once.
      async let first = fixture.client.send(fixture.request(scheme: "https", connectTimeout: .seconds(4)))
      async let hasty = fixture.client.send(fixture.request(scheme: "https", connectTimeout: .seconds(30), timeout: .seconds(4)))
      let words = "connected to 127.0.0.1:\(fixture.server.port), but its TLS handshake did not end within 4.0 s"
      let failures = await [first.failure, hasty.failure]
      #expect(failures == [AttemptFailure(.tls, words), AttemptFailure(.tls, words)])
      #expect(await fixture.server.nextClose() != nil)
    }
  }

  @Test func aHangingResolverEndsWithTheConnectTimeout() async throws {
    try await HTTPFixture.run(resolver: HangingResolver()) { fixture in
      let exchange = await fixture.client.send(fixture.request(host: "slow.example", connectTimeout: .milliseconds(50)))
      #expect(exchange.failure == AttemptFailure(.dns, "host name slow.example did not resolve within 50 ms"))
      let hasty = fixture.request(host: "slow.example", connectTimeout: .seconds(5), timeout: .milliseconds(50))
      #expect(
        await fixture.client.send(hasty).failure == AttemptFailure(.timeout, "timed out after 50 ms while resolving host name slow.example")
      )
    }
  }

  @Test(.timeLimit(.minutes(1))) func aLookupIsCancelledWhenItsExchangeIsGivenUp() async throws {
    let resolver = EndlessResolver()
    try await HTTPFixture.run(resolver: resolver) { fixture in
      let exchange = await fixture.client.send(fixture.request(host: "slow.example", connectTimeout: .milliseconds(50)))
      #expect(exchange.failure?.kind == .dns)
      #expect(await resolver.cancelled.first { _ in true } == "slow.example")
    }
  }

  @Test func lineBreaksInHeadersAreNotSent() async throws {
    try await HTTPFixture.run { fixture in
      let smuggled = fixture.request(headers: [HeaderField("X-A", "b\r\nX-Evil: c")])
      #expect(
        await fixture.client.send(smuggled).failure == AttemptFailure(.malformed, "request has a line break in its method or headers"))
    }
  }
}

/// Looks a name up until its task is cancelled.
private struct EndlessResolver: AddressResolver {
  let cancelled: AsyncStream<String>
  private let input: AsyncStream<String>.Continuation

  init() {
    (cancelled, input) = AsyncStream.makeStream(of: String.self)
  }

  func addresses(of host: String) async throws(AttemptFailure) -> [IPAddress] {
    let (never, hold) = AsyncStream.makeStream(of: Never.self)
    for await _ in never {}
    hold.finish()
    input.yield(host)
    throw AttemptFailure(.dns, "cancelled")
  }
}
