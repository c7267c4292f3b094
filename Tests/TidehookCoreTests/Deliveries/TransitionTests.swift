import Testing
import TidehookCore

@Suite struct TransitionTests {
  let now = Timestamp(microseconds: 1_000_000)

  func after(_ input: DeliveryInput, attempt: Int = 1) -> Transition {
    Transition.after(input, attempt: attempt, policy: RetryPolicy(), now: now, unit: 0.5)
  }

  @Test(arguments: [200, 201, 204, 299])
  func anyTwoHundredDelivers(_ status: Int) {
    #expect(after(.answered(status: status, retryAfter: nil)) == Transition(.delivered))
  }

  @Test(arguments: [301, 302, 307, 400, 404, 429, 500, 503])
  func everythingElseIsRetried(_ status: Int) {
    let transition = after(.answered(status: status, retryAfter: nil))
    #expect(transition.state == .retrying)
    #expect(transition.nextAttemptAt == now + .seconds(5))
  }

  @Test func theLastTryLeavesItDead() {
    let transition = after(.answered(status: 500, retryAfter: nil), attempt: 4)
    #expect(transition == Transition(.dead, reason: "the receiver answered 500"))
  }

  @Test func goneEndsTheDeliveryAndTheWebhook() {
    let transition = after(.answered(status: 410, retryAfter: nil))
    #expect(transition.state == .dead)
    #expect(transition.disablesWebhook)
  }

  @Test func aBlockedAddressIsNotTriedAgain() {
    #expect(after(.failed(AttemptFailure(.blocked, "blocked"))).state == .dead)
  }

  @Test(arguments: FailureKind.allCases.filter { $0 != .blocked })
  func otherFailuresAreTriedAgain(_ kind: FailureKind) {
    #expect(after(.failed(AttemptFailure(kind, "why"))).state == .retrying)
  }

  @Test func retryAfterIsHonoured() {
    #expect(after(.answered(status: 503, retryAfter: .seconds(20))).nextAttemptAt == now + .seconds(20))
  }

  @Test func aDropFiltersWithItsReason() {
    #expect(after(.dropped(reason: "no tag")) == Transition(.filtered, reason: "no tag"))
  }

  @Test func webhooksThatAreGoneOrInactiveEndNothingByFailure() {
    #expect(after(.webhookInactive).state == .held)
    #expect(after(.webhookDeleted).state == .cancelled)
  }
}
