import Synchronization
import TidehookCore
import TidehookDelivery
import TidehookTesting

/// Answers requests from a list, then always with the last entry, and tells each request that was made.
final class ScriptedDeliveryClient: DeliveryClient {
  let requests: AsyncStream<SignedRequest>
  private let sent: AsyncStream<SignedRequest>.Continuation
  private let answers: Mutex<[Result<ReceivedResponse, AttemptFailure>]>

  init(_ answers: [Result<ReceivedResponse, AttemptFailure>]) {
    self.answers = Mutex(answers)
    (requests, sent) = AsyncStream.makeStream()
  }

  func send(_ request: SignedRequest) async -> Exchange {
    sent.yield(request)
    let answer = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
    return Exchange(answer, phases: ExchangePhases(total: 1))
  }
}

/// Gives every event the same verdict.
struct FixedPipeline: PipelineRunner, BatchPipelineRunner {
  var verdict = PipelineVerdict.send(body: nil, overrides: RequestOverrides())
  /// What runs unless the delivery pins other versions.
  var plugins: [PluginVersion] = []
  var judge: FixedJudge?
  /// Which members of a batch it drops, by their index; of an event by itself the first.
  var dropped: [Int: PipelineDrop] = [:]

  func run(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    PipelineResult(verdict, log: "ran\n", plugins: delivery.pinned?.plugins ?? plugins, judge: judge)
  }

  func collect(_ webhook: Webhook, _ delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    PipelineResult(dropped[0].map { .dropped(reason: $0.reason, by: $0.stage) } ?? .send(body: nil, overrides: RequestOverrides()))
  }

  func run(
    _ webhook: Webhook, on batch: DeliveryBatch, of delivery: DueDelivery, at now: Timestamp
  ) async -> BatchPipelineResult {
    let left = batch.members.enumerated().filter { dropped[$0.offset] == nil }.map { $0.element.event.id.rawValue }
    let body = Array("[\(left.joined(separator: ","))]".utf8)
    return BatchPipelineResult(PipelineResult(.send(body: body, overrides: RequestOverrides())), dropped: dropped)
  }
}

/// Gives every answer the same ruling, and remembers how much of each body it was shown.
final class FixedJudge: ResponseJudge {
  private let ruling: ResponseRuling
  private let counts = Mutex<[Int]>([])

  init(_ ruling: ResponseRuling) { self.ruling = ruling }

  /// The lengths of the bodies that it was shown.
  var bodyCounts: [Int] { counts.withLock { $0 } }

  func judge(_ response: ReceivedResponse) async -> ResponseRuling {
    counts.withLock { $0.append(response.body.count) }
    return ruling
  }
}

/// Knows the revisions that it was given, and counts how often one is read.
final class MemoryRevisions: WebhookRevisions {
  private let known = Mutex<[Webhook]>([])
  private let count = Mutex(0)

  /// How often a revision was read.
  var reads: Int { count.withLock { $0 } }

  func add(_ webhook: Webhook) { known.withLock { $0.append(webhook) } }

  func revisions(of id: WebhookID, before: Int?, limit: Int) async throws(StoreError) -> [WebhookRevision] {
    let found = known.withLock { $0 }.filter { $0.id == id && $0.revision < before ?? .max }.sorted { $0.revision > $1.revision }
    return found.prefix(limit).map { WebhookRevision(webhook: $0, createdAt: $0.updatedAt, madeBy: WebhookRevision.admin) }
  }

  func revision(_ number: Int, of id: WebhookID) async throws(StoreError) -> WebhookRevision? {
    count.withLock { $0 += 1 }
    return try await revisions(of: id, before: nil, limit: .max).first { $0.webhook.revision == number }
  }
}

/// Signs with what it was given to sign, so that tests can look at it.
struct TellingSigner: MessageSigner {
  let secret: Secret

  func headers(messageID: String, timestamp: Int64, body: [UInt8]) -> [HeaderField] {
    [
      HeaderField("webhook-id", messageID), HeaderField("webhook-timestamp", "\(timestamp)"),
      HeaderField("webhook-secret", secret.revealed),
    ]
  }
}

/// A store of deliveries in memory that tells each outcome as it is recorded.
final class MemoryQueue: DeliveryQueue, EventStore {
  let records: AsyncStream<CompletedDelivery>
  private let recorded: AsyncStream<CompletedDelivery>.Continuation
  /// What was given back.
  let releases: AsyncStream<DeliveryID>
  private let releasing: AsyncStream<DeliveryID>.Continuation
  private let sizes = Mutex<[Int]>([])
  /// How many each write gave back.
  var releaseSizes: [Int] { sizes.withLock { $0 } }
  /// Whether a release is answered by ``letGo()`` only, as by a store that cannot write.
  private let holdsReleases: Bool
  private let held = Mutex<[CheckedContinuation<Void, Never>]>([])
  private let waiting = Mutex<[(due: Timestamp, delivery: DueDelivery)]>([])
  private let known = Mutex<[DeliveryID: DueDelivery]>([:])

  init(waiting deliveries: [(due: Timestamp, delivery: DueDelivery)] = [], holdsReleases: Bool = false) {
    self.holdsReleases = holdsReleases
    (records, recorded) = AsyncStream.makeStream()
    (releases, releasing) = AsyncStream.makeStream()
    waiting.withLock { $0 = deliveries }
    known.withLock { known in for entry in deliveries { known[entry.delivery.id] = entry.delivery } }
  }

  func append(_ events: [NewEvent]) async throws(StoreError) -> [AppendResult] {
    known.withLock { known in
      for event in events {
        for delivery in event.deliveries {
          known[delivery.id] = DueDelivery(id: delivery.id, webhook: delivery.webhook, event: event.event)
        }
      }
    }
    return events.map { _ in .stored }
  }

  func backlog() async throws(StoreError) -> [WebhookID: Timestamp] { backlog(ofReplays: false) }

  func replayBacklog() async throws(StoreError) -> [WebhookID: Timestamp] { backlog(ofReplays: true) }

  func askedPauses(of webhooks: [WebhookID], after now: Timestamp) async throws(StoreError) -> [AskedPause] { [] }

  private func backlog(ofReplays: Bool) -> [WebhookID: Timestamp] {
    waiting.withLock { waiting in
      let some = waiting.filter { ($0.delivery.trigger == .manual) == ofReplays }
      return Dictionary(some.map { ($0.delivery.webhook, $0.due) }, uniquingKeysWith: min)
    }
  }

  func claim(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> Claim {
    claim(webhook, now, limit, ofReplays: false)
  }

  func claimReplays(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> Claim {
    claim(webhook, now, limit, ofReplays: true)
  }

  private func claim(_ webhook: WebhookID, _ now: Timestamp, _ limit: Int, ofReplays: Bool) -> Claim {
    waiting.withLock { waiting in
      let own = waiting.filter { $0.delivery.webhook == webhook && ($0.delivery.trigger == .manual) == ofReplays }
      let due = own.filter { $0.due <= now }.prefix(limit)
      waiting.removeAll { entry in due.contains { $0.delivery.id == entry.delivery.id } }
      let next = own.filter { entry in !due.contains { $0.delivery.id == entry.delivery.id } }.map(\.due).min()
      return Claim(deliveries: due.map(\.delivery), nextDue: next)
    }
  }

  func record(_ completed: CompletedDelivery) async throws(StoreError) {
    if let due = completed.transition.nextAttemptAt, var delivery = known.withLock({ $0[completed.id] }) {
      delivery.attemptCount = completed.attempt?.number ?? 0
      delivery.trigger = .retry
      waiting.withLock { $0.append((due, delivery)) }
    }
    recorded.yield(completed)
  }

  func release(_ deliveries: [DeliveryID]) async throws(StoreError) {
    if holdsReleases { await withCheckedContinuation { continuation in held.withLock { $0.append(continuation) } } }
    let now = Timestamp(microseconds: 0)
    known.withLock { known in
      for delivery in deliveries.compactMap({ known[$0] }) { add(delivery, due: now) }
    }
    sizes.withLock { $0.append(deliveries.count) }
    for delivery in deliveries { releasing.yield(delivery) }
  }

  /// Answers the releases that are held.
  func letGo() {
    let held = held.withLock { held in
      defer { held = [] }
      return held
    }
    for continuation in held { continuation.resume() }
  }

  /// Has a delivery wait in the store.
  func add(_ delivery: DueDelivery, due: Timestamp) { waiting.withLock { $0.append((due, delivery)) } }
}

/// The parts of an engine with doubles at its edges and a clock that the test moves.
struct EngineFixture {
  let clock = TestClock()
  let ids: IDGenerator
  let client: ScriptedDeliveryClient
  let queue: MemoryQueue
  let revisions = MemoryRevisions()
  let directory = WebhookDirectory(userAgent: "Tidehook/test") { TellingSigner(secret: $0.secret) }
  let runner: AttemptRunner

  init(
    answers: [Result<ReceivedResponse, AttemptFailure>] = [.success(ReceivedResponse(status: 200))],
    pipeline: FixedPipeline = FixedPipeline(),
    queue: MemoryQueue = MemoryQueue()
  ) {
    ids = IDGenerator(time: clock, random: FixedRandom())
    client = ScriptedDeliveryClient(answers)
    self.queue = queue
    runner = AttemptRunner(
      directory: directory, revisions: revisions, pipelines: pipeline, client: client, origin: "tide.example.com", ids: ids,
      time: clock, random: FixedRandom())
  }

  func makeWebhook(_ change: (inout Webhook) -> Void = { _ in }) throws -> Webhook {
    var webhook = Webhook(
      id: WebhookID(ids.next()), name: "test", url: try DestinationURL(parsing: "https://example.com/hook"), events: [.everything],
      namespace: nil, secret: Secret("secret"), createdAt: clock.now(), updatedAt: clock.now())
    change(&webhook)
    directory.put(webhook)
    return webhook
  }

  func makeDelivery(for webhook: WebhookID, payload: String = "{}") -> DueDelivery {
    let key = ids.next()
    let event = Event(
      key: key, id: EventID(key), type: EventType(stored: "memory.created"), namespace: .default, timestamp: clock.now(),
      acceptedAt: clock.now(), payload: Array(payload.utf8))
    return DueDelivery(id: DeliveryID(ids.next()), webhook: webhook, event: event)
  }
}
