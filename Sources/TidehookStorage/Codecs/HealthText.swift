// A webhook's health as one JSON text.

import TidehookCore

/// Writes and reads what is kept of a streak of failures.
enum HealthText {
  static func write(_ health: WebhookHealth) -> String {
    var members: [JSONValue.Member] = [
      .init("failing_since_us", health.failingSince.map { .integer($0.microseconds) } ?? .null),
      .init("failures", .integer(Int64(health.failures))), .init("told", .integer(Int64(health.told.rawValue))),
      .init("owes_recovery", .bool(health.owesRecovery)), .init("last_error", health.lastError.map { .string($0) } ?? .null),
    ]
    if let time = health.disablesNotBefore { members.append(.init("disables_not_before_us", .integer(time.microseconds))) }
    if let earlier = health.earlier { members.append(.init("earlier", json(of: earlier))) }
    return String(decoding: JSONValue.object(members).bytes, as: UTF8.self)
  }

  private static func json(of streak: WebhookHealth.Streak) -> JSONValue {
    [
      "failing_since_us": streak.since.map { .integer($0.microseconds) } ?? .null, "failures": .integer(Int64(streak.failures)),
      "last_error": streak.lastError.map { .string($0) } ?? .null,
    ]
  }

  private static func streak(_ json: JSONValue) -> WebhookHealth.Streak? {
    guard let failures = json["failures"]?.integerValue else { return nil }
    return WebhookHealth.Streak(
      since: json["failing_since_us"]?.integerValue.map(Timestamp.init(microseconds:)), failures: Int(clamping: failures),
      lastError: json["last_error"]?.stringValue)
  }

  /// What was written; a text that nobody can read says that nothing bad is known.
  static func read(_ text: String) -> WebhookHealth {
    guard let document = try? JSONValue(parsing: Array(text.utf8)) else { return WebhookHealth() }
    return WebhookHealth(
      failingSince: document["failing_since_us"]?.integerValue.map(Timestamp.init(microseconds:)),
      failures: document["failures"]?.integerValue.map { Int(clamping: $0) } ?? 0,
      told: document["told"]?.integerValue.flatMap { WebhookHealth.Told(rawValue: Int(clamping: $0)) } ?? .nothing,
      owesRecovery: document["owes_recovery"]?.boolValue ?? false, lastError: document["last_error"]?.stringValue,
      disablesNotBefore: document["disables_not_before_us"]?.integerValue.map(Timestamp.init(microseconds:)),
      earlier: document["earlier"].flatMap(streak))
  }
}
