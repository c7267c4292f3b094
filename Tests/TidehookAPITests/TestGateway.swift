// The API over doubles of everything behind it, and a client that speaks to it in process.

import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import TidehookAPI
import TidehookCore

/// What the doubles keep; every test has its own.
final class Backend: EventPublisher, WebhookRegistry, History, ContentEraser {
  struct State {
    var published: [PublishRequest] = []
    var webhooks: [Webhook] = []
    var events: [Event] = []
    var erased: [EventID] = []
    var records: [DeliveryRecord] = []
    var filters: [DeliveryFilter] = []
    var searches: [DeliverySearch] = []
    var groupFilters: [DeliveryGroupFilter] = []
    var groups = DeliveryGroups(groups: [], isTruncated: false)
    /// How many deliveries each read of last attempts took.
    var readAttempts: [Int] = []
    var eventFilters: [EventFilter] = []
    /// How many events each list took from the store.
    var readEvents: [Int] = []
    var cursors: [Int64?] = []
    var replayed: [WebhookID] = []
    var failure: StoreError?
    /// How many changes of a webhook are beaten by another one.
    var staleReplacements = 0
    var revisions: [WebhookRevision] = []
    var replays: [ReplayedVersions] = []
    var plugins: [PluginInfo] = []
    var problems: [String: String] = [:]
    var pluginRevisions: [PluginRevision] = []
    var keys: [StoredKey] = []
    var healths: [WebhookID: WebhookHealth] = [:]
    var held: [WebhookID: Int] = [:]
    var tests: [(webhook: Webhook, event: Event)] = []
    var asked: [String] = []
    /// Why receivers prove nothing.
    var ownershipProblem: String?
    var tokens: [ConsoleToken] = []
    /// How often uses and ends of sessions were written.
    var tokenWrites = 0
    var tallies: [Int64: Tally] = [:]
    var standings: [WebhookID: QueueStanding] = [:]
    var inFlight: [WebhookID: Int] = [:]
    var webhookTallies: [WebhookID: [Int64: Tally]] = [:]
    var shortage: SpaceShortage?
    /// Whose statistics were asked for.
    var scopes: [StatisticsScope] = []
    /// The webhooks that were tried, each with the event.
    var dryRuns: [(webhook: Webhook, event: Event)] = []
    /// What a dry run makes of an event; the request of an untouched delivery unless set.
    var dryRun: @Sendable (Webhook, Event) async -> DryRun = { _, _ in
      DryRun(stages: [], outcome: .request(SentRequest(method: "POST", url: "https://example.com/", headers: [], body: nil)))
    }
  }

  let state = Mutex(State())

  func with<Value: Sendable>(_ read: (inout sending State) -> sending Value) -> Value { state.withLock(read) }

  func check() throws(StoreError) {
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  func publish(_ requests: [PublishRequest]) async throws(StoreError) -> [PublishOutcome] {
    try check()
    return state.withLock { state in
      requests.map { request in
        let earlier = request.id.flatMap { id in state.published.first { $0.id == id } }
        if earlier == nil { state.published.append(request) }
        let isSame = earlier?.data == request.data
        return PublishOutcome(
          id: request.id ?? EventID(stored: "evt_made"), deliveries: 2,
          verdict: earlier == nil ? .accepted : isSame ? .duplicate : .conflict)
      }
    }
  }

  func webhooks() -> [Webhook] { state.withLock { $0.webhooks } }

  func webhook(_ id: WebhookID) -> Webhook? { webhooks().first { $0.id == id } }

  func add(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    try check()
    state.withLock { state in
      state.webhooks.append(webhook)
      state.revisions.append(WebhookRevision(webhook: webhook, createdAt: webhook.updatedAt, madeBy: maker))
    }
  }

  func replace(_ webhook: Webhook, by maker: String) async throws(StoreError) {
    try check()
    let isStale = state.withLock { state in
      guard let index = state.webhooks.firstIndex(where: { $0.id == webhook.id }) else { return true }
      if state.staleReplacements > 0 {
        // The other one counted the revision up.
        state.staleReplacements -= 1
        state.webhooks[index].revision += 1
      }
      guard state.webhooks[index].revision + 1 == webhook.revision else { return true }
      let changesSecret = state.webhooks[index].secret != webhook.secret
      state.webhooks[index] = webhook
      state.revisions.append(
        WebhookRevision(webhook: webhook, createdAt: webhook.updatedAt, madeBy: maker, changesSecret: changesSecret))
      return false
    }
    if isStale { throw StoreError(.stale, "another change came first") }
  }

  func remove(_ id: WebhookID) async throws(StoreError) {
    state.withLock { state in state.webhooks.removeAll { $0.id == id } }
  }

  func eraseContent(of id: EventID) async throws(StoreError) -> Bool {
    try check()
    return state.withLock { state in
      guard state.events.contains(where: { $0.id == id }) else { return false }
      state.erased.append(id)
      return true
    }
  }

  func event(_ id: EventID) async throws(StoreError) -> Event? { state.withLock { $0.events.first { $0.id == id } } }

  func events(_ filter: EventFilter, before cursor: Int64?, limit: Int, maxBytes: Int) async throws(StoreError) -> [Event] {
    state.withLock { state in
      state.eventFilters.append(filter)
      var bytes = 0
      var events: [Event] = []
      let visible = state.events.filter { event in
        (filter.namespaces?.contains(event.namespace) ?? true) && (filter.keys?.contains(event.key.key) ?? true)
      }
      for event in visible.filter({ $0.key.key < cursor ?? .max }).sorted(by: { $0.key > $1.key }).prefix(limit)
      where bytes < maxBytes {
        bytes += event.payload.count
        events.append(event)
      }
      state.readEvents.append(events.count)
      return events
    }
  }

  func delivery(_ id: DeliveryID) async throws(StoreError) -> DeliveryRecord? {
    state.withLock { $0.records.first { $0.delivery.id == id } }
  }

  func replay(_ id: DeliveryID, at now: Timestamp, runs versions: ReplayedVersions) async throws(StoreError) -> ReplayResult {
    try check()
    state.withLock { $0.replays.append(versions) }
    guard let record = try await delivery(id) else { return .unknown }
    if versions == .original, record.attempts.isEmpty { return .neverAttempted }
    return record.delivery.state.isOpen ? .refused(record.delivery.state) : .queued(record.delivery.webhookID)
  }

  func checkHealth() async throws(StoreError) { try check() }
}

/// A clock that stands still, unless it goes on by a `step` whenever somebody looks.
struct StoppedClock: TimeSource {
  let time = Timestamp(microseconds: 1_776_076_200_000_000)
  var step = Duration.zero
  private let looks = Looks()

  init(step: Duration = .zero) {
    self.step = step
  }

  private final class Looks: Sendable {
    let count = Mutex(0)
  }

  func now() -> Timestamp {
    let looks = looks.count.withLock { count in
      count += 1
      return count
    }
    return step == .zero ? time : time + step * looks
  }

  func sleep(until deadline: Timestamp) async throws {}
}

/// An answer, its JSON already read.
struct Answer {
  let status: Int
  let headers: HTTPFields
  let text: String
  let json: JSONValue

  /// The code of an error answer.
  var code: String? { json["error"]?["code"]?.stringValue }
  /// The field that an error answer is about.
  var field: String? { json["error"]?["field"]?.stringValue }
  /// The message of an error answer.
  var message: String { json["error"]?["message"]?.stringValue ?? "" }
  /// The names of the members, in order.
  var keys: [String] { json.members?.map(\.key) ?? [] }
}

/// One API with its own doubles.
struct TestGateway {
  static let key = "0123456789abcdef"

  let backend = Backend()
  let sources = SourceBackend()
  let replays = ReplayBackend()
  let directory: SourceDirectory
  let ids = IDGenerator(time: StoppedClock(), random: SystemRandom())
  let allowed: [AddressRange]
  let limits: APILimits
  let clock: StoppedClock
  let rateLimit: RateLimit
  var asksForOwnership = false
  let metricsAccess: MetricsAccess
  var hasConsole = true
  /// The clock of sessions; ``clock`` unless set.
  var sessionClock: (any TimeSource)?
  let ring = OneRing()

  init(
    allowed: [AddressRange] = [], limits: APILimits = APILimits(), clock: StoppedClock = StoppedClock(),
    rateLimit: RateLimit = RateLimit(count: 6_000_000, perSeconds: 60), metricsAccess: MetricsAccess = .key
  ) {
    self.allowed = allowed
    self.limits = limits
    self.clock = clock
    self.rateLimit = rateLimit
    self.metricsAccess = metricsAccess
    directory = SourceDirectory(store: sources, time: clock, makeVerifier: HeaderVerifier.init)
  }

  /// One ring for all requests, so that the next one sees what the one before did.
  final class OneRing: Sendable {
    let ring = Mutex<KeyRing?>(nil)
    let sessions = Mutex<SessionBook?>(nil)
  }

  private func keys() -> KeyRing {
    ring.ring.withLock { ring in
      if let ring { return ring }
      let made = makeRing(adminDigest: Array(Self.key.utf8.reversed()))
      ring = made
      return made
    }
  }

  private func makeRing(adminDigest: [UInt8]) -> KeyRing {
    let source = KeySource(
      generate: { "thk_\(UInt64.random(in: 0...(.max)))" }, digest: { Array($0.utf8.reversed()) }, isAdmin: { $0 == Self.key },
      adminDigest: adminDigest)
    return KeyRing(store: backend, source: source, limit: rateLimit, ids: ids, time: clock)
  }

  /// One book for all requests, like the ring.
  func sessions() -> SessionBook {
    let keys = keys()
    return ring.sessions.withLock { book in
      if let book { return book }
      let made = SessionBook(
        store: backend, keys: keys, rule: ConsoleRule(), generate: { "token-\(UInt64.random(in: 0...(.max)))" },
        time: sessionClock ?? clock, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
      book = made
      return made
    }
  }

  /// The same gateway after a restart with another admin key, as far as digests tell.
  func restart(adminDigest: [UInt8]) async throws {
    let made = makeRing(adminDigest: adminDigest)
    try await made.load()
    ring.ring.withLock { $0 = made }
    forgetSessions()
    try await sessions().load()
  }

  /// The same gateway after a restart, as far as sessions are concerned.
  func forgetSessions() { ring.sessions.withLock { $0 = nil } }

  private struct Site: ConsoleSite {
    func answer(to request: SiteRequest, session: () -> [UInt8]?) -> SiteAnswer {
      SiteAnswer(status: 200, headers: [HeaderField("Content-Type", "text/html")], body: session() ?? Array(request.path.utf8))
    }
  }

  /// A stream would not end within a test.
  private var closedFeed: EventFeed {
    let feed = EventFeed(tail: backend, time: clock)
    feed.close()
    return feed
  }

  private static let about = About(
    version: "1.2.3", startedAt: StoppedClock().time + .seconds(-60),
    store: About.Store(kind: "sqlite", schemaVersion: 7, path: "/data/tidehook.db", size: { 4096 }, free: { nil }),
    rateLimit: RateLimit(count: 60, perSeconds: 60),
    scriptLimits: ["cpu_ms": 50, "instructions": 5, "memory_bytes": 6, "output_bytes": 7, "source_bytes": 8],
    settings: ["durability": "full", "drain_timeout_secs": 30, "verify_ownership": false, "console": true],
    retention: RetentionPolicy(), pluginsFolder: "/plugins")

  /// - Parameter time: another clock than ``clock``.
  func api(time: (any TimeSource)? = nil) -> TidehookAPI {
    TidehookAPI(
      publisher: backend, registry: backend, revisions: backend, pipelines: backend, plugins: backend, pluginStore: backend,
      dryRuns: backend, history: backend, eraser: backend,
      webhooks: WebhookServices(healths: backend, held: backend, tester: backend, ownership: asksForOwnership ? backend : nil),
      replays: replays,
      sources: SourceServices(directory: directory, receiver: sources, history: sources, publisher: sources),
      insight: Insight(statistics: backend, lanes: backend, metrics: [backend], metricsAccess: metricsAccess, space: backend),
      egress: EgressPolicy(allowed: allowed),
      secrets: SecretSource(
        generate: { Secret("whsec_bWFkZQ==") }, signingKey: Self.signingKey,
        problem: { $0.secret.revealed == "whsec_?" ? JSONProblem("secret", "expected one that can sign, but it is not base64") : nil },
        standardForm: { "whsec_<\($0.revealed)>" }, webKey: { ["x": .string($0)] }),
      library: Array(#"[{"name":"has_tag"}]"#.utf8), keys: keys(),
      console: hasConsole ? ConsoleServices(site: Site(), sessions: sessions(), version: "1.2.3") : nil,
      feed: closedFeed, about: Self.about,
      operations: backend, didReplay: { id in backend.with { $0.replayed.append(id) } }, time: time ?? clock, ids: ids,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), limits: limits)
  }

  /// A pair whose public half is the private one's, in other words; without a private key always the same.
  private static func signingKey(_ privateKey: Secret?) throws(JSONProblem) -> SigningKey {
    let text = privateKey?.revealed ?? "whsk_made"
    guard text.hasPrefix("whsk_") else { throw JSONProblem("signing_key", "expected whsk_, got something else") }
    return SigningKey(privateKey: Secret(text), publicKey: "whpk_of_" + text.dropFirst(5))
  }

  /// Sends one request in process and reads the answer.
  func send(
    _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: HTTPFields = [:], key: String? = "Bearer \(Self.key)"
  ) async throws -> Answer {
    try await send(method, path, bytes: body.map { Array($0.utf8) }, headers: headers, key: key)
  }

  /// Sends one request in process and reads the answer.
  func send(
    _ method: HTTPRequest.Method, _ path: String, bytes: [UInt8]?, headers: HTTPFields = [:], key: String? = "Bearer \(Self.key)"
  ) async throws -> Answer {
    var fields = headers
    if let key { fields[.authorization] = key }
    let body = bytes.map { ByteBuffer(bytes: $0) }
    let sent = fields
    return try await api().application(host: "127.0.0.1", port: 0).test(.router) { client in
      try await client.execute(uri: path, method: method, headers: sent, body: body) { response in
        let bytes = Array(response.body.readableBytesView)
        let type = response.headers[.contentType] ?? ""
        let isText = type.hasPrefix("text/") || type == "application/x-ndjson"
        let json = bytes.isEmpty || isText ? JSONValue.null : try JSONValue(parsing: bytes)
        return Answer(
          status: response.status.code, headers: response.headers, text: String(decoding: bytes, as: UTF8.self), json: json)
      }
    }
  }

  /// Makes a key and returns it as a header.
  func makeKey(_ name: String = "limited", namespaces: String = #"["mine"]"#) async throws -> String {
    let answer = try await send(.post, "/v1/keys", #"{"name":"\#(name)","namespaces":\#(namespaces)}"#)
    return "Bearer \(answer.json["key"]?.stringValue ?? "")"
  }

  /// Registers a webhook and returns its id.
  func makeWebhook(_ extra: String = "") async throws -> String {
    let answer = try await send(.post, "/v1/webhooks", #"{"url":"https://example.com/hook","events":["memory.created"]\#(extra)}"#)
    return answer.json["id"]?.stringValue ?? ""
  }
}
