import Testing
import TidehookCore
import TidehookTesting

@Suite struct AttentionTests {
  private let samples = StoreSamples()
  private var now: Timestamp { samples.now }

  private func health(failures: Int) -> WebhookHealth {
    WebhookHealth(failingSince: now + .seconds(-60), failures: failures, told: .nothing, owesRecovery: false, lastError: "answered 503")
  }

  private func kinds(
    _ queue: QueueStanding = QueueStanding(), failures: Int = 0, _ change: (inout Webhook) -> Void = { _ in }
  ) throws -> [Attention.Kind] {
    Attention.of(try samples.webhook(change), queue, failures == 0 ? WebhookHealth() : health(failures: failures), now: now).map(\.kind)
  }

  @Test func nothingIsTheMatterWithAHealthyWebhook() throws {
    var queue = QueueStanding()
    (queue.pending, queue.retrying, queue.firstDue) = (3, 2, now + .seconds(-299))
    #expect(try kinds(queue) == [])
  }

  @Test func fewFailuresAreWhatRetriesAreFor() throws {
    #expect(try kinds(failures: Attention.failingFrom - 1) == [])
    #expect(try kinds(failures: Attention.failingFrom) == [.webhookFailing])
  }

  @Test func anOpenBreakerIsFailingHoweverFewFailuresThereAre() throws {
    #expect(try kinds { ($0.breaker, $0.laneState.breaker) = (BreakerSettings(), .open) } == [.webhookFailing])
    #expect(try kinds { ($0.breaker, $0.laneState.breaker) = (BreakerSettings(), .halfOpen) } == [])
  }

  @Test(arguments: [(Disablement.Cause.request, false), (.receiver, true), (.failing, true)])
  func aWebhookThatSomebodyPausedNeedsNoRepair(cause: Disablement.Cause, isTold: Bool) throws {
    var queue = QueueStanding()
    queue.held = 7
    let webhook = try samples.webhook { webhook in
      webhook.isActive = false
      webhook.disablement = Disablement(cause, at: samples.now, message: "it answered 410")
    }
    let found = Attention.of(webhook, queue, health(failures: 99), now: now)
    #expect(found.map(\.kind) == (isTold ? [.webhookDisabled] : []))
    guard let one = found.first else { return }
    #expect(one.count == 7 && one.since == now && one.id == webhook.id.description)
    #expect(one.message == "It became inactive: it answered 410. 7 deliveries are held.")
  }

  @Test func deadAndOverdueDeliveriesAreTold() throws {
    var queue = QueueStanding()
    (queue.dead, queue.firstDead) = (1, now + .seconds(-10))
    (queue.pending, queue.retrying, queue.firstDue) = (1, 2, now + .seconds(-Attention.waitingSeconds))
    let found = Attention.of(try samples.webhook(), queue, WebhookHealth(), now: now)
    #expect(found.map(\.kind) == [.deliveriesDead, .deliveriesWaiting])
    #expect(found.map(\.count) == [1, 3] && found.map(\.since) == [queue.firstDead, queue.firstDue])
    #expect(found.first?.message == "1 delivery is dead: no attempt is left.")
    #expect(try kinds(queue) { $0.isActive = false } == [.deliveriesDead])
  }

  @Test func spaceIsTheMostUrgentAndPluginsTheLeast() throws {
    let space = DiskSpace(freeBytes: 5 << 20, totalBytes: 1 << 40)
    let disk = try #require(Attention.of(SpaceShortage(space: space, since: now)))
    var (older, newer) = (QueueStanding(), QueueStanding())
    (older.dead, older.firstDead, newer.dead, newer.firstDead) = (1, now + .seconds(-9), 1, now)
    let dead = [newer, older].flatMap { queue in
      (try? samples.webhook()).map { Attention.of($0, queue, WebhookHealth(), now: now) } ?? []
    }
    let all = Attention.sorted([Attention.ofPlugin("tags", problem: "line 1\nline 2")] + dead + [disk])
    #expect(all.map(\.kind) == [.lowSpace, .deliveriesDead, .deliveriesDead, .pluginRefused])
    #expect(all.map(\.since) == [now, older.firstDead, newer.firstDead, nil])
    #expect(all.first?.count == 5 << 20 && all.last?.message == "line 1")
    #expect(Attention.of(nil as SpaceShortage?) == nil)
  }
}
