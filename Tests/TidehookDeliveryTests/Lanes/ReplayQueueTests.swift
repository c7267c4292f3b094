import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct ReplayQueueTests {
  let ids = IDGenerator(time: TestClock(), random: FixedRandom())
  let now = Timestamp(microseconds: 1_000_000)

  func makeDelivery(_ webhook: WebhookID, _ trigger: AttemptTrigger = .first, bytes: Int = 10) -> DueDelivery {
    let key = ids.next()
    let event = Event(
      key: key, id: EventID(key), type: EventType(stored: "memory.created"), namespace: .default, timestamp: now, acceptedAt: now,
      payload: Array(repeating: 0x20, count: bytes))
    return DueDelivery(id: DeliveryID(ids.next()), webhook: webhook, event: event, trigger: trigger)
  }

  /// Brings replays in from the store; `more` says that others wait there.
  func claim(_ count: Int, of webhook: WebhookID, into schedule: inout Schedule, more: Bool = false) throws {
    schedule.noteReplays(webhook, due: now)
    let order = try #require(schedule.startClaims(now: now).first { $0.areReplays })
    let replays = (0..<count).map { _ in makeDelivery(webhook, .manual) }
    schedule.finishClaim(order, Claim(deliveries: replays, nextDue: more ? now : nil), retryAt: now)
  }

  func triggers(_ schedule: inout Schedule) -> [AttemptTrigger] {
    var started: [AttemptTrigger] = []
    while let next = schedule.takeNext(now: now) { started.append(next.delivery.trigger) }
    return started
  }

  @Test func aFirstAttemptGoesBeforeReplaysThatWait() throws {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.configure(webhook, maxInFlight: 2, now: now)
    try claim(5, of: webhook, into: &schedule, more: true)
    let isPromised = schedule.reserve(webhook, bytes: 10, now: now)
    #expect(isPromised, "replays in memory and in the store keep no new event from being handed over")
    schedule.admit(makeDelivery(webhook))
    #expect(triggers(&schedule) == [.first, .manual])
  }

  @Test func aNewEventIsHandedOverWhileReplaysAreClaimed() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.noteReplays(webhook, due: now)
    let orders = schedule.startClaims(now: now)
    #expect(orders.map(\.areReplays) == [true])
    let isPromised = schedule.reserve(webhook, bytes: 100_000, now: now)
    #expect(isPromised)
  }

  @Test func replaysWaitWhileFirstAttemptsAreClaimed() throws {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    try claim(3, of: webhook, into: &schedule)
    schedule.noteBacklog(webhook, due: now)
    let orders = schedule.startClaims(now: now)
    #expect(orders.map(\.areReplays) == [false])
    #expect(triggers(&schedule) == [])
    schedule.finishClaim(orders[0], Claim(deliveries: [makeDelivery(webhook)], nextDue: nil), retryAt: now)
    #expect(triggers(&schedule) == [.first, .manual, .manual, .manual])
  }

  @Test func replaysLeaveRoomInTheLane() throws {
    var schedule = Schedule(limits: LaneLimits(held: 1000, heldPerLane: 40, inFlight: 100))
    let webhook = WebhookID(ids.next())
    schedule.configure(webhook, maxInFlight: 1, now: now)
    for _ in 0..<20 {
      schedule.noteReplays(webhook, due: now)
      for order in schedule.startClaims(now: now) {
        let replays = (0..<order.limit).map { _ in makeDelivery(webhook, .manual) }
        schedule.finishClaim(order, Claim(deliveries: replays, nextDue: now), retryAt: now)
      }
    }
    let promised = (0..<40).count { _ in schedule.reserve(webhook, bytes: 10, now: now) }
    #expect(promised >= 20)
  }

  @Test func aJobMayGoOnWhenFewReplaysAreLeft() throws {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.configure(webhook, maxInFlight: 2, now: now)
    #expect(schedule.hasRoomForReplays(webhook))
    schedule.noteReplays(webhook, due: now)
    #expect(!schedule.hasRoomForReplays(webhook))
    try claim(4, of: webhook, into: &schedule)
    #expect(!schedule.hasRoomForReplays(webhook) && !schedule.takeReplayRoom())
    #expect(triggers(&schedule).count == 2)
    let isEarly = schedule.takeReplayRoom()
    #expect(!isEarly)
    schedule.finishExchange(webhook)
    #expect(triggers(&schedule).count == 1)
    #expect(schedule.takeReplayRoom() && !schedule.takeReplayRoom())
    #expect(schedule.hasRoomForReplays(webhook))
  }

  @Test func ofAnOrderedWebhookAJobWaitsUntilWhatItMadeDueWasAttempted() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.configure(webhook, maxInFlight: 2, now: now)
    schedule.noteOrderedReplays(webhook, 2)
    #expect(!schedule.hasRoomForReplays(webhook) && !schedule.takeReplayRoom())
    schedule.finishOrderedReplay(webhook)
    #expect(schedule.hasRoomForReplays(webhook) && schedule.takeReplayRoom())
    for _ in 0..<3 { schedule.finishOrderedReplay(webhook) }
    schedule.noteOrderedReplays(webhook, 2)
    #expect(!schedule.hasRoomForReplays(webhook), "replays that nobody counted are no room for others")
    // A change of the webhook may have held them, or ended the order.
    schedule.configure(webhook, maxInFlight: 2, now: now)
    #expect(schedule.hasRoomForReplays(webhook))
  }

  @Test func aFailedClaimOfReplaysIsMadeAgainLater() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.noteReplays(webhook, due: now)
    let orders = schedule.startClaims(now: now)
    schedule.finishClaim(orders[0], nil, retryAt: now + .seconds(1))
    #expect(schedule.startClaims(now: now).isEmpty)
    #expect(schedule.nextWake(now: now) == now + .seconds(1))
  }

  @Test func everyPlaceIsGivenBackAndAStopLetsGoOfReplays() throws {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.configure(webhook, maxInFlight: 1, now: now)
    try claim(3, of: webhook, into: &schedule)
    #expect(triggers(&schedule) == [.manual])
    schedule.finishExchange(webhook)
    _ = schedule.finishRecord(webhook, bytes: 10, retryAt: nil)
    #expect(schedule.drain().map(\.trigger) == [.manual, .manual])
    #expect(schedule.isEmpty)
  }

  @Test func whatIsPublishedWhileItsWebhookIsPausedGoesBackToTheStore() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.configure(webhook, maxInFlight: 1, now: now)
    let isPromised = schedule.reserve(webhook, bytes: 10, now: now)
    schedule.setActive(webhook, false)
    let waiting = schedule.evict(webhook)
    #expect(isPromised && waiting.isEmpty)
    let late = makeDelivery(webhook)
    schedule.admit(late)
    let stranded = schedule.takeStranded()
    #expect(stranded[webhook]?.map(\.id) == [late.id] && schedule.isEmpty)
    schedule.setActive(webhook, true)
    _ = schedule.reserve(webhook, bytes: 10, now: now)
    schedule.admit(makeDelivery(webhook))
    let none = schedule.takeStranded()
    #expect(none.isEmpty && triggers(&schedule) == [.first])
  }

  @Test func theReplaysOfADeletedWebhookAreForgotten() throws {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = WebhookID(ids.next())
    schedule.noteReplays(webhook, due: now + .seconds(9))
    schedule.retire(webhook)
    #expect(schedule.nextWake(now: now) == nil)
  }
}
