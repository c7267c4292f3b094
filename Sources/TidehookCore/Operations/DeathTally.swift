// Merges deliveries that end as `dead`, so that a receiver that is down makes one event a minute and not thousands. Pure: time is passed in.

/// A delivery that is not tried again.
public struct DeadDelivery: Sendable, Equatable {
  /// Which one.
  public var id: DeliveryID
  /// What it would have delivered.
  public var event: EventID
  /// The type of that.
  public var type: EventType
  /// Why it failed last; `nil` when no attempt failed.
  public var failure: AttemptFailure?

  /// Makes a record.
  public init(id: DeliveryID, event: EventID, type: EventType, failure: AttemptFailure?) {
    self.id = id
    self.event = event
    self.type = type
    self.failure = failure
  }
}

/// The dead deliveries of one webhook since the last report.
public struct DeathReport: Sendable, Equatable {
  /// Whose deliveries.
  public let webhook: WebhookID
  /// How many.
  public private(set) var count = 0
  /// When the first one died.
  public let first: Timestamp
  /// When the last one died.
  public private(set) var last: Timestamp
  /// The first of them.
  public private(set) var examples: [DeadDelivery] = []
  /// How many there were of each kind of failure, by its name.
  public private(set) var failures: [String: Int] = [:]

  /// How many examples a report has.
  public static let maximumExamples = 10

  init(of webhook: WebhookID, at now: Timestamp) {
    self.webhook = webhook
    first = now
    last = now
  }

  mutating func add(_ delivery: DeadDelivery, at now: Timestamp) {
    count += 1
    last = now
    failures[delivery.failure?.kind.rawValue ?? "none", default: 0] += 1
    if examples.count < Self.maximumExamples { examples.append(delivery) }
  }
}

/// Reports dead deliveries: the first of a webhook at once, those of the following minute together at its end.
public struct DeathTally: Sendable {
  private struct Entry {
    var reportedAt: Timestamp
    var waiting: DeathReport?
  }

  private var entries: [WebhookID: Entry] = [:]

  /// The shortest time between two reports about one webhook.
  public static let interval = Duration.seconds(60)

  /// Makes an empty tally.
  public init() {}

  /// Counts a death.
  /// - Returns: a report to make now; `nil` when the death waits for a later one, at ``nextDue``.
  public mutating func add(_ delivery: DeadDelivery, of webhook: WebhookID, at now: Timestamp) -> DeathReport? {
    var report = entries[webhook]?.waiting ?? DeathReport(of: webhook, at: now)
    report.add(delivery, at: now)
    guard let entry = entries[webhook], !Self.isOver(entry, at: now) else {
      entries[webhook] = Entry(reportedAt: now)
      return report
    }
    entries[webhook]?.waiting = report
    return nil
  }

  /// Takes out the reports that have waited long enough, and forgets webhooks that have been quiet as long.
  public mutating func takeDue(at now: Timestamp) -> [DeathReport] {
    let over = entries.filter { Self.isOver($0.value, at: now) }
    for (webhook, entry) in over { entries[webhook] = entry.waiting.map { _ in Entry(reportedAt: now) } }
    return over.values.compactMap(\.waiting).sorted { $0.webhook < $1.webhook }
  }

  /// Takes out every report, for the end of the process.
  public mutating func takeAll() -> [DeathReport] {
    defer { entries = [:] }
    return entries.values.compactMap(\.waiting).sorted { $0.webhook < $1.webhook }
  }

  /// When the next report is due; `nil` when none waits.
  public var nextDue: Timestamp? {
    entries.values.lazy.filter { $0.waiting != nil }.map { $0.reportedAt + Self.interval }.min()
  }

  /// A clock that was set back ends the wait.
  private static func isOver(_ entry: Entry, at now: Timestamp) -> Bool {
    now >= entry.reportedAt + interval || now < entry.reportedAt
  }
}
