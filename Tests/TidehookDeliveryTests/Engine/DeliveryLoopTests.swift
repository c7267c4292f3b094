// Deliveries stay on the event loop on which they began, whatever resumes them.

import Logging
import NIOCore
import NIOPosix
import Synchronization
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct DeliveryLoopTests {
  /// Answers each request from a thread of Swift's pool, and notes where it was called, and where it went on.
  private final class WanderingClient: DeliveryClient {
    private let loops: [any EventLoop]
    private let found = Mutex<[[Int?]]>([])

    init(_ loops: [any EventLoop]) { self.loops = loops }

    /// On which loop each request began, and went on: `nil` for none.
    var places: [[Int?]] { found.withLock { $0 } }

    private var place: Int? { loops.firstIndex { $0.inEventLoop } }

    func send(_ request: SignedRequest) async -> Exchange {
      let before = place
      await wander()
      let after = place
      found.withLock { $0.append([before, after]) }
      return Exchange(.success(ReceivedResponse(status: 200)), phases: ExchangePhases(total: 1))
    }

    private func wander() async {
      await withCheckedContinuation { continuation in
        Task.detached { continuation.resume() }
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func deliveriesTakeTurnsOnTheLoopsAndStayThere() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let loops = Array(group.makeIterator())
    let fixture = EngineFixture()
    let client = WanderingClient(loops)
    let runner = AttemptRunner(
      directory: fixture.directory, revisions: fixture.revisions, pipelines: FixedPipeline(), client: client, origin: "tide.example.com",
      ids: fixture.ids, time: fixture.clock, random: FixedRandom())
    let engine = DeliveryEngine(
      queue: fixture.queue, runner: runner, loops: loops.map(DeliveryLoop.init), time: fixture.clock,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    _ = try fixture.makeWebhook()
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    let request = PublishRequest(type: EventType(stored: "memory.created"), data: Array("{}".utf8))
    _ = try await publisher.publish(Array(repeating: request, count: 4))
    var records = fixture.queue.records.makeAsyncIterator()
    for _ in 0..<4 { #expect(await records.next()?.transition.state == .delivered) }
    await engine.drain(within: .seconds(30)) {}
    #expect(client.places.sorted { ($0[0] ?? -1) < ($1[0] ?? -1) } == [[0, 0], [0, 0], [1, 1], [1, 1]])
    try await group.shutdownGracefully()
  }
}
