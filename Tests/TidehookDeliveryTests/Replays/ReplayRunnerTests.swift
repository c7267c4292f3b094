import Logging
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct ReplayRunnerTests {
  /// A runner over doubles. The engine does not run: a lane takes what is made due only when the test says so.
  private struct Fixture {
    let parts = EngineFixture()
    let store = MemoryReplays()
    let engine: DeliveryEngine
    let runner: ReplayRunner

    init() {
      let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
      engine = DeliveryEngine(queue: parts.queue, runner: parts.runner, time: parts.clock, logger: logger)
      runner = ReplayRunner(
        store: store, directory: parts.directory, engine: engine, ids: parts.ids, time: parts.clock, logger: logger)
    }

    func addDead(_ count: Int, of webhook: Webhook) { store.addDead(count, of: webhook.id, parts.ids, at: parts.clock.now()) }

    /// Runs the runner, and ends it when the test is over.
    func running(_ body: () async throws -> Void) async throws {
      let task = Task { await runner.run() }
      try await body()
      task.cancel()
      await engine.drain(within: .zero) {}
      await task.value
    }
  }

  @Test func aReplayIsCountedGoesOnAndEnds() async throws {
    let fixture = Fixture()
    let webhook = try fixture.parts.makeWebhook()
    fixture.addDead(5, of: webhook)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(), by: "x"))
      var ends = fixture.store.ends.makeAsyncIterator()
      #expect(await ends.next() == .done)
      let known = try await fixture.store.replay(replay.id)
      #expect(known?.total == 5 && known?.replayed == 5)
    }
  }

  @Test func aReplayWaitsForItsLaneAndKeepsNoOtherWebhook() async throws {
    let fixture = Fixture()
    let (slow, other) = (try fixture.parts.makeWebhook(), try fixture.parts.makeWebhook())
    fixture.addDead(150, of: slow)
    fixture.addDead(10, of: other)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(rate: 1000), by: "x"))
      var steps = fixture.store.steps.makeAsyncIterator()
      var counts: [WebhookID: Int] = [:]
      for turn in 0..<2 {
        let step = try #require(await steps.next())
        counts[step.webhook, default: 0] += step.count
        guard turn == 0 else { continue }
        // After the second nothing may go on, however long one waits.
        _ = await fixture.parts.clock.nextSleep()
        fixture.parts.clock.advance(by: .seconds(1))
      }
      // The engine does not run, so that the slow lane takes nothing: there is no third step.
      #expect(counts == [slow.id: 100, other.id: 10])
      #expect(try await fixture.store.replay(replay.id)?.endedAt == nil)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aReplayOfAnInactiveWebhookGoesOnWhenItIsActiveAgain() async throws {
    let fixture = Fixture()
    var webhook = try fixture.parts.makeWebhook { $0.isActive = false }
    fixture.addDead(1, of: webhook)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(), by: "x"))
      try await wait { try await fixture.store.replay(replay.id)?.total != nil }
      #expect(try await fixture.store.replay(replay.id)?.endedAt == nil)
      webhook.isActive = true
      fixture.parts.directory.put(webhook)
      fixture.engine.configure(webhook)
      var ends = fixture.store.ends.makeAsyncIterator()
      #expect(await ends.next() == .done)
    }
  }

  @Test func anInactiveWebhookWithNothingToReplayKeepsNoReplayFromItsEnd() async throws {
    let fixture = Fixture()
    let webhook = try fixture.parts.makeWebhook()
    _ = try fixture.parts.makeWebhook { $0.isActive = false }
    fixture.addDead(2, of: webhook)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(), by: "x"))
      var ends = fixture.store.ends.makeAsyncIterator()
      #expect(await ends.next() == .done)
      #expect(try await fixture.store.replay(replay.id)?.replayed == 2)
      #expect(fixture.runner.blockers(of: replay.id).isEmpty)
    }
  }

  @Test(.timeLimit(.minutes(5))) func aReplayNamesTheInactiveWebhooksThatItWaitsFor() async throws {
    let fixture = Fixture()
    let (active, inactive) = (try fixture.parts.makeWebhook(), try fixture.parts.makeWebhook { $0.isActive = false })
    fixture.addDead(2, of: active)
    fixture.addDead(1, of: inactive)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(), by: "x"))
      try await wait { !fixture.runner.blockers(of: replay.id).isEmpty }
      #expect(fixture.runner.blockers(of: replay.id) == [inactive.id])
      #expect(try await fixture.store.replay(replay.id)?.endedAt == nil)
    }
  }

  @Test(.timeLimit(.minutes(1))) func whatAnInactiveWebhookHeldMayGoMeanwhile() async throws {
    let fixture = Fixture()
    let inactive = try fixture.parts.makeWebhook { $0.isActive = false }
    fixture.addDead(1, of: inactive)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(), by: "x"))
      let next = await fixture.parts.clock.nextSleep()
      #expect(next == fixture.parts.clock.now() + .seconds(600) && fixture.runner.blockers(of: replay.id) == [inactive.id])
      fixture.store.removeDead(of: inactive.id)
      fixture.parts.clock.advance(by: .seconds(600))
      var ends = fixture.store.ends.makeAsyncIterator()
      #expect(await ends.next() == .done)
    }
  }

  @Test func aReplayGoesOnAfterARestartWhereItWas() async throws {
    let fixture = Fixture()
    let webhook = try fixture.parts.makeWebhook()
    fixture.addDead(3, of: webhook)
    let first = try await fixture.store.search(
      ReplayPart(webhook: webhook.id, kind: .deliveries), of: ReplayRequest(), for: webhook, upTo: .max, limit: 2)
    let replay = Replay(
      id: ReplayID(fixture.parts.ids.next()), request: ReplayRequest(), state: .running, madeBy: "x", total: 3, replayed: 2,
      createdAt: fixture.parts.clock.now())
    _ = try await fixture.store.insert(
      replay, parts: [ReplayPart(webhook: webhook.id, kind: .deliveries, position: first.position)])
    try await fixture.running {
      var ends = fixture.store.ends.makeAsyncIterator()
      #expect(await ends.next() == .done)
      let known = try await fixture.store.replay(replay.id)
      #expect(known?.replayed == 3)
    }
  }

  @Test func thePartsOfADeletedWebhookAreLeftOut() async throws {
    let fixture = Fixture()
    let webhook = try fixture.parts.makeWebhook { $0.isActive = false }
    fixture.addDead(3, of: webhook)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(), by: "x"))
      fixture.parts.directory.remove(webhook.id)
      fixture.engine.noteReplays(webhook.id, due: fixture.parts.clock.now())
      _ = try await fixture.runner.start(ReplayRequest(), by: "y")
      var ends = fixture.store.ends.makeAsyncIterator()
      for _ in 0..<2 { #expect(await ends.next() == .done) }
      #expect(try await fixture.store.replay(replay.id)?.replayed == 0)
    }
  }

  @Test func aCancelledReplayGoesNoFurther() async throws {
    let fixture = Fixture()
    let webhook = try fixture.parts.makeWebhook { $0.isActive = false }
    fixture.addDead(3, of: webhook)
    try await fixture.running {
      let replay = try #require(try await fixture.runner.start(ReplayRequest(), by: "x"))
      #expect(try await fixture.runner.cancel(replay.id)?.state == .cancelled)
      #expect(try await fixture.runner.cancel(replay.id) == nil)
      #expect(try await fixture.store.replay(replay.id)?.replayed == 0)
    }
  }

  @Test func aPreviewCountsAndShowsAFew() async throws {
    let fixture = Fixture()
    let webhook = try fixture.parts.makeWebhook()
    fixture.addDead(7, of: webhook)
    let preview = try await fixture.runner.preview(ReplayRequest())
    #expect(preview.deliveries == 7 && preview.missing == 0 && preview.isComplete)
    #expect(preview.examples.count == ReplayPreview.maximumExamples)
  }
}
