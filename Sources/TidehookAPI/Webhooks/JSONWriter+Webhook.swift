// A webhook as answers show it.

import TidehookCore

/// How much of the cases of scripts an answer has.
enum CaseDetail {
  /// All of them.
  case whole
  /// How many there are: in lists they would be most of the bytes.
  case count
}

extension JSONWriter {
  /// Writes a webhook without its secret and those of its plugins.
  mutating func webhook(
    _ webhook: Webhook, hiding options: SecretOptions, _ standing: WebhookStanding?, cases: CaseDetail = .whole
  ) {
    beginObject()
    members(of: webhook, hiding: options, standing, cases: cases)
    endObject()
  }

  /// Writes a webhook with what its owner must know of a secret that is new.
  /// - Parameters:
  ///   - secret: the secret, when Tidehook made it.
  ///   - standardSecret: what verifiers of Standard Webhooks take, when it is not the secret itself.
  mutating func webhook(
    _ webhook: Webhook, hiding options: SecretOptions, _ standing: WebhookStanding?, secret: Secret?, standardSecret: String?
  ) {
    beginObject()
    members(of: webhook, hiding: options, standing)
    if let secret {
      key("secret")
      string(secret.revealed)
    }
    if let standardSecret {
      key("standard_secret")
      string(standardSecret)
    }
    endObject()
  }

  private mutating func members(
    of webhook: Webhook, hiding options: SecretOptions, _ standing: WebhookStanding?, cases: CaseDetail = .whole
  ) {
    key("id")
    string(webhook.id.description)
    configuration(of: webhook, hiding: options, cases: cases)
    access(webhook.access)
    handshake(webhook.handshake == nil ? nil : webhook.handshakeState)
    retrySchedule(webhook.retry)
    self.standing(of: webhook, standing)
    signingKeys(webhook.keys)
    laneState(of: webhook)
    key("revision")
    integer(webhook.revision)
    key("created_at")
    string(webhook.createdAt.rfc3339)
    key("updated_at")
    string(webhook.updatedAt.rfc3339)
  }

  /// Writes what the receiver said; `nil` when it is not asked.
  private mutating func handshake(_ state: HandshakeState?) {
    key("handshake_state")
    switch state {
    case nil: null()
    case .pending?: string("pending")
    case .refused?: string("refused")
    case .agreed?: string("agreed")
    }
    key("allowed_rate")
    guard case .agreed(let rate)? = state else { return null() }
    if let rate { integer(rate) } else { string("*") }
  }

  /// Writes the members that changes may set, but for the secret.
  mutating func configuration(of webhook: Webhook, hiding options: SecretOptions, cases: CaseDetail = .whole) {
    key("name")
    string(webhook.name)
    key("url")
    string(webhook.url.description)
    key("events")
    strings(webhook.events.map(\.description))
    key("namespace")
    optional(webhook.namespace?.name)
    key("active")
    bool(webhook.isActive)
    pipeline(webhook.pipeline, hiding: options, cases)
    key("signing")
    value(.array(webhook.signing.map(\.json)))
    key("headers")
    headers(webhook.shownHeaders)
    key("retry")
    value(webhook.retry.json)
    key("timeout_secs")
    number(webhook.timeoutSeconds)
    key("max_in_flight")
    integer(webhook.maxInFlight)
    key("sample")
    if let sample = webhook.sample { number(sample) } else { null() }
    key("rate_limit")
    value(webhook.rateLimit?.json ?? .null)
    key("ordering")
    value(webhook.ordering.json)
    key("breaker")
    value(webhook.breaker?.json ?? .null)
    key("batch")
    value(webhook.batch?.json ?? .null)
    key("handshake")
    optional(webhook.handshake?.rawValue)
    key("auto_disable")
    value(webhook.autoDisable.json)
  }

  /// Writes `pipeline`, and `script` beside it when it is one script.
  private mutating func pipeline(_ stages: [PipelineStage], hiding options: SecretOptions, _ detail: CaseDetail) {
    key("pipeline")
    beginArray()
    for stage in stages { self.stage(stage, hiding: options, detail) }
    endArray()
    guard stages.count == 1, case .script(let source, _) = stages[0] else { return }
    key("script")
    string(source)
  }

  /// Writes the cases as the bytes that are stored.
  private mutating func stage(_ stage: PipelineStage, hiding options: SecretOptions, _ detail: CaseDetail) {
    guard case .script(let source, let cases) = stage, !cases.isEmpty else { return value(stage.json(hiding: options)) }
    beginObject()
    key("script")
    string(source)
    switch detail {
    case .whole:
      key("cases")
      raw(cases.json)
    case .count:
      key("case_count")
      integer(cases.count)
    }
    endObject()
  }

  private mutating func strings(_ texts: [String]) {
    beginArray()
    for text in texts { string(text) }
    endArray()
  }
}

extension PipelineStage {
  /// The stage as requests write it, with `"<secret>"` for each secret option.
  func json(hiding options: SecretOptions) -> JSONValue {
    switch self {
    case .script(let source, let cases) where cases.isEmpty: ["script": .string(source)]
    case .script(let source, let cases): ["script": .string(source), "cases": cases.value]
    case .plugin(let plugin): ["plugin": .string(plugin.name), "options": options.masked(plugin)]
    }
  }
}
