// A full disk refuses what can be refused, loses no result, and is over by itself.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct FullDiskTests {
  private let fixture = StoreFixture()
  private let faults = Faults()
  private let samples = StoreSamples()

  private func fill(_ store: SQLStore, _ webhook: WebhookID) async throws {
    let data = "{\"x\":\"" + String(repeating: "x", count: 100_000) + "\"}"
    while true { _ = try await store.append([samples.event(data: data, for: [webhook])]) }
  }

  @Test func resultsWaitForSpaceWhileEventsAreRefused() async throws {
    let store = try fixture.open(faults)
    let webhook = try samples.webhook()
    try await store.insert(webhook)
    let events = (0..<40).map { _ in samples.event(for: [webhook.id], isLeased: true) }
    _ = try await store.append(events)
    faults.limitPages(120)
    await #expect { try await fill(store, webhook.id) } throws: { ($0 as? StoreError)?.code == .full }

    // Results of 60 KiB do not fit any more, whatever the page limit has left.
    let body = [UInt8](repeating: 1, count: 60_000)
    let recorded = events.map { event in
      var result = samples.result(event.deliveries[0].id)
      result.attempt?.request?.body = body
      return Task { [result] in try await store.record(result) }
    }
    await #expect { try await store.append([samples.event(data: "{\"x\":\"\(String(repeating: "y", count: 2_000_000))\"}")]) } throws: {
      ($0 as? StoreError)?.code == .full
    }
    faults.limitPages(1 << 30)
    for result in recorded { try await result.value }
    let delivered = try await store.deliveries(DeliveryFilter(states: [.delivered]), before: nil, limit: 100)
    #expect(delivered.count == events.count)

    try await store.checkHealth()
    #expect(try await store.append([samples.event()]) == [.stored])
    #expect(
      fixture.logs.lines == [
        "error: the data folder cannot be written: new events are refused, results wait", "notice: the data folder can be written again",
      ])
  }

  @Test func aResultThatWaitsForSpaceIsAnsweredWhenTheStoreCloses() async throws {
    let store = try fixture.open(faults)
    let webhook = try samples.webhook()
    try await store.insert(webhook)
    let event = samples.event(for: [webhook.id], isLeased: true)
    _ = try await store.append([event])
    faults.failCommits(SQLFailure(.full, "database or disk is full"))
    await #expect { try await store.checkHealth() } throws: { ($0 as? StoreError)?.code == .full }
    let recorded = Task { [samples] in try await store.record(samples.result(event.deliveries[0].id)) }
    try await store.close()
    await #expect { try await recorded.value } throws: { ($0 as? StoreError)?.code == .closed }
    let reopened = try fixture.open()
    #expect(try await reopened.backlog() == [webhook.id: samples.now])
  }
}
