import TidehookCore

/// What comes of an attempt.
struct SimulatedAnswer {
  let input: DeliveryInput
  /// How long it takes.
  let duration: Duration
  /// The places of those of a batch that the pipeline drops.
  var dropped: [Int] = []
}

/// How a receiver behaves for some time.
enum SimulatedReceiver: CaseIterable {
  case up, slow, flaky, busy, swamped, down, wrong, gone

  /// What comes of an attempt at so many deliveries together.
  func answer(_ dice: Dice, members: Int) -> SimulatedAnswer {
    let drops = members > 1 && dice.chance(0.1) ? [dice.number(in: 0...members - 1)] : []
    let (input, duration) = answer(dice)
    return SimulatedAnswer(input: input, duration: duration, dropped: drops)
  }

  private func answer(_ dice: Dice) -> (DeliveryInput, Duration) {
    let quick = Duration.milliseconds(dice.number(in: 5...300))
    if dice.chance(0.03) { return (.dropped(reason: "no tag"), quick) }
    switch self {
    case .up: return (Self.delivered, quick)
    case .slow: return dice.chance(0.7) ? (Self.delivered, .seconds(dice.number(in: 1...14))) : (Self.failed(.timeout), .seconds(15))
    case .flaky: return (dice.chance(0.5) ? Self.delivered : Self.answered(dice.pick([500, 502, 503, 404, 501])), quick)
    case .busy: return (Self.answered(dice.pick([429, 503]), retryAfter: .seconds(dice.number(in: 0...4000))), quick)
    case .swamped: return (Self.answered(dice.pick([429, 503]), retryAfter: .seconds(dice.number(in: 500...4000))), quick)
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

/// Looks at what is collected: drops some of it, and fails at some.
struct SimulatedPipeline: PipelineRunner, BatchPipelineRunner {
  let dice: Dice

  private static let sent = PipelineResult(.send(body: nil, overrides: RequestOverrides()))

  func collect(_ webhook: Webhook, _ delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    if dice.chance(0.04) { return PipelineResult(.dropped(reason: "no tag")) }
    return dice.chance(0.06) ? PipelineResult(.failed("line 1: why")) : Self.sent
  }

  func run(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineResult { Self.sent }

  func run(_ webhook: Webhook, on batch: DeliveryBatch, of delivery: DueDelivery, at now: Timestamp) async -> BatchPipelineResult {
    BatchPipelineResult(Self.sent)
  }
}
