import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct ScheduleTests {
  let ids = IDGenerator(time: TestClock(), random: FixedRandom())
  let now = Timestamp(microseconds: 1_000_000)

  func makeWebhook() -> WebhookID { WebhookID(ids.next()) }

  func makeDelivery(_ webhook: WebhookID, bytes: Int = 10) -> DueDelivery {
    let key = ids.next()
    let event = Event(
      key: key, id: EventID(key), type: EventType(stored: "memory.created"), namespace: .default, timestamp: now, acceptedAt: now,
      payload: Array(repeating: 0x20, count: bytes))
    return DueDelivery(id: DeliveryID(ids.next()), webhook: webhook, event: event)
  }

  /// Brings deliveries in as publishing does.
  func admit(_ count: Int, of webhook: WebhookID, into schedule: inout Schedule) -> Int {
    (0..<count).count { _ in
      guard schedule.reserve(webhook, bytes: 10, now: now) else { return false }
      schedule.admit(makeDelivery(webhook))
      return true
    }
  }

  func startAll(_ schedule: inout Schedule) -> [DueDelivery] {
    var started: [DueDelivery] = []
    while let next = schedule.takeNext(now: now) { started.append(next.delivery) }
    return started
  }

  @Test func lanesTakeTurns() {
    var schedule = Schedule(limits: LaneLimits())
    let (a, b) = (makeWebhook(), makeWebhook())
    #expect(admit(3, of: a, into: &schedule) == 3)
    #expect(admit(3, of: b, into: &schedule) == 3)
    #expect(startAll(&schedule).map(\.webhook) == [a, b, a, b, a, b])
  }

  @Test func aLaneNeverHasMoreUnderWayThanItsCap() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.configure(webhook, maxInFlight: 2, now: now)
    #expect(admit(5, of: webhook, into: &schedule) == 5)
    #expect(startAll(&schedule).count == 2)
    schedule.finishExchange(webhook)
    #expect(startAll(&schedule).count == 1)
  }

  @Test func aFullLaneSendsTheRestToTheStore() {
    var schedule = Schedule(limits: LaneLimits(held: 100, heldPerLane: 10, inFlight: 100))
    let webhook = makeWebhook()
    #expect(admit(50, of: webhook, into: &schedule) == 10)
  }

  @Test func lanesThatHangCannotTakeWhatOthersNeed() {
    var schedule = Schedule(limits: LaneLimits(held: 1000, heldPerLane: 500, inFlight: 100))
    let hanging = (0..<10).map { _ in makeWebhook() }
    for webhook in hanging {
      schedule.configure(webhook, maxInFlight: 100, now: now)
      _ = admit(500, of: webhook, into: &schedule)
    }
    #expect(startAll(&schedule).count < 100)
    let quick = makeWebhook()
    #expect(admit(1, of: quick, into: &schedule) == 1)
    #expect(startAll(&schedule).map(\.webhook) == [quick])
  }

  @Test func aQuarterOfThePlacesIsLeftByLanesThatHang() {
    var schedule = Schedule(limits: LaneLimits())
    func hang(_ schedule: inout Schedule) -> Int {
      let hanging = makeWebhook()
      schedule.configure(hanging, maxInFlight: 64, now: now)
      return admit(LaneLimits().heldPerLane, of: hanging, into: &schedule)
    }
    for _ in 0..<7 { #expect(hang(&schedule) == 6000) }
    #expect(hang(&schedule) == 3000)
    #expect(schedule.standing.held == LaneLimits().held / 4 * 3)
    #expect(hang(&schedule) == LaneLimits.scarceHeld)
  }

  @Test func oneClaimIsSmallHoweverMuchALaneMayHold() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.noteBacklog(webhook, due: now)
    schedule.noteReplays(makeWebhook(), due: now)
    let claims = schedule.startClaims(now: now)
    #expect(claims.map(\.limit) == [1000, 500])
  }

  @Test func aLaneThatTakesNothingInIsNotMade() {
    var schedule = Schedule(limits: LaneLimits(held: 1, heldPerLane: 1))
    #expect(admit(1, of: makeWebhook(), into: &schedule) == 1)
    let isTaken = schedule.reserve(makeWebhook(), bytes: 1, now: now)
    #expect(!isTaken)
    #expect(schedule.standing.lanes == 1)
  }

  @Test func aLaneOfLargeEventsLeavesMemoryForOthers() {
    var schedule = Schedule(limits: LaneLimits(bytes: 64 << 20))
    let hanging = (0..<20).map { _ in makeWebhook() }
    for webhook in hanging {
      while schedule.reserve(webhook, bytes: 1 << 20, now: now) { schedule.admit(makeDelivery(webhook, bytes: 1 << 20)) }
    }
    let quick = makeWebhook()
    #expect(admit(10, of: quick, into: &schedule) == 10)
    schedule.noteBacklog(makeWebhook(), due: now)
    let claims = schedule.startClaims(now: now)
    #expect(claims.count == 1)
  }

  @Test func concurrentClaimsShareTheBoundOnBytes() {
    var schedule = Schedule(limits: LaneLimits(bytes: 64 << 20))
    for _ in 0..<300 { schedule.noteBacklog(makeWebhook(), due: now) }
    let claims = schedule.startClaims(now: now)
    #expect(!claims.isEmpty)
    #expect(claims.map(\.maxBytes).reduce(0, +) <= 64 << 20)
  }

  @Test func everyPlaceAndByteIsGivenBack() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    #expect(admit(2, of: webhook, into: &schedule) == 2)
    let isPromised = schedule.reserve(webhook, bytes: 99, now: now)
    #expect(isPromised)
    _ = schedule.abandon(webhook, bytes: 99)
    schedule.noteBacklog(webhook, due: now)
    let claims = schedule.startClaims(now: now)
    schedule.finishClaim(claims[0], Claim(deliveries: [makeDelivery(webhook, bytes: 7)], nextDue: nil), retryAt: now)
    for delivery in startAll(&schedule) {
      schedule.finishExchange(webhook, bytes: 5)
      _ = schedule.finishRecord(webhook, bytes: delivery.event.payload.count + 5, retryAt: nil)
    }
    #expect(schedule.isEmpty)
  }

  @Test func aDeletedWebhooksRetryIsStillClaimed() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    #expect(admit(1, of: webhook, into: &schedule) == 1)
    #expect(startAll(&schedule).count == 1)
    schedule.retire(webhook)
    schedule.finishExchange(webhook)
    _ = schedule.finishRecord(webhook, bytes: 10, retryAt: now + .seconds(5))
    #expect(schedule.nextWake(now: now) == now + .seconds(5))
  }

  @Test func newDeliveriesQueueBehindADueBacklog() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.noteBacklog(webhook, due: now)
    let isPromised = schedule.reserve(webhook, bytes: 10, now: now)
    #expect(!isPromised)
  }

  @Test func firstAttemptsDoNotWaitForRetriesThatAreNotDue() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.noteBacklog(webhook, due: now + .seconds(5))
    let isPromised = schedule.reserve(webhook, bytes: 10, now: now)
    #expect(isPromised)
  }

  @Test func theNextWakeIsTheEarliestDueTime() {
    var schedule = Schedule(limits: LaneLimits())
    schedule.noteBacklog(makeWebhook(), due: now + .seconds(9))
    schedule.noteBacklog(makeWebhook(), due: now + .seconds(5))
    #expect(schedule.nextWake(now: now) == now + .seconds(5))
    let early = schedule.startClaims(now: now)
    let due = schedule.startClaims(now: now + .seconds(5))
    #expect(early.isEmpty)
    #expect(due.count == 1)
  }

  @Test func whatComesWhileAClaimRunsIsNotForgotten() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.noteBacklog(webhook, due: now)
    let claims = schedule.startClaims(now: now)
    #expect(claims.map(\.webhook) == [webhook])
    schedule.noteBacklog(webhook, due: now)
    schedule.finishClaim(claims[0], Claim(deliveries: [], nextDue: nil), retryAt: now)
    let again = schedule.startClaims(now: now)
    #expect(again.map(\.webhook) == [webhook])
  }

  @Test func aFailedClaimIsMadeAgainLater() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.noteBacklog(webhook, due: now)
    let claims = schedule.startClaims(now: now)
    schedule.finishClaim(claims[0], nil, retryAt: now + .seconds(1))
    let early = schedule.startClaims(now: now)
    #expect(early.isEmpty)
    #expect(schedule.nextWake(now: now) == now + .seconds(1))
  }

  @Test func aClaimThatWaitsForMemoryIsLookedForWhenSomeReturns() {
    var schedule = Schedule(limits: LaneLimits(held: 4, heldPerLane: 4, inFlight: 4))
    let (full, waiting) = (makeWebhook(), makeWebhook())
    #expect(admit(4, of: full, into: &schedule) == 4)
    #expect(!startAll(&schedule).isEmpty)
    schedule.noteBacklog(waiting, due: now)
    let before = schedule.startClaims(now: now)
    #expect(before.isEmpty)
    schedule.finishExchange(full)
    let looks = schedule.finishRecord(full, bytes: 10, retryAt: nil)
    #expect(looks)
    let after = schedule.startClaims(now: now)
    #expect(after.map(\.webhook) == [waiting])
  }

  @Test func drainingStartsNothingAndGivesBackWhatWaits() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.configure(webhook, maxInFlight: 1, now: now)
    _ = admit(3, of: webhook, into: &schedule)
    #expect(startAll(&schedule).count == 1)
    let waiting = schedule.drain()
    #expect(waiting.count == 2)
    #expect(startAll(&schedule).isEmpty)
    #expect(!schedule.isIdle)
    schedule.finishExchange(webhook)
    _ = schedule.finishRecord(webhook, bytes: 10, retryAt: nil)
    #expect(!schedule.isIdle)
    // The store has taken back what waited.
    let isOver = schedule.finishRelease()
    #expect(isOver)
  }

  /// Starts what can start so many milliseconds after the beginning, with pauses that are over ended.
  func start(_ schedule: inout Schedule, at milliseconds: Int) -> [WebhookID] {
    let time = now + .milliseconds(milliseconds)
    schedule.endPauses(now: time)
    var started: [WebhookID] = []
    while let next = schedule.takeNext(now: time) {
      started.append(next.delivery.webhook)
      schedule.finishExchange(next.delivery.webhook)
      _ = schedule.finishRecord(next.delivery.webhook, bytes: 10, retryAt: nil)
    }
    return started
  }

  @Test func aLaneBeginsNoMoreThanItsRateAllows() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.configure(webhook, maxInFlight: 64, rateLimit: RateLimit(count: 10, perSeconds: 1, burst: 2), now: now)
    #expect(admit(100, of: webhook, into: &schedule) == 100)
    #expect(start(&schedule, at: 0).count == 2)
    #expect(schedule.takeNewPause() && !schedule.takeNewPause())
    #expect(schedule.nextWake(now: now) == now + .milliseconds(100))
    #expect(start(&schedule, at: 99).isEmpty)
    #expect(start(&schedule, at: 100).count == 1)
    // A late look catches up no further than the burst.
    #expect(start(&schedule, at: 5000).count == 2)
    let counts = (1...50).map { start(&schedule, at: 5000 + 100 * $0).count }
    #expect(counts.allSatisfy { $0 == 1 }, "\(counts)")
  }

  @Test func aLaneThatWaitsForItsRateKeepsNobody() {
    var schedule = Schedule(limits: LaneLimits())
    let (slow, quick) = (makeWebhook(), makeWebhook())
    schedule.configure(slow, maxInFlight: 64, rateLimit: RateLimit(count: 1, perSeconds: 60), now: now)
    #expect(admit(10, of: slow, into: &schedule) == 10)
    #expect(start(&schedule, at: 0) == [slow])
    #expect(admit(10, of: quick, into: &schedule) == 10)
    #expect(start(&schedule, at: 0).count == 10)
    #expect(schedule.takeNext(now: now) == nil)
    // More of the slow one neither ends its pause nor asks for another alarm.
    _ = schedule.takeNewPause()
    #expect(admit(10, of: slow, into: &schedule) == 10)
    #expect(start(&schedule, at: 1000).isEmpty && !schedule.takeNewPause())
    #expect(schedule.nextWake(now: now) == now + .seconds(60))
    #expect(start(&schedule, at: 60_000) == [slow])
  }

  @Test func aLaneThatWaitsForItsRateHoldsNoMoreThanAnyOther() {
    var schedule = Schedule(limits: LaneLimits(held: 1000, heldPerLane: 50, inFlight: 100))
    let webhook = makeWebhook()
    schedule.configure(webhook, maxInFlight: 10, rateLimit: RateLimit(count: 1), now: now)
    #expect(admit(200, of: webhook, into: &schedule) == 50)
    #expect(start(&schedule, at: 0).count == 1)
    schedule.noteBacklog(webhook, due: now)
    #expect(schedule.startClaims(now: now).isEmpty)
  }

  @Test func aChangedRateHoldsAtOnceAndAnUnchangedOneGoesOnCounting() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    let slow = RateLimit(count: 1, perSeconds: 60)
    schedule.configure(webhook, maxInFlight: 64, rateLimit: slow, now: now)
    #expect(admit(10, of: webhook, into: &schedule) == 10)
    #expect(start(&schedule, at: 0).count == 1)
    schedule.configure(webhook, maxInFlight: 32, rateLimit: slow, now: now)
    #expect(start(&schedule, at: 1000).isEmpty)
    schedule.configure(webhook, maxInFlight: 64, rateLimit: RateLimit(count: 3), now: now)
    #expect(start(&schedule, at: 1000).count == 3)
    schedule.configure(webhook, maxInFlight: 64, now: now)
    #expect(start(&schedule, at: 1000).count == 6)
    #expect(schedule.isEmpty)
  }

  @Test func aStopGivesBackWhatWaitsForItsRate() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeWebhook()
    schedule.configure(webhook, maxInFlight: 64, rateLimit: RateLimit(count: 1, perSeconds: 60), now: now)
    #expect(admit(10, of: webhook, into: &schedule) == 10)
    #expect(start(&schedule, at: 0).count == 1)
    #expect(schedule.drain().count == 9)
    #expect(schedule.nextWake(now: now) == nil && start(&schedule, at: 60_000).isEmpty && schedule.isEmpty)
  }
}
