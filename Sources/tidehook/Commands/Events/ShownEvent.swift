// An event as `events show` prints it: with facts that nobody publishes.

import TidehookCore

/// What is taken for an event to publish.
enum ShownEvent {
  /// What Tidehook adds to an event that it shows.
  private static let added: Set = ["accepted_at", "trace_id", "traceparent", "tracestate"]

  /// An event without what only showing it adds; anything else as it is.
  static func published(_ event: [UInt8]) -> [UInt8] {
    guard let view = try? JSONView(event), view.kind == .object else { return event }
    let members = view.children.map { (name: view.name(of: $0), value: view.value(of: $0)) }
    guard members.contains(where: { $0.name == "accepted_at" }) else { return event }
    var writer = JSONWriter(reserving: event.count)
    writer.beginObject()
    for member in members where !added.contains(member.name) {
      writer.key(member.name)
      writer.raw(Array(member.value.text))
    }
    writer.endObject()
    return writer.bytes
  }
}
