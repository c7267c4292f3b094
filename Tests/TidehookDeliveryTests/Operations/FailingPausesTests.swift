import Testing
import TidehookCore
import TidehookDelivery

@Suite struct FailingPausesTests {
  private let id = WebhookID(TimeOrderedID(key: 1, entropy: 2))
  private let start = Timestamp(microseconds: 1_776_076_200_000_000)

  @Test func aNewStreakIsToldOnlyAMinuteAfterTheLastRecovery() {
    let pauses = FailingPauses()
    #expect(pauses.tellsFailing(of: id, at: start))
    #expect(pauses.tellsRecovery(of: id, at: start + .seconds(1)))
    #expect(!pauses.tellsFailing(of: id, at: start + .seconds(2)))
    #expect(!pauses.tellsRecovery(of: id, at: start + .seconds(3)))
    #expect(pauses.tellsFailing(of: id, at: start + .seconds(62)))
    #expect(pauses.tellsRecovery(of: id, at: start + .seconds(63)))
  }

  @Test func aStreakThatOutlastsThePauseIsToldWithItsEnd() {
    let pauses = FailingPauses()
    #expect(pauses.tellsRecovery(of: id, at: start))
    #expect(!pauses.tellsFailing(of: id, at: start + .seconds(1)))
    #expect(pauses.tellsFailing(of: id, at: start + .seconds(61)))
    #expect(pauses.tellsRecovery(of: id, at: start + .seconds(62)))
  }
}
