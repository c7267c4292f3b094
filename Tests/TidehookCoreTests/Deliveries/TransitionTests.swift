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

  @Test(arguments: FailureKind.allCases)
  func aBlockedAddressAloneIsNotTriedAgain(_ kind: FailureKind) {
    let isFinal = kind == .blocked
    #expect(after(.failed(AttemptFailure(kind, "why"))).state == (isFinal ? .dead : .retrying))
    #expect((kind.rule.retry == .never) == isFinal)
  }

  @Test func everyKindOfFailureIsExplainedOnce() {
    let meanings = FailureKind.allCases.map(\.rule.meaning) + FailureRetry.allCases.map(\.meaning)
    #expect(Set(meanings).count == meanings.count && !meanings.contains(""))
  }

  @Test func anAnswerThatThePolicyDoesNotRetryIsTheLast() throws {
    let policy = RetryPolicy(.preset(.rem), retryOn: RetryStatuses([try #require(RetryStatuses.Entry("5xx"))]))
    func after(_ input: DeliveryInput) -> Transition { Transition.after(input, attempt: 1, policy: policy, now: now, unit: 0.5) }
    #expect(
      after(.answered(status: 404, retryAfter: .seconds(9)))
        == Transition(.dead, reason: "the receiver answered 404, which is not tried again"))
    #expect(after(.answered(status: 500, retryAfter: nil)).state == .retrying)
    #expect(after(.failed(AttemptFailure(.timeout, "why"))).state == .retrying)
    #expect(after(.judged(.retry, reason: "busy", status: 404, retryAfter: nil)).state == .retrying)
  }

  @Test func theDeadlineCountsFromTheStartOfTheRound() {
    let policy = RetryPolicy(.schedule(ScheduledBackoff([10, 10], jitter: 0)), giveUpAfterSeconds: 60)
    func after(_ began: Timestamp?, _ input: DeliveryInput) -> Transition {
      Transition.after(input, attempt: 1, began: began, policy: policy, now: now + .seconds(55), unit: 0.5)
    }
    let inputs: [DeliveryInput] = [
      .answered(status: 500, retryAfter: nil), .failed(AttemptFailure(.dns, "the receiver answered 500")),
      .judged(.retry, reason: "the receiver answered 500", status: 200, retryAfter: nil),
    ]
    for input in inputs {
      #expect(
        after(now, input)
          == Transition(.dead, reason: "the receiver answered 500; given up: the next try would come after the deadline"))
      #expect(after(now + .seconds(5), input).state == .retrying)
      #expect(after(nil, input).state == .retrying)
    }
  }

  @Test func retryAfterIsHonoured() {
    #expect(after(.answered(status: 503, retryAfter: .seconds(20))).nextAttemptAt == now + .seconds(20))
  }

  func judged(
    _ judgement: ResponseJudgement, _ status: Int, reason: String? = nil, retryAfter: Duration? = nil, attempt: Int = 1
  ) -> Transition {
    after(.judged(judgement, reason: reason, status: status, retryAfter: retryAfter), attempt: attempt)
  }

  @Test(arguments: [200, 400, 410, 503])
  func aJudgementStandsInPlaceOfTheStatus(_ status: Int) {
    #expect(judged(.delivered, status, reason: "known already") == Transition(.delivered, reason: "known already"))
    #expect(judged(.retry, status, reason: "busy") == Transition(.retrying, reason: "busy", nextAttemptAt: now + .seconds(5)))
    #expect(judged(.dead, status, reason: "no such channel") == Transition(.dead, reason: "no such channel"))
    #expect(judged(.disable, status, reason: "removed") == Transition(.dead, reason: "removed", disablesWebhook: true))
  }

  @Test func aJudgedRetryHonoursRetryAfterAndTheLastTry() {
    #expect(judged(.retry, 200, retryAfter: .seconds(20)).nextAttemptAt == now + .seconds(20))
    #expect(judged(.retry, 200, reason: "busy", attempt: 4) == Transition(.dead, reason: "busy"))
  }

  @Test(arguments: [(200, FailureKind.response), (299, .response), (300, .status), (404, .status), (500, .status)])
  func aJudgedFailureIsOfTheStatusUnlessThatSaysSuccess(_ status: Int, _ kind: FailureKind) {
    for judgement in [ResponseJudgement.retry, .dead, .disable] {
      let input = DeliveryInput.judged(judgement, reason: "why", status: status, retryAfter: nil)
      #expect(input.failure?.kind == kind && input.failure?.message == "why")
    }
    #expect(DeliveryInput.judged(.delivered, reason: "why", status: status, retryAfter: nil).failure == nil)
  }

  @Test func aJudgementWithoutAReasonIsGivenOne() {
    #expect(judged(.dead, 200).reason == "a plugin took the receiver's answer 200 for a failure")
    #expect(judged(.delivered, 404).reason == nil)
  }

  @Test func anAttemptFailsOfWhatHappened() {
    #expect(DeliveryInput.answered(status: 204, retryAfter: nil).failure == nil)
    #expect(DeliveryInput.answered(status: 410, retryAfter: nil).failure == AttemptFailure(.status, "the receiver answered 410"))
    #expect(DeliveryInput.failed(AttemptFailure(.dns, "no address")).failure == AttemptFailure(.dns, "no address"))
    for input in [DeliveryInput.dropped(reason: "no tag"), .webhookInactive, .webhookDeleted] { #expect(input.failure == nil) }
  }

  @Test func aDropFiltersWithItsReason() {
    #expect(after(.dropped(reason: "no tag")) == Transition(.filtered, reason: "no tag"))
    let stage = DroppingStage(index: 1, name: "filter-tags", plugin: PluginVersion(name: "filter-tags", revision: 3))
    #expect(after(.dropped(reason: "no tag", by: stage)) == Transition(.filtered, reason: "no tag", droppedBy: stage))
  }

  @Test func webhooksThatAreGoneOrInactiveEndNothingByFailure() {
    #expect(after(.webhookInactive).state == .held)
    #expect(after(.webhookDeleted).state == .cancelled)
  }
}
