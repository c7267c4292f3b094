// How a webhook fares, as answers show it.

import TidehookCore

extension JSONWriter {
  /// Writes why a webhook is inactive, since when it fails, and how much waits for it.
  mutating func standing(of webhook: Webhook, _ standing: WebhookStanding?) {
    disablement(of: webhook)
    key("verified_at")
    optional(webhook.verifiedAt?.rfc3339)
    failing(standing)
    key("held_count")
    integer(standing?.held ?? 0)
    key("held_count_capped")
    bool(standing?.held == WebhookStanding.maximumHeld)
  }

  /// Writes why a webhook is inactive.
  mutating func disablement(of webhook: Webhook) {
    key("disabled")
    disablement(webhook.isActive ? nil : webhook.disablement)
  }

  private mutating func disablement(_ disablement: Disablement?) {
    guard let disablement else { return null() }
    beginObject()
    key("reason")
    string(disablement.cause.rawValue)
    key("at")
    string(disablement.at.rfc3339)
    key("message")
    string(disablement.message)
    endObject()
  }

  /// Writes since when a webhook fails.
  mutating func failing(_ standing: WebhookStanding?) {
    key("failing")
    guard let standing, let since = standing.health.failingSince else { return null() }
    beginObject()
    key("since")
    string(since.rfc3339)
    key("failures")
    integer(standing.health.failures)
    key("error")
    optional(standing.health.lastError)
    key("progress")
    if let rule = standing.rule { number(standing.health.progress(at: standing.now, rule: rule)) } else { null() }
    key("disables_at")
    optional(standing.rule.flatMap { standing.health.disablesAt($0)?.rfc3339 })
    endObject()
  }
}

extension AutoDisableSetting {
  /// The setting as requests write it.
  var json: JSONValue {
    switch self {
    case .standard: .null
    case .never: false
    case .after(let rule): ["after_days": .double(rule.afterDays), "min_failures": .integer(Int64(rule.minFailures))]
    }
  }
}
