import Synchronization
import TidehookCore
import TidehookDelivery
import TidehookStorage
import TidehookTesting

/// A gateway in virtual time: the real schedule, rules of retries, collector and store, between receivers that behave at random.
///
/// It does what the engine, the registrar, the eraser and the sweeper do, one thing after another, so that a seed says all that happens.
struct Simulation {
  /// Something that happens at a time of its own.
  enum Happening {
    /// So many events are published.
    case publish(ClosedRange<Int>)
    /// A receiver behaves in another way; `nil` for any.
    case turn(WebhookID, SimulatedReceiver?)
    /// A webhook becomes active, or inactive; `nil` for the other.
    case activate(WebhookID, Bool?)
    /// A webhook collects in another way, or no more.
    case collect(WebhookID, BatchPolicy?)
    case replay, sweep, restart, delete(WebhookID)
    case erase(ErasureWish)
    /// Every receiver is up and every webhook active from now on.
    case peace
    case ended(DueDelivery, SimulatedAnswer)
  }

  /// Tight, so that what is scarce is met.
  static let limits = LaneLimits(held: 80, heldPerLane: 32, inFlight: 12, bytes: 1 << 20)
  /// How long what has ended is kept.
  static let retention = RetentionLimits([
    .delivered: .seconds(6 * 86_400), .filtered: .seconds(4 * 86_400), .dead: .seconds(8 * 86_400), .cancelled: .seconds(7 * 86_400),
    .held: .seconds(3 * 86_400), .events: .seconds(86_400),
  ])
  /// How many deliveries are moved in one transaction: few, so that something happens in between.
  static let moveSize = 20

  let dice: Dice
  let clock = TestClock()
  let ids: IDGenerator
  let folder: SimulationFolder
  let directory = WebhookDirectory(userAgent: "Tidehook/test") { TellingSigner(secret: $0.secret) }
  let runner: AttemptRunner
  var webhooks: [WebhookID: Webhook] = [:]
  var receivers: [WebhookID: SimulatedReceiver] = [:]
  var ledger = Ledger()
  var store: SQLStore
  var collector: Collector
  var schedule = Schedule(limits: limits)
  private var agenda: [(at: Timestamp, what: Happening)] = []
  var attempts = 0

  var now: Timestamp { clock.now() }

  init(seed: UInt64) throws {
    dice = Dice(seed: seed)
    ids = IDGenerator(time: clock, random: dice)
    folder = SimulationFolder(seed: seed)
    store = try folder.open(clock, ids)
    runner = AttemptRunner(
      directory: directory, revisions: MemoryRevisions(), pipelines: SimulatedPipeline(dice: dice), client: ScriptedDeliveryClient([]),
      origin: "tide.example.com", ids: ids, time: clock, random: dice)
    collector = Collector(store: store, runner: runner)
  }

  mutating func add(_ happening: Happening, at time: Timestamp) {
    let index = agenda.firstIndex { $0.at > time } ?? agenda.endIndex
    agenda.insert((time, happening), at: index)
  }

  /// Lets everything happen that is on the agenda, and what follows from it.
  mutating func run() async throws {
    try await settleDown()
    while let next = [agenda.first?.at, schedule.nextWake(now: now)].compactMap(\.self).min() {
      clock.advance(by: .microseconds(next.microseconds - now.microseconds))
      while let first = agenda.first, first.at <= now {
        agenda.removeFirst()
        try await perform(first.what)
      }
      try await settleDown()
      if !schedule.isFull { try ledger.checkThatNothingIsForgotten(webhooks, at: now) }
    }
    guard schedule.isEmpty else { throw Violation("memory is still taken") }
    try await store.close()
  }

  private mutating func perform(_ happening: Happening) async throws {
    switch happening {
    case .publish(let range): try await publish(dice.number(in: range))
    case .turn(let id, let receiver): receivers[id] = receiver ?? dice.pick(SimulatedReceiver.allCases)
    case .activate(let id, let isActive): try await setActive(id, isActive ?? !(webhooks[id]?.isActive ?? false))
    case .collect(let id, let policy): try await change(id) { $0.batch = policy }
    case .replay: try await replay()
    case .erase(let wish): try await erase(wish)
    case .sweep: try await sweep()
    case .restart: try await restart()
    case .delete(let id): try await delete(id)
    case .peace: try await makePeace()
    case .ended(let delivery, let answer): try await end(delivery, answer)
    }
  }

  /// Ends the process: what was under way is never heard of again.
  mutating func forgetExchanges() {
    agenda.removeAll { if case .ended = $0.what { true } else { false } }
  }
}

extension Schedule {
  /// Whether there is no room for more, so that what is due waits in the store.
  var isFull: Bool { standing.held >= Simulation.limits.held || standing.heldBytes >= Simulation.limits.bytes }
}
