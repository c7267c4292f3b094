import Testing
import TidehookCore

@Suite struct RetentionLimitsTests {
  private let now = Timestamp(microseconds: 1_776_076_200_000_000)
  private let limits = RetentionLimits([.delivered: .seconds(10), .dead: .seconds(30), .held: .seconds(20), .events: .seconds(5)])

  /// An event accepted a day ago, with deliveries in these states for so many seconds.
  private func event(_ deliveries: (DeliveryState, Int)...) -> StoredEvent {
    StoredEvent(
      key: 1, acceptedAt: now + .seconds(-86_400),
      deliveries: deliveries.enumerated().map { index, delivery in
        StoredEvent.Delivery(key: Int64(index), state: delivery.0, updatedAt: now + .seconds(-delivery.1))
      })
  }

  @Test func anEventGoesWhenAllItsDeliveriesMayGo() {
    #expect(limits.verdict(on: event((.delivered, 10)), at: now) == .remove)
    #expect(limits.verdict(on: event((.delivered, 9)), at: now) == .keep)
    #expect(limits.verdict(on: event((.delivered, 10), (.dead, 30)), at: now) == .remove)
    #expect(limits.verdict(on: event((.delivered, 10), (.dead, 29)), at: now) == .keep)
  }

  @Test(arguments: [DeliveryState.pending, .retrying]) func whatIsOpenNeverGoes(state: DeliveryState) {
    #expect(limits.verdict(on: event((state, 80_000), (.delivered, 80_000)), at: now) == .keep)
    #expect(!event((state, 80_000), (.delivered, 80_000)).isFinished)
  }

  @Test func whatHasNoLimitIsKeptForEver() {
    #expect(limits.verdict(on: event((.filtered, 80_000)), at: now) == .keep)
    #expect(limits.verdict(on: event((.cancelled, 80_000)), at: now) == .keep)
    #expect(RetentionLimits().verdict(on: event(), at: now) == .keep)
    #expect(RetentionLimits().shortest == nil)
  }

  @Test func whatIsHeldForTooLongIsCancelledBeforeItGoes() {
    #expect(limits.verdict(on: event((.delivered, 99), (.held, 20), (.held, 19)), at: now) == .expire([1]))
    #expect(limits.verdict(on: event((.held, 19)), at: now) == .keep)
    #expect(DeliveryCause.expired.applies(to: .held) && DeliveryCause.expired.target == .cancelled)
    #expect(!event((.held, 80_000)).isFinished)
  }

  @Test func anEventWithoutDeliveriesGoesByTheTimeOfItsAcceptance() {
    #expect(limits.verdict(on: event(), at: now) == .remove)
    let young = StoredEvent(key: 1, acceptedAt: now + .seconds(-4), deliveries: [])
    #expect(limits.verdict(on: young, at: now) == .keep)
    #expect(young.isFinished)
  }

  @Test func nothingYoungerThanTheShortestLimitNeedsALook() {
    #expect(limits.shortest == .seconds(5))
    #expect(RetentionLimits.standard.shortest == .seconds(30 * 86_400))
  }
}
