// Reads published events: the hot path. The canonical text is looked through once, and only `data` is copied out of it.

import TidehookCore

/// Turns the canonical text of one published event into a request to publish it.
enum EventDecoder {
  /// Reads the event that stands at `range` of a canonical JSON text.
  /// - Parameter principal: who publishes it; throws 403 when that key may not use the event's namespace.
  static func decode(
    _ text: [UInt8], in range: Range<Int>, from principal: Principal, idempotencyKey: String? = nil
  ) throws -> PublishRequest {
    let members = try Members(text, in: range)
    let request = try members.request(idempotencyKey: idempotencyKey) { data throws(APIError) in
      try namespace(inside: data) ?? principal.usualNamespace
    }
    try principal.checkPublishing(in: request.namespace)
    return request
  }

  /// Reads an event that a source's code made.
  /// - Parameter namespace: the source's own, which wins over everything; without one, what the data suggests is taken where it can be.
  static func decode(_ text: [UInt8], in range: Range<Int>, ofSourceIn namespace: Namespace?) throws -> PublishRequest {
    var request = try Members(text, in: range).request(idempotencyKey: nil) { namespace ?? self.namespace(suggestedBy: $0) ?? .default }
    request.namespace = namespace ?? request.namespace
    return request
  }

  /// The namespace in the data of a stranger's event; what is none, or Tidehook's own, is only data there.
  static func namespace(suggestedBy data: JSONView?) -> Namespace? {
    guard let name = data?["namespace"]?.string, let namespace = Namespace(name), namespace != .operational else { return nil }
    return namespace
  }

  /// The namespace that REM's payloads carry inside `data`; Tidehook's own is only data there.
  static func namespace(inside data: JSONView?) throws(APIError) -> Namespace? {
    guard let value = data?["namespace"], let name = value.string, !name.isEmpty, name != Namespace.operational.name else { return nil }
    guard let namespace = Namespace(name) else { throw APIError.unexpected("data.namespace", Namespace.expectation, got: value.shown) }
    return namespace
  }

  /// What was found of an event so far.
  private struct Members {
    private var type: EventType?
    private var id: EventID?
    private var namespace: Namespace?
    private var timestamp: String?
    private var data: JSONView.Value?
    private var cloudEvent: [UInt8]?
    private var details: JSONView.Value?

    init(_ text: [UInt8], in range: Range<Int>) throws {
      let view: JSONView
      do {
        view = try JSONView(text, in: range)
      } catch {
        throw APIError(.invalidJSON, "the event is not JSON: \(error)")
      }
      guard view.kind == .object else { throw APIError(.invalidBody, "expected an event, that is a JSON object, got \(view.kind.shown)") }
      for child in view.children { try note(view.value(of: child), name: view.name(of: child)) }
    }

    private mutating func note(_ value: JSONView.Value, name: String) throws {
      switch name {
      case "event", "type": try noteType(value, name: name)
      case "data": data = try Self.object(value)
      case "event_details": details = value
      case "id": id = try Self.id(value)
      case "namespace": namespace = try Self.text(value, "namespace", Namespace.expectation, Namespace.init)
      case "timestamp": timestamp = try Self.text(value, "timestamp", "an RFC 3339 time like 2026-04-13T10:30:00Z", Self.time)
      case "cloudevent": cloudEvent = try CloudEventAttributes.member(value)
      default:
        let names = "event (or type), data, id, timestamp, namespace, cloudevent, event_details"
        throw APIError(.unknownField, "unknown field \(quoted(name)), known are \(names)", field: shortened(name, to: 128))
      }
    }

    private mutating func noteType(_ value: JSONView.Value, name: String) throws {
      guard let found = try Self.text(value, name, EventType.expectation, EventType.init) else {
        throw APIError.unexpected(name, EventType.expectation, got: "null")
      }
      guard type == nil || type == found else {
        throw APIError.unexpected("type", "the same as event, or to be left out", got: quoted(found.name))
      }
      type = found
    }

    /// - Parameter inside: the namespace of an event that names none beside its data.
    func request(idempotencyKey: String?, namespace inside: (JSONView?) throws -> Namespace) throws -> PublishRequest {
      if let details { return try request(of: details, idempotencyKey: idempotencyKey, namespace: inside) }
      guard let type else { throw APIError(.missingField, "event: is required, \(EventType.expectation)", field: "event") }
      guard let data else { throw APIError(.missingField, "data: is required, an object", field: "data") }
      return PublishRequest(
        id: id, idempotencyKey: idempotencyKey, type: type,
        namespace: try namespace ?? inside(data.view),
        timestamp: timestamp, data: Array(data.text), cloudEvent: cloudEvent)
    }

    /// An event that came in Mem0's form; id, namespace and timestamp may stand beside it.
    private func request(
      of details: JSONView.Value, idempotencyKey: String?, namespace inside: (JSONView?) throws -> Namespace
    ) throws -> PublishRequest {
      guard type == nil, data == nil else {
        throw APIError.unexpected("event_details", "it without event and data, which it stands for", got: "both")
      }
      let event = try EventDetails(details)
      return PublishRequest(
        id: id, idempotencyKey: idempotencyKey, type: event.type,
        namespace: try namespace ?? inside(try? JSONView(event.data)),
        timestamp: timestamp, data: event.data, cloudEvent: cloudEvent)
    }

    private static func id(_ value: JSONView.Value) throws -> EventID? {
      let found: EventID? = try Self.text(value, "id", EventID.expectation, EventID.init)
      guard let id = found, id.isReserved else { return found }
      let names = EventID.reserved.joined(separator: ", ")
      throw APIError.unexpected("id", "another one than \(names), which are reserved", got: quoted(id.rawValue))
    }

    private static func object(_ value: JSONView.Value) throws -> JSONView.Value {
      guard value.kind == .object else { throw APIError.unexpected("data", "an object", got: value.shown) }
      return value
    }

    private static func text<Value>(_ value: JSONView.Value, _ name: String, _ expectation: String, _ read: (String) -> Value?) throws
      -> Value?
    {
      if value.kind == .null { return nil }
      guard let result = value.string.flatMap(read) else { throw APIError.unexpected(name, expectation, got: value.shown) }
      return result
    }

    private static func time(_ text: String) -> String? {
      Timestamp(rfc3339: text) == nil ? nil : text
    }
  }
}

extension JSONKind {
  /// The kind with its article, for messages.
  var shown: String {
    switch self {
    case .object: "an object"
    case .array: "an array"
    case .string: "a string"
    case .number: "a number"
    case .bool: "true or false"
    case .null: "null"
    }
  }
}

extension JSONView.Value {
  /// The value in a few words, for messages.
  var shown: String {
    switch kind {
    case .object, .array: kind.shown
    case .string: string.map { quoted($0) } ?? kind.shown
    case .number, .bool, .null: String(decoding: text.prefix(32), as: UTF8.self)
    }
  }
}
