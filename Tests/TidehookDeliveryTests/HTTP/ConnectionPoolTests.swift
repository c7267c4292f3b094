import Testing
import TidehookCore
import TidehookDelivery

@Suite struct ConnectionPoolTests {
  @Test func requestsBeyondTheLimitWaitForAConnection() async throws {
    try await HTTPFixture.run(limits: HTTPClientLimits(maxConnectionsPerOrigin: 2), loops: 2) { fixture in
      await sendAll(100, fixture)
      #expect(fixture.server.connections == 2)
    }
  }

  @Test func waitingForAConnectionCountsAgainstTheTimeout() async throws {
    let limits = HTTPClientLimits(maxConnectionsPerOrigin: 1)
    try await HTTPFixture.run(limits: limits, reply: { _ in .hang }) { fixture in
      async let first = fixture.client.send(fixture.request(timeout: .milliseconds(300)))
      _ = await fixture.server.nextRequest()
      let second = await fixture.client.send(fixture.request(timeout: .milliseconds(50)))
      #expect(second.failure == AttemptFailure(.timeout, "timed out after 50 ms while waiting for a free connection"))
      #expect(await first.failure == AttemptFailure(.timeout, "no answer within 300 ms"))
    }
  }

  @Test func aLostConnectionIsReplacedForWhoeverWaits() async throws {
    let limits = HTTPClientLimits(maxConnectionsPerOrigin: 1)
    try await HTTPFixture.run(limits: limits, reply: { $0.connection == 1 ? .hang : .ok }) { fixture in
      async let first = fixture.client.send(fixture.request(timeout: .milliseconds(50)))
      _ = await fixture.server.nextRequest()
      #expect(await fixture.send().response?.status == 200)
      #expect(await first.failure?.kind == .timeout)
    }
  }

  @Test func aDeadIdleConnectionCostsNoAttempt() async throws {
    try await HTTPFixture.run(reply: { $0.connection == 1 && $0.number == 2 ? .close : .ok }) { fixture in
      #expect(await fixture.send().response?.status == 200)
      #expect(await fixture.send().response?.status == 200)
      #expect(fixture.server.connections == 2)
    }
  }

  @Test func aFreshConnectionIsTriedOnlyOnce() async throws {
    try await HTTPFixture.run(reply: { $0.connection == 1 && $0.number == 1 ? .ok : .close }) { fixture in
      #expect(await fixture.send().response?.status == 200)
      #expect(await fixture.send().failure == AttemptFailure(.malformed, "connection closed before an answer"))
      #expect(fixture.server.connections == 2)
    }
  }

  @Test func aConnectionThatBreaksWithinTheAnswerIsNotTriedAgain() async throws {
    try await HTTPFixture.run(reply: { $0.number == 2 ? .bytesThenClose("HTTP/1.1 200") : .ok }) { fixture in
      #expect(await fixture.send().response?.status == 200)
      #expect(await fixture.send().failure == AttemptFailure(.malformed, "connection closed within the answer's head"))
      #expect(fixture.server.connections == 1)
    }
  }

  @Test func idleConnectionsAreClosedInTime() async throws {
    try await HTTPFixture.run(limits: HTTPClientLimits(idleTimeout: .milliseconds(20))) { fixture in
      #expect(await fixture.send().response?.status == 200)
      #expect(await fixture.server.nextClose() == 1)
    }
  }

  @Test func noMoreThanTheIdleLimitIsKept() async throws {
    try await HTTPFixture.run(limits: HTTPClientLimits(maxIdlePerOrigin: 0)) { fixture in
      for _ in 0..<3 { #expect(await fixture.send().response?.status == 200) }
      #expect(fixture.server.connections == 3)
    }
  }

  @Test func shutdownWaitsForExchangesAndRefusesNewOnes() async throws {
    try await HTTPFixture.run(reply: { _ in .hang }) { fixture in
      async let pending = fixture.client.send(fixture.request(timeout: .milliseconds(100)))
      _ = await fixture.server.nextRequest()
      await fixture.client.shutdown()
      #expect(await pending.failure == AttemptFailure(.timeout, "no answer within 100 ms"))
      #expect(await fixture.send().failure == AttemptFailure(.connect, "the delivery client is shut down"))
    }
  }

  @Test func cancellationClosesTheConnection() async throws {
    try await HTTPFixture.run(reply: { _ in .hang }) { fixture in
      let request = fixture.request()
      let task = Task { await fixture.client.send(request) }
      _ = await fixture.server.nextRequest()
      task.cancel()
      #expect(await task.value.failure?.message == "cancelled by the sender")
      #expect(await fixture.server.nextClose() == 1)
      let late = Task { await fixture.client.send(request) }
      late.cancel()
      #expect(await late.value.failure?.message == "cancelled by the sender")
    }
  }

  @Test func tenThousandRequestsInARowNeedOneConnection() async throws {
    try await HTTPFixture.run { fixture in
      let request = fixture.request()
      for _ in 0..<10_000 where await fixture.client.send(request).response?.status != 200 { Issue.record("request failed") }
      #expect(fixture.server.connections == 1)
    }
  }

  @Test func sixtyFourAtATimeNeedNoMoreConnectionsThanThat() async throws {
    try await HTTPFixture.run(loops: 2) { fixture in
      await sendAll(6400, width: 64, fixture)
      #expect(fixture.server.connections <= 64)
    }
  }

  private func sendAll(_ count: Int, width: Int = 100, _ fixture: HTTPFixture) async {
    await withTaskGroup(of: Int.self) { group in
      for _ in 0..<width {
        group.addTask {
          var good = 0
          for _ in 0..<(count / width) where await fixture.send().response?.status == 200 { good += 1 }
          return good
        }
      }
      #expect(await group.reduce(0, +) == count)
    }
  }
}
