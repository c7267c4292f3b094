// An event as answers show it.

import TidehookCore

extension JSONWriter {
  /// Writes `{id, event, timestamp, namespace, data, accepted_at, trace_id}`; time and data as they were published, and `cloudevent` if it was
  /// one, `traceparent` and `tracestate` if it came with a trace, `erased_at` if its content was erased: `data` is null then.
  mutating func event(_ event: Event) { write(event, maximumDataBytes: nil) }

  /// Writes the same, and `truncated`: whether `data` is `null` because it is longer than that, as JSON.
  mutating func event(_ event: Event, maximumDataBytes: Int) { write(event, maximumDataBytes: maximumDataBytes) }

  private mutating func write(_ event: Event, maximumDataBytes: Int?) {
    let envelope = try? JSONView(event.payload)
    let data = envelope?["data"]?.text
    let isTruncated = maximumDataBytes.map { data?.count ?? 0 > $0 } ?? false
    beginObject()
    key("id")
    string(event.id.rawValue)
    key("event")
    string(event.type.name)
    key("timestamp")
    if let timestamp = envelope?["timestamp"] { raw(timestamp.text) } else { string(event.timestamp.rfc3339) }
    key("namespace")
    string(event.namespace.name)
    key("data")
    if let data, !isTruncated { raw(data) } else { null() }
    if let attributes = envelope?["cloudevent"] {
      key("cloudevent")
      raw(attributes.text)
    }
    key("accepted_at")
    string(event.acceptedAt.rfc3339)
    if let erased = event.erasedAt {
      key("erased_at")
      string(erased.rfc3339)
    }
    key("trace_id")
    string(event.traceID)
    if let trace = event.trace {
      key("traceparent")
      string(trace.traceparent)
      key("tracestate")
      optional(trace.state?.text)
    }
    if maximumDataBytes != nil {
      key("truncated")
      bool(isTruncated)
    }
    endObject()
  }
}
