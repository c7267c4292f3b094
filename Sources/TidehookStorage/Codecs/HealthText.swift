// A webhook's health as one JSON text.

import TidehookCore

/// Writes and reads what is kept of a streak of failures.
enum HealthText {
  static func write(_ health: WebhookHealth) -> String {
    let document: JSONValue = [
      "failing_since_us": health.failingSince.map { .integer($0.microseconds) } ?? .null,
      "failures": .integer(Int64(health.failures)), "told": .integer(Int64(health.told.rawValue)),
      "owes_recovery": .bool(health.owesRecovery), "last_error": health.lastError.map { .string($0) } ?? .null,
    ]
    return String(decoding: document.bytes, as: UTF8.self)
  }

  /// What was written; a text that nobody can read says that nothing bad is known.
  static func read(_ text: String) -> WebhookHealth {
    guard let document = try? JSONValue(parsing: Array(text.utf8)) else { return WebhookHealth() }
    return WebhookHealth(
      failingSince: document["failing_since_us"]?.integerValue.map(Timestamp.init(microseconds:)),
      failures: document["failures"]?.integerValue.map { Int(clamping: $0) } ?? 0,
      told: document["told"]?.integerValue.flatMap { WebhookHealth.Told(rawValue: Int(clamping: $0)) } ?? .nothing,
      owesRecovery: document["owes_recovery"]?.boolValue ?? false, lastError: document["last_error"]?.stringValue)
  }
}
