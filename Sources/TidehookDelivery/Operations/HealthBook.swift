// Keeps in memory how webhooks fare, and stores it when it changes: a healthy webhook costs nothing, a failing one no write for each delivery.

public import Logging
import Synchronization
public import TidehookCore

/// How every webhook fares. Changes are in memory at once, and in the store a few seconds later: what a kill can lose is no more than that.
public final class HealthBook: WebhookHealths {
  fileprivate struct State {
    var healths: [WebhookID: WebhookHealth] = [:]
    var unsaved: Set<WebhookID> = []
    /// Those whose latest changes are not worth a write yet.
    var drifted: Set<WebhookID> = []
    /// When each was last noted to be stored.
    var notedAt: [WebhookID: Timestamp] = [:]
  }

  private let state = Mutex(State())
  /// How many webhooks are not well: while there is none, a success needs no lock.
  private let unwell = Atomic(0)
  private let store: any HealthStore
  private let standard: AutoDisable?
  let time: any TimeSource
  private let logger: Logger
  private let changes = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
  /// Says that time alone may make a warning due at another moment than before.
  private let prospects = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

  /// How long changes are collected before they are stored together.
  private static let saveDelay = Duration.seconds(5)

  /// How long a streak that goes on may differ from what is stored: a kill loses the count of no more than that, a stop of none.
  fileprivate static let longestDrift = Duration.seconds(60)

  /// Makes a book; call ``load()`` before anything is delivered.
  /// - Parameter standard: the rule for webhooks without one of their own; `nil` makes none of them inactive.
  public init(store: any HealthStore, standard: AutoDisable?, time: any TimeSource, logger: Logger) {
    self.store = store
    self.standard = standard
    self.time = time
    self.logger = logger
  }

  /// Reads what is stored.
  public func load() async throws(StoreError) {
    let healths = try await store.healths()
    state.withLock { $0.healths = healths }
    unwell.store(healths.count, ordering: .relaxed)
  }

  /// What is known of a webhook's failures.
  public func health(of id: WebhookID) -> WebhookHealth { state.withLock { $0.healths[id] } ?? WebhookHealth() }

  /// The rule by which a webhook becomes inactive; `nil` for never.
  public func rule(for webhook: Webhook) -> AutoDisable? { webhook.autoDisable.rule(standard: standard) }

  /// Counts a failed attempt of a webhook.
  func failed(_ webhook: Webhook, _ error: String, at now: Timestamp) -> (verdict: WebhookHealth.Verdict, health: WebhookHealth) {
    let rule = rule(for: webhook)
    let (verdict, health, isOther) = change(webhook.id) { health in
      let before = health
      let verdict = health.failed(error, at: now, rule: rule)
      let isOther = rule.map { health.nextWarning(rule: $0) != before.nextWarning(rule: $0) } ?? false
      return ((verdict, health, isOther), isKept: Self.isKept(health, after: before))
    }
    if isOther { reconsider() }
    return (verdict, health)
  }

  /// Says when warnings may be due that no attempt brings. One consumer.
  var reconsiderations: AsyncStream<Void> { prospects.stream }

  /// Has the time of warnings worked out anew.
  func reconsider() { prospects.continuation.yield() }

  /// The webhooks that are not well.
  var unwellWebhooks: [WebhookID] { state.withLock { Array($0.healths.keys) } }

  /// Looks whether time alone has made a warning about a webhook due.
  func timePassed(for webhook: Webhook, at now: Timestamp) -> (warning: WebhookHealth?, next: Timestamp?) {
    guard let rule = rule(for: webhook) else { return (nil, nil) }
    return change(webhook.id) { health in
      let tells = health.timePassed(at: now, rule: rule)
      return ((tells ? health : nil, health.nextWarning(rule: rule)), isKept: tells)
    }
  }

  /// Ends a webhook's streak of failures.
  /// - Returns: the streak, when people are to be told that it ended.
  func succeeded(_ id: WebhookID) -> WebhookHealth? {
    guard unwell.load(ordering: .relaxed) > 0 else { return nil }
    return change(id) { health in
      let before = health
      let tells = health.succeeded()
      return (tells ? before : nil, isKept: before != health)
    }
  }

  /// Notes that people were told that a webhook is inactive now.
  func wasDisabled(_ id: WebhookID) {
    change(id) { health in
      health.wasDisabled()
      return ((), isKept: true)
    }
  }

  /// Starts anew with a webhook that became active or goes elsewhere.
  func restart(_ id: WebhookID) {
    change(id) { health in
      let before = health
      health.restart()
      return ((), isKept: before != health)
    }
  }

  /// Forgets a deleted webhook.
  func forget(_ id: WebhookID) {
    state.withLock { state in
      state.healths[id] = nil
      state.unsaved.remove(id)
      state.drifted.remove(id)
      state.notedAt[id] = nil
      unwell.store(state.healths.count, ordering: .relaxed)
    }
  }

  /// Stores changes as they come until the task is cancelled; then what is left.
  public func run() async {
    for await _ in changes.stream {
      try? await time.sleep(until: time.now() + Self.saveDelay)
      await save()
    }
    state.withLock { $0.unsaved.formUnion($0.drifted) }
    await save()
  }

  /// A streak that goes on is stored at once while its number matters, and then ever more rarely: every minute at least.
  private static func isKept(_ health: WebhookHealth, after before: WebhookHealth) -> Bool {
    health.told != before.told || health.failingSince != before.failingSince || health.failures <= 10
      || health.failures.nonzeroBitCount == 1
  }

  private func change<Value>(_ id: WebhookID, _ body: (inout WebhookHealth) -> (value: Value, isKept: Bool)) -> Value {
    let now = time.now()
    let (value, isNew) = state.withLock { state in
      let before = state.healths[id] ?? WebhookHealth()
      var health = before
      let (value, isKept) = body(&health)
      state.healths[id] = health.isBlank ? nil : health
      unwell.store(state.healths.count, ordering: .relaxed)
      return (value, state.note(id, isKept: isKept, hasChanged: health != before, at: now))
    }
    if isNew { changes.continuation.yield() }
    return value
  }

  private func save() async {
    let healths = state.withLock { state in
      state.drifted.subtract(state.unsaved)
      defer { state.unsaved = [] }
      return Dictionary(uniqueKeysWithValues: state.unsaved.map { ($0, state.healths[$0] ?? WebhookHealth()) })
    }
    guard !healths.isEmpty else { return }
    do throws(StoreError) {
      try await store.save(healths)
    } catch {
      guard error.code != .closed else { return }
      logger.warning("health of webhooks not stored yet", metadata: ["count": "\(healths.count)", "error": "\(error)"])
      state.withLock { $0.unsaved.formUnion(healths.keys) }
      changes.continuation.yield()
    }
  }
}

extension HealthBook.State {
  /// Notes that a webhook's health was looked at, and perhaps changed.
  /// - Returns: whether it is to be stored and was not noted yet.
  fileprivate mutating func note(_ id: WebhookID, isKept: Bool, hasChanged: Bool, at now: Timestamp) -> Bool {
    let isOld = notedAt[id].map { now >= $0 + HealthBook.longestDrift } ?? true
    guard isKept || hasChanged && isOld else {
      if hasChanged { drifted.insert(id) }
      return false
    }
    notedAt[id] = healths[id] == nil ? nil : now
    return unsaved.insert(id).inserted
  }
}
