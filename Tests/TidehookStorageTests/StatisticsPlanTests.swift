// What statistics cost: nothing of the table of deliveries is read but what waits.

import Testing
import TidehookCore
import TidehookStorage
import TidehookTesting

@Suite struct StatisticsPlanTests {
  private let fixture = StoreFixture()

  private func plans(_ body: (SQLStore) async throws -> Void) async throws -> [String] { try await fixture.plans(body) }

  @Test func whatWaitsIsCountedOverTheIndexesThatKnowIt() async throws {
    let steps = try await plans { _ = try await $0.standings() }
    let waiting = steps.filter { $0.hasPrefix("SEARCH d") && !$0.contains("deliveries_open") }
    let indexes = [
      "deliveries_due", "deliveries_due", "COVERING INDEX deliveries_ended_webhook", "COVERING INDEX deliveries_ended_webhook",
    ]
    for index in indexes + ["COVERING INDEX deliveries_retrying"] { #expect(waiting.contains { $0.contains(index) }, "\(steps)") }
    #expect(waiting.count == 6, "\(steps)")
    #expect(!steps.contains { $0.hasPrefix("SCAN d") || $0.contains("state>?") || $0.contains("TEMP B-TREE FOR ORDER") }, "\(steps)")
  }

  @Test func rejectedRequestsAreCountedInTheIndexOfStates() async throws {
    let samples = StoreSamples()
    let source = samples.source()
    let steps = try await plans { store in
      try await store.insert(source, by: "admin")
      _ = try await store.append(samples.receipt(of: source) { $0.state = .rejected }, events: [])
      _ = try await store.rejections(of: [source.id], since: samples.now, upTo: 10)
    }
    let found = steps.filter { $0.contains("source_requests_state (source_key=? AND state=? AND rowid>?)") }
    #expect(found.count == 3 && found.contains { $0.contains("COVERING") }, "\(steps)")
    #expect(!steps.contains { $0.hasPrefix("SCAN source_requests") || $0.contains("TEMP B-TREE") }, "\(steps)")
  }

  @Test func countsAreReadWrittenAndForgottenByTheirKey() async throws {
    let samples = StoreSamples()
    let range = try StatisticsRange(since: nil, until: nil, width: nil, now: samples.now)
    let steps = try await plans { store in
      var tally = Tally()
      tally.attempts = 1
      try await store.add([CountedMinute(webhook: nil, start: 60): tally])
      _ = try await store.tallies(of: .gateway, in: range)
      _ = try await store.tallies(ofEach: [WebhookID(samples.ids.next())], in: range)
      _ = try await store.forgetRollups(after: nil, at: samples.now)
    }
    #expect(steps.count >= 4 && steps.allSatisfy { $0.hasPrefix("SEARCH rollups USING PRIMARY KEY") }, "\(steps)")
  }
}
