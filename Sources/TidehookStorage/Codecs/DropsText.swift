// What the pipeline dropped out of a batch as one JSON text: each delivery by its key, with its reason as its own row has it.

import TidehookCore

/// Writes and reads why members of a batch are not in its request.
enum DropsText {
  /// The text as a value of a row; `NULL` when nothing was dropped, as in nearly every batch.
  static func value(of drops: [CompletedBatch.Drop]) -> SQLValue {
    guard !drops.isEmpty else { return .null }
    let members = drops.map { drop in
      JSONValue.Member("\(drop.id.key)", .string(ReasonText.joined(drop.drop.reason, drop.drop.stage)))
    }
    return .text(String(decoding: JSONValue.object(members).bytes, as: UTF8.self))
  }

  /// Why a delivery was dropped, of what ``value(of:)`` wrote.
  static func drop(of id: DeliveryID, in text: String) -> PipelineDrop? {
    // It is read for each attempt that is shown: most name another delivery.
    let key = "\(id.key)"
    guard text.contains("\"\(key)\""), let document = try? JSONValue(parsing: Array(text.utf8)) else { return nil }
    return document[key]?.stringValue.map(ReasonText.read)
  }
}
