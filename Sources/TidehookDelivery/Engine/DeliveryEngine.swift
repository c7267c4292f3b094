// Runs deliveries: carries out what the schedule decides, and tells it what happened.

public import Logging
import Synchronization
public import TidehookCore

/// Something that is to be done about a webhook on behalf of its deliveries.
public enum WebhookNotice: Sendable, Equatable {
  /// The webhook is to be made inactive, unless it has another revision by now: then the receiver may be another one too.
  case disable(WebhookID, revision: Int, Disablement)
  /// Deliveries may be in a state that does not go with the webhook's: held though it is active, open though it is not.
  case unsettled(WebhookID)
  /// The time of a secret that was replaced may be over.
  case expired(WebhookID)

  /// Which webhook it is about.
  var webhook: WebhookID {
    switch self {
    case .disable(let id, _, _), .unsettled(let id), .expired(let id): id
    }
  }
}

/// Attempts deliveries, lane by lane, and writes their outcomes.
///
/// New deliveries come from memory (``accept(_:_:)``), everything else is claimed from the store when it is due; between the two the
/// engine sleeps, it never polls.
public final class DeliveryEngine: Sendable {
  let queue: any DeliveryQueue
  let runner: AttemptRunner
  /// Collects for webhooks with batches; `nil` where there are none.
  let collector: Collector?
  let time: any TimeSource
  let logger: Logger
  let watch: WebhookWatch?
  let meter: (any DeliveryMeter)?
  let schedule: Mutex<Schedule>
  private let loops: [DeliveryLoop]
  private let turn = Atomic(0)
  let drained = Mutex<CheckedContinuation<Void, Never>?>(nil)
  let trouble = StoreTrouble()
  /// Webhooks whose lanes gave something back to the store that nobody has looked at since.
  let givenBack = Mutex<Set<WebhookID>>([])
  /// Says that the store may have something to claim.
  let wakeUps: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)
  let noticeChannel: (stream: AsyncStream<WebhookNotice>, continuation: AsyncStream<WebhookNotice>.Continuation)

  /// Says that a lane has room for replays again.
  let replayRoom: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

  /// How long to wait before a claim or a record that failed is tried again.
  static let storeRetryDelay = Duration.seconds(1)

  /// Makes an engine; nothing is claimed before ``run()``.
  /// - Parameters:
  ///   - batches: keeps what webhooks collect; `nil` where none does.
  ///   - loops: where attempts run, in turn; on Swift's shared pool when there are none.
  ///   - watch: follows outcomes for the sake of their webhooks.
  ///   - meter: is told what was stored and what came of it.
  public init(
    queue: any DeliveryQueue, batches: (any BatchStore)? = nil, runner: AttemptRunner, limits: LaneLimits = LaneLimits(),
    loops: [DeliveryLoop] = [], watch: WebhookWatch? = nil, meter: (any DeliveryMeter)? = nil, time: any TimeSource, logger: Logger
  ) {
    self.queue = queue
    self.runner = runner
    self.collector = batches.map { Collector(store: $0, runner: runner) }
    self.loops = loops
    self.watch = watch
    self.time = time
    self.logger = logger
    self.meter = meter
    self.schedule = Mutex(Schedule(limits: limits))
    self.wakeUps = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    self.noticeChannel = AsyncStream.makeStream()
    self.replayRoom = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// What is to be done about webhooks. One consumer.
  public var notices: AsyncStream<WebhookNotice> { noticeChannel.stream }

  /// Adds to ``notices``.
  package func notify(_ notice: WebhookNotice) { noticeChannel.continuation.yield(notice) }

  // MARK: Webhooks

  /// Applies a webhook's limits to its lane.
  package func configure(_ webhook: Webhook) {
    let pace = LanePace(of: webhook, runner.handshakes.state(of: webhook))
    let now = time.now()
    schedule.withLock {
      $0.configureHealth(webhook.id, breaker: webhook.breaker, origin: webhook.url.origin, now: now)
      $0.configure(webhook.id, maxInFlight: pace.maxInFlight, rateLimit: pace.rateLimit, consent: pace.consent, now: now)
      $0.setActive(webhook.id, webhook.isActive)
    }
    // It may collect in another way than before: what waits is looked at.
    if collector?.concerns(webhook) == true { noteBacklog(webhook.id, due: now) }
    if !webhook.isActive { giveBack(schedule.withLock { $0.evict(webhook.id) }, of: webhook.id) }
    // A job that waited for the webhook to become active goes on.
    replayRoom.continuation.yield()
    pump()
  }

  /// A webhook with how its lane stands, and what its receiver said to the handshake.
  func withLiveState(_ webhook: Webhook) -> Webhook {
    var live = webhook
    let now = time.now()
    live.laneState = schedule.withLock { $0.state(of: webhook.id, now: now) }
    if webhook.handshake != nil { live.handshakeState = runner.handshakes.state(of: webhook) }
    return live
  }

  /// Forgets a deleted webhook's lane.
  package func retire(_ id: WebhookID) {
    giveBack(schedule.withLock { $0.retire(id) }, of: id)
    runner.forget(id)
    collector?.forget(id)
    replayRoom.continuation.yield()
  }

  /// Notes that the store has a delivery of this webhook that nobody holds.
  func noteBacklog(_ webhook: WebhookID, due: Timestamp) {
    schedule.withLock { $0.noteBacklog(webhook, due: due) }
    wake()
  }

  /// Notes that the store has a replay of this webhook that nobody holds.
  /// - Parameter ordered: how many of them a job made due that are part of an order.
  public func noteReplays(_ webhook: WebhookID, due: Timestamp, ordered: Int = 0) {
    schedule.withLock { schedule in
      schedule.noteReplays(webhook, due: due)
      schedule.noteOrderedReplays(webhook, ordered)
      // Where there is an order, replays go with the rest; one that leaves a former order gives its turn to what comes after it.
      schedule.noteBacklog(webhook, due: due)
    }
    wake()
  }

  /// Whether the lane of a webhook has few replays left: a job may make more of them due.
  func hasRoomForReplays(_ webhook: WebhookID) -> Bool { schedule.withLock { $0.hasRoomForReplays(webhook) } }

  // MARK: Publishing

  /// Promises a place in memory to a delivery that is about to be committed; false means that it will be claimed from the store.
  func reserve(_ webhook: WebhookID, bytes: Int, now: Timestamp) -> Bool {
    schedule.withLock { $0.reserve(webhook, bytes: bytes, now: now) }
  }

  /// Gives back the places of events that could not be stored.
  func abandon(_ events: [NewEvent]) {
    let looksForClaims = schedule.withLock { schedule in
      var looks = false
      for event in events {
        for delivery in event.deliveries where delivery.isLeased {
          looks = schedule.abandon(delivery.webhook, bytes: event.event.payload.count) || looks
        }
      }
      return looks
    }
    if looksForClaims { wake() }
  }

  /// Takes over the deliveries of events that were committed.
  func accept(_ events: [NewEvent], _ results: [AppendResult]) {
    meter?.note(events, results)
    var waiting: Set<WebhookID> = []
    var unsettled: Set<WebhookID> = []
    var looksForClaims = false
    var stranded: [WebhookID: [DueDelivery]] = [:]
    pump { schedule in
      for (event, result) in zip(events, results) {
        for delivery in event.deliveries {
          if delivery.isLeased, result == .stored {
            schedule.admit(DueDelivery(id: delivery.id, webhook: delivery.webhook, event: event.event))
          } else if delivery.isLeased {
            looksForClaims = schedule.abandon(delivery.webhook, bytes: event.event.payload.count) || looksForClaims
          } else if delivery.state == .held {
            unsettled.insert(delivery.webhook)
          } else if result == .stored {
            waiting.insert(delivery.webhook)
          }
        }
      }
      for webhook in waiting { schedule.noteBacklog(webhook, due: events[0].event.acceptedAt) }
      stranded = schedule.takeStranded()
    }
    for (webhook, deliveries) in stranded { giveBack(deliveries, of: webhook) }
    if !waiting.isEmpty || looksForClaims { wake() }
    for id in unsettled where runner.directory.active(id)?.webhook.isActive == true { notify(.unsettled(id)) }
  }

  // MARK: Attempts

  /// Starts everything that can start.
  /// - Parameter change: what happened, for the schedule to take in first: it is locked once for both.
  func pump(after change: (inout Schedule) -> Void = { _ in }) {
    var (wantsWake, hasReplayRoom) = (false, false)
    var started: [DueDelivery] = []
    let now = time.now()
    schedule.withLock { schedule in
      change(&schedule)
      while let next = schedule.takeNext(now: now) {
        started.append(next.delivery)
        wantsWake = wantsWake || next.wantsClaim
      }
      wantsWake = schedule.takeNewPause() || wantsWake
      hasReplayRoom = schedule.takeReplayRoom()
    }
    start(started)
    if wantsWake { wake() }
    if hasReplayRoom { replayRoom.continuation.yield() }
  }

  private func start(_ deliveries: [DueDelivery]) {
    for delivery in deliveries {
      if loops.isEmpty {
        Task { await deliver(delivery) }
      } else {
        let loop = loops[(turn.wrappingAdd(1, ordering: .relaxed).oldValue & Int.max) % loops.count]
        loop.start { await self.deliver(delivery) }
      }
    }
  }

  private func deliver(_ delivery: DueDelivery) async {
    var completed = await runner.attempt(delivery)
    completed?.isOrdered = delivery.isOrdered
    // The receiver may have agreed to a rate: it holds before anything else begins.
    if let active = runner.directory.active(delivery.webhook), active.webhook.handshake != nil { configure(active.webhook) }
    let outcomeBytes = completed?.attempt?.ownBytes ?? 0
    let ended = time.now()
    let signal = completed?.signal
    pump { schedule in
      schedule.noteHealth(delivery.webhook, delivery.id, signal, now: ended)
      schedule.finishExchange(delivery.webhook, bytes: outcomeBytes)
    }
    if let completed {
      await record(completed, of: delivery)
    } else {
      await release([delivery])
    }
    // The store may have given the turn to another delivery of the same order.
    let due = delivery.isOrdered ? time.now() : completed?.transition.nextAttemptAt
    let isOrderedReplay = delivery.isOrdered && delivery.trigger == .manual && completed != nil
    let (looksForClaims, isIdle, hasReplayRoom) = schedule.withLock { schedule in
      if isOrderedReplay { schedule.finishOrderedReplay(delivery.webhook) }
      let looks = schedule.finishRecord(delivery.webhook, bytes: delivery.heldBytes + outcomeBytes, retryAt: due)
      return (looks, schedule.isDraining && schedule.isIdle, schedule.takeReplayRoom())
    }
    if hasReplayRoom { replayRoom.continuation.yield() }
    if looksForClaims { wake() }
    if isIdle { resumeDrain() }
  }

  /// Writes an outcome, however long that takes: what was sent must not be forgotten.
  private func record(_ completed: CompletedDelivery, of delivery: DueDelivery) async {
    while true {
      do throws(StoreError) {
        try await queue.record(completed)
        trouble.end(logger)
        break
      } catch {
        // A closed store claims the delivery again after the next start; a stale lease means that another node decides.
        guard error.code != .closed, error.code != .stale else { return }
        trouble.report("outcome not recorded", error, at: time.now(), logger)
        guard (try? await time.sleep(until: time.now() + Self.storeRetryDelay)) != nil else { return }
      }
    }
    follow(completed, of: delivery)
  }

  /// What follows from an outcome that is on disk.
  func follow(_ completed: CompletedDelivery, of delivery: DueDelivery) {
    meter?.note(completed, of: delivery)
    disableWebhook(after: completed, of: delivery)
    switch completed.transition.state {
    case .dead:
      logger.notice(
        "delivery dead",
        metadata: [
          "delivery.id": "\(delivery.id)", "webhook.id": "\(delivery.webhook)", "event.id": "\(delivery.event.id)",
          "attempts": "\(completed.attempt?.number ?? delivery.attemptCount)",
          "failure": "\(completed.attempt?.failure?.kind.rawValue ?? "none")",
        ])
    case .held where runner.directory.active(delivery.webhook)?.webhook.isActive == true:
      // It became active again between the attempt and the record.
      notify(.unsettled(delivery.webhook))
    case .pending, .retrying, .delivered, .filtered, .held, .cancelled: break
    }
  }

  private func disableWebhook(after completed: CompletedDelivery, of delivery: DueDelivery) {
    let failing = watch?.note(completed, of: delivery)
    guard let attempt = completed.attempt else { return }
    if completed.transition.disablesWebhook {
      let said = completed.transition.reason ?? "an answer of the receiver said so"
      // What a `response` function says may quote the answer, and stays with the delivery.
      let reason = attempt.failure.flatMap { $0.message == said ? $0.outline : nil } ?? said
      notify(.disable(delivery.webhook, revision: attempt.revision, Disablement(.receiver, at: completed.at, message: reason)))
    } else if let failing {
      notify(.disable(delivery.webhook, revision: attempt.revision, failing))
    }
  }

  /// Says that the store may have something to claim.
  func wake() { wakeUps.continuation.yield() }
}
