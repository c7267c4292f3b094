import Testing
import TidehookCore
import TidehookDelivery
import TidehookTesting

@Suite struct ReceiverRatesTests {
  let ids = IDGenerator(time: TestClock(), random: FixedRandom())
  let now = Timestamp(microseconds: 1_000_000)
  let url: DestinationURL

  init() throws {
    url = try DestinationURL(parsing: "https://example.com/hook")
  }

  /// Lanes with a long queue each, which their receivers said this to.
  func makeLanes(_ states: [HandshakeState], url: DestinationURL? = nil, in schedule: inout Schedule) -> [WebhookID] {
    states.map { state in
      let webhook = WebhookID(ids.next())
      for _ in 0..<500 {
        let key = ids.next()
        let event = Event(
          key: key, id: EventID(key), type: EventType(stored: "a"), namespace: .default, timestamp: now, acceptedAt: now, payload: [])
        guard schedule.reserve(webhook, bytes: 0, now: now) else { continue }
        schedule.admit(DueDelivery(id: DeliveryID(ids.next()), webhook: webhook, event: event))
      }
      configure(webhook, state, url: url, in: &schedule)
      return webhook
    }
  }

  func configure(
    _ webhook: WebhookID, _ state: HandshakeState, url: DestinationURL? = nil, at milliseconds: Int = 0, in schedule: inout Schedule
  ) {
    let consent = ReceiverConsent(url: url ?? self.url, state: state)
    schedule.configure(webhook, maxInFlight: 64, consent: consent, now: now + .milliseconds(milliseconds))
  }

  /// Whose deliveries begin, and end at once, when somebody looks each 10 ms in this span.
  func run(_ schedule: inout Schedule, _ milliseconds: Range<Int>) -> [WebhookID] {
    var begun: [WebhookID] = []
    for millisecond in stride(from: milliseconds.lowerBound, to: milliseconds.upperBound, by: 10) {
      let time = now + .milliseconds(millisecond)
      schedule.endPauses(now: time)
      while let next = schedule.takeNext(now: time) {
        begun.append(next.delivery.webhook)
        schedule.finishExchange(next.delivery.webhook)
        _ = schedule.finishRecord(next.delivery.webhook, bytes: 0, retryAt: nil)
      }
    }
    return begun
  }

  @Test func lanesToOneReceiverKeepItsRateTogetherAndInTurn() {
    var schedule = Schedule(limits: LaneLimits())
    let lanes = makeLanes([.agreed(ratePerMinute: 120), .agreed(ratePerMinute: 120), .agreed(ratePerMinute: 120)], in: &schedule)
    let begun = run(&schedule, 0..<10_000)
    #expect(begun.count == 20)
    for lane in lanes { #expect((6...7).contains(begun.count { $0 == lane })) }
  }

  @Test func noMinuteHasMoreThanWasAgreed() {
    var schedule = Schedule(limits: LaneLimits())
    _ = makeLanes([.agreed(ratePerMinute: 90), .agreed(ratePerMinute: 90)], in: &schedule)
    #expect((85...90).contains(run(&schedule, 0..<60_000).count))
  }

  @Test func anotherReceiverHasARateOfItsOwn() throws {
    var schedule = Schedule(limits: LaneLimits())
    _ = makeLanes([.agreed(ratePerMinute: 60)], in: &schedule)
    _ = makeLanes([.agreed(ratePerMinute: 60)], url: try DestinationURL(parsing: "https://example.com/other"), in: &schedule)
    #expect(run(&schedule, 0..<10_000).count == 20)
  }

  @Test func theLowestRateHolds() {
    var schedule = Schedule(limits: LaneLimits())
    let lanes = makeLanes([.agreed(ratePerMinute: 120), .agreed(ratePerMinute: nil), .agreed(ratePerMinute: 60)], in: &schedule)
    // Each delivery tells the lane's own rate again.
    for lane in lanes.dropLast() { configure(lane, .agreed(ratePerMinute: 120), in: &schedule) }
    #expect(run(&schedule, 0..<10_000).count == 10)
    schedule.retire(lanes[2])
    configure(lanes[0], .agreed(ratePerMinute: 120), at: 10_000, in: &schedule)
    #expect((20...21).contains(run(&schedule, 10_000..<20_000).count { $0 != lanes[2] }))
  }

  @Test func aLaneThatWasNotAskedYetKeepsWhatTheReceiverSaidToOthers() {
    var schedule = Schedule(limits: LaneLimits())
    let lanes = makeLanes([.agreed(ratePerMinute: 60), .pending, .refused], in: &schedule)
    #expect(run(&schedule, 0..<9_000).count == 9)
    // A change asks again: until there is an answer the rate goes on.
    configure(lanes[0], .pending, in: &schedule)
    #expect(run(&schedule, 9_000..<12_000).count == 3)
    for lane in lanes { configure(lane, .agreed(ratePerMinute: nil), at: 12_000, in: &schedule) }
    #expect(run(&schedule, 12_000..<15_000).count > 1000)
  }

  @Test func whatBeganBeforeTheRateWasKnownCounts() {
    var schedule = Schedule(limits: LaneLimits())
    let lanes = makeLanes([.pending, .pending], in: &schedule)
    let begun = [schedule.takeNext(now: now), schedule.takeNext(now: now)].compactMap { $0?.delivery.webhook }
    #expect(begun == lanes)
    configure(lanes[0], .agreed(ratePerMinute: 60), in: &schedule)
    configure(lanes[1], .agreed(ratePerMinute: 60), in: &schedule)
    // One token was there, two requests are under way: the next may begin when the debt is paid and a token is there.
    #expect(run(&schedule, 0..<2_000).isEmpty)
    #expect(run(&schedule, 2_000..<2_010).count == 1)
  }

  @Test func aLaneThatGoesElsewhereLeavesTheRateBehind() throws {
    var schedule = Schedule(limits: LaneLimits())
    let lane = makeLanes([.agreed(ratePerMinute: 1)], in: &schedule)[0]
    #expect(run(&schedule, 0..<1_000).count == 1)
    configure(lane, .agreed(ratePerMinute: 60), url: try DestinationURL(parsing: "https://example.com/new"), at: 1_000, in: &schedule)
    #expect(run(&schedule, 1_000..<11_000).count == 10)
    schedule.configure(lane, maxInFlight: 64, now: now + .seconds(11))
    #expect(run(&schedule, 11_000..<11_010).count > 100)
  }
}
