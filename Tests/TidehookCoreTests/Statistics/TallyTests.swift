import Testing
import TidehookCore
import TidehookTesting

@Suite struct TallyTests {
  private let samples = StoreSamples()

  private func delivery(_ trigger: AttemptTrigger = .first, earlierAttempts: Int = 0) -> DueDelivery {
    let event = samples.event(for: [])
    return DueDelivery(
      id: DeliveryID(samples.ids.next()), webhook: WebhookID(samples.ids.next()), event: event.event, earlierAttempts: earlierAttempts,
      trigger: trigger)
  }

  private func tally(_ state: DeliveryState, status: Int = 200, of delivery: DueDelivery) -> Tally {
    var tally = Tally()
    tally.add(samples.result(delivery.id, state, status: status), of: delivery)
    return tally
  }

  @Test func aDeliveryCountsWithItsAttemptAndBothTimes() {
    let counted = tally(.delivered, of: delivery())
    #expect((counted.delivered, counted.filtered, counted.dead, counted.attempts) == (1, 0, 0, 1))
    #expect(counted.failures.isEmpty && counted.failedAttempts == 0)
    // The samples' results come one second after their events, and their attempts take 1234 µs.
    #expect(counted.deliveryTimes.sum == 1_000_000)
    #expect(counted.attemptTimes.sum == 1234)
    #expect(counted.successRate == 1)
  }

  @Test func aFailedAttemptCountsByKindAndTheDeliveryOnlyWhenItIsDead() {
    var counted = tally(.retrying, status: 500, of: delivery())
    #expect(counted.failures == [.status: 1] && counted.ended == 0 && counted.successRate == nil)
    counted.add(tally(.dead, status: 500, of: delivery(.retry)))
    #expect(counted.failures == [.status: 2] && counted.dead == 1 && counted.attempts == 2)
    #expect(counted.deliveryTimes.count == 0)
    counted.add(tally(.delivered, of: delivery()))
    #expect(counted.successRate == 0.5)
  }

  @Test func replaysCountButTheirTimeSincePublishingSaysNothing() {
    for delivery in [delivery(.manual), delivery(.retry, earlierAttempts: 4)] {
      let counted = tally(.delivered, of: delivery)
      #expect(counted.delivered == 1 && counted.deliveryTimes.count == 0 && counted.attemptTimes.count == 1)
    }
  }

  @Test func whatWasNotAttemptedCountsForNothing() {
    let delivery = delivery()
    var tally = Tally()
    for state in [DeliveryState.held, .cancelled] {
      tally.add(CompletedDelivery(id: delivery.id, attempt: nil, transition: Transition(state), at: samples.now), of: delivery)
    }
    #expect(tally.isEmpty)
  }

  @Test func filteredOnesAreNoSuccessAndNoFailure() {
    let counted = tally(.filtered, of: delivery())
    #expect(counted.filtered == 1 && counted.successRate == nil)
  }
}
