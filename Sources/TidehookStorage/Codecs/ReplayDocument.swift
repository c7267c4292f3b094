// What a replay was asked to do as one JSON text; its keys are those of the API.

import TidehookCore

/// Writes and reads the request of a replay.
enum ReplayDocument {
  /// The request as JSON.
  static func write(_ request: ReplayRequest) -> String {
    let document: JSONValue = [
      "webhook": text(request.webhook?.description),
      "states": .array(request.states.map { .string($0.rawValue) }),
      "missing": .bool(request.includesMissing),
      "types": .array(request.types.map { .string($0.description) }),
      "namespace": text(request.namespace?.name),
      "since_us": time(request.since),
      "until_us": time(request.until),
      "error": text(request.error),
      "failure": text(request.failure?.rawValue),
      "revision": .string(request.versions.rawValue),
      "rate": .integer(Int64(request.rate)),
      "limits": namespaces(request.limits),
      "scope": namespaces(request.scope),
    ]
    return String(decoding: document.bytes, as: UTF8.self)
  }

  /// The request of a text.
  /// - Throws: `failed` when the text was not written by this type: a limit that cannot be read must not become none.
  static func read(_ text: String, of id: ReplayID) throws(StoreError) -> ReplayRequest {
    do {
      let document = try JSONValue(parsing: Array(text.utf8))
      return ReplayRequest(
        webhook: try given(document, "webhook") { $0.stringValue.flatMap(WebhookID.init) },
        states: try list(document, "states") { $0.stringValue.flatMap(DeliveryState.init) } ?? [],
        includesMissing: document["missing"]?.boolValue ?? false,
        types: try list(document, "types") { $0.stringValue.flatMap(EventPattern.init) } ?? [],
        namespace: try given(document, "namespace") { $0.stringValue.map(Namespace.init(stored:)) },
        since: try given(document, "since_us") { $0.integerValue.map(Timestamp.init(microseconds:)) },
        until: try given(document, "until_us") { $0.integerValue.map(Timestamp.init(microseconds:)) },
        error: try given(document, "error") { $0.stringValue },
        failure: try given(document, "failure") { $0.stringValue.flatMap(FailureKind.init) },
        versions: try given(document, "revision") { $0.stringValue.flatMap(ReplayedVersions.init) } ?? .current,
        rate: try given(document, "rate") { $0.integerValue.map(Int.init) } ?? ReplayRequest.defaultRate,
        limits: try list(document, "limits") { $0.stringValue.map(Namespace.init(stored:)) },
        scope: try list(document, "scope") { $0.stringValue.map(Namespace.init(stored:)) })
    } catch {
      throw StoreError(.failed, "cannot read the request of replay \(id): \(error)")
    }
  }

  private static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }

  private static func time(_ time: Timestamp?) -> JSONValue { time.map { .integer($0.microseconds) } ?? .null }

  private static func namespaces(_ namespaces: [Namespace]?) -> JSONValue {
    namespaces.map { .array($0.map { .string($0.name) }) } ?? .null
  }

  /// The value of a key; `nil` for `null`. What is there and cannot be read is refused.
  private static func given<Value>(_ document: JSONValue, _ key: String, _ read: (JSONValue) -> Value?) throws -> Value? {
    guard let value = document[key], value != .null else { return nil }
    guard let read = read(value) else { throw JSONProblem(key, "cannot be read") }
    return read
  }

  private static func list<Value>(_ document: JSONValue, _ key: String, _ read: (JSONValue) -> Value?) throws -> [Value]? {
    guard let value = document[key], value != .null else { return nil }
    guard let elements = value.elements else { throw JSONProblem(key, "cannot be read") }
    return try elements.map { element in
      guard let read = read(element) else { throw JSONProblem(key, "cannot be read") }
      return read
    }
  }
}
