// Reads an event that need not be complete, to try a plugin on.

import TidehookCore

/// An event from a file, as people write them by hand: only `data` must be there.
enum TrialEvent {
  /// What an event without an id, a type or a time gets: the same in every run, so that outputs can be compared.
  private static let defaults = (id: "evt_00000000000000000000000001", type: "memory.created", timestamp: "2026-01-01T00:00:00.000Z")

  /// Reads `{"event", "data", "id"?, "timestamp"?, "namespace"?}`; what `tidehook events show --json` prints is such an event too.
  /// - Parameters:
  ///   - place: what to call it in errors.
  ///   - namespace: the namespace it is in, whatever it says itself; `nil` for what it says, else `default`.
  static func read(_ text: [UInt8], at place: String, namespace: Namespace?) throws(CommandFailure) -> Event {
    let view: JSONView
    do {
      view = try JSONView(try CanonicalJSON.canonicalize(text))
    } catch {
      throw CommandFailure(.usage, "\(place) is not JSON: \(error)")
    }
    guard view.kind == .object, let data = view["data"] else {
      throw CommandFailure(.usage, #"\#(place): expected an event like {"event": "memory.created", "data": {}}; there is no "data""#)
    }
    guard data.kind == .object else { throw CommandFailure(.usage, "\(place): data: expected an object, got \(Self.shown(data))") }
    try checkNames(of: view, place)
    let type = try member("event", or: "type", of: view, default: defaults.type, place, EventType.expectation, EventType.init)
    let id = try member("id", of: view, default: defaults.id, place, EventID.expectation, EventID.init)
    let time = try member("timestamp", of: view, default: defaults.timestamp, place, "an RFC 3339 time") { text in
      Timestamp(rfc3339: text).map { (text, $0) }
    }
    let own = (view["namespace"] ?? data.view?["namespace"])?.string.flatMap { Namespace($0) }
    let request = PublishRequest(
      id: id, type: type, namespace: namespace ?? own ?? .default, timestamp: time.0, data: Array(data.text),
      cloudEvent: view["cloudevent"].flatMap { $0.kind == .object ? Array($0.text) : nil })
    return Event(request, key: TimeOrderedID(key: 1, entropy: 0), acceptedAt: time.1)
  }

  private static func checkNames(of view: JSONView, _ place: String) throws(CommandFailure) {
    let known = [
      "id", "event", "type", "timestamp", "namespace", "data", "cloudevent", "accepted_at", "trace_id", "traceparent", "tracestate",
    ]
    for child in view.children where !known.contains(view.name(of: child)) {
      let name = SafeText.line(view.name(of: child))
      throw CommandFailure(.usage, "\(place): unknown field \(name), known are event (or type), data, id, timestamp, namespace")
    }
  }

  private static func member<Value>(
    _ name: String, or alias: String? = nil, of view: JSONView, default text: String, _ place: String, _ expectation: String,
    _ read: (String) -> Value?
  ) throws(CommandFailure) -> Value {
    let found = view[name] ?? alias.flatMap { view[$0] }
    let isAbsent = found == nil || found?.kind == .null
    guard let value = isAbsent ? read(text) : found?.string.flatMap(read) else {
      throw CommandFailure(.usage, "\(place): \(name): expected \(expectation), got \(found.map(Self.shown) ?? "nothing")")
    }
    return value
  }

  private static func shown(_ value: JSONView.Value) -> String {
    SafeText.line(String(decoding: value.text.prefix(64), as: UTF8.self))
  }
}

extension TrialEvent {
  /// A memory as REM Labs publishes it, for plugins that are measured without an event.
  static func sample() throws(CommandFailure) -> Event {
    let text = #"{"data":{"content":"We decided to use Redis for caching","tags":["architecture","decision"],"namespace":"default"}}"#
    return try read(Array(text.utf8), at: "the sample", namespace: nil)
  }
}
