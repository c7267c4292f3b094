import Testing
import TidehookCore
import TidehookDelivery

@Suite(.timeLimit(.minutes(2))) struct ConnectionPoolTests {
  @Test func requestsBeyondTheLimitWaitForAConnection() async throws {
    try await HTTPFixture.run(limits: HTTPClientLimits(maxConnectionsPerOrigin: 2), loops: 2) { fixture in
      await sendAll(100, fixture)
      #expect(fixture.server.connections == 2)
    }
  }

  @Test func waitingForAConnectionCountsAgainstTheTimeout() async throws {
    let limits = HTTPClientLimits(maxConnectionsPerOrigin: 1)
    try await HTTPFixture.run(limits: limits, reply: { _ in .hang }) { fixture in
      let hanging = fixture.request()
      let first = Task { await fixture.client.send(hanging) }
      _ = await fixture.server.nextRequest()
      let second = await fixture.client.send(fixture.request(timeout: .milliseconds(50)))
      let reason = "while waiting for a free connection"
      #expect(second.failure == AttemptFailure(.timeout, "timed out after 50 ms \(reason)", outline: "timed out \(reason)"))
      first.cancel()
      #expect(await first.value.isCancelled)
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

  @Test("a reused connection whose exchange fails is counted as lost once", arguments: [true, false])
  func aReusedConnectionIsLostOnce(byTimeout: Bool) async throws {
    let limits = HTTPClientLimits(maxConnectionsPerOrigin: 2)
    try await HTTPFixture.run(limits: limits, reply: { $0.head.contains("/hang") ? .hang : .ok }) { fixture in
      let hanging = fixture.request("/hang")
      let first = Task { await fixture.client.send(hanging) }
      _ = await fixture.server.nextRequest()
      #expect(await fixture.send().response?.status == 200)
      let failing =
        byTimeout ? fixture.request("/hang", timeout: .milliseconds(50)) : fixture.request(headers: [HeaderField("X-A", "b\r\nc")])
      #expect(await fixture.client.send(failing).failure != nil)
      #expect(await fixture.server.nextClose() == 2)

      let third = Task { await fixture.client.send(hanging) }
      repeat {} while await fixture.server.nextRequest()?.connection != 3
      let beyond = await fixture.client.send(fixture.request(timeout: .milliseconds(50)))
      let reason = "while waiting for a free connection"
      #expect(beyond.failure == AttemptFailure(.timeout, "timed out after 50 ms \(reason)", outline: "timed out \(reason)"))
      #expect(fixture.server.connections == 3)
      for task in [first, third] { task.cancel() }
      #expect(await first.value.isCancelled)
      #expect(await third.value.isCancelled)
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
      let ended = await pending
      #expect(ended.failure == AttemptFailure(.timeout, "no answer within 100 ms"))
      #expect(!ended.isCancelled)
      #expect(await fixture.send().failure == AttemptFailure(.connect, "the delivery client is shut down"))
    }
  }

  @Test func whatAShutdownEndsIsMarkedAsCancelled() async throws {
    let limits = HTTPClientLimits(maxConnectionsPerOrigin: 1)
    try await HTTPFixture.run(limits: limits, reply: { _ in .hang }) { fixture in
      async let exchanging = fixture.send()
      _ = await fixture.server.nextRequest()
      async let queued = fixture.send()
      fixture.client.cancelAll()
      #expect(await exchanging.isCancelled)
      #expect(await queued.isCancelled)
      #expect(await fixture.server.nextClose() == 1)
      await fixture.client.shutdown()
      #expect(await fixture.send().isCancelled)
      #expect(fixture.server.connections == 1)
    }
  }

  @Test func aShutdownEndsAResolutionUnderWay() async throws {
    let resolver = HangingResolver()
    try await HTTPFixture.run(resolver: resolver) { fixture in
      async let resolving = fixture.client.send(fixture.request(host: "slow.example"))
      await resolver.isAsked()
      fixture.client.cancelAll()
      #expect(await resolving.isCancelled)
    }
  }

  @Test func cancellationClosesTheConnection() async throws {
    try await HTTPFixture.run(reply: { _ in .hang }) { fixture in
      let request = fixture.request()
      let task = Task { await fixture.client.send(request) }
      _ = await fixture.server.nextRequest()
      task.cancel()
      #expect(await task.value.failure?.message == "cancelled by the sender")
      #expect(await task.value.isCancelled)
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
