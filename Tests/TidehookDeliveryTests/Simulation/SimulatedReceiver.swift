import TidehookCore

/// How a receiver behaves for some time.
enum SimulatedReceiver: CaseIterable {
  case up, slow, flaky, busy, down, wrong, gone

  /// What comes of an attempt, and how long it takes.
  func answer(_ dice: Dice) -> (input: DeliveryInput, duration: Duration) {
    let quick = Duration.milliseconds(dice.number(in: 5...300))
    if dice.chance(0.03) { return (.dropped(reason: "no tag"), .milliseconds(1)) }
    switch self {
    case .up: return (Self.delivered, quick)
    case .slow: return dice.chance(0.7) ? (Self.delivered, .seconds(dice.number(in: 1...14))) : (Self.failed(.timeout), .seconds(15))
    case .flaky: return (dice.chance(0.5) ? Self.delivered : Self.answered(dice.pick([500, 502, 503, 404, 501])), quick)
    case .busy: return (Self.answered(dice.pick([429, 503]), retryAfter: .seconds(dice.number(in: 0...4000))), quick)
    case .down: return (Self.failed(dice.pick([.connect, .dns, .tls, .malformed, .oversized, .script])), quick)
    case .wrong: return (dice.pick([Self.judged(.retry), Self.judged(.dead), Self.judged(.delivered), Self.failed(.blocked)]), quick)
    case .gone: return (Self.answered(dice.chance(0.2) ? 410 : 500), quick)
    }
  }

  private static let delivered = DeliveryInput.answered(status: 200, retryAfter: nil)

  private static func answered(_ status: Int, retryAfter: Duration? = nil) -> DeliveryInput {
    .answered(status: status, retryAfter: retryAfter)
  }

  private static func failed(_ kind: FailureKind) -> DeliveryInput { .failed(AttemptFailure(kind, "why")) }

  private static func judged(_ judgement: ResponseJudgement) -> DeliveryInput {
    .judged(judgement, reason: "why", status: 200, retryAfter: .seconds(40))
  }
}
