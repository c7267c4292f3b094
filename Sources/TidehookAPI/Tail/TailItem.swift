// What a live tail says, as server-sent events (WHATWG HTML, section 9.2).

import NIOCore
import TidehookCore

/// An event as every stream sends it: written once, however many watch.
struct TailItem: Sendable {
  /// What was read.
  let event: TailEvent
  let text: ByteBuffer

  /// More of an event's data than this, in bytes of JSON, is left to those who open the event.
  static let maximumDataBytes = 16 << 10

  init(_ tailed: TailEvent) {
    let event = tailed.event
    self.event = tailed
    var json = JSONWriter(reserving: min(event.payload.count, Self.maximumDataBytes) + 256)
    json.event(event, maximumDataBytes: Self.maximumDataBytes)
    var text = ByteBuffer(string: "id: \(Cursor.text(after: tailed.position))\nevent: event\ndata: ")
    text.writeBytes(json.bytes)
    text.writeString("\n\n")
    self.text = text
  }

  /// Those that are new to a stream that began with everything up to `end`, with ids of its own where it is ahead of the feed.
  static func following(_ items: [TailItem], after end: TailPosition) -> [TailItem] {
    let wanted = items.filter { $0.event.isNew(after: end) }
    return zip(wanted, end.following(wanted.map(\.event))).map { $0.event.position == $1.position ? $0 : TailItem($1) }
  }
}

/// What else a stream says.
enum TailText {
  /// The beginning; the line that browsers wait by before they come back.
  static let hello = ByteBuffer(string: ": tidehook\nretry: 2000\n\n")
  /// Everything that is accepted from now on comes.
  static let ready = ByteBuffer(string: "event: ready\ndata: {}\n\n")
  /// Keeps proxies from ending a silent connection.
  static let heartbeat = ByteBuffer(string: ": still here\n\n")
  /// Something was left out.
  static let skipped = ByteBuffer(
    string: "event: skipped\ndata: {\"message\":\"more events came than are shown here, the list of events has them\"}\n\n")
}
