import Logging
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct EraserTests {
  @Test(.timeLimit(.minutes(1))) func whatWaitsInMemoryIsGivenBackThoughTheRestOfTheErasureFails() async throws {
    let fixture = EngineFixture()
    let engine = DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, time: fixture.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let running = Task { try await engine.run() }
    let webhook = try fixture.makeWebhook { $0.rateLimit = RateLimit(count: 1, perSeconds: 3600) }
    engine.configure(webhook)
    let publisher = Publisher(
      store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    var outcomes: [PublishOutcome] = []
    for _ in 0..<2 {
      let request = PublishRequest(type: EventType(stored: "memory.created"), data: Array("{}".utf8))
      outcomes.append(try await publisher.publish([request])[0])
    }
    var records = fixture.queue.records.makeAsyncIterator()
    let sent = try #require(await records.next())
    // The second one waits in its lane for an hour.
    let eraser = Eraser(store: FailingErasure(webhooks: [webhook.id]), engine: engine, time: fixture.clock)
    await #expect(throws: StoreError.self) { _ = try await eraser.eraseContent(of: outcomes[1].id) }
    var releases = fixture.queue.releases.makeAsyncIterator()
    let released = try #require(await releases.next())
    #expect(released != sent.id)
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }
}

/// A store that cancels, and fails with all that comes after it.
private struct FailingErasure: ContentStore {
  let webhooks: [WebhookID]

  func eraseContent(
    of id: EventID, at now: Timestamp, whenCancelled: @Sendable ([WebhookID]) -> Void
  ) async throws(StoreError) -> ErasedContent? {
    whenCancelled(webhooks)
    throw StoreError(.busy, "a reader takes its time")
  }
}
