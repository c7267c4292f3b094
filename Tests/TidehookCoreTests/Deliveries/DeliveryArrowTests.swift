import Testing
import TidehookCore

@Suite struct DeliveryArrowTests {
  static let judgements = [ResponseJudgement.delivered, .retry, .dead, .disable]

  /// Everything that can happen to a delivery that is under way.
  static let inputs: [DeliveryInput] =
    [200, 299, 301, 404, 410, 429, 500, 599].flatMap { status in
      [.answered(status: status, retryAfter: nil), .answered(status: status, retryAfter: .seconds(90))]
        + judgements.map { .judged($0, reason: "why", status: status, retryAfter: nil) }
    } + FailureKind.allCases.map { .failed(AttemptFailure($0, "why")) } + [.dropped(reason: "why"), .webhookInactive, .webhookDeleted]

  static let policies = [
    RetryPolicy(), RetryPolicy(.preset(.none)), RetryPolicy(.schedule(ScheduledBackoff([1, 2])), retryOn: RetryStatuses([])),
    RetryPolicy(.preset(.svix), giveUpAfterSeconds: 0.001, maxRetryAfterSeconds: 0),
  ]

  /// The causes that an attempt can have.
  static let outcomes: [DeliveryCause] = [.delivered, .dropped, .failed, .ended, .webhookInactive, .webhookDeleted]

  @Test func whateverHappensToADeliveryUnderWayIsAnArrow() {
    let began = Timestamp(microseconds: 0)
    var taken: Set<DeliveryState> = []
    for (input, policy) in Self.inputs.flatMap({ input in Self.policies.map { (input, $0) } }) {
      for (attempt, age) in [(1, 0), (2, 60), (9, 1_000_000)] {
        let transition = Transition.after(
          input, attempt: attempt, began: began, policy: policy, now: began + .seconds(age), unit: 0.5)
        taken.insert(transition.state)
        #expect((transition.state == .retrying) == (transition.nextAttemptAt != nil))
        #expect(!transition.disablesWebhook || transition.state == .dead)
        for state in [DeliveryState.pending, .retrying] {
          #expect(Self.outcomes.contains { $0.applies(to: state) && $0.target == transition.state }, "\(state), \(input)")
        }
      }
    }
    #expect(taken == Set(Self.outcomes.map(\.target)), "and every arrow of an attempt is taken")
  }

  @Test func everyStateIsReachedAndLeft() {
    for state in DeliveryState.allCases {
      #expect(DeliveryArrow.all.contains { $0.to == state && $0.from != state })
      #expect(DeliveryArrow.all.contains { $0.from == state && $0.to != state })
    }
  }

  @Test func noArrowStandsTwice() {
    #expect(Set(DeliveryArrow.all).count == DeliveryArrow.all.count)
    #expect(Set(DeliveryArrow.all.map(\.description)).count == DeliveryArrow.all.count)
  }

  @Test func openDeliveriesAreLeftByAttemptsTheirWebhookAndErasureAlone() {
    for state in [DeliveryState.pending, .retrying] {
      let causes = Set(DeliveryArrow.all.filter { $0.from == state }.map(\.cause))
      #expect(causes.subtracting([.replayed, .erased]) == Set(Self.outcomes))
    }
    #expect(!DeliveryCause.replayed.applies(to: .pending))
  }

  @Test func theDiagramHasEachArrowInOneLine() {
    let lines = DeliveryArrow.diagram.split(separator: "\n").map(String.init)
    #expect(lines.first == "stateDiagram-v2")
    for arrow in DeliveryArrow.all {
      let ends = "    \(arrow.from?.rawValue ?? "[*]") --> \(arrow.to.rawValue): "
      #expect(lines.count { $0.hasPrefix(ends) && $0.contains(arrow.cause.rawValue) } == 1, "\(arrow)")
    }
  }
}
