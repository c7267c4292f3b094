// What needs somebody's attention now: pure rules over what is known anyway.

/// One thing to look at, with all that is needed to find it.
public struct Attention: Sendable, Hashable {
  /// What is the matter, most urgent first. Texts are those of the API.
  public enum Kind: String, Sendable, CaseIterable {
    /// The disk of the data folder has little space left.
    case lowSpace = "low_space"
    /// A webhook became inactive though nobody asked for it.
    case webhookDisabled = "webhook_disabled"
    /// A webhook's attempts fail one after another, or its breaker is open.
    case webhookFailing = "webhook_failing"
    /// A webhook has dead deliveries.
    case deliveriesDead = "deliveries_dead"
    /// A webhook's deliveries have been due for long.
    case deliveriesWaiting = "deliveries_waiting"
    /// A source rejects requests.
    case sourceRejecting = "source_rejecting"
    /// What is on disk of a plugin is refused.
    case pluginRefused = "plugin_refused"
  }

  /// What is the matter.
  public var kind: Kind
  /// The id of the webhook or source, the name of the plugin, or `store`.
  public var id: String
  /// What people call it.
  public var name: String
  /// Since when; `nil` where that is not known.
  public var since: Timestamp?
  /// How many: of what depends on the kind.
  public var count: Int64
  /// Whether there may be more than ``count``.
  public var isAtLeast = false
  /// A sentence for people.
  public var message: String

  /// Makes a note.
  public init(
    _ kind: Kind, id: String, name: String, since: Timestamp?, count: Int64, isAtLeast: Bool = false, message: String
  ) {
    self.kind = kind
    self.id = id
    self.name = name
    self.since = since
    self.count = count
    self.isAtLeast = isAtLeast
    self.message = message
  }
}

extension Attention {
  /// From so many failures in a row on a webhook is failing: fewer are what retries are for.
  public static let failingFrom = 5
  /// For how long something must have been due, in seconds, before it counts as waiting: the alert that docs/monitoring.md begins with.
  public static let waitingSeconds = 300

  /// What is the matter with a webhook.
  public static func of(_ webhook: Webhook, _ queue: QueueStanding, _ health: WebhookHealth, now: Timestamp) -> [Attention] {
    [disabled(webhook, queue), failing(webhook, health), dead(webhook, queue), waiting(webhook, queue, now)].compactMap(\.self)
  }

  private static func disabled(_ webhook: Webhook, _ queue: QueueStanding) -> Attention? {
    guard !webhook.isActive, let why = webhook.disablement, why.cause != .request else { return nil }
    let message = "It became inactive: \(why.message). \(counted(queue.held, "delivery is", "deliveries are")) held."
    return Attention(.webhookDisabled, webhook, since: why.at, count: queue.held, message: message)
  }

  private static func failing(_ webhook: Webhook, _ health: WebhookHealth) -> Attention? {
    let isStopped = webhook.breaker != nil && webhook.laneState.breaker == .open
    guard webhook.isActive, isStopped || health.failures >= failingFrom else { return nil }
    let last = health.lastError.map { " The last one: \($0)." } ?? ""
    let stop = isStopped ? " Its breaker is open." : ""
    let message = "\(counted(health.failures, "attempt", "attempts")) in a row failed.\(last)\(stop)"
    let since = health.failingSince ?? webhook.laneState.breakerSince
    return Attention(.webhookFailing, webhook, since: since, count: health.failures, message: message)
  }

  private static func dead(_ webhook: Webhook, _ queue: QueueStanding) -> Attention? {
    guard queue.dead > 0 else { return nil }
    let message = "\(counted(queue.dead, "delivery is", "deliveries are")) dead: no attempt is left."
    return Attention(.deliveriesDead, webhook, since: queue.firstDead, count: queue.dead, message: message)
  }

  private static func waiting(_ webhook: Webhook, _ queue: QueueStanding, _ now: Timestamp) -> Attention? {
    guard webhook.isActive, let due = queue.firstDue, due + .seconds(waitingSeconds) <= now else { return nil }
    let count = queue.pending + queue.retrying
    let message = "\(counted(count, "delivery waits", "deliveries wait")), the first of which has been due since \(due.rfc3339)."
    return Attention(.deliveriesWaiting, webhook, since: due, count: count, message: message)
  }

  private init(_ kind: Kind, _ webhook: Webhook, since: Timestamp?, count: Int, message: String) {
    self.init(kind, id: webhook.id.description, name: webhook.name, since: since, count: Int64(count), message: message)
  }

  /// What is the matter with a source; nothing when it has rejected nothing.
  public static func of(_ source: Source, _ rejections: Rejections) -> Attention? {
    guard rejections.count > 0 else { return nil }
    let number = (rejections.isAtLeast ? "At least " : "") + counted(rejections.count, "request was", "requests were")
    let last = rejections.lastReason.map { " The last one: \($0)." } ?? ""
    return Attention(
      .sourceRejecting, id: source.id.description, name: source.name, since: rejections.first, count: Int64(rejections.count),
      isAtLeast: rejections.isAtLeast, message: "\(number) rejected within a day.\(last)")
  }

  /// What is the matter with a plugin.
  public static func ofPlugin(_ name: String, problem: String) -> Attention {
    Attention(.pluginRefused, id: name, name: name, since: nil, count: 1, message: problem.firstLine)
  }

  /// What is the matter with the disk; nothing while it has space.
  public static func of(_ shortage: SpaceShortage?) -> Attention? {
    shortage.map { shortage in
      let free = shortage.space.freeBytes
      return Attention(
        .lowSpace, id: "store", name: "data folder", since: shortage.since, count: free,
        message: "The disk of the data folder has \(free >> 20) MiB left. When it is full, publishing is refused.")
    }
  }

  /// The most urgent first; of the same kind what has been so for longest.
  public static func sorted(_ all: [Attention]) -> [Attention] {
    let ranks = Dictionary(uniqueKeysWithValues: Kind.allCases.enumerated().map { ($0.element, $0.offset) })
    func rank(_ one: Attention) -> (Int, Int64, String) {
      (ranks[one.kind] ?? 0, one.since?.microseconds ?? .max, one.id)
    }
    return all.sorted { rank($0) < rank($1) }
  }

  private static func counted(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }
}

/// What a source has rejected since some time.
public struct Rejections: Sendable, Hashable {
  /// How many requests.
  public var count: Int
  /// Whether there may be more than ``count``.
  public var isAtLeast: Bool
  /// When the first of them came.
  public var first: Timestamp?
  /// Why the last of them was rejected.
  public var lastReason: String?

  /// Makes a count.
  public init(count: Int, isAtLeast: Bool = false, first: Timestamp? = nil, lastReason: String? = nil) {
    self.count = count
    self.isAtLeast = isAtLeast
    self.first = first
    self.lastReason = lastReason
  }
}
