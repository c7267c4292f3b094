import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing
import TidehookAPI
import TidehookCore

/// When people are told that a source rejects requests.
@Suite struct RejectionAlarmTests {
  private let gateway = TestGateway()
  private let clock = SetClock()

  /// Sends a request that is not believed at each of the times, in seconds, all to one running gateway.
  private func reject(at times: [Int64], to sources: [String]) async throws {
    let (clock, start) = (clock, gateway.clock.time)
    try await gateway.api(time: clock).application(host: "127.0.0.1", port: 0).test(.router) { client in
      for seconds in times {
        clock.set(start + .seconds(seconds))
        for id in sources {
          let status = try await client.execute(uri: "/in/\(id)", method: .post) { $0.status.code }
          #expect(status == 401)
        }
      }
    }
  }

  private func makeSource() async throws -> String {
    let answer = try await gateway.send(.post, "/v1/sources", #"{"name":"crm","verify":{"scheme":"github"},"secret":"s"}"#)
    return try #require(answer.json["id"]?.stringValue, "\(answer.text)")
  }

  @Test(
    arguments: [
      ([0], 1), ([0, 1, 2], 1), ([0, 3599], 1), ([0, 3600], 2),
      // Only an hour without any counts, not an hour after the first.
      ([0, 3000, 6000, 9000], 1), ([0, 3000, 6600], 2),
      // A clock that was set back proves no quiet hour; from then on it counts from there.
      ([10_000, 0], 1), ([10_000, 0, 3599], 1), ([10_000, 0, 3600], 2),
    ] as [([Int64], Int)])
  func rejectionsAreToldOnceAndAgainAfterAQuietHour(times: [Int64], told: Int) async throws {
    let id = try await makeSource()
    try await reject(at: times, to: [id])
    let events = gateway.backend.with { $0.published }
    #expect(events.map(\.type.name) == Array(repeating: "source.rejecting", count: told))
    #expect(events.allSatisfy { $0.namespace == .operational })
    #expect(gateway.sources.with { $0.receipts.count } == times.count, "all are kept")
  }

  @Test func eachSourceHasItsOwnHour() async throws {
    let sources = [try await makeSource(), try await makeSource()]
    try await reject(at: [0, 1], to: sources)
    let named = try gateway.backend.with { $0.published }.compactMap { try JSONValue(parsing: $0.data)["source"]?.stringValue }
    #expect(named == sources)
  }
}

/// A clock that shows what it was set to.
private final class SetClock: TimeSource {
  private let time = Mutex(Timestamp(microseconds: 0))

  func set(_ now: Timestamp) { time.withLock { $0 = now } }

  func now() -> Timestamp { time.withLock { $0 } }

  func sleep(until deadline: Timestamp) async throws {}
}
