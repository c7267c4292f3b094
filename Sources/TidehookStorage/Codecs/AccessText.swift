// A webhook's access as one JSON text in a column of its own, as its secret has one.

import TidehookCore

/// Writes and reads what opens a webhook's receiver.
enum AccessText {
  /// The text of an access; `NULL` for one that has nothing in it.
  static func value(of access: EndpointAccess) -> SQLValue {
    access.isEmpty ? .null : .text(String(decoding: access.json.bytes, as: UTF8.self))
  }

  /// The access of a row.
  /// - Throws: `failed` when the text was not written by ``value(of:)``: credentials that got lost would be worse than a failure.
  static func read(_ text: String?, of id: WebhookID) throws(StoreError) -> EndpointAccess {
    guard let text else { return EndpointAccess() }
    do {
      return try EndpointAccess(json: JSONValue(parsing: Array(text.utf8)))
    } catch {
      throw StoreError(.failed, "cannot read how webhook \(id) is reached")
    }
  }
}
