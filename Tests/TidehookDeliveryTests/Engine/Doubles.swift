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
struct FixedPipeline: PipelineRunner {
  var verdict = PipelineVerdict.send(body: nil, overrides: RequestOverrides())

  func run(_ webhook: Webhook, on delivery: DueDelivery, at now: Timestamp) async -> PipelineResult {
    PipelineResult(verdict, log: "ran\n")
  }
}

/// Signs with what it was given to sign, so that tests can look at it.
struct TellingSigner: MessageSigner {
  func headers(messageID: String, timestamp: Int64, body: [UInt8]) -> [HeaderField] {
    [HeaderField("webhook-id", messageID), HeaderField("webhook-timestamp", "\(timestamp)")]
  }
}

/// A store of deliveries in memory that tells each outcome as it is recorded.
final class MemoryQueue: DeliveryQueue, EventStore {
  let records: AsyncStream<CompletedDelivery>
  private let recorded: AsyncStream<CompletedDelivery>.Continuation
  private let waiting = Mutex<[(due: Timestamp, delivery: DueDelivery)]>([])
  private let known = Mutex<[DeliveryID: DueDelivery]>([:])

  init(waiting deliveries: [(due: Timestamp, delivery: DueDelivery)] = []) {
    (records, recorded) = AsyncStream.makeStream()
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

  func backlog() async throws(StoreError) -> [WebhookID: Timestamp] {
    waiting.withLock { waiting in
      Dictionary(waiting.map { ($0.delivery.webhook, $0.due) }, uniquingKeysWith: min)
    }
  }

  func claim(_ webhook: WebhookID, dueBy now: Timestamp, limit: Int, maxBytes: Int) async throws(StoreError) -> Claim {
    waiting.withLock { waiting in
      let due = waiting.filter { $0.delivery.webhook == webhook && $0.due <= now }.prefix(limit)
      waiting.removeAll { entry in due.contains { $0.delivery.id == entry.delivery.id } }
      let next = waiting.filter { $0.delivery.webhook == webhook }.map(\.due).min()
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

  func release(_ deliveries: [DeliveryID]) async throws(StoreError) {}
}

/// The parts of an engine with doubles at its edges and a clock that the test moves.
struct EngineFixture {
  let clock = TestClock()
  let ids: IDGenerator
  let client: ScriptedDeliveryClient
  let queue: MemoryQueue
  let directory = WebhookDirectory(userAgent: "Tidehook/test") { _ in TellingSigner() }
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
      directory: directory, pipelines: pipeline, client: client, ids: ids, time: clock, random: FixedRandom())
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
