import Logging
import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct LaneHealthTests {
  let ids = IDGenerator(time: TestClock(), random: FixedRandom())
  let now = Timestamp(microseconds: 1_000_000)
  let breaker = BreakerSettings(failureRate: 0.5, windowSeconds: 60, minAttempts: 4, openSeconds: 30)

  let origin: DestinationOrigin
  let elsewhere: DestinationOrigin

  init() throws {
    origin = try DestinationURL(parsing: "https://example.com/").origin
    elsewhere = try DestinationURL(parsing: "https://example.org/").origin
  }

  func at(_ seconds: Int) -> Timestamp { now + .seconds(seconds) }

  func fill(_ webhook: WebhookID, _ count: Int, in schedule: inout Schedule) {
    for _ in 0..<count {
      let key = ids.next()
      let event = Event(
        key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: now, acceptedAt: now, payload: [])
      guard schedule.reserve(webhook, bytes: 0, now: now) else { return }
      schedule.admit(DueDelivery(id: DeliveryID(ids.next()), webhook: webhook, event: event))
    }
  }

  func makeLane(_ breaker: BreakerSettings?, holding count: Int, in schedule: inout Schedule) -> WebhookID {
    let webhook = WebhookID(ids.next())
    schedule.configureHealth(webhook, breaker: breaker, origin: origin, now: now)
    schedule.configure(webhook, maxInFlight: 8, now: now)
    fill(webhook, count, in: &schedule)
    return webhook
  }

  /// Starts what can start; nothing ends.
  func start(_ schedule: inout Schedule, at second: Int) -> [DueDelivery] {
    schedule.endPauses(now: at(second))
    var started: [DueDelivery] = []
    while let next = schedule.takeNext(now: at(second)) { started.append(next.delivery) }
    return started
  }

  func end(_ delivery: DueDelivery, _ signal: ReceiverSignal?, at second: Int, in schedule: inout Schedule) {
    schedule.noteHealth(delivery.webhook, delivery.id, signal, now: at(second))
    schedule.finishExchange(delivery.webhook)
    _ = schedule.finishRecord(delivery.webhook, bytes: 0, retryAt: nil)
  }

  @Test func whileTheBreakerIsOpenNothingIsAttemptedThenOneAtATime() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeLane(breaker, holding: 100, in: &schedule)
    for delivery in start(&schedule, at: 0) { end(delivery, .fails, at: 1, in: &schedule) }
    #expect(schedule.state(of: webhook, now: at(2)) == LaneState(breaker: .open, breakerSince: at(1)))
    #expect(start(&schedule, at: 2).isEmpty)
    #expect(schedule.takeNewPause() && schedule.nextWake(now: at(2)) == at(31))
    let probe = start(&schedule, at: 31)
    #expect(probe.count == 1 && schedule.state(of: webhook, now: at(31)).breaker == .halfOpen)
    end(probe[0], .fails, at: 33, in: &schedule)
    #expect(start(&schedule, at: 62).isEmpty)
    let second = start(&schedule, at: 63)
    #expect(second.count == 1)
    end(second[0], .works, at: 64, in: &schedule)
    #expect(schedule.state(of: webhook, now: at(64)) == LaneState(breaker: .closed, breakerSince: at(64)))
    #expect(start(&schedule, at: 64).count == 8)
  }

  @Test func aProbeThatSaysNothingIsFollowedByAnother() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeLane(breaker, holding: 100, in: &schedule)
    for delivery in start(&schedule, at: 0) { end(delivery, .fails, at: 0, in: &schedule) }
    let probe = start(&schedule, at: 30)
    end(probe[0], nil, at: 30, in: &schedule)
    #expect(start(&schedule, at: 30).count == 1)
    #expect(schedule.state(of: webhook, now: at(30)).breaker == .halfOpen)
  }

  @Test func whatHangsSinceBeforeDoesNotKeepTheProbeFromStarting() {
    var schedule = Schedule(limits: LaneLimits())
    _ = makeLane(breaker, holding: 100, in: &schedule)
    let first = start(&schedule, at: 0)
    for delivery in first.prefix(4) { end(delivery, .fails, at: 0, in: &schedule) }
    #expect(start(&schedule, at: 30).count == 1)
    end(first[5], .fails, at: 31, in: &schedule)
    #expect(start(&schedule, at: 31).isEmpty, "the probe is still under way")
  }

  @Test func aReceiverThatAsksForLessGetsAPauseAndThenOneAtATime() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeLane(nil, holding: 100, in: &schedule)
    let throttled = ReceiverSignal.throttled(ThrottleWait(asked: .seconds(10), first: .seconds(1)))
    let first = start(&schedule, at: 0)
    #expect(first.count == 8)
    for delivery in first { end(delivery, throttled, at: 0, in: &schedule) }
    #expect(schedule.state(of: webhook, now: now) == LaneState(backoffUntil: at(10)))
    #expect(start(&schedule, at: 9).isEmpty)
    let probe = start(&schedule, at: 10)
    #expect(probe.count == 1)
    end(probe[0], .works, at: 10, in: &schedule)
    #expect(start(&schedule, at: 10).count == 8 && schedule.state(of: webhook, now: now).backoffUntil == nil)
  }

  @Test func aRateLimitHoldsWhatWaitsAndNothingElse() {
    var schedule = Schedule(limits: LaneLimits())
    let webhook = makeLane(nil, holding: 3, in: &schedule)
    schedule.configure(webhook, maxInFlight: 8, rateLimit: RateLimit(count: 1, perSeconds: 3600, burst: 1), now: now)
    let started = start(&schedule, at: 0)
    let until = schedule.state(of: webhook, now: now).rateLimitedUntil
    #expect(started.count == 1 && until != nil)
    schedule.setActive(webhook, false)
    #expect(schedule.state(of: webhook, now: now).rateLimitedUntil == nil, "all is held")
    schedule.setActive(webhook, true)
    #expect(schedule.state(of: webhook, now: now).rateLimitedUntil == until)
    let waiting = schedule.evict(webhook)
    #expect(waiting.count == 2 && schedule.state(of: webhook, now: now).rateLimitedUntil == nil)
    schedule.noteBacklog(webhook, due: at(1))
    #expect(schedule.state(of: webhook, now: now).rateLimitedUntil == nil, "not due yet")
    #expect(schedule.state(of: webhook, now: at(1)).rateLimitedUntil == until)
  }

  @Test func otherLanesNeverNotice() {
    var schedule = Schedule(limits: LaneLimits())
    let failing = makeLane(breaker, holding: 100, in: &schedule)
    for delivery in start(&schedule, at: 0) { end(delivery, .fails, at: 0, in: &schedule) }
    let other = makeLane(breaker, holding: 8, in: &schedule)
    #expect(start(&schedule, at: 1).map(\.webhook) == Array(repeating: other, count: 8))
    #expect(schedule.state(of: failing, now: at(1)).breaker == .open)
  }

  /// A lane that nothing can start in, changed a second later; what can start then.
  private func startedAfterAChange(
    of webhook: WebhookID, to breaker: BreakerSettings?, _ origin: DestinationOrigin, in schedule: inout Schedule
  ) -> Int {
    #expect(start(&schedule, at: 1).isEmpty)
    schedule.configureHealth(webhook, breaker: breaker, origin: origin, now: at(1))
    schedule.configure(webhook, maxInFlight: 8, now: at(1))
    return start(&schedule, at: 1).count
  }

  @Test func anotherReceiverOrOtherSettingsCloseTheBreakerAndNothingElseDoes() {
    for (settings, origin, count) in [
      (breaker, origin, 0), (breaker, elsewhere, 8), (BreakerSettings(minAttempts: 3), origin, 8), (nil, origin, 8),
    ] as [(BreakerSettings?, DestinationOrigin, Int)] {
      var schedule = Schedule(limits: LaneLimits())
      let webhook = makeLane(breaker, holding: 100, in: &schedule)
      for delivery in start(&schedule, at: 0) { end(delivery, .fails, at: 0, in: &schedule) }
      #expect(startedAfterAChange(of: webhook, to: settings, origin, in: &schedule) == count)
    }
  }

  @Test func anotherReceiverAloneEndsThePauseThatItsPredecessorAskedFor() {
    for (settings, origin, count) in [(nil, origin, 0), (breaker, origin, 0), (nil, elsewhere, 8)]
      as [(
        BreakerSettings?, DestinationOrigin, Int
      )]
    {
      var schedule = Schedule(limits: LaneLimits())
      let webhook = makeLane(nil, holding: 100, in: &schedule)
      let throttled = ReceiverSignal.throttled(ThrottleWait(asked: .seconds(300), first: .seconds(1)))
      for delivery in start(&schedule, at: 0) { end(delivery, throttled, at: 0, in: &schedule) }
      #expect(startedAfterAChange(of: webhook, to: settings, origin, in: &schedule) == count)
      #expect(start(&schedule, at: 300).count == (count == 0 ? 1 : 0), "one finds out")
    }
  }

  @Test func anOpenLaneHoldsNoMoreThanAnyOther() {
    var schedule = Schedule(limits: LaneLimits(held: 1000, heldPerLane: 50, inFlight: 100))
    let webhook = makeLane(breaker, holding: 50, in: &schedule)
    for delivery in start(&schedule, at: 0) { end(delivery, .fails, at: 0, in: &schedule) }
    fill(webhook, 100, in: &schedule)
    schedule.noteBacklog(webhook, due: now)
    let isPromised = schedule.reserve(webhook, bytes: 0, now: now)
    let claims = schedule.startClaims(now: now)
    #expect(!isPromised && claims.isEmpty)
  }

  @Test func whileItIsOpenNoTriesAreUsedUp() async throws {
    let down = Result<ReceivedResponse, AttemptFailure>.success(ReceivedResponse(status: 500))
    let fixture = EngineFixture(answers: [down, down, .success(ReceivedResponse(status: 200))])
    let engine = DeliveryEngine(
      queue: fixture.queue, runner: fixture.runner, time: fixture.clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let running = Task { try await engine.run() }
    let webhook = try fixture.makeWebhook {
      $0.breaker = BreakerSettings(minAttempts: 1, openSeconds: 600)
      $0.retry = RetryPolicy(maxRetries: 2, initialDelaySeconds: 1, multiplier: 1, jitter: 0)
    }
    engine.configure(webhook)
    let publisher = Publisher(store: fixture.queue, directory: fixture.directory, engine: engine, ids: fixture.ids, time: fixture.clock)
    _ = try await publisher.publish([PublishRequest(type: EventType(stored: "a"), data: Array("{}".utf8))])
    var records = fixture.queue.records.makeAsyncIterator()
    let began = fixture.clock.now()
    for (index, second) in [0, 600, 1200].enumerated() {
      let record = try #require(await records.next())
      #expect(record.attempt?.startedAt == began + .seconds(second) && record.attempt?.number == index + 1)
      #expect(record.transition.state == (index < 2 ? .retrying : .delivered))
      guard index < 2 else { break }
      while fixture.clock.now() < began + .seconds(second + 600) {
        let next = await fixture.clock.nextSleep()
        fixture.clock.advance(by: .microseconds(next.microseconds - fixture.clock.now().microseconds))
      }
    }
    await engine.drain(within: .seconds(30)) {}
    try await running.value
  }
}
