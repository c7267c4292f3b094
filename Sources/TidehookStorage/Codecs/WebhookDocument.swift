// A webhook's configuration as one JSON text, so that a new setting needs no new column; its keys are those of the API.

import TidehookCore

/// Writes and reads what a revision of a webhook consists of. Id, secret, revision and times have columns of their own.
enum WebhookDocument {
  /// The configuration as JSON.
  static func write(_ webhook: Webhook) -> String {
    let document: JSONValue = [
      "name": .string(webhook.name),
      "url": .string(webhook.url.revealed),
      "events": .array(webhook.events.map { .string($0.description) }),
      "namespace": webhook.namespace.map { .string($0.name) } ?? .null,
      "active": .bool(webhook.isActive),
      "pipeline": .array(webhook.pipeline.map(write)),
      "signing": .array(webhook.signing.map(\.json)),
      "headers": .array(webhook.headers.map { .array([.string($0.name), .string($0.value)]) }),
      "retry": webhook.retry.json,
      "timeout_secs": .double(webhook.timeoutSeconds),
      "max_in_flight": .integer(Int64(webhook.maxInFlight)),
      "handshake": webhook.handshake.map { .string($0.rawValue) } ?? .null,
      "rate_limit": webhook.rateLimit?.json ?? .null,
      "breaker": webhook.breaker?.json ?? .null,
      "ordering": webhook.ordering.json,
      "batch": webhook.batch?.json ?? .null,
      "sample": webhook.sample.map { .double($0) } ?? .null,
      "auto_disable": write(webhook.autoDisable),
      "disablement": webhook.disablement.map(write) ?? .null,
      "verified_at_us": webhook.verifiedAt.map { .integer($0.microseconds) } ?? .null,
      "skips_held_below": webhook.skipsHeldBelow.map { .integer($0) } ?? .null,
    ]
    return String(decoding: document.bytes, as: UTF8.self)
  }

  /// The webhook of a row.
  /// - Throws: `failed` when the text was not written by ``write(_:)``.
  static func read(
    _ text: String, id: WebhookID, secret: Secret, keys: String?, revision: Int, createdAt: Timestamp, updatedAt: Timestamp
  ) throws(StoreError) -> Webhook {
    guard let document = try? JSONValue(parsing: Array(text.utf8)), let url = document["url"]?.stringValue,
      let url = try? DestinationURL(parsing: url, allowing: .all),
      let events = all(document["events"], { $0.stringValue.flatMap { EventPattern($0) } }),
      let pipeline = all(document["pipeline"], stage),
      let signing = all(document["signing"], { try? SigningScheme(json: $0) }), let headers = all(document["headers"], header)
    else { throw StoreError(.failed, "cannot read the configuration of webhook \(id)") }
    var webhook = Webhook(
      id: id, name: document["name"]?.stringValue ?? "", url: url, events: events,
      namespace: document["namespace"]?.stringValue.map { Namespace(stored: $0) }, pipeline: pipeline, signing: signing, secret: secret,
      headers: headers, revision: revision, createdAt: createdAt, updatedAt: updatedAt)
    webhook.keys = try SigningKeysDocument.read(keys, of: id)
    webhook.isActive = document["active"]?.boolValue ?? webhook.isActive
    webhook.retry = document["retry"].map(RetryPolicy.init(stored:)) ?? webhook.retry
    webhook.timeoutSeconds = document["timeout_secs"]?.doubleValue ?? webhook.timeoutSeconds
    webhook.maxInFlight = document["max_in_flight"]?.integerValue.map(Int.init) ?? webhook.maxInFlight
    webhook.sample = document["sample"]?.doubleValue
    webhook.breaker = document["breaker"].flatMap { $0 == .null ? nil : try? BreakerSettings(json: $0) }
    webhook.ordering = document["ordering"].flatMap { try? Ordering(json: $0) } ?? webhook.ordering
    webhook.rateLimit = document["rate_limit"].flatMap { try? RateLimit(json: $0) }
    webhook.batch = document["batch"].flatMap { try? BatchPolicy(json: $0) }
    webhook.handshake = document["handshake"]?.stringValue.flatMap(HandshakeScheme.init)
    webhook.autoDisable = autoDisable(document["auto_disable"])
    webhook.disablement = document["disablement"].flatMap(disablement)
    webhook.verifiedAt = document["verified_at_us"]?.integerValue.map(Timestamp.init(microseconds:))
    webhook.skipsHeldBelow = document["skips_held_below"]?.integerValue
    return webhook
  }

  /// What decides whether a delivery may be replayed, and how: read in one pass, and nothing else of the configuration is kept.
  struct ReplayFacts {
    /// Whether the webhook is active.
    let isActive: Bool
    /// Whether it is ordered.
    let isOrdered: Bool

    /// - Parameter text: what ``WebhookDocument/write(_:)`` wrote.
    init(_ text: String) {
      let document = try? JSONView(Array(text.utf8))
      isActive = document?["active"]?.bool ?? false
      let ordering = document?["ordering"].flatMap { try? JSONValue(parsing: Array($0.text)) }
      isOrdered = ordering != nil && ordering != Ordering.unordered.json
    }
  }

  /// A configuration with every text in the options of its plugins replaced by `<secret>`, as which of them are secrets only the plugins know,
  /// and without the password of its URL.
  /// - Throws: `failed` when the text was not written by ``write(_:)``.
  static func withoutOptionTexts(_ text: String, of id: WebhookID) throws(StoreError) -> String {
    guard var members = (try? JSONValue(parsing: Array(text.utf8)))?.members else {
      throw StoreError(.failed, "cannot read the configuration of webhook \(id)")
    }
    for index in members.indices {
      let value = members[index].value
      if members[index].key == "pipeline" { members[index].value = .array((value.elements ?? []).map(withoutOptionTexts)) }
      guard members[index].key == "url", let url = value.stringValue.flatMap({ try? DestinationURL(parsing: $0, allowing: .all) }) else {
        continue
      }
      members[index].value = .string(url.description)
    }
    return String(decoding: JSONValue.object(members).bytes, as: UTF8.self)
  }

  private static func withoutOptionTexts(_ stage: JSONValue) -> JSONValue {
    .object((stage.members ?? []).map { $0.key == "options" ? JSONValue.Member($0.key, withoutTexts($0.value)) : $0 })
  }

  private static func withoutTexts(_ value: JSONValue) -> JSONValue {
    switch value {
    case .string: "<secret>"
    case .array(let elements): .array(elements.map(withoutTexts))
    case .object(let members): .object(members.map { JSONValue.Member($0.key, withoutTexts($0.value)) })
    case .null, .bool, .integer, .number: value
    }
  }

  /// Every element, or `nil` when one cannot be read: a filter or a signature that got lost would be worse than a failure.
  private static func all<Element>(_ value: JSONValue?, _ read: (JSONValue) -> Element?) -> [Element]? {
    let elements = (value?.elements ?? []).map(read)
    return elements.contains { $0 == nil } ? nil : elements.compactMap(\.self)
  }

  private static func header(_ value: JSONValue) -> HeaderField? {
    guard let name = value[0]?.stringValue, let text = value[1]?.stringValue else { return nil }
    return HeaderField(name, text)
  }

  private static func write(_ stage: PipelineStage) -> JSONValue {
    switch stage {
    case .script(let source, let cases) where cases.isEmpty: ["script": .string(source)]
    case .script(let source, let cases): ["script": .string(source), "cases": cases.value]
    case .plugin(let plugin): ["plugin": .string(plugin.name), "options": plugin.options]
    }
  }

  private static func stage(_ value: JSONValue) -> PipelineStage? {
    if let name = value["plugin"]?.stringValue, let options = value["options"] {
      return .plugin(PluginStage(name: name, options: options))
    }
    return value["script"]?.stringValue.map { .script($0, cases: ScriptCases(value["cases"]?.elements ?? [])) }
  }
}
