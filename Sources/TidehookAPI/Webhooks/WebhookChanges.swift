// What a request says about a webhook, field by field, each checked; creating and changing one are the same thing from here on.

import TidehookCore

/// Checked changes of a webhook.
struct WebhookChanges {
  var url: DestinationURL?
  var events: [EventPattern]?
  var namespace = Change<Namespace>.absent
  var name = Change<String>.absent
  var isActive = Change<Bool>.absent
  var pipeline = Change<PipelineFields>.absent
  var signing = Change<[SigningScheme]>.absent
  var secret = Change<Secret>.absent
  var signingKey = Change<Secret>.absent
  var headers = Change<[HeaderField]>.absent
  var retry = Change<RetryFields>.absent
  var timeoutSeconds = Change<Double>.absent
  var maxInFlight = Change<Int>.absent
  var sample = Change<Double>.absent
  var rateLimit = Change<RateLimit>.absent
  var ordering = Change<Ordering>.absent
  var breaker = Change<BreakerSettings>.absent
  var batch = Change<BatchPolicy>.absent
  var handshake = Change<HandshakeScheme>.absent
  var autoDisable = Change<AutoDisableSetting>.absent
  /// What becomes of held deliveries; only of a request that makes the webhook active.
  var held: HeldChoice?
  var access = AccessChanges()

  /// No changes.
  init() {}

  /// Reads the body of a request.
  init(_ body: JSONValue, egress: EgressPolicy) throws {
    let fields = try Fields(body, known: Self.names, readOnly: Self.readOnly)
    url = try fields["url"].map { try $0.destination(egress: egress) }
    events = try fields["events"].map { try $0.patterns() }
    namespace = try fields.change("namespace") { try $0.namespace() }
    name = try fields.change("name") { try $0.webhookName() }
    isActive = try fields.change("active") { try $0.bool() }
    pipeline = try PipelineFields.change(fields)
    signing = try fields.change("signing") { try $0.read(SigningScheme.list(json:)) }
    secret = try fields.change("secret") { try $0.secret() }
    signingKey = try fields.change("signing_key") { try $0.signingKey() }
    access = try AccessChanges(fields, egress: egress)
    try read(headers: fields.change("headers") { try HeaderRules.headers($0) })
    retry = try fields.change("retry") { try RetryFields($0) }
    timeoutSeconds = try fields.change("timeout_secs") { try $0.number(in: 0.1...60) }
    maxInFlight = try fields.change("max_in_flight") { try $0.integer(in: 1...1000) }
    sample = try fields.change("sample") { try $0.share() }
    breaker = try fields.change("breaker") { try $0.read(BreakerSettings.init(json:)) }
    ordering = try fields.change("ordering") { try $0.ordering() }
    rateLimit = try fields.change("rate_limit") { try $0.read(RateLimit.init(json:)) }
    batch = try fields.change("batch") { try $0.batch() }
    handshake = try fields.change("handshake") { try $0.handshake() }
    autoDisable = try fields.change("auto_disable") { try $0.autoDisable() }
    held = try Self.heldChoice(fields, isActive)
  }

  /// Headers are two things: a part of the configuration, and secrets.
  private mutating func read(headers change: Change<HeaderFields>) {
    switch change {
    case .absent: break
    case .reset: (headers, access.headers) = (.reset, .reset)
    case .set(let fields): (headers, access.headers) = (.set(fields.plain), .set(fields.secret))
    }
  }

  private static let readOnly =
    [
      "id", "revision", "created_at", "updated_at", "standard_secret", "handshake_state", "allowed_rate", "retry_schedule_secs",
      "disabled", "verified_at", "failing", "held_count", "held_count_capped", "breaker_state", "breaker_since", "backoff_until",
      "rate_limited_until",
    ] + JSONWriter.signingKeyNames

  private static let names =
    [
      "url", "events", "namespace", "name", "active", "pipeline", "script", "signing", "secret", "headers", "retry", "timeout_secs",
      "max_in_flight", "sample", "rate_limit", "ordering", "breaker", "batch", "handshake", "auto_disable", "held", "signing_key",
    ] + AccessChanges.names

  /// The webhook that these fields describe, with defaults for all that they leave out.
  /// - Parameter generated: its secret, unless the fields have one.
  func webhook(id: WebhookID, generated: Secret, now: Timestamp) throws -> Webhook {
    guard let url else { throw APIError(.missingField, "url: is required, an http or https URL", field: "url") }
    guard let events else { throw APIError(.missingField, "events: is required, an array of event types", field: "events") }
    let bare = Webhook(
      id: id, name: url.host, url: url, events: events, namespace: nil, secret: generated, createdAt: now, updatedAt: now)
    return try applied(to: bare, generated: generated)
  }

  /// A webhook after these changes; revision, time and the stages of a new pipeline are the caller's to set.
  func applied(to webhook: Webhook, generated: Secret) throws(APIError) -> Webhook {
    var changed = webhook
    changed.url = url?.keepingPassword(of: webhook.url) ?? webhook.url
    changed.events = events ?? webhook.events
    changed.namespace = namespace.applied(to: webhook.namespace)
    changed.name = name.applied(to: webhook.name, default: changed.url.host)
    changed.isActive = isActive.applied(to: webhook.isActive, default: true)
    if case .reset = pipeline { changed.pipeline = [] }
    changed.signing = signing.applied(to: webhook.signing, default: SigningScheme.defaults)
    changed.secret = secret.applied(to: webhook.secret, default: generated)
    if changed.secret != webhook.secret { changed.keys.previousSecret = nil }
    changed.headers = headers.applied(to: webhook.headers, default: [])
    if case .set(let fields) = retry { changed.retry = try fields.applied(to: webhook.retry) }
    if case .reset = retry { changed.retry = RetryPolicy() }
    changed.timeoutSeconds = timeoutSeconds.applied(to: webhook.timeoutSeconds, default: 15)
    changed.maxInFlight = maxInFlight.applied(to: webhook.maxInFlight, default: 64)
    changed.sample = sample.applied(to: webhook.sample)
    changed.breaker = breaker.applied(to: webhook.breaker)
    changed.ordering = ordering.applied(to: webhook.ordering, default: .unordered)
    changed.rateLimit = rateLimit.applied(to: webhook.rateLimit)
    changed.batch = batch.applied(to: webhook.batch)
    changed.handshake = handshake.applied(to: webhook.handshake)
    changed.autoDisable = autoDisable.applied(to: webhook.autoDisable, default: .standard)
    changed.access = try access.applied(to: webhook, becoming: changed)
    return changed
  }
}

extension Change {
  /// The value after the change of a field whose default is none.
  func applied(to current: Value?) -> Value? {
    switch self {
    case .absent: current
    case .reset: nil
    case .set(let value): value
    }
  }
}
