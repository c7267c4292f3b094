// What a dry run is to try, and on which events.

import TidehookCore

/// The fields of a dry run; nothing is looked up yet.
struct DryRunRequest {
  /// The webhook to try, if it is a stored one.
  let webhook: WebhookID?
  /// What is tried instead of what is stored.
  let changes: WebhookChanges
  /// On what.
  let events: Selection

  /// Which events are run.
  enum Selection {
    /// One that need not be stored.
    case given(PublishRequest)
    /// A stored one.
    case stored(EventID)
    /// The newest that the webhook wants, at most this many.
    case last(Int)
  }

  /// How many events one dry run may run.
  static let maximumEvents = 100

  /// Reads a canonical JSON text.
  init(_ body: [UInt8], egress: EgressPolicy, for principal: Principal) throws {
    let json = try Self.tree(body)
    let fields = try Fields(json, known: Self.ownNames + Self.webhookNames)
    webhook = try fields["webhook"].map { field in
      guard let id = field.value.stringValue.flatMap({ WebhookID($0) }) else { throw field.unexpected("a webhook's id like wh_…") }
      return id
    }
    let members = json.members?.filter { Self.webhookNames.contains($0.key) } ?? []
    changes = try WebhookChanges(.object(members), egress: egress)
    guard webhook != nil || changes.pipeline.isGiven else {
      throw APIError(.missingField, "webhook: expected webhook, pipeline or script, that is something to try", field: "webhook")
    }
    events = try Self.selection(fields, body, for: principal)
  }

  private static let ownNames = ["webhook", "event", "event_id", "last"]
  /// What may be tried of a webhook; `events` and `namespace` say which events `last` reads.
  private static let webhookNames = ["pipeline", "script", "url", "headers", "name", "events", "namespace"]

  private static func tree(_ body: [UInt8]) throws -> JSONValue {
    do {
      return try JSONValue(parsing: body)
    } catch {
      throw APIError(.invalidJSON, "the body is not JSON: \(error)")
    }
  }

  private static func selection(_ fields: Fields, _ body: [UInt8], for principal: Principal) throws -> Selection {
    let given = ["event", "event_id", "last"].compactMap { fields[$0] }
    guard let field = given.first else { throw APIError(.missingField, "event: expected event, event_id or last", field: "event") }
    guard given.count == 1 else {
      throw APIError.unexpected(given[1].path, "one of event, event_id and last", got: "\(given.count) of them")
    }
    if field.path == "last" { return .last(try field.integer(in: 1...Int64(maximumEvents))) }
    for name in ["events", "namespace"] where fields[name] != nil {
      throw APIError(.invalidField, "\(name): expected it together with last only", field: name)
    }
    if field.path == "event" { return .given(try event(in: body, for: principal)) }
    guard let id = field.value.stringValue.flatMap({ EventID($0) }) else { throw field.unexpected(EventID.expectation) }
    return .stored(id)
  }

  /// The event is read from the text, not from the tree, so that every byte of it is kept.
  private static func event(in body: [UInt8], for principal: Principal) throws -> PublishRequest {
    guard let event = try? JSONView(body)["event"] else { throw APIError.internal }
    do {
      return try EventDecoder.decode(body, in: event.range, from: principal)
    } catch let error as APIError {
      let path = error.field.map { "event.\($0)" } ?? "event"
      let isNamed = error.field.map { error.message.hasPrefix($0) } ?? false
      throw APIError(error.code, (isNamed ? "event." : "event: ") + error.message, field: path)
    }
  }
}

extension DryRunRequest {
  /// Where a webhook that is not stored sends to unless it says: a name that never resolves (RFC 2606).
  private static let placeholder = "https://webhook.invalid/"

  /// The webhook to try: a stored one with its changes, or one that these fields describe.
  ///
  /// What differs from what is stored has revision 0, so that nobody keeps anything of it under the number of a real revision.
  func draft(of stored: Webhook?, id: WebhookID, now: Timestamp) throws -> Webhook {
    var base = try stored ?? Self.blank(id: id, now: now)
    // Another receiver would not be given what opens this one.
    if changes.url.map({ $0.origin != base.url.origin }) == true { base.access = base.access.withoutCredentials }
    var draft = try changes.applied(to: base, generated: base.secret)
    if !changes.isLimitedToEvents { draft.revision = 0 }
    return draft
  }

  private static func blank(id: WebhookID, now: Timestamp) throws -> Webhook {
    guard let url = try? DestinationURL(parsing: placeholder) else { throw APIError.internal }
    return Webhook(
      id: id, name: "dry run", url: url, events: [.everything], namespace: nil, secret: Secret(""), revision: 0, createdAt: now,
      updatedAt: now)
  }
}

extension WebhookChanges {
  /// Whether nothing changes that a pipeline or a request could show.
  fileprivate var isLimitedToEvents: Bool {
    url == nil && !name.isGiven && !pipeline.isGiven && !headers.isGiven
  }
}
