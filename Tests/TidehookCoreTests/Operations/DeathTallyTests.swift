import Testing
import TidehookCore
import TidehookTesting

@Suite struct DeathTallyTests {
  private let clock = TestClock()
  private let ids = IDGenerator(time: SystemTime(), random: SystemRandom())

  private func delivery(_ kind: FailureKind? = .status) -> DeadDelivery {
    DeadDelivery(
      id: DeliveryID(ids.next()), event: EventID(ids.next()), type: EventType(stored: "memory.created"),
      failure: kind.map { AttemptFailure($0, "it failed\nwith a traceback") })
  }

  @Test func theFirstIsReportedAtOnceAndTheRestOfTheMinuteTogether() {
    var tally = DeathTally()
    let (webhook, now) = (WebhookID(ids.next()), clock.now())
    let first = tally.add(delivery(), of: webhook, at: now)
    #expect(first?.count == 1)
    #expect(tally.nextDue == nil)
    for second in 1...30 {
      let report = tally.add(delivery(second < 6 ? .timeout : .status), of: webhook, at: now + .seconds(second))
      #expect(report == nil)
    }
    #expect(tally.nextDue == now + .seconds(60))
    let early = tally.takeDue(at: now + .seconds(59))
    #expect(early == [])
    let reports = tally.takeDue(at: now + .seconds(60))
    #expect(reports.count == 1)
    #expect(reports.first?.count == 30)
    #expect(reports.first?.examples.count == DeathReport.maximumExamples)
    #expect(reports.first?.failures == ["timeout": 5, "status": 25])
    #expect(reports.first?.first == now + .seconds(1) && reports.first?.last == now + .seconds(30))
    #expect(tally.nextDue == nil)
  }

  @Test func aMinuteLiesBetweenTwoReportsHoweverTheyCome() {
    var tally = DeathTally()
    let (webhook, now) = (WebhookID(ids.next()), clock.now())
    var reports = 0
    for second in 0..<600 {
      reports += tally.takeDue(at: now + .seconds(second)).count
      if tally.add(delivery(), of: webhook, at: now + .seconds(second)) != nil { reports += 1 }
    }
    #expect(reports == 10)
  }

  @Test func webhooksDoNotWaitForEachOther() {
    var tally = DeathTally()
    let now = clock.now()
    let reports = (0..<2).map { _ in tally.add(delivery(), of: WebhookID(ids.next()), at: now)?.count }
    #expect(reports == [1, 1])
  }

  @Test func afterAQuietMinuteTheNextIsReportedAtOnce() {
    var tally = DeathTally()
    let (webhook, now) = (WebhookID(ids.next()), clock.now())
    _ = tally.add(delivery(), of: webhook, at: now)
    let next = tally.add(delivery(nil), of: webhook, at: now + .seconds(60))
    #expect(next?.failures == ["none": 1])
  }

  @Test func whatWaitsIsTakenAtTheEnd() {
    var tally = DeathTally()
    let webhook = WebhookID(ids.next())
    _ = tally.add(delivery(), of: webhook, at: clock.now())
    _ = tally.add(delivery(), of: webhook, at: clock.now())
    let (all, rest) = (tally.takeAll(), tally.takeAll())
    #expect(all.map(\.count) == [1] && rest == [])
  }

  @Test func theEventHasTheCountTheKindsAndExamplesWithoutTracebacks() throws {
    var tally = DeathTally()
    let webhook = WebhookID(ids.next())
    let dead = delivery()
    let made = tally.add(dead, of: webhook, at: clock.now())
    let report = try #require(made)
    let event = OperationalEvent.dead(report, of: nil)
    #expect(event.type.name == "delivery.dead" && event.request.namespace == .operational)
    #expect(event.data["webhook"]?.stringValue == webhook.description)
    #expect(event.data["count"] == 1 && event.data["failures"] == ["status": 1])
    #expect(event.data["examples"]?[0]?["delivery"]?.stringValue == dead.id.description)
    #expect(event.data["examples"]?[0]?["error"] == "it failed")
  }
}
