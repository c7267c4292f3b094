import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct BatchAttemptTests {
  private let policy = BatchPolicy(maxEvents: 3, maxWaitSeconds: 60)
  private static let drop = PipelineDrop("not this one", by: DroppingStage(index: 1, name: "tags"))

  /// A batch of three, led by the returned delivery.
  private func makeBatch(_ fixture: EngineFixture, for webhook: WebhookID) -> DueDelivery {
    let deliveries = (0..<3).map { _ in fixture.makeDelivery(for: webhook) }
    var leader = deliveries[0]
    leader.batch = DeliveryBatch(
      id: BatchID(ledBy: leader.id, entropy: 9), members: deliveries.map { DeliveryBatch.Member(id: $0.id, event: $0.event) })
    return leader
  }

  @Test func aBatchIsOneRequestWithItsIDAsMessageID() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook { $0.batch = policy }
    let delivery = makeBatch(fixture, for: webhook.id)
    let completed = try #require(await fixture.runner.attempt(delivery))
    let batch = try #require(delivery.batch)
    let request = try #require(completed.attempt?.request)
    #expect(request.headers.contains(HeaderField("webhook-id", batch.id.description)))
    #expect(
      request.body.map { String(decoding: $0, as: UTF8.self) } == "[\(batch.members.map(\.event.id.rawValue).joined(separator: ","))]")
    #expect(completed.transition.state == .delivered)
    #expect(completed.batch?.members == batch.members.map(\.id) && completed.batch?.dropped == [])
  }

  @Test func theDroppedLeaveItAndTheRestShareTheOutcome() async throws {
    let fixture = EngineFixture(
      answers: [.success(ReceivedResponse(status: 500))], pipeline: FixedPipeline(dropped: [1: Self.drop]))
    let webhook = try fixture.makeWebhook { $0.batch = policy }
    let delivery = makeBatch(fixture, for: webhook.id)
    let completed = try #require(await fixture.runner.attempt(delivery))
    let ids = try #require(delivery.batch).members.map(\.id)
    #expect(completed.transition.state == .retrying)
    #expect(completed.batch?.members == [ids[0], ids[2]])
    #expect(completed.batch?.dropped == [CompletedBatch.Drop(id: ids[1], Self.drop)])
  }

  @Test func aDeliveryOfACollectingWebhookByItselfIsABatchOfOne() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook { $0.batch = policy }
    let delivery = fixture.makeDelivery(for: webhook.id)
    let first = try #require(await fixture.runner.attempt(delivery))
    let again = try #require(await fixture.runner.attempt(delivery))
    let id = HeaderField("webhook-id", BatchID(alone: delivery.id).description)
    #expect(first.attempt?.request?.headers.contains(id) == true && again.attempt?.request?.headers.contains(id) == true)
    #expect(first.attempt?.request?.body.map { String(decoding: $0, as: UTF8.self) } == "[\(delivery.event.id.rawValue)]")
    #expect(first.batch == nil)
  }

  @Test func aLoneEventThatIsDroppedIsFiltered() async throws {
    let fixture = EngineFixture(pipeline: FixedPipeline(dropped: [0: Self.drop]))
    let webhook = try fixture.makeWebhook { $0.batch = policy }
    let completed = try #require(await fixture.runner.attempt(fixture.makeDelivery(for: webhook.id)))
    #expect(completed.transition.state == .filtered && completed.transition.reason == "not this one")
  }

  @Test func aStoredBatchStaysOneWhenItsWebhookDoesNotCollectAnyMore() async throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook()
    let delivery = makeBatch(fixture, for: webhook.id)
    let completed = try #require(await fixture.runner.attempt(delivery))
    #expect(completed.batch?.members.count == 3 && completed.transition.state == .delivered)
  }

  @Test func whatIsNotTriedEndsForAll() async throws {
    let fixture = EngineFixture()
    let inactive = try fixture.makeWebhook {
      $0.batch = policy
      $0.isActive = false
    }
    let held = try #require(await fixture.runner.attempt(makeBatch(fixture, for: inactive.id)))
    #expect(held.transition.state == .held && held.batch?.members.count == 3 && held.attempt == nil)
    let gone = try #require(await fixture.runner.attempt(makeBatch(fixture, for: WebhookID(fixture.ids.next()))))
    #expect(gone.transition.state == .cancelled && gone.batch?.members.count == 3)
  }

  @Test func aLaneCountsABatchAsOneRequestAndAllItsBytes() throws {
    let fixture = EngineFixture()
    let webhook = try fixture.makeWebhook { $0.batch = policy }
    let delivery = makeBatch(fixture, for: webhook.id)
    var schedule = Schedule(limits: LaneLimits())
    let now = fixture.clock.now()
    schedule.noteBacklog(webhook.id, due: now)
    let order = try #require(schedule.startClaims(now: now).first)
    schedule.finishClaim(order, Claim(deliveries: [delivery], nextDue: nil), retryAt: now)
    #expect(schedule.takeNext(now: now)?.delivery.id == delivery.id)
    #expect(schedule.inFlight == 1 && delivery.heldBytes > 3 * 500)
    schedule.finishExchange(webhook.id)
    _ = schedule.finishRecord(webhook.id, bytes: delivery.heldBytes, retryAt: nil)
    #expect(schedule.isEmpty)
  }
}
