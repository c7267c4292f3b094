// Events, webhooks and results to try a store with.

package import TidehookCore

/// Makes sample values with ids that never repeat.
package struct StoreSamples: Sendable {
  /// Names everything.
  package let ids = IDGenerator(time: SystemTime(), random: SystemRandom())
  /// When everything happens; add to it for later.
  package let now = Timestamp(microseconds: 1_775_000_000_123_456)

  /// Makes samples.
  package init() {}

  /// A webhook that wants everything.
  package func webhook(_ change: (inout Webhook) -> Void = { _ in }) throws -> Webhook {
    var webhook = Webhook(
      id: WebhookID(ids.next()), name: "sample", url: try DestinationURL(parsing: "https://example.com/hook"), events: [.everything],
      namespace: nil, secret: Secret("a secret"), createdAt: now, updatedAt: now)
    change(&webhook)
    return webhook
  }

  /// Keys of every kind: the former secret ends then, the former key pair a minute later.
  package static func keys(endingAt end: Timestamp) -> SigningKeys {
    SigningKeys(
      previousSecret: Replaced(Secret("a former secret"), expiresAt: end),
      signingKey: SigningKey(privateKey: Secret("whsk_2"), publicKey: "whpk_2"),
      previousSigningKey: Replaced(SigningKey(privateKey: Secret("whsk_1"), publicKey: "whpk_1"), expiresAt: end + .seconds(60)))
  }

  /// A scheme with every member.
  package static var customSigning: CustomSigning {
    get throws {
      try CustomSigning(json: [
        "scheme": "custom", "header": "X-Sig", "algorithm": "sha512", "encoding": "base64url", "prefix": "v=",
        "template": "{id}.{timestamp}.{body}", "timestamp_header": "X-Time", "id_header": "X-Id",
      ])
    }
  }

  /// The canonical envelope around `data`.
  package func payload(_ id: EventID, _ type: String, _ data: String) -> [UInt8] {
    Array(#"{"id":"\#(id)","event":"\#(type)","timestamp":"2026-04-13T10:30:00Z","data":\#(data)}"#.utf8)
  }

  /// An event that is not stored yet, with one delivery for each of `webhooks`.
  package func event(
    id: EventID? = nil, type: String = "memory.created", namespace: String = "default", data: String = #"{"content":"tea"}"#,
    idempotencyKey: String? = nil, ownTime: Timestamp? = nil, acceptedAt: Timestamp? = nil, for webhooks: [WebhookID] = [],
    state: DeliveryState = .pending, isLeased: Bool = false, trace: TraceContext? = nil
  ) -> NewEvent {
    let key = ids.next()
    let id = id ?? EventID(key)
    let event = Event(
      key: key, id: id, type: EventType(stored: type), namespace: Namespace(stored: namespace), timestamp: ownTime ?? acceptedAt ?? now,
      acceptedAt: acceptedAt ?? now, payload: payload(id, type, data), trace: trace)
    return NewEvent(
      event: event, idempotencyKey: idempotencyKey, hasOwnTimestamp: ownTime != nil,
      deliveries: webhooks.map { NewDelivery(id: DeliveryID(ids.next()), webhook: $0, state: state, isLeased: isLeased) })
  }

  /// An attempt with every field set.
  package func attempt(_ number: Int = 1, status: Int = 200, body: [UInt8] = Array("ok".utf8)) -> Attempt {
    Attempt(
      id: AttemptID(ids.next()), number: number, trigger: number == 1 ? .first : .retry, revision: 3,
      plugins: [PluginVersion(name: "slack", revision: number), PluginVersion(name: "x-2", revision: 12)],
      startedAt: now + .seconds(number),
      durationMicroseconds: 1234, phases: ExchangePhases(resolve: 1, connect: nil, firstByte: 3, total: 4),
      failure: status < 300 ? nil : AttemptFailure(.status, "the receiver answered \(status)"),
      request: SentRequest(
        method: "POST", url: "https://example.com/hook", headers: [HeaderField("X-One", "1: a"), HeaderField("x-two", "")], body: [0, 255]),
      response: ReceivedResponse(status: status, headers: [HeaderField("Content-Type", "text/plain")], body: body), log: "a line\nanother")
  }

  /// The result of an attempt.
  package func result(
    _ id: DeliveryID, _ state: DeliveryState = .delivered, number: Int = 1, status: Int = 200, nextAttemptAt: Timestamp? = nil
  ) -> CompletedDelivery {
    let transition = Transition(state, reason: status < 300 ? nil : "the receiver answered \(status)", nextAttemptAt: nextAttemptAt)
    return CompletedDelivery(id: id, attempt: attempt(number, status: status), transition: transition, at: now + .seconds(number))
  }
}

extension EventStore where Self: WebhookStore {
  /// Stores a webhook and one event for it.
  func seed(_ samples: StoreSamples, _ webhook: Webhook, isLeased: Bool = false) async throws -> NewEvent {
    try await insert(webhook)
    let event = samples.event(for: [webhook.id], isLeased: isLeased)
    try expectEqual(try await append([event]), [.stored], "the result of an append")
    return event
  }
}

extension History {
  /// A delivery that must be there.
  func known(_ id: DeliveryID) async throws -> DeliveryRecord {
    guard let record = try await delivery(id) else { throw RuleBroken(description: "expected delivery \(id) to be there") }
    return record
  }
}

extension WebhookStore {
  /// Stores a new webhook as the admin's.
  package func insert(_ webhook: Webhook) async throws(StoreError) { try await insert(webhook, by: WebhookRevision.admin) }

  /// Stores a webhook's next revision as the admin's.
  package func update(_ webhook: Webhook) async throws(StoreError) { try await update(webhook, by: WebhookRevision.admin) }
}
