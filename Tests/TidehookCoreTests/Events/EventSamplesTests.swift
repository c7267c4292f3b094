import Testing
import TidehookCore

@Suite struct EventSamplesTests {
  @Test(arguments: ["memory.created", "memory.updated", "memory.deleted", "memory.recalled", "memory.categorized"])
  func everyMemoryEventHasItsOwnSample(type: String) {
    #expect(EventSamples.data(of: EventType(stored: type))["memory_id"] == "mem_xyz789")
  }

  @Test func ourOwnEventsHaveTheMembersThatTheyReallyHave() throws {
    let ids = IDGenerator(time: SystemTime(), random: SystemRandom())
    let now = Timestamp.systemNow()
    let webhook = Webhook(
      id: WebhookID(ids.next()), name: "n", url: try DestinationURL(parsing: "https://example.com/"), events: [.everything], namespace: nil,
      secret: Secret(""), createdAt: now, updatedAt: now)
    var tally = DeathTally()
    let dead = DeadDelivery(id: DeliveryID(ids.next()), event: EventID(ids.next()), type: EventType(stored: "a"), failure: nil)
    let made = tally.add(dead, of: webhook.id, at: now)
    let space = DiskSpace(freeBytes: 1, totalBytes: 1)
    let events: [OperationalEvent] = [
      .dead(try #require(made), of: webhook), .disabled(webhook, Disablement(.failing, at: now, message: ""), WebhookHealth()),
      .failing(webhook, WebhookHealth(), rule: AutoDisable()), .recovered(webhook, after: WebhookHealth(), at: now), .lowSpace(space),
      .storeRecovered(space, since: now),
    ]
    for event in events {
      #expect(EventSamples.data(of: event.type).members?.map(\.key) == event.data.members?.map(\.key), "\(event.type)")
    }
  }

  @Test func anyOtherTypeHasSomethingPlain() {
    #expect(EventSamples.data(of: EventType(stored: "order.paid"))["sample"] == true)
  }
}
