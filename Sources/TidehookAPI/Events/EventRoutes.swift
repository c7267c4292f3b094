// The calls that publish events and show them.

import HTTPTypes
import Hummingbird
import TidehookCore

/// `/v1/events` and what is below it.
struct EventRoutes: Sendable {
  let publisher: any EventPublisher
  let history: any History
  let eraser: any ContentEraser
  let time: any TimeSource
  let limits: APILimits

  var routes: [Route] {
    [
      Route(Self.publish, publish), Route(Self.batch, batch), Route(Self.list, list), Route(Self.show, show),
      Route(Self.erase, erase),
      Route(CloudEventAgreement.events) { try CloudEventAgreement.answer($0, methods: "GET, HEAD, OPTIONS, POST") },
      Route(CloudEventAgreement.batches) { try CloudEventAgreement.answer($0, methods: "OPTIONS, POST") },
    ]
  }

  private func publish(_ request: APIRequest) async throws -> Response {
    if let mode = try CloudEventMode(request.request.headers) { return try await publish(mode, request) }
    let key = try Self.idempotencyKey(request)
    let text = try await request.canonicalBody(limit: limits.bodyBytes)
    var event = try EventDecoder.decode(text, in: text.indices, from: request.principal, idempotencyKey: key)
    event.trace = request.trace
    let outcomes = try await publisher.publish([request.principal.own(event)])
    return try Self.answer(outcomes)
  }

  private func publish(_ mode: CloudEventMode, _ request: APIRequest) async throws -> Response {
    if mode == .batch { return try await batch(request) }
    let key = try Self.idempotencyKey(request)
    let event = try await mode == .binary ? binaryEvent(request) : structuredEvent(request)
    var published = try event.request(from: request.principal, idempotencyKey: key)
    published.trace = request.trace
    return try Self.answer(try await publisher.publish([request.principal.own(published)]))
  }

  private func binaryEvent(_ request: APIRequest) async throws -> CloudEvent {
    let body = try await request.body(limit: limits.bodyBytes, isData: true)
    return try CloudEvent(binary: request.request.headers, body: Array(body.readableBytesView))
  }

  private func structuredEvent(_ request: APIRequest) async throws -> CloudEvent {
    let text = try await request.canonicalBody(limit: limits.bodyBytes)
    return try CloudEvent(structured: text, in: text.indices)
  }

  private func batch(_ request: APIRequest) async throws -> Response {
    guard request.header(.idempotencyKey) == nil else {
      throw APIError(.invalidHeader, "Idempotency-Key: a batch takes none, give each event an id", field: "Idempotency-Key")
    }
    let form = try Self.form(request.request.headers)
    let body = try await request.body(limit: limits.batchBytes)
    var batch = try Batch(body, of: form, maximumEventBytes: limits.bodyBytes, from: request.principal)
    batch.belong(to: request.trace)
    let outcomes = batch.accepted.isEmpty ? [] : try await publisher.publish(batch.accepted.map(\.request))
    return Self.answer(outcomes, &batch)
  }

  private func list(_ request: APIRequest) async throws -> Response {
    let query = request.query
    let hunt = EventHunt(
      try EventFilter(query, from: request.principal, now: time.now()), pattern: try query.eventPattern(),
      prefix: try query.value("id", "the beginning of an event's id", read: EventID.init)?.rawValue,
      text: try query.value("text", "1 to 200 bytes of text", read: TextSearch.init), limit: try query.limit())
    let finding = try await hunt.find(in: history, before: query.cursor(.events))
    return FoundPage(
      rows: finding.events, list: .events, position: finding.position, searchedUntil: finding.searchedUntil,
      place: { ($0.key.key, $0.acceptedAt) }
    ).answer { $1.event($0) }
  }

  private func show(_ request: APIRequest) async throws -> Response {
    guard let id = EventID(request.id) else { throw APIError.notFound("event", request.id) }
    let event = try await history.event(id)
    guard event.map({ request.principal.mayUse($0.namespace) }) ?? false, let answer = Self.answer(event) else {
      throw APIError.notFound("event", request.id)
    }
    return answer
  }

  private func erase(_ request: APIRequest) async throws -> Response {
    guard let id = EventID(request.id) else { throw APIError.notFound("event", request.id) }
    let event = try await history.event(id)
    guard event.map({ request.principal.mayUse($0.namespace) }) ?? false else { throw APIError.notFound("event", request.id) }
    guard try await eraser.eraseContent(of: id) else { throw APIError.notFound("event", request.id) }
    return Response(status: .noContent)
  }
}

extension EventRoutes {
  private static func idempotencyKey(_ request: APIRequest) throws -> String? {
    guard let key = request.header(.idempotencyKey) else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
      let expectation = "1 to 255 printable ASCII characters"
      throw APIError.unexpected("Idempotency-Key", expectation, got: "\(key.utf8.count) bytes", code: .invalidHeader)
    }
    return key
  }

  private static func form(_ headers: HTTPFields) throws -> Batch.Form {
    switch try CloudEventMode(headers) {
    case nil: return MediaType.isLines(headers) ? .lines : .events
    case .batch: return .cloudEvents
    case .structured, .binary:
      let message = "expected a batch, application/cloudevents-batch+json for CloudEvents, got one CloudEvent: post it to /v1/events"
      throw APIError(.unsupportedMediaType, message, field: "Content-Type")
    }
  }

  @inline(never)
  private static func answer(_ event: Event?) -> Response? {
    guard let event else { return nil }
    var json = JSONWriter(reserving: event.payload.count + 256)
    json.event(event)
    return .json(json)
  }

  private static func answer(_ outcomes: [PublishOutcome]) throws -> Response {
    guard let outcome = outcomes.first else { throw APIError.internal }
    if let problem = problem(with: outcome) { throw problem }
    var json = JSONWriter(reserving: 96)
    json.beginObject()
    json.key("id")
    json.string(outcome.id.rawValue)
    json.key("deliveries")
    json.integer(outcome.deliveries)
    json.key("duplicate")
    json.bool(outcome.verdict == .duplicate)
    json.endObject()
    return .json(json, status: .accepted)
  }

  private static func answer(_ outcomes: [PublishOutcome], _ batch: inout Batch) -> Response {
    var accepted = 0
    var duplicates = 0
    for ((index, _), outcome) in zip(batch.accepted, outcomes) {
      switch outcome.verdict {
      case .accepted: accepted += 1
      case .duplicate: duplicates += 1
      case .conflict, .erased: if let problem = problem(with: outcome) { batch.reject(index, problem) }
      }
    }
    var json = JSONWriter(reserving: 64 + 192 * batch.rejected.count)
    json.beginObject()
    json.key("accepted")
    json.integer(accepted)
    json.key("duplicates")
    json.integer(duplicates)
    json.key("rejected")
    json.beginArray()
    for (index, error) in batch.rejected.sorted(by: { $0.index < $1.index }) {
      json.beginObject()
      json.key("index")
      json.integer(index)
      json.key("error")
      error.write(to: &json)
      json.endObject()
    }
    json.endArray()
    json.endObject()
    return .json(json, status: .accepted)
  }

  private static func problem(with outcome: PublishOutcome) -> APIError? {
    switch outcome.verdict {
    case .accepted, .duplicate: nil
    case .conflict: conflict(with: outcome.id)
    case .erased:
      APIError(
        .conflict, "id, or Idempotency-Key: event \(quoted(outcome.id.rawValue)) was published before with it, and its content was erased",
        field: "id")
    }
  }

  private static func conflict(with id: EventID) -> APIError {
    APIError(.conflict, "id, or Idempotency-Key: event \(quoted(id.rawValue)) was published before with it and other content", field: "id")
  }
}

extension EventRoutes {
  static let operations = [publish, batch, list, show, erase, CloudEventAgreement.events, CloudEventAgreement.batches]

  private static let publish = Operation(
    id: "publishEvent", method: .post, path: "/v1/events", isScoped: true,
    summary: "Publish an event; it is on disk when the answer comes.",
    body: "NewEvent", success: 202, answer: "Published")

  private static let batch = Operation(
    id: "publishEvents", method: .post, path: "/v1/events/batch", isScoped: true,
    summary: "Publish a JSON array of events, or one event per line.",
    body: "Batch", success: 202, answer: "BatchPublished")

  private static let list = Operation(
    id: "listEvents", method: .get, path: "/v1/events", isScoped: true, summary: "List and search events, newest first.",
    query: [
      QueryParameter("id", "Only with an id that begins like this."),
      QueryParameter("event", "Only of this type, or of types like memory.*."),
      QueryParameter("namespace", "Only in this namespace."),
      QueryParameter("text", "Only with this text in the payload, 1 to 200 bytes; the case of ASCII letters does not matter."),
    ] + QueryParameter.times + QueryParameter.paging, answer: "EventPage")

  private static let show = Operation(
    id: "showEvent", method: .get, path: "/v1/events/{id}", isScoped: true, summary: "Show an event.", answer: "Event")

  private static let erase = Operation(
    id: "eraseEventContent", method: .delete, path: "/v1/events/{id}/content", isScoped: true,
    summary: "Erase an event's content and all that was derived from it; the record stays.", success: 204, answer: "")
}

extension EventFilter {
  /// The namespace and the time that a request asks for, within what its key may see.
  init(_ query: Query, from principal: Principal, now: Timestamp) throws {
    let namespace = try query.value("namespace", Namespace.expectation, read: Namespace.init) ?? principal.onlyNamespace
    if let namespace { try principal.check(namespace) }
    self.init(
      namespace: namespace, namespaces: namespace == nil ? principal.namespaces : nil, since: try query.time("since", now: now),
      until: try query.time("until", now: now))
  }
}

extension Query {
  /// `event`: a type or a pattern.
  func eventPattern() throws -> EventPattern? { try value("event", EventPattern.expectation, read: EventPattern.init) }
}

extension HTTPField.Name {
  /// `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
  static let idempotencyKey: HTTPField.Name = {
    guard let name = HTTPField.Name("Idempotency-Key") else { preconditionFailure("Idempotency-Key is a field name") }
    return name
  }()
}
